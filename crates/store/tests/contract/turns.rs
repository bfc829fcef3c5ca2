//! Whose task runs next.

use std::sync::Arc;

use domain::{Crew, TaskId};
use store::{Finish, NewTask, QueueRules};

use crate::support::{NO_BOUNDS, TRIES, World, all_differ, at, at_once, made, wrong_sums};

fn at_most(in_flight_per_credential: u32) -> QueueRules {
    QueueRules { in_flight_per_credential, ..NO_BOUNDS }
}

#[tokio::test]
async fn a_worker_finds_nothing_in_an_empty_queue() {
    let world = World::new();
    assert!(world.claim(1).await.is_none());
    let ada = world.caller("ada@example.org", "radio").await;
    world.song(ada).await;
    assert!(world.claim(1).await.is_some());
    assert!(world.claim(1).await.is_none());
}

#[tokio::test]
async fn a_worker_gets_all_it_needs_to_make_the_song() {
    let world = World::new();
    let ada = world.caller("ada@example.org", "radio").await;
    let order = NewTask { created_at: at(5), ..world.order(ada) };
    world.place(order.clone()).await;
    let folder = world.folder();
    let claimed = world
        .store
        .claim_next(Crew::Makers, at(30), at(90), folder.clone())
        .await
        .expect("answered")
        .expect("waits");
    assert_eq!((claimed.claim.task, claimed.trace_id, claimed.kind), (order.id, order.trace_id, order.kind));
    assert_eq!((claimed.created_at, claimed.state.started_at, claimed.folder), (at(5), at(30), folder));
    assert_eq!(claimed.state.counts, domain::Counts::default());
}

#[tokio::test]
async fn an_application_gets_its_oldest_first_whichever_token_ordered() {
    let world = World::new();
    let one = world.caller("ada@example.org", "radio").await;
    let two = world.caller("ada@example.org", "radio").await;
    let mut placed = Vec::new();
    for caller in [two, one, one, two, one, two, two] {
        placed.push(world.song(caller).await);
    }
    assert_eq!(world.claim_all().await, placed);
}

#[tokio::test]
async fn one_song_does_not_wait_behind_a_hundred_of_another_application() {
    let world = World::new();
    let ada = world.caller("ada@example.org", "radio").await;
    let bob = world.caller("bob@example.org", "radio").await;
    let many = world.songs(ada, 100).await;
    assert_eq!(world.claim(1).await.expect("waits").claim.task, many[0]);
    assert_eq!(world.claim(1).await.expect("waits").claim.task, many[1]);
    let single = world.song(bob).await;
    assert_eq!(world.claim(1).await.expect("waits").claim.task, single);
    assert_eq!(world.claim_all().await, many[2..]);
}

#[tokio::test]
async fn applications_take_turns_whatever_each_has_waiting() {
    let world = World::new();
    let mut callers = Vec::new();
    for (email, how_many) in [("ada@example.org", 5), ("bob@example.org", 3), ("eve@example.org", 1)] {
        let caller = world.caller(email, "radio").await;
        callers.push((caller, world.songs(caller, how_many).await));
    }
    let order = world.claim_all().await;
    let turns: Vec<_> =
        order.iter().map(|task| callers.iter().position(|(_, songs)| songs.contains(task))).collect();
    assert_eq!(turns, [0, 1, 2, 0, 1, 0, 1, 0, 0].map(Some));
}

#[tokio::test]
async fn a_token_at_its_bound_is_passed_over_until_one_of_its_songs_ends() {
    let world = World::with(at_most(2));
    let busy = world.caller("ada@example.org", "radio").await;
    let other = world.caller("ada@example.org", "radio").await;
    let busy_songs = world.songs(busy, 4).await;
    let other_songs = world.songs(other, 1).await;
    let first = world.claim(1).await.expect("waits");
    assert_eq!(world.claim_all().await, [busy_songs[1], other_songs[0]]);
    assert_eq!(world.finish(&first, made("{}"), 2).await, Finish::Stored);
    assert_eq!(world.claim_all().await, [busy_songs[2]]);
}

#[tokio::test]
async fn an_application_whose_tokens_are_all_at_their_bound_loses_no_turn_to_itself() {
    let world = World::with(at_most(1));
    let ada = world.caller("ada@example.org", "radio").await;
    let bob = world.caller("bob@example.org", "radio").await;
    let (adas, bobs) = (world.songs(ada, 3).await, world.songs(bob, 1).await);
    let first = world.claim(1).await.expect("waits");
    assert_eq!(first.claim.task, adas[0]);
    assert_eq!(world.claim_all().await, bobs);
    assert!(world.claim(1).await.is_none());
    world.finish(&first, made("{}"), 2).await;
    assert_eq!(world.claim_all().await, [adas[1]]);
}

