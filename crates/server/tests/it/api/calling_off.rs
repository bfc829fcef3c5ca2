//! Tasks that are cancelled or deleted on request, or miss their deadline.

use std::path::Path;
use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};

use crate::app::{TestApp, song, waited_song};
use crate::client::{Answer, Client, eventually, read};
use crate::engine::Turn;
use crate::receiver::Receiver;

async fn ask(caller: &Client, action: &str, id: &str) -> Answer {
    caller.query(&json!({ "action": action, "id": id })).await
}

/// The files below the data folder's two places for them.
fn files(home: &Path) -> usize {
    fn count(folder: &Path) -> usize {
        let Ok(entries) = std::fs::read_dir(folder) else { return 0 };
        let entries = entries.map(|entry| entry.expect("readable").path());
        entries.map(|path| if path.is_dir() { count(&path) } else { 1 }).sum()
    }
    count(&home.join("files")) + count(&home.join("masters"))
}

async fn until_no_folder_is_doomed(app: &TestApp) {
    use store::DoomedStore as _;
    eventually("what is doomed is removed", || async {
        app.store().doomed(true, None, 9).await.expect("readable").is_empty()
    })
    .await;
}

#[tokio::test]
async fn a_waiting_task_that_is_cancelled_never_reaches_its_engine() {
    let app = TestApp::with(|settings| settings.worker.concurrency = 1).await;
    let receiver = Receiver::start().await;
    app.engine.next(Turn::Hold);
    app.order_song("first").await;
    app.engine.until_orders(1).await;
    let order = json!({ "prompt": "second", "callback_url": receiver.url("/hook") });
    let id = app.ann.order(&order).await.task_id();
    let answer = ask(&app.ann, "cancel", &id).await;
    assert_eq!(
        (answer.status, answer.json()),
        (200, json!({ "id": id, "state": "cancelled", "cancelled": true }))
    );
    assert!(answer.header("x-trace-id").is_some());
    let record = app.retrieve(&id).await;
    assert_eq!(
        (record["state"].as_str(), record["response"]["error"]["code"].as_str()),
        (Some("cancelled"), Some("canceled"))
    );
    assert_eq!(receiver.until_calls(1).await[0].json(), record["response"], "called back like a failed one");
    app.engine.end("first", Turn::Sing);
    let third = app.order_song("third").await;
    app.until_succeeded(&third).await;
    assert_eq!(app.engine.prompts(), ["first", "third"]);
}

#[tokio::test]
async fn a_running_task_that_is_cancelled_is_stopped_at_once_and_whoever_waits_is_told() {
    let app = TestApp::with(|settings| settings.worker.concurrency = 1).await;
    app.engine.next(Turn::Hold);
    let waiting = app.ann.ordering(waited_song("a slow waltz"));
    app.engine.until_orders(1).await;
    let list = app.ann.query(&json!({ "action": "retrieve_batch" })).await.json();
    let id = list["items"][0]["id"].as_str().expect("a task").to_owned();
    assert_eq!(ask(&app.ann, "cancel", &id).await.json()["cancelled"], true);
    let told = waiting.await.expect("an answer");
    told.assert_is_error(400, "canceled");
    assert_eq!(told.task_id(), id);
    // The clock stands: no look at the lease has told the one worker that it is free again.
    let next = app.order_song("another").await;
    app.until_succeeded(&next).await;
    until_no_folder_is_doomed(&app).await;
    assert_eq!(app.state_of(&id).await, "cancelled");
}

#[tokio::test]
async fn a_task_that_has_ended_is_left_as_it_is_and_says_so() {
    let app = TestApp::start().await;
    let id = app.order_song("a slow waltz").await;
    let record = app.until_succeeded(&id).await;
    let answer = ask(&app.ann, "cancel", &id).await;
    assert_eq!(answer.json(), json!({ "id": id, "state": "succeeded", "cancelled": false }));
    assert_eq!(app.retrieve(&id).await, record);
}

