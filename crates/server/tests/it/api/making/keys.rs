//! Keys on the endpoints beside `/audios`, whose own stories stand in `api/keys.rs`.

use std::time::Duration;

use domain::TaskKind;
use reqwest::Method;
use serde_json::{Value, json};

use super::{item, wrong_fields};
use crate::app::TestApp;
use crate::client::{Answer, Client, read};

async fn post(caller: &Client, kind: TaskKind, key: &str, body: &Value) -> Answer {
    let request = caller.request(Method::POST, &format!("/producer/{}", kind.as_str()));
    let request = request.bearer_auth(&caller.token).header("idempotency-key", key);
    read(request.header("content-type", "application/json").body(body.to_string())).await
}

/// A body that can be made, a second one, and one that is refused.
async fn bodies(app: &TestApp, kind: TaskKind) -> [Value; 3] {
    let rain = item(&app.ann.order(&json!({ "prompt": "Rain" })).await);
    let sun = item(&app.ann.order(&json!({ "prompt": "Sun" })).await);
    let of = |song: &Value, word: &str| match kind {
        TaskKind::Audios => json!({ "action": "cover", "audio_id": song["id"] }),
        TaskKind::Lyrics => json!({ "prompt": word }),
        TaskKind::Upload => json!({ "audio_url": song["audio_url"] }),
        TaskKind::Wav | TaskKind::Videos => json!({ "audio_id": song["id"] }),
    };
    [of(&rain, "rain"), of(&sun, "sun"), json!({})]
}

/// An answer without the server's address, which is another one after a restart.
fn placeless(caller: &Client, answer: &Answer) -> (u16, String) {
    (answer.status, answer.text().replace(&caller.base, ""))
}

#[tokio::test]
async fn every_endpoint_that_makes_something_makes_it_once_for_a_key() {
    let mut app = TestApp::start().await;
    for kind in TaskKind::ALL {
        let [body, other, refused] = bodies(&app, kind).await;
        let before = app.ann.count_tasks().await;
        post(&app.ann, kind, kind.as_str(), &refused).await.assert_is_error(400, "bad_request");
        let asked = (0..5).map(|_| post(&app.ann, kind, kind.as_str(), &body));
        let answers = futures_util::future::join_all(asked).await;
        assert_eq!(answers[0].status, 200, "{kind:?}: {}", answers[0].text());
        let first = placeless(&app.ann, &answers[0]);
        assert!(
            answers.iter().all(|answer| placeless(&app.ann, answer) == first),
            "{kind:?}: all are told the same"
        );
        // Long after what was asked twice by chance is told apart.
        app.advance(Duration::from_secs(60));
        app.restart().await;
        let again = post(&app.ann, kind, kind.as_str(), &body).await;
        assert_eq!(placeless(&app.ann, &again), first, "{kind:?}");
        let refused = post(&app.ann, kind, kind.as_str(), &other).await;
        assert_eq!(wrong_fields(&refused), ["Idempotency-Key"], "{kind:?}");
        assert_eq!(app.ann.count_tasks().await, before + 1, "{kind:?}");
    }
}

#[tokio::test]
async fn a_key_belongs_to_the_endpoint_that_it_came_to() {
    let app = TestApp::start().await;
    let body = json!({ "audio_id": item(&app.ann.order(&json!({ "prompt": "Rain" })).await)["id"] });
    assert_eq!(post(&app.ann, TaskKind::Wav, "one", &body).await.status, 200);
    assert_eq!(wrong_fields(&post(&app.ann, TaskKind::Videos, "one", &body).await), ["Idempotency-Key"]);
}

#[tokio::test]
async fn what_was_accepted_is_answered_again_also_when_its_source_is_gone_since() {
    let app = TestApp::start().await;
    let order = app.ann.order(&json!({ "prompt": "Rain" })).await;
    let body = json!({ "audio_id": item(&order)["id"] });
    let first = post(&app.ann, TaskKind::Wav, "one", &body).await;
    assert_eq!(app.ann.query(&json!({ "action": "delete", "id": order.task_id() })).await.status, 200);
    // Long after what was asked twice by chance is told apart.
    app.advance(Duration::from_secs(60));
    assert_eq!(post(&app.ann, TaskKind::Wav, "one", &body).await.json(), first.json());
    assert_eq!(wrong_fields(&post(&app.ann, TaskKind::Wav, "two", &body).await), ["audio_id"]);
    assert_eq!(app.ann.count_tasks().await, 1);
}
