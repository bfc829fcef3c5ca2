//! Tasks that are not wanted any more, or not in time.

use domain::{ErrorCode, Failure, GaveBack, Outcome, TaskId};
use store::{Claimed, Doomed, Filter, Finish, FolderName, NewSong, NewTask, Page, Standing, TaskState};

use crate::support::{Caller, NO_BOUNDS, TRIES, World, at, callback, ended, failed, made, wrong_sums};

async fn cancel(world: &World, caller: Caller, task: TaskId, now: i64) -> Option<(TaskState, bool)> {
    let called_off = world.store.cancel(caller.user, task, at(now)).await.expect("answered");
    called_off.map(|called_off| (called_off.state, called_off.now))
}

async fn delete(world: &World, caller: Caller, task: TaskId, now: i64) -> Option<Vec<FolderName>> {
    let deleted = world.store.delete(caller.user, task, at(now)).await.expect("answered");
    deleted.map(|deleted| deleted.folders)
}

async fn late(world: &World, now: i64) -> Vec<TaskId> {
    let late = world.store.end_late(at(now)).await.expect("answered");
    late.into_iter().map(|late| late.task).collect()
}

async fn doomed(world: &World) -> Vec<Doomed> {
    world.store.doomed(true, None, 99).await.expect("readable")
}

async fn sing(world: &World, claimed: &Claimed, song: NewSong, now: i64) -> Finish {
    let ended = claimed.state.clone().end(made("{}"), at(now));
    world.store.finish(claimed.claim, ended, store::Kept::Song(song)).await.expect("answered")
}

#[tokio::test]
async fn a_waiting_task_that_is_cancelled_reaches_no_worker_and_costs_nothing() {
    let world = World::new();
    let ada = world.caller_with_quota("ada@example.org", 3).await;
    let order = NewTask { callback_url: callback("https://radio.example"), ..world.order(ada) };
    let task = world.place(order).await;
    let other = world.song(ada).await;
    assert_eq!(cancel(&world, ada, task, 5).await, Some((TaskState::Cancelled, true)));
    let end = ended(world.standing(ada, task).await);
    assert_eq!((end.started_at, end.finished_at), (None, at(5)));
    assert_eq!(end.outcome, Outcome::Cancelled(Failure::cancelled()));
    assert_eq!((world.remaining(ada).await, world.claim_all().await), (Some(2), vec![other]));
    assert_eq!(world.send(6, 9).await.len(), 1, "cancelled tasks are called back like failed ones");
    assert!(doomed(&world).await.is_empty());
}

#[tokio::test]
async fn a_task_that_waits_for_its_next_try_can_be_cancelled() {
    let world = World::new();
    let ada = world.caller("ada@example.org", "radio").await;
    let task = world.song(ada).await;
    let claimed = world.claim(0).await.expect("waits");
    let why = GaveBack::Retryable(String::new());
    world.store.give_back(claimed.claim, why, TRIES, at(1), at(500)).await.expect("answered");
    cancel(&world, ada, task, 5).await.expect("there");
    assert_eq!(world.store.next_due().await.expect("readable"), None);
    world.store.release_due(TRIES, at(500)).await.expect("answered");
    assert!(world.claim(500).await.is_none());
    assert_eq!(wrong_sums(&world.database.raw(), &NO_BOUNDS), Vec::<String>::new());
}

#[tokio::test]
async fn a_running_task_that_is_cancelled_has_ended_whatever_its_worker_brings() {
    let world = World::new();
    let ada = world.caller_with_quota("ada@example.org", 1).await;
    let task = world.song(ada).await;
    let claimed = world.claim(1).await.expect("waits");
    assert_eq!(cancel(&world, ada, task, 5).await, Some((TaskState::Cancelled, true)));
    assert!(!world.store.renew(claimed.claim, at(900), Some(50)).await.expect("answered"));
    let song = NewSong { folder: claimed.folder.clone(), ..world.plan() };
    assert_eq!(sing(&world, &claimed, song.clone(), 6).await, Finish::Stale);
    assert_eq!(world.store.song(ada.user, song.audio_id).await.expect("readable"), None);
    let end = ended(world.standing(ada, task).await);
    assert_eq!((end.started_at, end.finished_at), (Some(at(1)), at(5)));
    assert_eq!(world.remaining(ada).await, Some(1));
    assert_eq!(doomed(&world).await, [Doomed { folder: claimed.folder, claimed: true }]);
}

