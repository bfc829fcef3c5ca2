//! What becomes of scripted orders.

use reqwest::Method;
use serde_json::json;

use super::world::{AUTO, HELD, World};
use crate::app::TestApp;
use crate::client::{eventually, read};

#[tokio::test]
async fn an_order_without_latency_is_done_while_the_clock_stands() {
    let world = World::start(HELD).await;
    let answer = world.ann.order(&json!({ "prompt": "a waltz" })).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    let item = &answer.json()["data"][0];
    assert_eq!((item["duration"].as_str(), item["title"].as_str()), (Some("1.0"), Some("a waltz")));
    let sound =
        world.ann.get(item["audio_url"].as_str().expect("a URL").split_at(world.ann.base.len()).1).await;
    assert_eq!((sound.status, &sound.body[4..8]), (200, &b"ftyp"[..]));
    assert_eq!(world.seconds().await, 0.0);
}

#[tokio::test]
async fn a_slow_order_tells_its_progress_and_ends_to_the_millisecond() {
    let world = World::start(HELD).await;
    let id = world.ann.rehearse("latency=40s", "a waltz").await;
    world.advance("0s").await;
    assert_eq!(world.ann.standing(&id).await, ("processing".to_owned(), json!("0%")));
    world.advance("20s").await;
    assert_eq!(world.ann.standing(&id).await, ("processing".to_owned(), json!("50%")));
    world.advance("19999ms").await;
    assert_eq!(world.ann.standing(&id).await, ("processing".to_owned(), json!("90%")));
    world.advance("1ms").await;
    assert_eq!(world.ann.standing(&id).await, ("succeeded".to_owned(), json!("succeeded")));
    assert_eq!(world.ann.retrieve(&id).await["elapsed"], 40.0);
}

#[tokio::test]
async fn a_clock_that_runs_ahead_ends_a_slow_order_at_once() {
    let world = World::start(AUTO).await;
    let answer = world.ann.order_scripted("latency=40s", &json!({ "prompt": "a waltz" })).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    assert_eq!(world.ann.retrieve(&answer.task_id()).await["elapsed"], 40.0);
    assert_eq!(world.seconds().await, 40.0);
}

#[tokio::test]
async fn a_wait_that_is_too_long_for_a_connection_ends_with_the_tasks_id() {
    let world = World::start(AUTO).await;
    let answer = world.ann.order_scripted("latency=400s", &json!({ "prompt": "a waltz" })).await;
    answer.assert_is_error(504, "timeout");
    let done = || async { world.ann.standing(&answer.task_id()).await.0 == "succeeded" };
    eventually("the task goes on", done).await;
}

#[tokio::test]
async fn a_task_fails_with_its_code_after_its_progress() {
    let world = World::start(HELD).await;
    for code in ["api_error", "bad_request", "api_not_implemented", "deadline_exceeded"] {
        let id = world.ann.rehearse(&format!("latency=10s, fail={code}, after=60%"), code).await;
        world.advance("5999ms").await;
        assert_eq!(world.ann.standing(&id).await, ("processing".to_owned(), json!("50%")));
        world.advance("1ms").await;
        assert_eq!(world.ann.standing(&id).await, ("failed".to_owned(), json!(code)));
    }
}

#[tokio::test]
async fn an_engine_that_fails_twice_is_tried_a_third_time() {
    let world = World::start(HELD).await;
    let id = world.ann.rehearse("latency=1s, fail=api_error, times=2", "a waltz").await;
    // Two tries of a second; two waits, of 2 s and 4 s.
    world.advance("8s").await;
    assert_eq!(world.ann.standing(&id).await.0, "processing");
    world.advance("1s").await;
    assert_eq!(world.ann.standing(&id).await.0, "succeeded");

    let id = world.ann.rehearse("fail=api_error, times=3", "a march").await;
    world.advance("1h").await;
    assert_eq!(world.ann.standing(&id).await, ("failed".to_owned(), json!("api_error")));
}

#[tokio::test]
async fn a_clock_that_runs_ahead_does_not_wait_for_a_retry() {
    let world = World::start(AUTO).await;
    let answer = world.ann.order_scripted("fail=api_error, times=2", &json!({ "prompt": "a waltz" })).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    // The sweeper is late by ten milliseconds at most, twice.
    assert!((6.0..6.1).contains(&world.seconds().await), "{}", world.seconds().await);
}

#[tokio::test]
async fn half_of_a_batch_fails_by_a_rule() {
    let world = World::with(HELD, |settings| {
        let rule = r#"{ "every": 2, "prompt": "batch", "script": "fail=api_error" }"#;
        settings.engine.simulated.rules = vec![serde_json::from_str(rule).expect("a rule")];
    })
    .await;
    let mut states = Vec::new();
    for number in 0..6 {
        let id = world.ann.order_song(&format!("batch {number}")).await;
        world.advance("1s").await;
        states.push(world.ann.standing(&id).await.0);
    }
    assert_eq!(states, ["succeeded", "failed"].repeat(3));
    let own_script = world.ann.rehearse("latency=0", "batch 6").await;
    let other = world.ann.order_song("another").await;
    world.advance("1s").await;
    for id in [own_script, other] {
        assert_eq!(world.ann.standing(&id).await.0, "succeeded");
    }
}

#[tokio::test]
async fn a_rule_that_strikes_now_and_then_makes_no_second_song_of_a_repeat() {
    let world = World::with(HELD, |settings| {
        let rule = r#"{ "every": 2, "script": "latency=1s" }"#;
        settings.engine.simulated.rules = vec![serde_json::from_str(rule).expect("a rule")];
    })
    .await;
    let body = json!({ "prompt": "once", "async": true });
    let order = async || {
        let request = world.ann.request(Method::POST, "/producer/audios").bearer_auth(&world.ann.token);
        let request = request.header("idempotency-key", "k");
        read(request.json(&body)).await
    };
    let (first, again) = (order().await, order().await);
    assert_eq!((first.status, again.status), (200, 200), "{}", again.text());
    assert_eq!(first.task_id(), again.task_id());
}

