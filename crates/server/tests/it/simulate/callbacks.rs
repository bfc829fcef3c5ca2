//! Callbacks that are lost, doubled, late, or refused for a day.

use std::time::{Duration, Instant};

use super::world::{HELD, World};
use crate::receiver::{Call, Receiver, Reply};

fn tasks_of(calls: &[Call]) -> Vec<String> {
    calls.iter().map(|call| call.json()["task_id"].as_str().expect("an id").to_owned()).collect()
}

#[tokio::test]
async fn a_callback_is_lost_doubled_or_late_as_scripted() {
    let world = World::start(HELD).await;
    let receiver = Receiver::start().await;
    let late = world.ann.rehearse_called_back("callback=late, delay=30s", &receiver.url("/")).await;
    let lost = world.ann.rehearse_called_back("callback=lost", &receiver.url("/")).await;
    world.advance("1s").await;
    assert_eq!(receiver.calls().len(), 0);
    let double = world.ann.rehearse_called_back("callback=duplicate", &receiver.url("/")).await;
    world.advance("1s").await;
    assert_eq!(tasks_of(&receiver.calls()), [&*double, &*double]);
    let [one, other] = &receiver.calls()[..] else { panic!("two calls") };
    assert_eq!(one.body, other.body);
    // Out of order: the first order's callback comes last.
    world.advance("28s").await;
    assert_eq!(tasks_of(&receiver.calls()), [&*double, &*double, &*late]);
    world.advance("48h").await;
    assert_eq!(receiver.calls().len(), 3, "the lost one never comes");
    for id in [late, lost, double] {
        assert_eq!(world.ann.standing(&id).await.0, "succeeded", "the tasks are not harmed");
    }
}

#[tokio::test]
async fn a_late_callback_that_fails_is_tried_along_the_whole_schedule() {
    let world = World::with(HELD, |settings| settings.webhooks.retry_schedule_seconds = vec![5, 3_600]).await;
    let receiver = Receiver::that_answers(Reply::Status(500, "no")).await;
    world.ann.rehearse_called_back("callback=late, delay=1m", &receiver.url("/")).await;
    for (by, calls) in [("59s", 0), ("1s", 1), ("6s", 2), ("3000s", 2), ("2000s", 3), ("24h", 3)] {
        world.advance(by).await;
        assert_eq!(receiver.calls().len(), calls, "after {by}");
    }
}

#[tokio::test]
#[expect(clippy::disallowed_methods, reason = "the machine's time is what is measured")]
async fn a_whole_schedule_of_retries_passes_in_a_moment() {
    let world = World::start(HELD).await;
    let receiver = Receiver::that_answers(Reply::Status(500, "no")).await;
    world.ann.rehearse_called_back("latency=40s", &receiver.url("/")).await;
    let begun = Instant::now();
    world.advance("40h").await;
    let took = begun.elapsed();
    assert_eq!(receiver.calls().len(), 11, "the schedule has ten waits");
    assert_eq!(world.seconds().await, 144_000.0);
    assert!(took < Duration::from_secs(5), "{took:?}");
}

#[tokio::test]
async fn a_callback_that_is_lost_or_late_as_scripted_does_not_make_its_host_one_that_is_silent() {
    let world = World::start(HELD).await;
    let receiver = Receiver::that_answers(Reply::Hang).await;
    for script in ["callback=late, delay=1h", "callback=lost"] {
        world.ann.rehearse_called_back(script, &receiver.url("/")).await;
        world.advance("1s").await;
    }
    for number in 0..3 {
        let url = receiver.url(&format!("/{number}"));
        world.ann.rehearse_called_back("latency=0s", &url).await;
    }
    // A silent host gets one at a time.
    receiver.until_calls(3).await;
}