#[tokio::test]
async fn a_task_that_has_ended_is_not_cancelled_and_says_how_it_ended() {
    let world = World::new();
    let ada = world.caller("ada@example.org", "radio").await;
    let tasks = world.songs(ada, 3).await;
    for (outcome, task) in [(made("{}"), tasks[0]), (failed(), tasks[1])] {
        let claimed = world.claim(1).await.expect("waits");
        assert_eq!((world.finish(&claimed, outcome, 2).await, claimed.claim.task), (Finish::Stored, task));
    }
    cancel(&world, ada, tasks[2], 3).await.expect("there");
    for (task, state) in
        tasks.into_iter().zip([TaskState::Succeeded, TaskState::Failed, TaskState::Cancelled])
    {
        let before = world.record(ada, task).await;
        assert_eq!(cancel(&world, ada, task, 9).await, Some((state, false)));
        assert_eq!(world.record(ada, task).await, before);
    }
}

#[tokio::test]
async fn nobody_cancels_or_deletes_the_task_of_another() {
    let world = World::new();
    let ada = world.caller("ada@example.org", "radio").await;
    let film = world.caller("ada@example.org", "film").await;
    let bob = world.caller("bob@example.org", "radio").await;
    let task = world.song(ada).await;
    assert_eq!(cancel(&world, bob, task, 1).await, None);
    assert_eq!(delete(&world, bob, task, 1).await, None);
    assert_eq!(world.standing(ada, task).await, Standing::Pending);
    assert!(cancel(&world, film, task, 1).await.is_some(), "all tokens of a user may");
}

#[tokio::test]
async fn a_deleted_task_takes_its_song_its_counts_and_its_deliveries_with_it() {
    let world = World::new();
    let ada = world.caller("ada@example.org", "radio").await;
    let kept = world.owed(ada, "https://radio.example", 1).await;
    let order = NewTask { callback_url: callback("https://radio.example"), ..world.order(ada) };
    let task = world.place(order).await;
    let claimed = world.claim(1).await.expect("waits");
    let song = NewSong { folder: claimed.folder.clone(), ..world.plan() };
    assert_eq!(sing(&world, &claimed, song.clone(), 2).await, Finish::Stored);
    let sent = world.send(3, 9).await;
    assert_eq!(sent.len(), 2, "both are under way");

    assert_eq!(delete(&world, ada, task, 4).await, Some(vec![claimed.folder.clone()]));
    let store = &world.store;
    assert_eq!(store.task(ada.user, task).await.expect("readable"), None);
    assert_eq!(store.song(ada.user, song.audio_id).await.expect("readable"), None);
    assert!(world.deliveries(task).await.is_empty());
    let page = Page { limit: 9, offset: 0 };
    let listing = store.list(ada.user, Filter::default(), page).await.expect("readable");
    assert_eq!((listing.count, listing.items[0].id), (1, kept));
    assert_eq!(wrong_sums(&world.database.raw(), &NO_BOUNDS), Vec::<String>::new());
    assert_eq!(doomed(&world).await, [Doomed { folder: claimed.folder, claimed: false }]);
    assert_eq!(delete(&world, ada, task, 5).await, None, "it is as unknown as one that never was");
}