#[tokio::test]
async fn equal_media_are_stored_once() {
    let world = World::start(HELD).await;
    let mut names = std::collections::BTreeSet::new();
    for (script, prompt) in [("latency=0", "one"), ("latency=0", "two"), ("duration=2s", "three")] {
        let answer = world.ann.order_scripted(script, &json!({ "prompt": prompt })).await.json();
        names.insert(answer["data"][0]["audio_url"].as_str().expect("a URL").to_owned());
    }
    assert_eq!(names.len(), 2);
    assert_eq!(folders(&world, "files"), 2);
}

/// How many folders there are under this root.
fn folders(world: &World, root: &str) -> usize {
    let Ok(parents) = std::fs::read_dir(world.data().join(root)) else { return 0 };
    parents.map(|parent| std::fs::read_dir(parent.expect("readable").path()).expect("a folder").count()).sum()
}

#[tokio::test]
async fn media_of_an_order_that_was_cancelled_while_they_were_made_are_used_by_the_next_or_removed() {
    let mut world = World::start(HELD).await;
    for (made, script) in [(1, "duration=60s"), (2, "duration=59s")] {
        let id = world.ann.rehearse(script, "a waltz").await;
        let count = format!("backline_engine_seconds_count {made}\n");
        let is_encoding = || async { world.ann.get("/metrics").await.text().contains(&count) };
        eventually("its engine is done", is_encoding).await;
        let cancelled = world.ann.query(&json!({ "action": "cancel", "id": id })).await.json();
        assert_eq!(cancelled["cancelled"], true, "a minute takes longer to encode");
    }
    eventually("both are made", || async { folders(&world, "files") == 2 }).await;
    // The folders that the two tries would have had of their own are noted too, until their workers have seen to them.
    eventually("what they share is left", || async { world.doomed().await.len() == 2 }).await;
    let used = world.ann.order_scripted("duration=60s", &json!({ "prompt": "another" })).await;
    assert_eq!(used.status, 200, "{}", used.text());
    assert_eq!(world.doomed().await.len(), 1);

    world.restart(HELD).await;
    assert_eq!((folders(&world, "files"), folders(&world, "masters")), (1, 1));
    assert_eq!(world.doomed().await, []);
    let audio = used.json()["data"][0]["audio_url"].as_str().expect("a URL").to_owned();
    let path = audio.splitn(4, '/').nth(3).expect("a path");
    assert_eq!(world.ann.get(&format!("/{path}")).await.status, 200);
}

#[tokio::test]
async fn a_server_with_a_held_task_stops_and_the_task_goes_on() {
    let mut world = World::start(HELD).await;
    world.ann.rehearse("latency=40s", "a waltz").await;
    let patience = std::time::Duration::from_secs(8);
    tokio::time::timeout(patience, world.stop()).await.expect("softly, though the clock stands");
}

#[tokio::test]
async fn beside_another_engine_the_header_and_the_model_simulate() {
    let app = TestApp::with(|settings| settings.engine.simulated.enabled = true).await;
    let by_header = app.ann.rehearse("duration=2s", "by header").await;
    let by_model = app.ann.order(&json!({ "prompt": "by model", "model": "simulated", "async": true })).await;
    let real = app.order_song("real").await;
    for (id, duration, model) in
        [(by_header, "2.0", "FUZZ-2.0"), (by_model.task_id(), "1.0", "simulated"), (real, "0.1", "FUZZ-2.0")]
    {
        let record = app.until_succeeded(&id).await;
        let item = &record["response"]["data"][0];
        assert_eq!((item["duration"].as_str(), item["model"].as_str()), (Some(duration), Some(model)));
    }
    assert_eq!(app.engine.prompts(), ["real"]);

    let slow = app.ann.rehearse("latency=40s", "slow").await;
    let done = || async {
        app.advance(std::time::Duration::from_secs(1));
        app.state_of(&slow).await == "succeeded"
    };
    eventually("it is done by the server's own clock", done).await;
}

#[tokio::test]
async fn a_simulation_is_refused_where_none_is_allowed() {
    let app = TestApp::start().await;
    let answer = app.ann.order_scripted("latency=40s", &json!({ "prompt": "a waltz" })).await;
    answer.assert_is_error(400, "bad_request");
    assert!(answer.message().contains("engine.simulated.enabled"), "{}", answer.message());
    let answer = app.ann.order(&json!({ "prompt": "a waltz", "model": "simulated" })).await;
    answer.assert_is_error(400, "bad_request");
    assert!(answer.message().starts_with("model is invalid.") && answer.message().contains("FUZZ-2.0 Pro"));
    assert_eq!((app.ann.count_tasks().await, app.engine.prompts().len()), (0, 0));
}

#[tokio::test]
async fn a_wrong_script_is_refused_before_there_is_a_task() {
    let world = World::start(HELD).await;
    let answer = world.ann.order_scripted("latncy=40s", &json!({ "prompt": "a waltz" })).await;
    answer.assert_is_error(400, "bad_request");
    let problem = &answer.json()["error"]["details"][0];
    assert_eq!((&problem["field"], &problem["value"]), (&json!("backline-simulate"), &json!("latncy=40s")));
    assert!(answer.message().contains("latency, progress, fail"), "{}", answer.message());
    assert_eq!(world.ann.count_tasks().await, 0);
}
