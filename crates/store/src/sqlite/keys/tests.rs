//! Keys in memory, in the index, and on their way from one to the other.

use std::path::PathBuf;
use std::sync::Arc;

use super::*;
use crate::KeyPlace;
use crate::sqlite::audit::{KEYS_ASTRAY, KEYS_LOST};
use crate::sqlite::readers::Readers;
use crate::sqlite::writer::Writer;

/// A database whose keys leave memory a generation at a time, in stretches of two.
pub(super) struct Folder {
    home: tempfile::TempDir,
    generation: usize,
}

impl Folder {
    fn new() -> Self {
        Self::of_generation(4)
    }

    pub fn of_generation(generation: usize) -> Self {
        let home = tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir()).expect("a folder");
        Self { home, generation }
    }

    pub fn path(&self) -> PathBuf {
        self.home.path().join("test.db")
    }

    pub fn open(&self) -> Writer {
        let mut connection = crate::sqlite::open_for_writing(&self.path()).expect("opens");
        let keys = RecentKeys::of_server(&mut connection, self.generation).expect("readable");
        Writer::start(connection, keys, Arc::new(Readers::new(&self.path())), Arc::default()).expect("starts")
    }

    pub fn raw(&self) -> Connection {
        Connection::open(self.path()).expect("opens")
    }

    pub fn count(&self, sql: &str) -> i64 {
        self.raw().query_row(sql, [], |row| row.get(0)).expect("readable")
    }

    fn indexed(&self) -> (i64, i64) {
        let rows = self.count("SELECT count(*) FROM idempotency_index");
        (rows, self.count("SELECT indexed_to FROM idempotency_indexed"))
    }
}

/// A key by its number, given at `at_ms`; it holds for 1,000 ms.
pub(super) fn key(number: u8, at_ms: i64) -> IdempotencyKey {
    let holds_since = Timestamp::from_millis(at_ms - 1_000);
    // Numbers that follow each other lie far apart, as hashes do.
    IdempotencyKey { key_hash: [number.wrapping_mul(97); 16], order_hash: [1; 16], holds_since }
}

pub(super) fn task(number: u8) -> TaskId {
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
pub(super) async fn settled(writer: &Writer) {
    writer.write(|_| Ok(())).await.expect("written");
}

pub(super) async fn found(writer: &Writer, number: u8, at_ms: i64) -> Option<TaskId> {
    let found = writer.write(move |batch| {
        Ok(match find(batch, 1, &key(number, at_ms))? {
            Key::Same(task) => Some(task),
            Key::Free | Key::Taken => None,
        })
    });
    found.await.expect("answered")
}

/// Forgets the first keys, as retention does with those that it has looked at.
pub(super) fn forget_first(batch: &Batch<'_>, before_ms: i64, most: u32) -> Result<usize, StoreError> {
    let first = batch.all("SELECT no FROM idempotency_log ORDER BY no LIMIT ?1", [most], |row| row.get(0))?;
    forget(batch, &first, Timestamp::from_millis(before_ms))
}

async fn forget_old(writer: &Writer, before_ms: i64) -> usize {
    writer.write(move |batch| forget_first(batch, before_ms, 1_000)).await.expect("forgotten")
}

/// Sweeps the whole index, so many entries at a time, and gives how many went.
pub(super) async fn sweep(folder: &Folder, writer: &Writer, most: u32) -> usize {
    let (mut after, mut gone) = (KeyPlace::default(), 0);
    loop {
        let index::Stretch { stray, last } = index::look(&folder.raw(), after, most).expect("readable");
        gone += writer.write(move |batch| index::delete(batch, &stray)).await.expect("swept");
        let Some(last) = last else { return gone };
        after = last;
    }
}

const STRAY: &str = "SELECT count(*) FROM idempotency_index WHERE no NOT IN (SELECT no FROM idempotency_log)";

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
    let raw = folder.raw();
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
    assert_eq!(forget_old(&writer, 1_500).await, 6);
    for number in 2..=6 {
        assert_eq!(found(&writer, number, 0).await, None, "{number}");
    }
    for number in 7..=15 {
        give(&writer, number, 2_000).await;
    }
    assert_eq!(found(&writer, 1, 2_000).await, Some(task(1)));
    let stray = folder.count(STRAY);
    assert!(stray > 0, "what leads nowhere is left in the index");
    assert_eq!(sweep(&folder, &writer, 3).await, usize::try_from(stray).expect("few"));
    assert_eq!(folder.count(STRAY), 0);
    for number in [1, 7, 8, 15] {
        assert_eq!(found(&writer, number, 2_000).await, Some(task(number)));
    }
    assert_eq!((folder.count(KEYS_ASTRAY), folder.count(KEYS_LOST)), (0, 0));
}

