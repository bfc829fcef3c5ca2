//! Each check of the doctor finds what it is there for, and none cries without reason.

use std::fs;
use std::io::{Seek as _, SeekFrom, Write as _};

use domain::Timestamp;
use store::doctor::{Finding, Health, examine};
use store::{AfterAttempt, Attempt, StoreError};

use super::support::{World, at};

fn look_at(world: &World, now: Timestamp) -> Vec<Finding> {
    examine(&world.database.folder(), now, now).expect("looked at")
}

fn of<'a>(found: &'a [Finding], what: &str) -> &'a Finding {
    found.iter().find(|finding| finding.what == what).unwrap_or_else(|| panic!("no {what} in {found:?}"))
}

/// What is not as it should be, but for the disk of the machine that runs the tests.
fn complaints(found: &[Finding]) -> Vec<&'static str> {
    let ill = found.iter().filter(|finding| finding.health != Health::Fine && finding.what != "disk");
    ill.map(|finding| finding.what).collect()
}

/// A world with two songs, of which the doctor says nothing.
async fn sound_world() -> World {
    let world = World::new();
    let ann = world.caller("ann@example.com", "songs").await;
    world.kept_song(ann, 10).await;
    world.kept_song(ann, 20).await;
    world
}

#[track_caller]
fn assert_told(world: &World, now: i64, what: &str, health: Health, word: &str) {
    let found = look_at(world, at(now));
    let finding = of(&found, what);
    assert_eq!(finding.health, health, "{finding:?}");
    assert!(finding.detail.contains(word), "{word:?} is not in {finding:?}");
    assert!(!finding.advice.is_empty(), "{finding:?}");
}

#[tokio::test]
async fn a_sound_folder_is_fine_with_its_server_and_without() {
    let world = sound_world().await;
    let ann = world.caller("ann@example.com", "songs").await;
    world.song(ann).await;
    let lock = world.database.folder().lock().expect("free");
    lock.still_alive(at(100)).expect("noted");
    // The note's own time is of this machine's clock, which a story's clock is not.
    assert_eq!(complaints(&look_at(&world, at(100))), ["server"]);
    drop(lock);
    assert_eq!(complaints(&look_at(&world, at(100))), Vec::<&str>::new());
}

#[tokio::test]
async fn the_doctor_writes_nothing_and_makes_no_folder() {
    let world = sound_world().await;
    let database = world.end();
    let folder = database.folder();
    let state = || {
        let mut files: Vec<_> = fs::read_dir(folder.path())
            .expect("readable")
            .map(|entry| {
                let entry = entry.expect("readable");
                let about = entry.metadata().expect("readable");
                (entry.file_name(), about.len(), about.modified().expect("known"))
            })
            .collect();
        files.sort();
        files
    };
    let before = state();
    examine(&folder, at(100), at(100)).expect("looked at");
    assert_eq!(state(), before);
    drop(database);
    assert!(examine(&folder, at(100), at(100)).is_err(), "there is nothing to look at");
    assert!(!folder.path().exists());
}

#[tokio::test]
async fn a_schema_of_another_version_is_told() {
    let world = sound_world().await;
    let raw = world.database.raw();
    raw.pragma_update(None, "user_version", 99).expect("set");
    assert_told(&world, 100, "schema", Health::Wrong, "99");
    raw.pragma_update(None, "user_version", 1).expect("set");
    assert_told(&world, 100, "schema", Health::Warning, "1;");
}

#[tokio::test]
async fn a_corrupt_page_is_found_and_named() {
    let world = sound_world().await;
    let raw = world.database.raw();
    let page: i64 = raw
        .query_row("SELECT rootpage FROM sqlite_schema WHERE name = 'tasks_newest'", [], |row| row.get(0))
        .expect("readable");
    drop(raw);
    let database = world.end();
    let folder = database.folder();
    let mut file = fs::OpenOptions::new().write(true).open(folder.database()).expect("there");
    file.seek(SeekFrom::Start(u64::try_from((page - 1) * 8_192).expect("positive"))).expect("there");
    file.write_all(&[0xff; 64]).expect("written");
    drop(file);
    let found = examine(&folder, at(100), at(100)).expect("looked at");
    let finding = of(&found, "pages");
    assert_eq!(finding.health, Health::Wrong);
    assert!(finding.detail.contains(&format!("{page}")), "page {page} is not named in {finding:?}");
    assert!(finding.advice.contains("restore"), "{finding:?}");
}

