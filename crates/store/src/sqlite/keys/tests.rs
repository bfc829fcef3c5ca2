//! Keys in memory, in the index, and on their way from one to the other.

use std::sync::Arc;

use super::*;
use crate::sqlite::audit::{KEYS_ASTRAY, KEYS_LOST};
use crate::sqlite::readers::Readers;
use crate::sqlite::writer::Writer;

/// A database whose keys leave memory four at a time.
struct Folder(tempfile::TempDir);

impl Folder {
    fn new() -> Self {
        Self(tempfile::tempdir().expect("a folder"))
    }

    fn open(&self) -> Writer {
        let path = self.0.path().join("test.db");
        let mut connection = crate::sqlite::open_for_writing(&path).expect("opens");
        let keys = RecentKeys::of_server(&mut connection, 4).expect("readable");
        Writer::start(connection, keys, Arc::new(Readers::new(&path)), Arc::default()).expect("starts")
    }

    fn count(&self, sql: &str) -> i64 {
        let raw = Connection::open(self.0.path().join("test.db")).expect("opens");
        raw.query_row(sql, [], |row| row.get(0)).expect("readable")
    }

    fn indexed(&self) -> (i64, i64) {
        let rows = self.count("SELECT count(*) FROM idempotency_index");
        (rows, self.count("SELECT indexed_to FROM idempotency_indexed"))
    }
}

/// A key by its number, given at `at_ms`; it holds for 1,000 ms.
fn key(number: u8, at_ms: i64) -> IdempotencyKey {
    let holds_since = Timestamp::from_millis(at_ms - 1_000);
    // Numbers that follow each other lie far apart, as hashes do.
    IdempotencyKey { key_hash: [number.wrapping_mul(97); 16], order_hash: [1; 16], holds_since }
}

fn task(number: u8) -> TaskId {
    TaskId::from_bytes([number; 16])
}

async fn give(writer: &Writer, number: u8, at_ms: i64) {
    give_to(writer, number, task(number), at_ms).await;
}

async fn give_to(writer: &Writer, number: u8, task: TaskId, at_ms: i64) {
    let kept =
        writer.write(move |batch| append(batch, 1, &key(number, at_ms), task, Timestamp::from_millis(at_ms)));
    kept.await.expect("kept");
}

/// Waits until what the last write left to be indexed is there: keys go into the index after whoever gave them is answered,
/// and before the next write.
async fn settled(writer: &Writer) {
    writer.write(|_| Ok(())).await.expect("written");
}

async fn found(writer: &Writer, number: u8, at_ms: i64) -> Option<TaskId> {
    let found = writer.write(move |batch| {
        Ok(match find(batch, 1, &key(number, at_ms))? {
            Key::Same(task) => Some(task),
            Key::Free | Key::Taken => None,
        })
    });
    found.await.expect("answered")
}

#[tokio::test]
async fn keys_are_found_while_they_wait_for_the_index_in_it_and_after_a_restart() {
    let folder = Folder::new();
    let mut writer = folder.open();
    for number in 1..=20 {
        give(&writer, number, 0).await;
        if number % 7 == 0 {
            writer.close();
            writer = folder.open();
        }
        for earlier in 1..=number {
            assert_eq!(found(&writer, earlier, 0).await, Some(task(earlier)), "{earlier} of {number}");
        }
        assert_eq!(found(&writer, number + 1, 0).await, None);
    }
    let (rows, indexed_to) = folder.indexed();
    assert!(rows >= 16 && rows == indexed_to, "{rows} rows up to {indexed_to}");
    assert_eq!(folder.count("SELECT max(no) FROM idempotency_log"), 20);
}

