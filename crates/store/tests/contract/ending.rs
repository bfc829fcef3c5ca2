//! Work goes on, and ends once.

use domain::{Ended, ErrorCode, Failure, Outcome, ResponseText};
use store::{Claim, Finish, NewSong, NewTask, Standing};

use crate::support::{TRIES, World, at, callback, cancelled, ended, failed, made};

#[tokio::test]
async fn a_running_task_shows_when_it_began_and_how_far_it_is() {
    let world = World::new();
    let ada = world.caller("ada@example.org", "radio").await;
    let task = world.song(ada).await;
    let claim = world.claim(30).await.expect("waits").claim;
    let processing = |progress| Standing::Processing { started_at: at(30), progress };
    assert_eq!(world.standing(ada, task).await, processing(None));
    for (told, shown) in [(Some(42), Some(42)), (None, Some(42)), (Some(100), Some(100))] {
        assert!(world.store.renew(claim, at(200), told).await.expect("answered"));
        assert_eq!(world.standing(ada, task).await, processing(shown));
    }
}

#[tokio::test]
async fn a_made_song_is_kept_with_its_times_and_the_places_of_its_links() {
    let world = World::new();
    let ada = world.caller("ada@example.org", "radio").await;
    let task = world.song(ada).await;
    let claimed = world.claim(30).await.expect("waits");
    let json = r#"{"data":[{"audio_url":"files/ü/x","title":"Grüße"}],"more":"files/y"}"#;
    let links: Vec<u32> =
        json.match_indices("files/").map(|(at, _)| u32::try_from(at).expect("short")).collect();
    let response = ResponseText::new(json.to_owned(), links).expect("fits");
    let outcome = Outcome::Succeeded(response);
    assert_eq!(world.finish(&claimed, outcome.clone(), 90).await, Finish::Stored);
    let kept = Ended { outcome, started_at: Some(at(30)), finished_at: at(90) };
    assert_eq!(world.standing(ada, task).await, Standing::Ended(kept));
    assert!(world.claim(91).await.is_none());
}

#[tokio::test]
async fn a_failed_or_cancelled_task_tells_its_code_and_message() {
    let world = World::new();
    let ada = world.caller("ada@example.org", "radio").await;
    for code in ErrorCode::ALL {
        let task = world.song(ada).await;
        let claimed = world.claim(30).await.expect("waits");
        let failure = Failure { code, message: format!("“{}”: try again.", code.as_str()) };
        let called_off = matches!(code, ErrorCode::Canceled | ErrorCode::DeadlineExceeded);
        let outcome = if called_off { Outcome::Cancelled(failure) } else { Outcome::Failed(failure) };
        assert_eq!(world.finish(&claimed, outcome.clone(), 90).await, Finish::Stored);
        let standing = world.standing(ada, task).await;
        assert_eq!(standing.as_str(), if called_off { "cancelled" } else { "failed" });
        assert_eq!(ended(standing), Ended { outcome, started_at: Some(at(30)), finished_at: at(90) });
    }
}

#[tokio::test]
async fn a_task_that_never_reached_an_engine_has_no_start() {
    let world = World::new();
    let ada = world.caller("ada@example.org", "radio").await;
    let task = world.song(ada).await;
    let claimed = world.claim(30).await.expect("waits");
    let missed = Ended { outcome: cancelled(), started_at: None, finished_at: at(31) };
    assert_eq!(
        world.store.finish(claimed.claim, missed.clone(), store::Kept::Nothing).await.expect("answered"),
        Finish::Stored
    );
    assert_eq!(ended(world.standing(ada, task).await), missed);
}