/// Makes an index so large that its root leads to pages of entries, and writes nonsense over the root.
fn damage_index(folder: &store::DataFolder, table: &str) {
    let raw = rusqlite::Connection::open(folder.database()).expect("opens");
    raw.execute_batch(&format!(
        "CREATE TABLE IF NOT EXISTS {table} (application_no INTEGER NOT NULL, key_hash BLOB NOT NULL, \
         no INTEGER NOT NULL, PRIMARY KEY (application_no, key_hash)) STRICT, WITHOUT ROWID; \
         WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000) \
         INSERT INTO {table} SELECT 1, randomblob(16), 0 FROM n; PRAGMA wal_checkpoint(TRUNCATE)"
    ))
    .expect("written");
    let root = "SELECT rootpage FROM sqlite_schema WHERE name = ?1";
    let root: u64 = raw.query_row(root, [table], |row| row.get(0)).expect("a table");
    drop(raw);
    let mut file = fs::OpenOptions::new().write(true).open(folder.database()).expect("there");
    file.seek(SeekFrom::Start((root - 1) * 8_192)).expect("there");
    file.write_all(&[0xa5; 64]).expect("written");
}

#[tokio::test]
async fn a_damaged_index_that_can_be_made_anew_asks_for_no_backup() {
    let database = sound_world().await.end();
    let folder = database.folder();
    damage_index(&folder, "idempotency_index");
    let found = examine(&folder, at(100), at(100)).expect("looked at");
    let finding = of(&found, "pages");
    assert_eq!(finding.health, Health::Wrong, "{finding:?}");
    assert!(finding.advice.contains("nothing is lost"), "{finding:?}");
}

#[tokio::test]
async fn a_damaged_index_that_was_set_aside_is_told_and_left_out_of_backups() {
    let database = sound_world().await.end();
    let folder = database.folder();
    damage_index(&folder, "damaged_index_0");
    let found = examine(&folder, at(100), at(100)).expect("looked at");
    let finding = of(&found, "pages");
    assert_eq!(finding.health, Health::Warning, "{finding:?}");
    assert!(finding.detail.contains("1 damaged"), "{finding:?}");

    let home = tempfile::tempdir().expect("a folder");
    let archive = home.path().join("backup.tar");
    store::backup::make(&folder, &archive, false, "1.2.3", at(40), &mut |_| ()).expect("made");
    let restored = home.path().join("restored");
    store::backup::restore(&archive, &restored, at(45), &mut |_| ()).expect("restored");
    let restored = store::DataFolder::existing(&restored).expect("a data folder");
    let found = examine(&restored, at(100), at(100)).expect("looked at");
    assert_eq!(of(&found, "pages").health, Health::Fine, "{found:?}");
    let raw = rusqlite::Connection::open(restored.database()).expect("opens");
    let tasks: i64 = raw.query_row("SELECT count(*) FROM tasks", [], |row| row.get(0)).expect("readable");
    assert!(tasks > 0, "and all else is there");
}

#[tokio::test]
async fn a_file_that_is_no_database_is_told() {
    let world = sound_world().await;
    let database = world.end();
    let folder = database.folder();
    fs::write(folder.database(), vec![7; 8_192]).expect("written");
    let found = examine(&folder, at(100), at(100)).expect("looked at");
    assert_eq!(of(&found, "pages").health, Health::Wrong);
}

