//! Files of tasks that have no song: stems, WAV files, videos.

use domain::{Outcome, ResponseText, TaskId};
use store::doctor::{Health, examine};
use store::{Ages, Doomed, Finish, FolderName, Kept, backup};

use super::support::{Caller, World, at, made};

/// A task that succeeded with a file of its own.
async fn with_file(world: &World, caller: Caller) -> (TaskId, FolderName) {
    let task = world.song(caller).await;
    let claimed = world.claim(1).await.expect("waits");
    let folder = claimed.folder.clone();
    let name = world.database.folder().files().put_public(&folder, "song.wav", b"RIFF").expect("room");
    let text = ResponseText::new(format!(r#"{{"file_url":"{name}"}}"#), vec![13]).expect("inside");
    let ended = claimed.state.clone().end(Outcome::Succeeded(text), at(2));
    for _ in 0..2 {
        let kept = Kept::Files(folder.clone());
        // Asked again, since nobody knew whether it was taken, it is.
        let finish = world.store.finish(claimed.claim, ended.clone(), kept).await.expect("answered");
        assert_eq!(finish, Finish::Stored);
    }
    (task, folder)
}

#[tokio::test]
async fn files_of_a_task_without_a_song_go_with_it_and_not_before() {
    let world = World::new();
    let ada = world.caller("ada@example.org", "radio").await;
    let (task, folder) = with_file(&world, ada).await;
    assert_eq!(world.store.doomed(true, None, 9).await.expect("readable"), []);
    let deleted = world.store.delete(ada.user, task, at(3)).await.expect("answered").expect("there");
    assert_eq!(deleted.folders, std::slice::from_ref(&folder));
    assert_eq!(
        world.store.doomed(true, None, 9).await.expect("readable"),
        [Doomed { folder, claimed: false }]
    );
}

#[tokio::test]
async fn files_of_an_old_task_without_a_song_are_doomed_with_it() {
    let world = World::new();
    let ada = world.caller("ada@example.org", "radio").await;
    let (task, folder) = with_file(&world, ada).await;
    let young = older_than(2);
    assert!(
        world.store.forget_tasks(young, 0, 9).await.expect("looked").gone.is_empty(),
        "it ended just then"
    );
    assert_eq!(world.store.doomed(true, None, 9).await.expect("readable"), []);
    let old = older_than(3);
    assert_eq!(world.store.forget_tasks(old, 0, 9).await.expect("deleted").gone, [task]);
    let doomed = world.store.doomed(true, None, 9).await.expect("readable");
    assert_eq!(doomed, [Doomed { folder: folder.clone(), claimed: false }]);
    world.store.buried(vec![folder]).await.expect("written");
    let names = "SELECT (SELECT count(*) FROM task_folders) + (SELECT count(*) FROM doomed_folders)";
    let names: i64 = world.database.raw().query_row(names, [], |row| row.get(0)).expect("readable");
    assert_eq!(names, 0, "nothing names it any more");
}

#[tokio::test]
async fn a_backup_and_the_doctor_know_the_files_of_a_task_without_a_song() {
    let world = World::new();
    let ada = world.caller("ada@example.org", "radio").await;
    let (_, folder) = with_file(&world, ada).await;
    let home = tempfile::tempdir().expect("a folder");
    let file = home.path().join("backup.tar");
    let data = world.database.folder();
    let backup = backup::make(&data, &file, false, "1.2.3", at(40), &mut |_| ()).expect("made");
    assert_eq!((backup.files, backup.missing), (1, 0));
    let ill = |now| -> Vec<&str> {
        let found = examine(&data, at(now), at(now)).expect("looked at");
        let ill = found.iter().filter(|finding| finding.health != Health::Fine && finding.what != "disk");
        ill.map(|finding| finding.what).collect()
    };
    assert_eq!(ill(40), Vec::<&str>::new());
    std::fs::remove_file(data.files().public_path(&folder, "song.wav").expect("plain")).expect("removed");
    assert_eq!(ill(40), ["songs"], "a file that a record names is missing");
}

#[tokio::test]
async fn a_task_that_keeps_nothing_but_its_words_leaves_nothing() {
    let world = World::new();
    let ada = world.caller("ada@example.org", "radio").await;
    let task = world.song(ada).await;
    let claimed = world.claim(1).await.expect("waits");
    assert_eq!(world.finish(&claimed, made("{}"), 2).await, Finish::Stored);
    let deleted = world.store.delete(ada.user, task, at(3)).await.expect("answered").expect("there");
    assert_eq!(
        (deleted.folders, world.store.doomed(true, None, 9).await.expect("readable")),
        (vec![], vec![])
    );
}

fn older_than(millis: i64) -> Ages {
    let tasks = Some(at(millis));
    Ages { now: at(100_000), tasks, failed_tasks: None, attempts: None, events: None, keys: None }
}