#[tokio::test]
async fn an_ended_task_never_changes() {
    let world = World::new();
    let ada = world.caller_with_quota("ada@example.org", 5).await;
    let order = NewTask { callback_url: callback("https://radio.example"), ..world.order(ada) };
    let task = world.place(order).await;
    let claimed = world.claim(30).await.expect("waits");
    world.finish(&claimed, made(r#"{"take":1}"#), 40).await;
    let before = world.record(ada, task).await;
    for outcome in [made(r#"{"take":2}"#), failed(), cancelled()] {
        assert_eq!(world.finish(&claimed, outcome, 50).await, Finish::Stale);
    }
    assert!(!world.store.renew(claimed.claim, at(500), Some(9)).await.expect("answered"));
    assert!(world.store.release_due(TRIES, at(9_000)).await.expect("answered").is_empty());
    assert_eq!(world.record(ada, task).await, before);
    assert_eq!(world.remaining(ada).await, Some(4));
    assert_eq!(world.deliveries(task).await.len(), 1);
}

#[tokio::test]
async fn a_worker_that_lost_its_task_changes_nothing() {
    let world = World::new();
    let ada = world.caller_with_quota("ada@example.org", 5).await;
    let task = world.song(ada).await;
    let lost = world.claim(0).await.expect("waits");
    world.store.release_due(TRIES, at(100)).await.expect("answered");
    let in_force = world.claim(110).await.expect("waits again");
    assert!(in_force.claim.attempt > lost.claim.attempt);
    let nobodys = Claim { attempt: in_force.claim.attempt + 1, ..in_force.claim };
    for claim in [lost.claim, nobodys, Claim { task: domain::TaskId(world.id()), ..in_force.claim }] {
        let before = world.record(ada, task).await;
        let stale = in_force.state.clone().end(made(r#"{"take":"lost"}"#), at(120));
        assert!(!world.store.renew(claim, at(900), Some(9)).await.expect("answered"));
        let song = world.plan();
        assert_eq!(
            world.store.finish(claim, stale, store::Kept::Song(song.clone())).await.expect("answered"),
            Finish::Stale
        );
        let why = domain::GaveBack::Crashed;
        let given_back = world.store.give_back(claim, why, TRIES, at(120), at(120)).await.expect("answered");
        assert_eq!(given_back, store::GivenBack::Stale);
        assert_eq!(world.record(ada, task).await, before);
        let kept = world.store.song(ada.user, song.audio_id).await.expect("readable");
        assert_eq!(kept, None);
    }
    assert_eq!(world.store.next_due().await.expect("readable"), Some(at(210)), "the lease in force stands");
    assert_eq!(world.finish(&in_force, made(r#"{"take":2}"#), 130).await, Finish::Stored);
    assert_eq!(ended(world.standing(ada, task).await).outcome, made(r#"{"take":2}"#));
}

#[tokio::test]
async fn a_lease_that_ran_out_counts_until_it_is_taken_back() {
    let world = World::new();
    let ada = world.caller("ada@example.org", "radio").await;
    world.song(ada).await;
    let late = world.claim(0).await.expect("waits");
    assert!(world.store.renew(late.claim, at(900), None).await.expect("answered"));
    assert!(world.store.release_due(TRIES, at(899)).await.expect("answered").is_empty());
    assert_eq!(world.finish(&late, made("{}"), 2_000).await, Finish::Stored);
}

#[tokio::test]
async fn a_song_is_kept_with_its_outcome_and_found_by_its_owner_alone() {
    let world = World::new();
    let ada = world.caller("ada@example.org", "radio").await;
    let film = world.caller("ada@example.org", "film").await;
    let bob = world.caller("bob@example.org", "radio").await;
    world.song(ada).await;
    let claimed = world.claim(0).await.expect("waits");
    let song = NewSong { plan: r#"{"title":"Grüße 🎸"}"#.to_owned(), ..world.plan() };
    let made = claimed.state.clone().end(made("{}"), at(9));
    let stored =
        world.store.finish(claimed.claim, made, store::Kept::Song(song.clone())).await.expect("answered");
    assert_eq!(stored, Finish::Stored);
    for owner in [ada.user, film.user] {
        assert_eq!(world.store.song(owner, song.audio_id).await.expect("readable"), Some(song.clone()));
    }
    assert_eq!(world.store.song(bob.user, song.audio_id).await.expect("readable"), None);
    let unknown = domain::AudioId(world.id());
    assert_eq!(world.store.song(ada.user, unknown).await.expect("readable"), None);
    let task = claimed.claim.task;
    assert_eq!(world.store.song_of(task).await.expect("readable"), Some(song.clone()));
    assert_eq!(world.store.song_in(&song.folder).await.expect("readable"), Some(song));
    let other = store::FolderName::from_random([0x5A; 16]);
    assert_eq!(world.store.song_in(&other).await.expect("readable"), None);
    world.song(ada).await;
    let waiting = world.claim(0).await.expect("waits").claim.task;
    assert_eq!(world.store.song_of(waiting).await.expect("readable"), None);
}

#[tokio::test]
async fn a_song_that_cannot_be_kept_leaves_its_task_running() {
    let world = World::new();
    let ada = world.caller_with_quota("ada@example.org", 5).await;
    let song = world.plan();
    let tasks = world.songs(ada, 2).await;
    let (first, second) = (world.claim(0).await.expect("waits"), world.claim(0).await.expect("waits"));
    let ends = |claimed: &store::Claimed| claimed.state.clone().end(failed(), at(9));
    world.store.finish(first.claim, ends(&first), store::Kept::Song(song.clone())).await.expect("kept");
    world
        .store
        .finish(second.claim, ends(&second), store::Kept::Song(song))
        .await
        .expect_err("a song of this id exists");
    assert_eq!(world.standing(ada, tasks[1]).await.as_str(), "processing");
    assert_eq!(world.remaining(ada).await, Some(4));
    assert_eq!(world.finish(&second, failed(), 9).await, Finish::Stored);
}

#[tokio::test]
async fn songs_with_equal_media_share_their_folder() {
    let world = World::new();
    let ada = world.caller("ada@example.org", "radio").await;
    let shared = NewSong { shared: true, ..world.plan() };
    let songs = [shared.clone(), NewSong { audio_id: domain::AudioId(world.id()), ..shared }];
    world.songs(ada, 2).await;
    for song in &songs {
        let claimed = world.claim(0).await.expect("waits");
        let made = claimed.state.clone().end(made("{}"), at(9));
        world.store.finish(claimed.claim, made, store::Kept::Song(song.clone())).await.expect("kept");
    }
    for song in songs {
        assert_eq!(world.store.song(ada.user, song.audio_id).await.expect("readable"), Some(song));
    }
}

#[tokio::test]
async fn work_starts_from_songs_of_whoever_ordered_it_alone() {
    let world = World::new();
    let ada = world.caller("ada@example.org", "radio").await;
    let film = world.caller("ada@example.org", "film").await;
    let bob = world.caller("bob@example.org", "radio").await;
    world.song(ada).await;
    let claimed = world.claim(0).await.expect("waits");
    let song = NewSong { plan: String::new(), ..world.plan() };
    let ended = claimed.state.clone().end(made("{}"), at(9));
    world.store.finish(claimed.claim, ended, store::Kept::Song(song.clone())).await.expect("kept");
    let edits =
        [(world.song(ada).await, true), (world.song(film).await, true), (world.song(bob).await, false)];
    for (task, is_hers) in edits {
        let found = world.store.source(task, song.audio_id).await.expect("readable");
        assert_eq!(found, is_hers.then(|| song.clone()));
    }
    let unknown = domain::AudioId(world.id());
    assert_eq!(world.store.source(edits[0].0, unknown).await.expect("readable"), None);
    world.store.delete(ada.user, claimed.claim.task, at(10)).await.expect("answered").expect("there");
    assert_eq!(world.store.source(edits[0].0, song.audio_id).await.expect("readable"), None);
}