#[tokio::test]
async fn a_generation_that_a_crash_breaks_off_goes_into_the_index_again() {
    let folder = Folder::new();
    let writer = folder.open();
    for number in 1..=3 {
        give(&writer, number, 0).await;
    }
    writer.close();
    // As if a stretch with one of them had been committed, and the next not.
    let raw = Connection::open(folder.0.path().join("test.db")).expect("opens");
    raw.execute(
        "INSERT INTO idempotency_index SELECT application_no, key_hash, no FROM idempotency_log WHERE no = 2",
        [],
    )
    .expect("written");
    let writer = folder.open();
    for number in 4..=10 {
        give(&writer, number, 0).await;
    }
    for number in 1..=10 {
        assert_eq!(found(&writer, number, 0).await, Some(task(number)));
    }
    assert_eq!(folder.indexed(), (8, 8));
}

#[tokio::test]
async fn a_write_that_fails_gives_no_key() {
    let folder = Folder::new();
    let writer = folder.open();
    give(&writer, 1, 0).await;
    let failed: Result<(), _> = writer
        .write(|batch| {
            append(batch, 1, &key(2, 0), task(2), Timestamp::from_millis(0))?;
            Err(StoreError::Failed("as this test wants it".to_owned()))
        })
        .await;
    assert!(failed.is_err());
    assert_eq!(found(&writer, 2, 0).await, None);
    give(&writer, 3, 0).await;
    assert_eq!((found(&writer, 1, 0).await, found(&writer, 3, 0).await), (Some(task(1)), Some(task(3))));
    assert_eq!(folder.count("SELECT max(no) FROM idempotency_log"), 2);
}

#[tokio::test]
async fn an_old_key_goes_wherever_it_is_and_its_next_order_stays() {
    let folder = Folder::new();
    let writer = folder.open();
    for number in 1..=6 {
        give(&writer, number, 0).await;
    }
    // The first of them again, later.
    give(&writer, 1, 2_000).await;
    let gone =
        writer.write(|batch| forget(batch, Timestamp::from_millis(1_500), 100)).await.expect("forgotten");
    assert_eq!(gone, 6);
    for number in 2..=6 {
        assert_eq!(found(&writer, number, 0).await, None, "{number}");
    }
    for number in 7..=15 {
        give(&writer, number, 2_000).await;
    }
    assert_eq!(found(&writer, 1, 2_000).await, Some(task(1)));
    let lost = "SELECT count(*) FROM idempotency_index WHERE no NOT IN (SELECT no FROM idempotency_log)";
    assert_eq!(folder.count(lost), 0);
    assert!(folder.indexed().0 > 0);
}

#[tokio::test]
async fn keys_of_an_older_folder_are_found() {
    let folder = Folder::new();
    let path = folder.0.path().join("test.db");
    let older = crate::sqlite::schema::older(&path, 2);
    for number in [3_u8, 1, 2] {
        let (hash, task) = (key(number, 0).key_hash, task(number));
        older
            .execute(
                "INSERT INTO idempotency_keys VALUES (1, ?1, ?2, ?3, ?4)",
                (hash, [1_u8; 16], task.as_bytes(), number),
            )
            .expect("written");
    }
    drop(older);
    let writer = folder.open();
    for number in 1..=3 {
        assert_eq!(found(&writer, number, 0).await, Some(task(number)));
    }
    assert_eq!(folder.indexed(), (3, 3));
    assert_eq!(folder.count("SELECT created_ms FROM idempotency_log WHERE no = 1"), 1, "oldest first");
    give(&writer, 4, 5).await;
    assert_eq!(found(&writer, 4, 5).await, Some(task(4)));
}

#[tokio::test]
async fn one_key_of_a_wrong_clock_keeps_no_other_from_going() {
    let folder = Folder::new();
    let writer = folder.open();
    give(&writer, 1, 9_000_000).await;
    for number in 2..=10 {
        give(&writer, number, 0).await;
    }
    let gone =
        writer.write(|batch| forget(batch, Timestamp::from_millis(1_500), 5)).await.expect("forgotten");
    let rest =
        writer.write(|batch| forget(batch, Timestamp::from_millis(1_500), 5)).await.expect("forgotten");
    assert_eq!((gone, rest), (5, 3));
    assert_eq!(folder.count("SELECT count(*) FROM idempotency_log"), 2, "that one, and always the last");
}