#[tokio::test]
async fn uploads_of_a_token_delay_none_of_its_songs_and_no_song_an_upload() {
    let world = World::with(at_most(2));
    let ada = world.caller("ada@example.org", "radio").await;
    let mut uploads = Vec::new();
    for _ in 0..20 {
        uploads.push(world.upload(ada).await);
    }
    for upload in &uploads[..2] {
        assert_eq!(world.claim_of(Crew::Fetchers, 1).await.expect("waits").claim.task, *upload);
    }
    assert!(world.claim_of(Crew::Fetchers, 1).await.is_none(), "the bound is reached");
    let songs = world.songs(ada, 3).await;
    assert_eq!(world.claim_all().await, songs[..2], "neither the bound nor the queue of uploads is theirs");
    assert_eq!(wrong_sums(&world.database.raw(), &at_most(2)), [""; 0]);
}

#[tokio::test]
async fn applications_take_turns_with_their_uploads_too() {
    let world = World::new();
    let ada = world.caller("ada@example.org", "radio").await;
    let bob = world.caller("bob@example.org", "radio").await;
    let adas = [world.upload(ada).await, world.upload(ada).await, world.upload(ada).await];
    // A turn with a song is none of the others.
    world.song(bob).await;
    world.claim(1).await.expect("waits");
    let bobs = [world.upload(bob).await, world.upload(bob).await];
    let mut order = Vec::new();
    while let Some(claimed) = world.claim_of(Crew::Fetchers, 1).await {
        order.push(claimed.claim.task);
    }
    assert_eq!(order, [adas[0], bobs[0], adas[1], bobs[1], adas[2]]);
}

#[tokio::test]
async fn workers_that_ask_at_once_never_get_the_same_task() {
    let world = World::new();
    let ada = world.caller("ada@example.org", "radio").await;
    let bob = world.caller("bob@example.org", "radio").await;
    world.songs(ada, 20).await;
    world.songs(bob, 20).await;
    let workers: Vec<_> = (0..60).map(|_| (Arc::clone(&world.store), world.folder())).collect();
    let claims = workers
        .into_iter()
        .map(|(store, folder)| async move { store.claim_next(Crew::Makers, at(1), at(9), folder).await });
    let claims: Vec<_> =
        at_once(claims).await.into_iter().filter_map(|claim| claim.expect("answered")).collect();
    assert_eq!(claims.len(), 40);
    assert!(all_differ(claims.iter().map(|claimed| claimed.claim.task)));
    assert!(all_differ(claims.iter().map(|claimed| claimed.folder.clone())));
}

#[tokio::test]
async fn a_task_that_cannot_be_read_is_set_aside_and_stops_no_other() {
    let world = World::with(at_most(2));
    let ada = world.caller("ada@example.org", "radio").await;
    let bob = world.caller("bob@example.org", "shop").await;
    let bad = world.songs(ada, 3).await;
    let good = [world.song(ada).await, world.song(bob).await];
    let books = world.database.raw();
    books.pragma_update(None, "ignore_check_constraints", true).expect("set");
    let spoil = |task: TaskId, what: &str| {
        let sql = format!("UPDATE tasks SET {what} WHERE id = ?1");
        assert_eq!(books.execute(&sql, [task.as_bytes()]).expect("written"), 1);
    };
    spoil(bad[0], "kind = 99");
    spoil(bad[1], "request = CAST(x'ff' AS TEXT)");
    spoil(bad[2], "trace_id = x'01'");
    let mut claimed = world.claim_all().await;
    claimed.sort_unstable();
    assert_eq!(claimed, good);

    // Whoever mends the row gets the song after all.
    spoil(bad[0], "kind = 1");
    world.store.release_due(TRIES, at(60_001)).await.expect("answered");
    assert!(world.claim_all().await.contains(&bad[0]));
    assert_eq!(wrong_sums(&books, &at_most(2)), [""; 0]);
}

#[tokio::test]
async fn a_lease_that_cannot_be_read_keeps_no_other_from_coming_back() {
    let world = World::new();
    let ada = world.caller("ada@example.org", "radio").await;
    let songs = world.songs(ada, 2).await;
    assert_eq!(world.claim_all().await, songs);
    let books = world.database.raw();
    let sql = "UPDATE queue SET folder = 'nowhere' WHERE task_no = (SELECT no FROM tasks WHERE id = ?1)";
    assert_eq!(books.execute(sql, [songs[0].as_bytes()]).expect("written"), 1);
    let released = world.store.release_due(TRIES, at(1_000_000)).await.expect("answered");
    assert_eq!(released.iter().map(|released| released.task).collect::<Vec<_>>(), songs[1..]);
    assert_eq!(world.claim(1_000_000).await.map(|claimed| claimed.claim.task), Some(songs[1]));
    assert_eq!(wrong_sums(&books, &NO_BOUNDS), [""; 0]);
}
