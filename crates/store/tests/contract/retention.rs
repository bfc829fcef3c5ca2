//! What is old goes in small steps, and nothing that somebody still waits for goes with it.

use domain::{TaskId, Timestamp};
use store::{AfterAttempt, Ages, Attempt, Forgotten, NewTask, Standing};

use super::support::{Caller, NO_BOUNDS, World, at, callback, failed, made, wrong_sums};

const OLD: Ages =
    Ages { now: NOW, tasks: Some(at(1_000)), failed_tasks: None, attempts: None, events: None, keys: None };
const NOW: Timestamp = at(100_000);
/// From a clock that was wrong.
const IN_2096: i64 = 4_000_000_000_000;

async fn forget(world: &World, ages: Ages, most: u32) -> Vec<TaskId> {
    let (mut gone, mut next) = (Vec::new(), Some(0));
    while let Some(from) = next {
        let step = world.store.forget_tasks(ages, from, most).await.expect("deleted");
        assert!(step.gone.len() <= most as usize);
        gone.extend(step.gone);
        next = step.next;
    }
    gone
}

async fn is_known(world: &World, caller: Caller, task: TaskId) -> bool {
    world.store.task(caller.user, task).await.expect("readable").is_some()
}

async fn failed_song(world: &World, caller: Caller, now: i64) -> TaskId {
    let task = world.song(caller).await;
    let claimed = world.claim(now).await.expect("waits");
    world.finish(&claimed, failed(), now).await;
    task
}

#[tokio::test]
async fn old_tasks_go_step_by_step_and_are_unknown_then() {
    let world = World::new();
    let ann = world.caller("ann@example.com", "songs").await;
    let mut old = Vec::new();
    for now in 0..7 {
        old.push(world.kept_song(ann, now).await.0);
    }
    let seen = world.store.last_event_cursor().await.expect("readable");
    let (young, _) = world.kept_song(ann, 1_000).await;
    assert_eq!(forget(&world, OLD, 3).await, old);
    let gone = world.store.events_gone(ann.user).await.expect("readable");
    assert_eq!(gone, seen, "who has not seen their events is told so, and who has seen them is not");
    for task in old {
        assert!(!is_known(&world, ann, task).await);
    }
    assert!(is_known(&world, ann, young).await, "it ended at the very time from which on tasks are kept");
    let all = store::Page { limit: 100, offset: 0 };
    let list = world.store.list(ann.user, store::Filter::default(), all).await.expect("readable");
    assert_eq!((list.count, list.items.len()), (1, 1));
    assert_eq!(wrong_sums(&world.database.raw(), &NO_BOUNDS), Vec::<String>::new());
    let zeros = "SELECT count(*) FROM task_counts WHERE n = 0";
    let zeros: i64 = world.database.raw().query_row(zeros, [], |row| row.get(0)).expect("readable");
    assert_eq!(zeros, 0, "a count of nothing is no row");
}

#[tokio::test]
async fn a_task_that_has_not_ended_or_is_still_to_be_called_about_stays_however_old() {
    let world = World::new();
    let ann = world.caller("ann@example.com", "songs").await;
    let owed = world.owed(ann, "https://a.example", 0).await;
    let running = world.song(ann).await;
    let _held = world.claim(0).await.expect("waits");
    let waiting = world.song(ann).await;
    assert_eq!(forget(&world, OLD, 10).await, []);
    let step = world.store.forget_tasks(OLD, 0, 10).await.expect("looked");
    assert_eq!(step.left, Some(1), "the next walk begins at the first that stayed");

    let delivery = world.send(2, 1).await.remove(0);
    assert_eq!(forget(&world, OLD, 10).await, [], "it is under way");
    world.record_attempt(&delivery, attempt(3), AfterAttempt::Delivered).await.expect("noted");
    assert_eq!(forget(&world, OLD, 10).await, [owed]);
    for task in [running, waiting] {
        assert!(!matches!(world.standing(ann, task).await, Standing::Ended(_)));
    }
    assert_eq!(wrong_sums(&world.database.raw(), &NO_BOUNDS), Vec::<String>::new());
}

fn attempt(now: i64) -> Attempt {
    let duration = std::time::Duration::from_millis(1);
    Attempt { at: at(now), duration, status: Some(200), error: None, answer: b"thanks".to_vec() }
}

#[tokio::test]
async fn failed_tasks_may_have_an_age_of_their_own() {
    let world = World::new();
    let ann = world.caller("ann@example.com", "songs").await;
    let (song, _) = world.kept_song(ann, 0).await;
    let failure = failed_song(&world, ann, 0).await;
    let only_failed = Ages { tasks: None, failed_tasks: Some(at(1_000)), ..OLD };
    assert_eq!(forget(&world, only_failed, 10).await, [failure]);
    let longer = Ages { failed_tasks: Some(at(500)), ..OLD };
    let failure = failed_song(&world, ann, 700).await;
    assert_eq!(forget(&world, longer, 10).await, [song]);
    assert_eq!(forget(&world, OLD, 10).await, [failure], "without one, it is that of all tasks");
}

