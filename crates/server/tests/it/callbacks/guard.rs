//! Where callbacks must not go.

use store::DeliveryState::{Delivered, Waiting};

use super::delivery::{order_called_back, until_delivery};
use crate::app::TestApp;
use crate::receiver::Receiver;

#[tokio::test]
async fn by_default_no_callback_goes_to_an_address_of_this_network() {
    let app = TestApp::with(|settings| settings.webhooks.allow_private_addresses = false).await;
    let receiver = Receiver::start().await;
    let port = receiver.url("/").rsplit(':').next().expect("a port").trim_end_matches('/').to_owned();
    for host in ["127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]", "0x7f000001", "0"] {
        let id = order_called_back(&app, host, &format!("http://{host}:{port}/")).await.task_id();
        let waits = until_delivery(&app, &id, Waiting, 1).await;
        let error = waits.attempts[0].error.as_deref().expect("an error");
        assert!(error.contains("webhooks.allow_private_addresses"), "{host}: {error}");
        assert_eq!(app.state_of(&id).await, "succeeded");
    }
    assert!(receiver.calls().is_empty());
}

#[tokio::test]
async fn where_it_is_allowed_a_name_is_resolved_and_called() {
    let app = TestApp::start().await;
    let receiver = Receiver::start().await;
    let id = order_called_back(&app, "a slow waltz", &receiver.named_url("/")).await.task_id();
    until_delivery(&app, &id, Delivered, 1).await;
}