#[tokio::test]
async fn unknown_tasks_and_those_of_others_are_not_found_and_left_out_of_a_batch() {
    let app = TestApp::with(|settings| settings.worker.concurrency = 1).await;
    app.engine.always(Turn::Hold);
    let ids = [app.order_song("one").await, app.order_song("two").await];
    let bob = app.client("bob@example.com").await;
    let bobs = bob.order_song("three").await;
    let unknown = uuid::Uuid::nil().to_string();
    for action in ["cancel", "delete"] {
        for id in [bobs.as_str(), unknown.as_str(), "waltz"] {
            ask(&app.ann, action, id).await.assert_is_error(404, "not_found");
        }
        app.ann.query(&json!({ "action": action })).await.assert_is_error(400, "bad_request");
    }
    let all = json!([ids[1], unknown, bobs, ids[0], ids[1], "waltz"]);
    let answer = app.ann.query(&json!({ "action": "cancel", "ids": all })).await.json();
    let item = |id: &str| json!({ "id": id, "state": "cancelled", "cancelled": true });
    assert_eq!(answer, json!({ "items": [item(&ids[1]), item(&ids[0])], "count": 2 }));
    let answer = app.ann.query(&json!({ "action": "delete", "ids": all })).await.json();
    let item = |id: &str| json!({ "id": id, "deleted": true });
    assert_eq!(answer, json!({ "items": [item(&ids[1]), item(&ids[0])], "count": 2 }));
    assert_eq!((app.ann.count_tasks().await, bob.count_tasks().await), (0, 1));
}

#[tokio::test]
async fn a_deleted_task_is_unknown_everywhere_and_its_files_are_gone() {
    let app = TestApp::start().await;
    let (id, kept) = (app.order_song("a slow waltz").await, app.order_song("another").await);
    let record = app.until_succeeded(&id).await;
    app.until_succeeded(&kept).await;
    // Asked for twice, a record is kept in memory.
    assert_eq!(app.retrieve(&id).await, app.retrieve(&id).await);
    let audio = record["response"]["data"][0]["audio_url"].as_str().expect("a URL");
    let audio = audio.strip_prefix(&app.ann.base).expect("of this server");
    assert_eq!(app.ann.get(audio).await.status, 200);

    let answer = ask(&app.ann, "delete", &id).await;
    assert_eq!((answer.status, answer.json()), (200, json!({ "id": id, "deleted": true })));
    ask(&app.ann, "retrieve", &id).await.assert_is_error(404, "not_found");
    let by_trace = json!({ "trace_id": record["trace_id"] });
    app.ann.query(&by_trace).await.assert_is_error(404, "not_found");
    assert_eq!(app.ann.retrieve_batch(&[&id, &kept]).await["count"], 1);
    assert_eq!(app.ann.count_tasks().await, 1);
    assert_eq!(app.ann.get(audio).await.status, 404);
    assert_eq!(files(app.home()), 3, "those of the other song");
    ask(&app.ann, "delete", &id).await.assert_is_error(404, "not_found");
}

#[tokio::test]
async fn an_unfinished_task_that_is_deleted_stops_and_whoever_waits_is_told() {
    let app = TestApp::with(|settings| settings.worker.concurrency = 1).await;
    app.engine.next(Turn::Hold);
    let waiting = app.ann.ordering(waited_song("a slow waltz"));
    app.engine.until_orders(1).await;
    let list = app.ann.query(&json!({ "action": "retrieve_batch" })).await.json();
    let id = list["items"][0]["id"].as_str().expect("a task").to_owned();
    let asking = app.ann.clone();
    let query = json!({ "id": id, "wait": 60 });
    let asked = tokio::spawn(async move { asking.query(&query).await });
    app.until_waited_for(&id, 2).await;
    assert_eq!(ask(&app.ann, "delete", &id).await.json()["deleted"], true);
    waiting.await.expect("an answer").assert_is_error(404, "not_found");
    asked.await.expect("an answer").assert_is_error(404, "not_found");
    let next = app.order_song("another").await;
    app.until_succeeded(&next).await;
    until_no_folder_is_doomed(&app).await;
}

#[tokio::test]
async fn files_of_a_deleted_task_stay_as_long_as_a_backup_is_made() {
    let app = TestApp::start().await;
    let id = app.order_song("a slow waltz").await;
    app.until_succeeded(&id).await;
    let backup = std::fs::File::create(app.home().join("backup.lock")).expect("made");
    backup.lock_shared().expect("free");
    assert_eq!(ask(&app.ann, "delete", &id).await.status, 200);
    app.advance(Duration::from_secs(2));
    ask(&app.ann, "retrieve", &id).await.assert_is_error(404, "not_found");
    assert_eq!(files(app.home()), 3);
    drop(backup);
    let gone = || async { files(app.home()) == 0 };
    app.advance_until(Duration::from_millis(500), Duration::from_secs(60), gone).await;
    until_no_folder_is_doomed(&app).await;
}

