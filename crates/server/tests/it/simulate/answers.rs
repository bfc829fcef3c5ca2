//! Answers that the server would not have given of itself.

use serde_json::json;

use super::world::{HELD, World};

#[tokio::test]
async fn a_refusal_is_answered_as_often_as_scripted_and_makes_no_task() {
    let world = World::start(HELD).await;
    let body = json!({ "prompt": "a waltz" });
    for (script, status, code, retry_after) in [
        ("answer=429, retry_after=3s, answer_times=2", 429, "too_many_requests", Some("3")),
        ("answer=503, answer_times=2", 503, "api_error", Some("1")),
        ("answer=500, answer_times=2", 500, "api_error", None),
        ("answer=504, answer_times=2", 504, "timeout", None),
    ] {
        let before = world.ann.count_tasks().await;
        for _ in 0..2 {
            let answer = world.ann.order_scripted(script, &body).await;
            answer.assert_is_error(status, code);
            assert_eq!(answer.header("retry-after"), retry_after);
            assert!(answer.json().get("task_id").is_none());
        }
        assert_eq!(world.ann.count_tasks().await, before);
        assert_eq!(world.ann.order_scripted(script, &body).await.status, 200);
    }
    for _ in 0..4 {
        world.ann.order_scripted("answer=429", &body).await.assert_is_error(429, "too_many_requests");
    }
}

#[tokio::test]
async fn an_error_about_a_durable_order_carries_its_task_and_a_repeat_gets_it() {
    let world = World::start(HELD).await;
    for (status, code) in [(500, "api_error"), (503, "api_error"), (504, "timeout")] {
        let script = format!("answer={status}, answer_after=accept");
        let body = json!({ "prompt": script });
        let answer = world.ann.order_scripted(&script, &body).await;
        answer.assert_is_error(status, code);
        let again = world.ann.order_scripted(&script, &body).await;
        assert_eq!((again.status, again.task_id()), (200, answer.task_id()));
        assert_eq!(world.ann.standing(&answer.task_id()).await.0, "succeeded");
    }
    assert_eq!(world.ann.count_tasks().await, 3);
}

#[tokio::test]
async fn the_same_order_with_another_script_is_another_order() {
    let world = World::start(HELD).await;
    let body = json!({ "prompt": "a waltz" });
    world.ann.order_scripted("fail=api_error", &body).await.assert_is_error(500, "api_error");
    let done = world.ann.order_scripted("latency=0", &body).await;
    assert_eq!(done.status, 200, "{}", done.text());
}