#[tokio::test]
async fn the_files_of_a_task_that_went_are_doomed_unless_another_needs_them() {
    let world = World::new();
    let ann = world.caller("ann@example.com", "songs").await;
    let (_, own) = world.kept_song(ann, 0).await;
    let (_, shared) = world.kept_song(ann, 0).await;
    let (_, twice) = world.kept_song(ann, 0).await;
    let (young, other) = world.kept_song(ann, 2_000).await;
    let raw = world.database.raw();
    raw.execute("INSERT INTO shared_folders VALUES (?1)", [shared.as_str()]).expect("written");
    raw.execute("UPDATE songs SET folder = ?1 WHERE folder = ?2", [twice.as_str(), other.as_str()])
        .expect("written");
    assert_eq!(forget(&world, OLD, 10).await.len(), 3);
    let doomed: Vec<String> = raw
        .prepare("SELECT folder FROM doomed_folders WHERE claimed = 0")
        .and_then(|mut sql| sql.query_map([], |row| row.get(0))?.collect())
        .expect("readable");
    assert_eq!(doomed, [own.as_str()]);
    assert!(is_known(&world, ann, young).await);
}

#[tokio::test]
async fn attempts_of_callbacks_go_once_their_delivery_is_done_and_old() {
    let world = World::new();
    let ann = world.caller("ann@example.com", "songs").await;
    let mut tasks = Vec::new();
    for (now, after) in
        [(10, AfterAttempt::Delivered), (20, AfterAttempt::Retry(at(5_000))), (2_000, AfterAttempt::GivenUp)]
    {
        tasks.push(world.owed(ann, "https://a.example", now).await);
        let delivery = world.send(now, 1).await.remove(0);
        world.record_attempt(&delivery, attempt(now), after).await.expect("noted");
    }
    let step = world.store.forget_attempts(at(1_000), 0, 2).await.expect("deleted");
    assert_eq!((step.gone, step.next, step.left), (1, Some(3), Some(2)));
    let mut left = Vec::new();
    for task in tasks {
        left.push(world.deliveries(task).await[0].attempts.len());
    }
    assert_eq!(left, [0, 1, 1]);
}

#[tokio::test]
async fn attempts_of_a_replay_go_too_and_no_step_looks_at_deliveries_without_any() {
    let world = World::new();
    let ann = world.caller("ann@example.com", "songs").await;
    let mut tasks = Vec::new();
    for now in 0..4 {
        tasks.push(world.owed(ann, "https://a.example", now).await);
        let delivery = world.send(now, 1).await.remove(0);
        world.record_attempt(&delivery, attempt(now), AfterAttempt::Delivered).await.expect("noted");
    }
    let step = world.store.forget_attempts(at(1_000), 0, 9).await.expect("deleted");
    assert_eq!((step.gone, step.next), (4, Some(5)));
    world.store.replay(None, store::Replay::Task(tasks[2]), at(2_000)).await.expect("put back");
    let delivery = world.send(2_000, 1).await.remove(0);
    world.record_attempt(&delivery, attempt(2_000), AfterAttempt::Delivered).await.expect("noted");
    let step = world.store.forget_attempts(at(3_000), 0, 1).await.expect("deleted");
    assert_eq!((step.gone, step.next), (1, Some(4)), "the first two have none");
    assert_eq!(world.store.forget_attempts(at(3_000), 4, 1).await.expect("looked").next, None);
}