#[tokio::test]
async fn keys_of_an_older_folder_are_found() {
    let folder = Folder::new();
    let path = folder.path();
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
async fn more_than_a_generation_that_was_left_goes_into_the_index_at_the_start() {
    let folder = Folder::new();
    drop(folder.open());
    let raw = folder.raw();
    for number in 1..=9_u8 {
        let (hash, task) = (key(number, 0).key_hash, task(number));
        let sql = "INSERT INTO idempotency_log VALUES (NULL, 1, ?1, ?2, ?3, 0)";
        raw.execute(sql, (hash, [1_u8; 16], task.as_bytes())).expect("written");
    }
    let mut connection = crate::sqlite::open_for_writing(&folder.path()).expect("opens");
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
async fn a_start_that_cannot_write_the_index_keeps_the_keys_in_memory() {
    let folder = Folder::new();
    folder.open().close();
    let raw = folder.raw();
    for number in 1..=9_u8 {
        let sql = "INSERT INTO idempotency_log VALUES (NULL, 1, ?1, ?2, ?3, 0)";
        raw.execute(sql, (key(number, 0).key_hash, [1_u8; 16], task(number).as_bytes())).expect("written");
    }
    let mut connection = crate::sqlite::open_for_writing(&folder.path()).expect("opens");
    // As on a disk that is full, every write fails.
    connection.pragma_update(None, "query_only", true).expect("set");
    let keys = RecentKeys::of_server(&mut connection, 4).expect("a server starts all the same");
    assert_eq!(folder.indexed(), (0, 0));
    // Then there is room again.
    connection.pragma_update(None, "query_only", false).expect("set");
    let readers = Arc::new(Readers::new(&folder.path()));
    let writer = Writer::start(connection, keys, readers, Arc::default()).expect("starts");
    for number in 10..=20 {
        give(&writer, number, 0).await;
        for earlier in 1..=number {
            assert_eq!(found(&writer, earlier, 0).await, Some(task(earlier)), "{earlier} of {number}");
        }
    }
    settled(&writer).await;
    assert!(folder.indexed().1 >= 10, "those that waited have left: {:?}", folder.indexed());
}

#[tokio::test]
async fn a_damaged_index_is_made_anew_by_whoever_meets_it() {
    // By an order with a key, by keys that leave memory, by a sweep, and by a start.
    for meets in ["order", "stretch", "sweep", "start"] {
        let folder = Folder::new();
        let writer = folder.open();
        for number in 1..=10 {
            give(&writer, number, 0).await;
        }
        settled(&writer).await;
        assert_eq!(folder.indexed(), (8, 8));
        writer.close();
        if meets == "start" {
            let more = "INSERT INTO idempotency_log VALUES (?1, 1, randomblob(16), randomblob(16), randomblob(16), 0)";
            for no in 101..110_i64 {
                folder.raw().execute(more, [no]).expect("written");
            }
        }
        overwrite_page_of(&folder, "idempotency_index");
        let writer = folder.open();
        match meets {
            "order" => assert_eq!(found(&writer, 1, 0).await, Some(task(1)), "it is done again"),
            "stretch" => {
                for number in 11..=14 {
                    let sql = move |batch: &mut Batch<'_>| {
                        append(batch, 1, &key(number, 0), task(number), Timestamp::from_millis(0))
                    };
                    writer.write(sql).await.expect("kept");
                }
            }
            "sweep" => {
                let met = index::look(&folder.raw(), KeyPlace::default(), 9).map(drop);
                assert!(matches!(met, Err(StoreError::Damaged(_))), "{met:?}");
                writer.write(index::doubt).await.expect("told");
            }
            _ => (),
        }
        settled(&writer).await;
        let (rows, indexed_to) = folder.indexed();
        assert!(rows >= 10 && indexed_to >= 10, "{meets}: {rows} up to {indexed_to}");
        assert_eq!((folder.count(KEYS_ASTRAY), folder.count(KEYS_LOST)), (0, 0), "{meets}");
        for number in 1..=10 {
            assert_eq!(found(&writer, number, 0).await, Some(task(number)), "{meets}: {number}");
        }
        give(&writer, 99, 0).await;
        assert_eq!(found(&writer, 99, 0).await, Some(task(99)), "{meets}");
    }
}

#[tokio::test]
async fn without_index_and_log_no_key_is_given_and_other_writes_go_on() {
    let folder = Folder::new();
    let writer = folder.open();
    for number in 1..=10 {
        give(&writer, number, 0).await;
    }
    settled(&writer).await;
    let writer = {
        writer.close();
        let writer = folder.open();
        overwrite_page_of(&folder, "idempotency_index");
        overwrite_page_of(&folder, "idempotency_log");
        writer
    };
    for _ in 0..2 {
        let found = writer.write(|batch| find(batch, 1, &key(1, 0)).map(drop)).await;
        assert!(matches!(found, Err(StoreError::Damaged(_))), "{found:?}");
    }
    let other = writer.write(|batch| batch.run("INSERT INTO access_version VALUES (7)", []));
    assert_eq!(other.await.expect("written"), 1);
}

#[tokio::test]
async fn whoever_watches_transactions_is_told_of_those_of_the_index_too() {
    #[derive(Default)]
    struct Watching(std::sync::Mutex<Vec<usize>>);
    impl crate::CommitObserver for Watching {
        fn begins(&self) {}
        fn ended(&self, writes: usize) {
            self.0.lock().expect("whole").push(writes);
        }
    }
    let folder = Folder::new();
    let writer = folder.open();
    let watching = Arc::new(Watching::default());
    assert!(writer.observed.set(Arc::clone(&watching) as Arc<dyn crate::CommitObserver>).is_ok());
    for number in 1..=6 {
        give(&writer, number, 0).await;
    }
    settled(&writer).await;
    writer.close();
    assert_eq!(
        *watching.0.lock().expect("whole"),
        [1, 1, 1, 1, 1, 2, 1, 2, 1],
        "two keys behind the fifth and the sixth"
    );
}

/// Writes nonsense over the first page of a table.
fn overwrite_page_of(folder: &Folder, table: &str) {
    let path = folder.path();
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
async fn a_key_that_goes_while_it_waits_for_the_index_leads_nowhere_there() {
    let folder = Folder::new();
    let writer = folder.open();
    for number in 1..=5 {
        give(&writer, number, 0).await;
    }
    settled(&writer).await;
    assert_eq!(folder.indexed(), (2, 0), "a generation is on its way");
    assert_eq!(forget_old(&writer, 1_500).await, 4);
    for number in 6..=12 {
        give(&writer, number, 2_000).await;
    }
    settled(&writer).await;
    assert!(folder.indexed().1 > 0, "the next has left");
    assert_eq!(folder.count(KEYS_ASTRAY), 0);
    for number in 1..=4 {
        assert_eq!(found(&writer, number, 0).await, None, "{number}");
    }
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