/// One wrong thing in the rows, what tells of it, and a word of what it says.
#[tokio::test]
async fn rows_that_disagree_are_found() {
    let cases = [
        ("DELETE FROM tasks WHERE no = 1", "references", "songs"),
        ("UPDATE tasks SET callback_url = 'https://a.example/x' WHERE no = 1", "rows", "no delivery"),
        (
            "INSERT INTO destinations (name) VALUES ('d'); INSERT INTO deliveries (task_no, destination_no, url, \
             due_ms, state) VALUES (3, 1, 'u', 0, 2)",
            "rows",
            "have not ended",
        ),
        (
            "INSERT INTO destinations (name) VALUES ('d'); INSERT INTO deliveries (task_no, destination_no, url, \
             due_ms, state) VALUES (1, 1, 'u', 0, 2)",
            "rows",
            "asked for no callback",
        ),
        ("UPDATE songs SET task_no = 3 WHERE task_no = 1", "rows", "did not succeed"),
        ("INSERT INTO task_counts VALUES (77, 0, 62, 0, 1)", "rows", "counts of applications"),
        (
            "INSERT INTO idempotency_log VALUES (9, 77, zeroblob(16), zeroblob(16), zeroblob(16), 0)",
            "rows",
            "idempotency keys of applications",
        ),
        ("INSERT INTO idempotency_index VALUES (1, zeroblob(16), 9)", "rows", "under another hash"),
        (
            "INSERT INTO idempotency_log VALUES (9, 1, zeroblob(16), zeroblob(16), zeroblob(16), 0); \
             UPDATE idempotency_indexed SET indexed_to = 9",
            "rows",
            "not found",
        ),
        (
            "UPDATE event_cursor SET n = 1000; INSERT INTO events VALUES (77, 1, 1, 0, 0)",
            "rows",
            "events of users",
        ),
        ("INSERT INTO events VALUES (1, 5000, 1, 0, 0)", "rows", "beyond the last cursor"),
        ("DELETE FROM queue", "queue", "not in the queue"),
        ("INSERT INTO queue (task_no, credential_no, state) VALUES (1, 1, 0)", "queue", "ended tasks"),
        ("UPDATE queue SET credential_no = 77", "queue", "another credential"),
        ("UPDATE lanes SET waiting = waiting + 1", "lanes", "lanes that disagree"),
        ("UPDATE turns SET ready = 0", "lanes", "turns that disagree"),
        ("INSERT INTO destinations (name, leased) VALUES ('d', 1)", "lanes", "destinations that disagree"),
        ("UPDATE task_counts SET n = n + 1 WHERE level = 10", "counts", "level 10"),
        ("DELETE FROM task_counts WHERE level = 62", "counts", "level 62"),
    ];
    for (sql, what, word) in cases {
        let world = sound_world().await;
        let ann = world.caller("ann@example.com", "songs").await;
        world.song(ann).await;
        // Else the row could not have become an orphan.
        let raw = world.database.raw();
        raw.pragma_update(None, "foreign_keys", false).expect("set");
        raw.execute_batch(sql).expect(sql);
        assert_told(&world, 100, what, Health::Wrong, word);
    }
}

#[tokio::test]
async fn leases_without_a_server_and_stuck_ones_are_told() {
    let world = sound_world().await;
    let ann = world.caller("ann@example.com", "songs").await;
    world.song(ann).await;
    world.claim(100).await.expect("waits");
    assert_told(&world, 150, "leases", Health::Warning, "1 held by a server that is gone");
    let _lock = world.database.folder().lock().expect("free");
    assert_eq!(of(&look_at(&world, at(150)), "leases").health, Health::Fine);
    assert_told(&world, 100_000, "leases", Health::Wrong, "1 ran out");
}

#[tokio::test]
async fn callbacks_that_wait_too_long_or_were_given_up_are_told() {
    let world = sound_world().await;
    let ann = world.caller("ann@example.com", "songs").await;
    world.owed(ann, "https://a.example", 100).await;
    assert_eq!(of(&look_at(&world, at(200)), "callbacks").health, Health::Fine, "it is only just due");
    assert_told(&world, 100_000, "callbacks", Health::Warning, "1 waiting, 1 of them overdue");
    let delivery = world.send(200, 1).await.remove(0);
    let attempt = Attempt {
        at: at(200),
        duration: std::time::Duration::from_millis(1),
        status: Some(500),
        error: None,
        answer: Vec::new(),
    };
    world.record_attempt(&delivery, attempt, AfterAttempt::GivenUp).await.expect("noted");
    assert_told(&world, 300, "callbacks", Health::Warning, "1 given up");
}

#[tokio::test]
async fn a_song_whose_file_is_missing_is_named() {
    let world = World::new();
    let ann = world.caller("ann@example.com", "songs").await;
    let (_, folder) = world.kept_song(ann, 10).await;
    let song = world.database.folder().files().public_path(&folder, "song.m4a").expect("a name");
    fs::remove_file(song).expect("removed");
    assert_told(&world, 100, "songs", Health::Wrong, &format!("{}/song.m4a", folder.as_str()));
}

