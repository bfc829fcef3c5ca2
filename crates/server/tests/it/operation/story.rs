//! One trace id tells a task's whole story, in the logs alone.

use std::time::Duration;

use serde_json::{Value, json};
use store::DeliveryState;

use crate::app::TestApp;
use crate::callbacks::delivery::{advance_to_next_attempt, order_called_back, until_delivery};
use crate::client::eventually;
use crate::engine::Turn;
use crate::log::story_of;
use crate::receiver::{Receiver, Reply};

/// The sentences at `info` and above, with what else a line says that a reader follows the story by.
fn told(story: &[Value]) -> Vec<String> {
    let lines = story.iter().filter(|line| line["level"] != "DEBUG");
    lines
        .map(|line| {
            let more = ["attempt", "status", "retry_seconds"].map(|key| match &line[key] {
                Value::Null => String::new(),
                value => format!(" {key}={value}"),
            });
            format!("{}{}", line["message"].as_str().expect("a sentence"), more.concat())
        })
        .collect()
}

#[tokio::test]
async fn a_trace_id_tells_a_tasks_story_from_its_order_to_its_last_callback() {
    let app = TestApp::with(|settings| settings.webhooks.retry_schedule_seconds = vec![5, 30]).await;
    let receiver = Receiver::start().await;
    receiver.next(Reply::Status(500, "no"));
    receiver.next(Reply::Drop);
    app.engine.next(Turn::Retry("out of tune"));
    let answer = order_called_back(&app, "a slow waltz", &receiver.url("/secret/hook?key=1")).await;
    let (id, trace) = (answer.task_id(), answer.word("trace_id"));
    eventually("it waits for its next try", || async {
        told(&story_of(&trace)).iter().any(|line| line.starts_with("back in the queue"))
    })
    .await;
    app.advance(Duration::from_secs(2));
    app.advance_until(Duration::from_millis(100), Duration::from_secs(2), || async {
        app.state_of(&id).await == "succeeded"
    })
    .await;
    advance_to_next_attempt(&app, &id, 1).await;
    advance_to_next_attempt(&app, &id, 2).await;
    until_delivery(&app, &id, DeliveryState::Delivered, 3).await;

    let story = story_of(&trace);
    assert!(story.iter().all(|line| line["task_id"] == id.as_str()), "{story:#?}");
    let secret =
        story.iter().map(Value::to_string).find(|line| line.contains("secret") || line.contains("key=1"));
    assert_eq!(secret, None);
    let attempts: Vec<_> = story.iter().filter(|line| line["to"].is_string()).collect();
    assert!(attempts.iter().all(|line| line["duration_ms"].is_u64() && line["to"] == "http://127.0.0.1"));
    let mut told = told(&story);
    for line in &mut told {
        // Up to a fifth more, by chance.
        for (least, most) in [(5, 6), (30, 36)] {
            for seconds in least..=most {
                *line = line.replace(&format!("retry_seconds={seconds}"), &format!("retry_seconds={least}+"));
            }
        }
        *line = line.replace("5++", "5+").replace("30++", "30+");
    }
    assert_eq!(
        told,
        [
            "accepted an order",
            "started attempt=1",
            "a try failed",
            "back in the queue retry_seconds=2",
            "started attempt=2",
            "kept its files attempt=2",
            "succeeded attempt=2",
            "callback failed; it is tried again attempt=1 status=500 retry_seconds=5+",
            "callback failed; it is tried again attempt=2 retry_seconds=30+",
            "callback arrived attempt=3 status=200",
        ]
    );
}

#[tokio::test]
async fn an_order_that_is_refused_is_told_with_its_trace_and_why() {
    let app = TestApp::start().await;
    let answer = app.ann.order(&json!({ "prompt": "a waltz", "weirdness": 7 })).await;
    answer.assert_is_error(400, "bad_request");
    let story = story_of(&answer.word("trace_id"));
    assert_eq!(story.len(), 1, "{story:#?}");
    assert_eq!(story[0]["message"], "refused an order");
    assert_eq!((&story[0]["code"], &story[0]["kind"]), (&json!("bad_request"), &json!("audios")));
}

#[tokio::test]
async fn a_callback_that_is_given_up_is_told_as_a_dead_letter() {
    let app = TestApp::with(|settings| settings.webhooks.retry_schedule_seconds = vec![]).await;
    let receiver = Receiver::that_answers(Reply::Status(404, "no")).await;
    let answer = order_called_back(&app, "a slow waltz", &receiver.url("/")).await;
    until_delivery(&app, &answer.task_id(), DeliveryState::GivenUp, 1).await;
    let story = told(&story_of(&answer.word("trace_id")));
    assert_eq!(
        story.last().map(String::as_str),
        Some("callback given up: a dead letter attempt=1 status=404")
    );

    let task_id = answer.task_id();
    app.ann.post("/producer/callbacks", json!({ "action": "replay", "id": task_id })).await;
    until_delivery(&app, &task_id, DeliveryState::GivenUp, 2).await;
    let lines = story_of(&answer.word("trace_id"));
    assert!(lines.iter().all(|line| line["task_id"] == task_id.as_str()), "{lines:#?}");
    assert_eq!(
        told(&lines)[story.len()..],
        ["the callback is to be sent again", "callback given up: a dead letter attempt=1 status=404"]
    );
}