#[tokio::test]
async fn an_unfinished_task_that_is_deleted_is_called_off_and_calls_nobody_back() {
    let world = World::new();
    let ada = world.caller_with_quota("ada@example.org", 2).await;
    let order = || NewTask { callback_url: callback("https://radio.example"), ..world.order(ada) };
    let runs = world.place(order()).await;
    let claimed = world.claim(1).await.expect("waits");
    let waits = world.place(order()).await;
    for task in [runs, waits] {
        assert_eq!(delete(&world, ada, task, 5).await, Some(vec![]));
    }
    assert_eq!(world.finish(&claimed, made("{}"), 6).await, Finish::Stale);
    assert_eq!((world.remaining(ada).await, world.send(7, 9).await.len()), (Some(2), 0));
    assert_eq!(doomed(&world).await, [Doomed { folder: claimed.folder, claimed: true }]);
    assert_eq!(wrong_sums(&world.database.raw(), &NO_BOUNDS), Vec::<String>::new());
}

#[tokio::test]
async fn a_folder_that_other_songs_have_too_is_not_doomed() {
    let world = World::new();
    let ada = world.caller("ada@example.org", "radio").await;
    let (same, shared) = (world.folder(), world.folder());
    let mut tasks = Vec::new();
    for (folder, is_shared) in [(&same, false), (&same, false), (&shared, true)] {
        tasks.push(world.song(ada).await);
        let claimed = world.claim(1).await.expect("waits");
        let song = NewSong { folder: folder.clone(), shared: is_shared, ..world.plan() };
        assert_eq!(sing(&world, &claimed, song.clone(), 2).await, Finish::Stored);
        assert_eq!(world.store.song(ada.user, song.audio_id).await.expect("readable"), Some(song));
    }
    assert_eq!(delete(&world, ada, tasks[0], 3).await, Some(vec![]), "another song is there");
    assert_eq!(delete(&world, ada, tasks[1], 3).await, Some(vec![same.clone()]));
    assert_eq!(delete(&world, ada, tasks[2], 3).await, Some(vec![]), "named by what is in it");
    assert_eq!(doomed(&world).await, [Doomed { folder: same, claimed: false }]);
}

#[tokio::test]
async fn a_folder_that_is_to_be_shared_is_doomed_until_a_song_names_it_and_never_after() {
    let world = World::new();
    let ada = world.caller("ada@example.org", "radio").await;
    let (folder, never_named) = (world.folder(), world.folder());
    for folder in [&folder, &never_named] {
        world.store.will_share(folder.clone()).await.expect("noted");
    }
    assert_eq!(doomed(&world).await.len(), 2);
    assert_eq!(world.store.doomed(false, None, 9).await.expect("readable"), [], "not while this server runs");
    world.song(ada).await;
    let claimed = world.claim(1).await.expect("waits");
    let song = NewSong { folder: folder.clone(), shared: true, ..world.plan() };
    assert_eq!(sing(&world, &claimed, song, 2).await, Finish::Stored);
    let left = [Doomed { folder: never_named, claimed: true }];
    assert_eq!(doomed(&world).await, left);
    // A server that starts makes its media again, and may end before a song names them.
    world.store.will_share(folder).await.expect("noted");
    assert_eq!(doomed(&world).await, left);
}

#[tokio::test]
async fn what_a_try_left_is_doomed_until_it_is_buried_also_after_a_restart() {
    let world = World::new();
    let ada = world.caller("ada@example.org", "radio").await;
    world.songs(ada, 3).await;
    let mut held = Vec::new();
    while let Some(claimed) = world.claim(1).await {
        held.push(claimed);
    }
    // One fails, one's worker vanishes, one's server ends.
    world.finish(&held[0], failed(), 2).await;
    world.store.renew(held[2].claim, at(900), None).await.expect("answered");
    world.store.release_due(TRIES, at(101)).await.expect("answered");
    assert!(
        world.store.doomed(false, None, 9).await.expect("readable").is_empty(),
        "workers may still write there"
    );
    let world = world.restart(NO_BOUNDS);
    world.store.void_leases(TRIES, at(200)).await.expect("answered");
    let mut found: Vec<_> = doomed(&world).await.into_iter().map(|doomed| doomed.folder).collect();
    let mut expected: Vec<_> = held.into_iter().map(|claimed| claimed.folder).collect();
    found.sort_by(|a, b| a.as_str().cmp(b.as_str()));
    expected.sort_by(|a, b| a.as_str().cmp(b.as_str()));
    assert_eq!(found, expected);
    world.store.buried(found[..2].to_vec()).await.expect("written");
    assert_eq!(doomed(&world).await, [Doomed { folder: expected[2].clone(), claimed: true }]);
}

