//! Random histories of keys: whatever came before, whoever asks is told what the log says.

use domain::{TaskId, Timestamp};
use proptest::prelude::*;

use super::tests::{Folder, forget_first, found, key, settled, sweep, task};
use super::*;
use crate::sqlite::audit::{KEYS_ASTRAY, KEYS_LOST};
use crate::sqlite::writer::Writer;

/// How many keys there are.
const KEYS: u8 = 24;

#[derive(Clone, Debug)]
enum Step {
    /// Orders with a key, as one transaction.
    Order(Vec<u8>),
    /// Time passes, or the clock is set back.
    Clock(i64),
    Forget(u32),
    /// Forgets, and orders in the same transaction.
    ForgetAndOrder(u32, u8),
    Sweep(u32),
    /// Orders, and the transaction fails.
    Fail(u8),
    Restart,
    /// The process ends at once: what lies on the disk is all that the next one has.
    Crash,
    /// A page of the index cannot be read.
    Damage,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        20 => prop::collection::vec(0..KEYS, 1..4).prop_map(Step::Order),
        4 => (-700_i64..1_200).prop_map(Step::Clock),
        3 => (1_u32..12).prop_map(Step::Forget),
        2 => (1_u32..12, 0..KEYS).prop_map(|(most, number)| Step::ForgetAndOrder(most, number)),
        2 => (1_u32..9).prop_map(Step::Sweep),
        2 => (0..KEYS).prop_map(Step::Fail),
        1 => Just(Step::Restart),
        3 => Just(Step::Crash),
        1 => Just(Step::Damage),
    ]
}

struct History {
    folder: Folder,
    writer: Writer,
    generation: usize,
    now: i64,
    orders: u8,
}

impl History {
    fn begin(generation: usize) -> Self {
        let folder = Folder::of_generation(generation);
        let writer = folder.open();
        Self { folder, writer, generation, now: 10_000, orders: 0 }
    }

    async fn take(mut self, step: Step) -> Self {
        match step {
            Step::Order(keys) => self.order(keys, 0).await,
            Step::ForgetAndOrder(most, number) => self.order(vec![number], most).await,
            Step::Clock(passed) => self.now += passed,
            Step::Forget(most) => {
                let before = self.now - 1_000;
                self.writer.write(move |batch| forget_first(batch, before, most)).await.expect("forgotten");
            }
            Step::Sweep(most) => drop(sweep(&self.folder, &self.writer, most).await),
            Step::Fail(number) => self.fail(number).await,
            Step::Restart => {
                self.writer.close();
                self.writer = self.folder.open();
            }
            Step::Crash => self.crash(),
            Step::Damage => {
                settled(&self.writer).await;
                self.writer.write(index::doubt).await.expect("told");
            }
        }
        self
    }

    /// Gives each key that is free to an order of its own.
    async fn order(&mut self, keys: Vec<u8>, forgets: u32) {
        let (now, first) = (self.now, self.orders);
        self.orders = self.orders.wrapping_add(4);
        let order = move |batch: &mut Batch<'_>| {
            if forgets > 0 {
                forget_first(batch, now - 1_000, forgets)?;
            }
            for (order, &number) in keys.iter().enumerate() {
                if matches!(find(batch, 1, &key(number, now))?, Key::Free) {
                    let task = task(first.wrapping_add(u8::try_from(order).expect("few")));
                    append(batch, 1, &key(number, now), task, Timestamp::from_millis(now))?;
                }
            }
            Ok(())
        };
        self.writer.write(order).await.expect("kept");
    }

    async fn fail(&self, number: u8) {
        let now = self.now;
        let failed: Result<(), _> = self
            .writer
            .write(move |batch| {
                append(batch, 1, &key(number, now), task(0), Timestamp::from_millis(now))?;
                Err(StoreError::Failed("as this test wants it".to_owned()))
            })
            .await;
        failed.expect_err("it fails");
    }

    /// Goes on with a copy of what lies on the disk, at whatever the writer is just about.
    fn crash(&mut self) {
        let next = Folder::of_generation(self.generation);
        for name in ["test.db", "test.db-wal"] {
            let from = self.folder.path().with_file_name(name);
            if from.exists() {
                std::fs::copy(from, next.path().with_file_name(name)).expect("copied");
            }
        }
        self.writer = next.open();
        self.folder = next;
    }

    /// Whoever asks is told what the log says.
    async fn check(&self) {
        let raw = self.folder.raw();
        for number in 0..KEYS {
            let key = key(number, self.now);
            let sql = "SELECT task_id FROM idempotency_log WHERE key_hash = ?1 AND created_ms >= ?2 ORDER BY no DESC";
            let said: Result<[u8; 16], _> =
                raw.query_row(sql, (key.key_hash, key.holds_since.as_millis()), |row| row.get(0));
            let said = said.ok().map(TaskId::from_bytes);
            assert_eq!(found(&self.writer, number, self.now).await, said, "{number}");
        }
        assert_eq!((self.folder.count(KEYS_ASTRAY), self.folder.count(KEYS_LOST)), (0, 0));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn whatever_came_before_a_key_is_what_its_log_says(
        generation in prop_oneof![Just(1_usize), Just(5), Just(16), Just(70)],
        steps in prop::collection::vec(step(), 20..100),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
        runtime.block_on(async {
            let mut history = History::begin(generation);
            for step in steps {
                history = history.take(step).await;
                history.check().await;
            }
        });
    }
}