#[tokio::test]
async fn a_server_that_starts_removes_what_the_last_one_left() {
    use store::TaskStore as _;
    let mut app = TestApp::with(|settings| settings.worker.concurrency = 1).await;
    app.engine.next(Turn::Hold);
    app.order_song("another").await;
    app.engine.until_orders(1).await;
    let id = app.order_song("a slow waltz").await;
    // A worker whose process ends after it has written half of its files, and before it could remove them.
    let (now, folder) = (app.now(), store::FolderName::from_random([7; 16]));
    let claimed = app
        .store()
        .claim_next(domain::Crew::Makers, now, now.plus(Duration::from_secs(60)), folder.clone())
        .await;
    assert_eq!(claimed.expect("answered").expect("waits").claim.task.to_string(), id);
    app.files().put_master(&folder, b"half a song").expect("room");
    assert_eq!(ask(&app.ann, "cancel", &id).await.json()["cancelled"], true);
    assert_eq!(files(app.home()), 1, "its worker may still write there");
    app.restart().await;
    assert_eq!(files(app.home()), 0);
    until_no_folder_is_doomed(&app).await;
}

async fn order_within(caller: &Client, cancel_after: &str, body: &Value) -> Answer {
    let request = caller.request(Method::POST, "/producer/audios").bearer_auth(&caller.token);
    let request = request.header("content-type", "application/json").header("cancel-after", cancel_after);
    read(request.body(body.to_string())).await
}

#[tokio::test]
async fn a_task_that_misses_its_deadline_fails_and_its_engine_is_stopped() {
    let app = TestApp::with(|settings| settings.worker.concurrency = 1).await;
    app.engine.next(Turn::Hold);
    let waiting = tokio::spawn({
        let ann = app.ann.clone();
        async move { order_within(&ann, "3m", &waited_song("a slow waltz")).await }
    });
    app.engine.until_orders(1).await;
    let waits = order_within(&app.ann, "90", &song("another")).await.task_id();
    let free = app.order_song("a free one").await;
    // One look of the sweeper at a time, so that the lease is renewed meanwhile.
    let ended = || async { app.state_of(&waits).await == "failed" };
    app.advance_until(Duration::from_secs(1), Duration::from_secs(91), ended).await;
    let record = app.retrieve(&waits).await;
    assert_eq!(record["response"]["error"]["code"], "deadline_exceeded");
    assert!(!waiting.is_finished(), "the other has time left");
    let answered = || async { waiting.is_finished() };
    app.advance_until(Duration::from_secs(1), Duration::from_secs(180), answered).await;
    let told = waiting.await.expect("an answer");
    told.assert_is_error(504, "deadline_exceeded");
    app.until_succeeded(&free).await;
    assert_eq!(app.engine.prompts(), ["a slow waltz", "a free one"]);
    until_no_folder_is_doomed(&app).await;
}

#[tokio::test]
async fn a_deadline_of_the_settings_holds_for_orders_that_give_none() {
    let app = TestApp::with(|settings| settings.limits.cancel_after_seconds = 5).await;
    app.engine.always(Turn::Hold);
    let (id, longer) =
        (app.order_song("a slow waltz").await, order_within(&app.ann, "1h", &song("long")).await.task_id());
    app.engine.until_orders(2).await;
    let ended = || async { app.state_of(&id).await == "failed" };
    app.advance_until(Duration::from_secs(1), Duration::from_secs(6), ended).await;
    assert_eq!(app.state_of(&longer).await, "processing");
}

#[tokio::test]
async fn a_deadline_that_is_none_is_refused_by_name() {
    let app = TestApp::start().await;
    for wrong in ["0", "soon", "8d"] {
        let refused = order_within(&app.ann, wrong, &song("a slow waltz")).await;
        refused.assert_is_error(400, "bad_request");
        assert_eq!(refused.json()["error"]["details"][0]["field"], "Cancel-After");
    }
}