#[tokio::test]
async fn more_than_a_generation_that_was_left_goes_into_the_index_at_the_start() {
    let folder = Folder::new();
    drop(folder.open());
    let raw = Connection::open(folder.0.path().join("test.db")).expect("opens");
    for number in 1..=9_u8 {
        let (hash, task) = (key(number, 0).key_hash, task(number));
        let sql = "INSERT INTO idempotency_log VALUES (NULL, 1, ?1, ?2, ?3, 0)";
        raw.execute(sql, (hash, [1_u8; 16], task.as_bytes())).expect("written");
    }
    let mut connection = crate::sqlite::open_for_writing(&folder.0.path().join("test.db")).expect("opens");
    let keys = RecentKeys::of_server(&mut connection, 4).expect("readable");
    assert!(keys.fresh.is_empty() && keys.leaving.is_empty(), "memory is bounded");
    drop(connection);
    let writer = folder.open();
    assert_eq!(folder.indexed(), (9, 9));
    for number in 1..=9 {
        assert_eq!(found(&writer, number, 0).await, Some(task(number)));
    }
}

#[tokio::test]
async fn a_damaged_index_stops_no_write() {
    let folder = Folder::new();
    let writer = folder.open();
    for number in 1..=5 {
        give(&writer, number, 0).await;
    }
    writer.close();
    overwrite_page_of(&folder, "idempotency_index");
    let writer = folder.open();
    for number in 6..=30 {
        give(&writer, number, 0).await;
        assert_eq!(found(&writer, number, 0).await, Some(task(number)), "it is in memory");
    }
    let other = writer.write(|batch| batch.run("INSERT INTO access_version VALUES (7)", []));
    assert_eq!(other.await.expect("written"), 1);
}

/// Writes nonsense over the first page of a table.
fn overwrite_page_of(folder: &Folder, table: &str) {
    let path = folder.0.path().join("test.db");
    let raw = Connection::open(&path).expect("opens");
    let sql = "SELECT rootpage, (SELECT page_size FROM pragma_page_size) FROM sqlite_master WHERE name = ?1";
    let (page, size): (u64, u64) =
        raw.query_row(sql, [table], |row| Ok((row.get(0)?, row.get(1)?))).expect("a table");
    raw.pragma_update(None, "wal_checkpoint", "TRUNCATE").expect("moved");
    drop(raw);
    let file = std::fs::OpenOptions::new().write(true).open(&path).expect("there");
    std::os::unix::fs::FileExt::write_all_at(&file, &[0xA5; 512], (page - 1) * size).expect("written");
}

#[tokio::test]
async fn a_key_that_goes_while_it_waits_for_the_index_leaves_nothing_there() {
    let folder = Folder::new();
    let writer = folder.open();
    for number in 1..=5 {
        give(&writer, number, 0).await;
    }
    assert_eq!(folder.indexed(), (0, 0), "a generation waits to leave");
    let gone =
        writer.write(|batch| forget(batch, Timestamp::from_millis(1_500), 9)).await.expect("forgotten");
    assert_eq!(gone, 4);
    for number in 6..=12 {
        give(&writer, number, 2_000).await;
    }
    settled(&writer).await;
    assert!(folder.indexed().0 > 0, "the next has left");
    assert_eq!(folder.count(KEYS_ASTRAY), 0);
}

#[tokio::test]
async fn a_key_that_is_given_again_is_found_under_its_later_order() {
    let folder = Folder::new();
    let writer = folder.open();
    for number in 1..=6 {
        give(&writer, number, 0).await;
    }
    settled(&writer).await;
    assert_eq!(folder.indexed().0, 4, "the first is in the index");
    give_to(&writer, 1, task(99), 2_000).await;
    for number in 7..=20 {
        give(&writer, number, 2_000).await;
    }
    assert_eq!(found(&writer, 1, 2_000).await, Some(task(99)));
    assert_eq!(folder.count(KEYS_LOST), 0);
}