#[tokio::test]
async fn old_events_and_keys_go_and_the_cursor_tells_which() {
    let world = World::new();
    let ann = world.caller("ann@example.com", "songs").await;
    world.kept_song(ann, 0).await;
    let raw = world.database.raw();
    raw.execute("DELETE FROM events", []).expect("written");
    for cursor in 1..=6_i64 {
        let event =
            "INSERT INTO events (user_no, cursor, task_no, state, at_ms) VALUES (1, ?1, 1, 0, ?1 * 300)";
        raw.execute(event, [cursor]).expect("written");
        let key = "INSERT INTO idempotency_log VALUES (?1, 1, randomblob(16), randomblob(16), randomblob(16), ?1 * 300)";
        raw.execute(key, [cursor]).expect("written");
    }
    let ages = Ages { events: Some(at(1_000)), keys: Some(at(1_000)), ..OLD };
    let due = world.database.folder().due(ages).expect("counted");
    assert_eq!((due.succeeded, due.failed, due.events, due.keys), (1, 0, 3, 3));
    let count = |table: &str| -> i64 {
        raw.query_row(&format!("SELECT count(*) FROM {table}"), [], |row| row.get(0)).expect("readable")
    };
    assert_eq!((count("events"), count("idempotency_log")), (6, 6), "counting changes nothing");

    let mut steps = Vec::new();
    for _ in 0..3 {
        let events = world.store.delete_events_before(at(1_000), NOW, 2).await.expect("deleted");
        steps.push((events, forget_keys(&world, at(1_000), 0, 2).await.gone));
    }
    assert_eq!(steps, [(2, 2), (1, 1), (0, 0)]);
    assert_eq!((count("events"), count("idempotency_log")), (3, 3));
    let step = forget_keys(&world, at(1_000), 0, 9).await;
    assert_eq!(
        (step.gone, step.next, step.left),
        (0, Some(6), Some(4)),
        "the next walk begins at the first that stayed"
    );
    assert_eq!(forget_keys(&world, at(9_000), 0, 9).await.gone, 2, "the last stays");
    let due = world.database.folder().due(Ages { keys: Some(at(9_000)), ..ages }).expect("counted");
    assert_eq!((due.keys, count("idempotency_log")), (0, 1));
    assert_eq!(world.store.events_gone(ann.user).await.expect("readable"), 3);
}

async fn forget_keys(world: &World, before: Timestamp, from: i64, most: u32) -> Forgotten<usize> {
    world.store.forget_keys(before, NOW, from, most).await.expect("deleted")
}

#[tokio::test]
async fn what_is_dated_in_the_future_keeps_nothing_from_going() {
    let world = World::new();
    let ann = world.caller("ann@example.com", "songs").await;
    let raw = world.database.raw();
    for number in 1..=20_i64 {
        world.kept_song(ann, 0).await;
        let key =
            "INSERT INTO idempotency_log VALUES (?1, 1, randomblob(16), randomblob(16), randomblob(16), 0)";
        raw.execute(key, [number]).expect("written");
    }
    // The first five of each come from a clock that was wrong, and one event and key more in the middle.
    raw.execute_batch(&format!(
        "UPDATE tasks SET created_ms = {IN_2096}, finished_ms = {IN_2096} WHERE no <= 5; \
         UPDATE idempotency_log SET created_ms = {IN_2096} WHERE no <= 5 OR no = 12; \
         DELETE FROM events; \
         INSERT INTO events (user_no, cursor, task_no, state, at_ms) \
         SELECT 1, no, 1, 0, CASE WHEN no <= 5 OR no = 12 THEN {IN_2096} WHEN no > 18 THEN 50000 ELSE 0 END FROM tasks"
    ))
    .expect("written");
    let found = store::doctor::examine(&world.database.folder(), NOW, NOW).expect("examined");
    let clock = &found.iter().find(|finding| finding.what == "clock").expect("looked at").detail;
    for said in ["5 tasks were", "6 events happened", "6 idempotency keys were"] {
        assert!(clock.contains(said), "{clock}");
    }

    assert_eq!(forget(&world, OLD, 3).await.len(), 15);
    let (mut keys, mut next) = (0, Some(0));
    while let Some(from) = next {
        let step = forget_keys(&world, at(1_000), from, 3).await;
        (keys, next) = (keys + step.gone, step.next);
    }
    assert_eq!(keys, 13, "all but those, and always the last");
    let mut events = Vec::new();
    for _ in 0..5 {
        events.push(world.store.delete_events_before(at(1_000), NOW, 4).await.expect("deleted"));
    }
    assert_eq!(events, [4, 4, 4, 4, 2], "one of the future goes with the old ones behind it");
    assert_eq!(world.store.delete_events_before(at(1_000), NOW, 4).await.expect("deleted"), 0);
}

#[tokio::test]
async fn a_dead_letter_goes_with_its_task_and_leaves_the_sums_right() {
    let world = World::new();
    let ann = world.caller("ann@example.com", "songs").await;
    let order = NewTask { callback_url: callback("https://a.example"), ..world.order(ann) };
    let task = world.place(order).await;
    let claimed = world.claim(0).await.expect("waits");
    world.finish(&claimed, made("{}"), 0).await;
    let delivery = world.send(1, 1).await.remove(0);
    world.record_attempt(&delivery, attempt(2), AfterAttempt::GivenUp).await.expect("noted");
    assert_eq!(forget(&world, OLD, 10).await, [task]);
    assert!(world.deliveries(task).await.is_empty());
    assert_eq!(wrong_sums(&world.database.raw(), &NO_BOUNDS), Vec::<String>::new());
}