#[tokio::test]
async fn folders_that_no_task_has_and_half_written_files_are_told_once_they_are_old() {
    let world = sound_world().await;
    let ann = world.caller("ann@example.com", "songs").await;
    let (_, kept) = world.kept_song(ann, 30).await;
    let files = world.database.folder().files();
    let stray = world.folder();
    files.put_public(&stray, "song.m4a", b"left").expect("room");
    let half_written = files.public_path(&kept, "x").expect("a name").with_file_name(".song.m4a");
    fs::write(&half_written, b"half").expect("written");
    assert_told(&world, 100, "stray files", Health::Warning, stray.as_str());
    assert_told(&world, 100, "stray files", Health::Warning, ".song.m4a");

    // A running server may be about to name it; an hour later it is not.
    let _lock = world.database.folder().lock().expect("free");
    let written = half_written.metadata().expect("there").modified().expect("known");
    let written = written.duration_since(std::time::UNIX_EPOCH).expect("after 1970").as_millis();
    let written = i64::try_from(written).expect("small");
    assert_eq!(of(&look_at(&world, at(written)), "stray files").health, Health::Fine);
    assert_told(&world, written + 3_700_000, "stray files", Health::Warning, stray.as_str());
}

#[tokio::test]
async fn a_claims_folder_and_a_doomed_and_a_shared_one_are_no_strays() {
    let world = sound_world().await;
    let ann = world.caller("ann@example.com", "songs").await;
    let files = world.database.folder().files();
    world.song(ann).await;
    let claimed = world.claim(100).await.expect("waits");
    let (doomed, shared) = (world.folder(), world.folder());
    for folder in [&claimed.folder, &doomed, &shared] {
        files.put_public(folder, "song.m4a", b"sound").expect("room");
    }
    let raw = world.database.raw();
    raw.execute("INSERT INTO doomed_folders VALUES (?1, 0)", [doomed.as_str()]).expect("written");
    raw.execute("INSERT INTO shared_folders VALUES (?1)", [shared.as_str()]).expect("written");
    assert_eq!(of(&look_at(&world, at(100)), "stray files").health, Health::Fine);
}

#[tokio::test]
async fn what_comes_from_the_future_is_told() {
    let world = sound_world().await;
    let ann = world.caller("ann@example.com", "songs").await;
    world.kept_song(ann, 500_000).await;
    assert_told(&world, 100, "clock", Health::Wrong, "1 tasks were ordered in the future");
    let lock = world.database.folder().lock().expect("free");
    lock.still_alive(at(900_000)).expect("noted");
    drop(lock);
    assert_told(&world, 600_000, "clock", Health::Wrong, "300 s in the future");
}

#[tokio::test]
async fn a_server_that_has_gone_silent_is_told() {
    let world = sound_world().await;
    let lock = world.database.folder().lock().expect("free");
    lock.still_alive(at(100)).expect("noted");
    assert_told(&world, 100_000, "server", Health::Wrong, "99 s");
    assert_told(&world, 100, "server", Health::Warning, "clock");
}

#[tokio::test]
async fn a_rehearsal_that_has_gone_silent_is_told_though_its_clock_stands() {
    let world = sound_world().await;
    let folder = world.database.folder();
    folder.note_rehearsed(true).expect("noted");
    let lock = folder.lock().expect("free");
    lock.still_alive(at(100)).expect("noted");
    let (_, noted) = folder.last_sign().expect("readable").expect("said");
    let noted = noted.duration_since(std::time::UNIX_EPOCH).expect("later").as_millis();
    let noted = Timestamp::from_millis(i64::try_from(noted).expect("fits"));
    for (later, health, word) in [(1, Health::Fine, "a rehearsal"), (99, Health::Wrong, "99 s")] {
        let machine_now = noted.plus(std::time::Duration::from_secs(later));
        let found = examine(&folder, at(100), machine_now).expect("looked at");
        let server = of(&found, "server");
        assert!(server.health == health && server.detail.contains(word), "{server:?}");
    }
}

#[tokio::test]
async fn a_disk_that_cannot_be_looked_at_is_an_error_of_its_own() {
    let world = sound_world().await;
    let folder = world.database.folder();
    drop(world);
    assert!(matches!(examine(&folder, at(0), at(0)), Err(StoreError::Failed(_))));
}