#[tokio::test]
async fn a_task_that_misses_its_deadline_fails_wherever_it_stands() {
    let world = World::new();
    let ada = world.caller_with_quota("ada@example.org", 4).await;
    let order = |deadline| NewTask {
        deadline: Some(at(deadline)),
        callback_url: callback("https://radio.example"),
        ..world.order(ada)
    };
    let runs = world.place(order(50)).await;
    let claimed = world.claim(1).await.expect("waits");
    let waits = world.place(order(40)).await;
    let later = world.place(order(51)).await;
    let never = world.song(ada).await;
    assert_eq!(world.store.next_due().await.expect("readable"), Some(at(40)));
    assert!(late(&world, 39).await.is_empty());
    assert_eq!(late(&world, 50).await, [waits, runs]);
    for task in [runs, waits] {
        let end = ended(world.standing(ada, task).await);
        let Outcome::Failed(failure) = end.outcome else { panic!("not failed: {end:?}") };
        assert_eq!((failure.code, end.finished_at), (ErrorCode::DeadlineExceeded, at(50)));
    }
    assert_eq!(world.finish(&claimed, made("{}"), 51).await, Finish::Stale);
    assert_eq!((world.remaining(ada).await, world.send(52, 9).await.len()), (Some(2), 2));
    assert_eq!(doomed(&world).await, [Doomed { folder: claimed.folder, claimed: true }]);
    assert_eq!(world.store.next_due().await.expect("readable"), Some(at(51)));
    assert_eq!(world.claim_all().await, [later, never]);
}

#[tokio::test]
async fn a_deadline_outlives_retries_and_restarts_and_ends_with_the_task() {
    let world = World::new();
    let ada = world.caller("ada@example.org", "radio").await;
    let task = world.place(NewTask { deadline: Some(at(1_000)), ..world.order(ada) }).await;
    let done = world.place(NewTask { deadline: Some(at(1_000)), ..world.order(ada) }).await;
    let claimed = world.claim(1).await.expect("waits");
    let why = GaveBack::Retryable(String::new());
    world.store.give_back(claimed.claim, why, TRIES, at(2), at(5_000)).await.expect("answered");
    let claimed = world.claim(3).await.expect("waits");
    world.finish(&claimed, made("{}"), 999).await;
    let world = world.restart(NO_BOUNDS);
    world.store.void_leases(TRIES, at(999)).await.expect("answered");
    assert_eq!(late(&world, 2_000).await, [task]);
    assert_eq!(world.standing(ada, done).await.as_str(), "succeeded");
}

#[tokio::test]
async fn doomed_folders_are_told_page_by_page() {
    let world = World::new();
    let raw = world.database.raw();
    for (number, claimed) in [(3, 0), (1, 0), (2, 0), (4, 1)] {
        let row = "INSERT INTO doomed_folders VALUES (printf('%032x', ?1), ?2)";
        raw.execute(row, (number, claimed)).expect("written");
    }
    let (mut pages, mut after) = (Vec::new(), None);
    for _ in 0..3 {
        let page = world.store.doomed(true, after.as_ref(), 2).await.expect("readable");
        pages.push(page.iter().map(|doomed| doomed.claimed).collect::<Vec<_>>());
        after = page.last().map(|last| last.folder.clone()).or(after);
    }
    assert_eq!(pages, [vec![false, false], vec![false, true], vec![]], "no page hides what comes after it");
}
