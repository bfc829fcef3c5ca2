//! Where callbacks must not go.

use serde_json::json;
use store::DeliveryState::{Delivered, Waiting};

use super::delivery::{order_called_back, until_delivery};
use crate::app::TestApp;
use crate::receiver::Receiver;

#[tokio::test]
async fn by_default_no_callback_goes_to_an_address_of_this_network() {
    let app = TestApp::with(|settings| settings.webhooks.allow_private_addresses = false).await;
    let receiver = Receiver::start().await;
    let port = receiver.url("/").rsplit(':').next().expect("a port").trim_end_matches('/').to_owned();
    let before = app.ann.count_tasks().await;
    for host in ["127.0.0.1", "[::1]", "[::ffff:127.0.0.1]", "0x7f000001", "0", "10.0.0.1", "169.254.169.254"]
    {
        for (path, more) in [("audios", json!({ "prompt": "a" })), ("lyrics", json!({ "prompt": "a" }))] {
            let mut body = more;
            body["callback_url"] = json!(format!("http://{host}:{port}/secret"));
            let refused = app.ann.post(&format!("/producer/{path}"), body).await;
            refused.assert_is_error(400, "bad_request");
            let message = refused.message();
            assert!(message.contains("webhooks.allow_private_addresses"), "{host}: {message}");
            assert_eq!(refused.json()["error"]["details"][0]["field"], "callback_url");
            assert!(!refused.text().contains("secret"), "{host}: {}", refused.text());
        }
    }
    assert_eq!(app.ann.count_tasks().await, before, "none of them is a task");
    // Where a name leads is found out when it is called, each time anew.
    let id = order_called_back(&app, "localhost", &format!("http://localhost:{port}/")).await.task_id();
    let waits = until_delivery(&app, &id, Waiting, 1).await;
    let error = waits.attempts[0].error.as_deref().expect("an error");
    assert!(error.contains("webhooks.allow_private_addresses"), "{error}");
    assert_eq!(app.state_of(&id).await, "succeeded");
    assert!(receiver.calls().is_empty());
}

#[tokio::test]
async fn where_it_is_allowed_a_name_is_resolved_and_called() {
    let app = TestApp::start().await;
    let receiver = Receiver::start().await;
    let id = order_called_back(&app, "a slow waltz", &receiver.named_url("/")).await.task_id();
    until_delivery(&app, &id, Delivered, 1).await;
}
