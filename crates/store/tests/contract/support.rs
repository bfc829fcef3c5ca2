//! A store to tell stories with. A story's clock counts milliseconds from zero and moves only when it is told to.

use std::collections::HashSet;
use std::future::Future;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use domain::{
    ApplicationId, AudioId, Bounds, CredentialId, Credits, Crew, Ended, ErrorCode, Failure, Outcome,
    ResponseText, TaskId, TaskKind, Timestamp, TraceId, UserId,
};
use store::{
    Accepted, AfterAttempt, Attempt, CallbackFilter, CallbackUrl, Claimed, DataFolder, Delivery,
    DeliveryState, Finish, FolderName, MadeAttempt, NewSong, NewTask, NewToken, OrderHeaders, QueueRules,
    SqliteStore, Standing, Store, StoreError, TaskRecord, TokenHash,
};
use tempfile::TempDir;
use uuid::Uuid;

/// What may run without bound.
pub const NO_BOUNDS: QueueRules = QueueRules {
    in_flight_per_credential: 0,
    refuses_when_busy: false,
    most_waiting: 0,
    in_flight_per_destination: 2,
    deliveries_in_flight: 0,
    // So that most tests with keys find some in the index, some on their way there, and some in memory.
    keys_gathered: 2,
};

/// How often a task may be tried.
pub const TRIES: Bounds = Bounds { max_attempts: 3, max_crashes: 2 };

/// A database that outlives the stores that are opened on it.
pub struct Database {
    home: TempDir,
}

impl Database {
    /// In memory where the machine has a place for it: ten thousand commits are synced by these tests.
    pub fn new() -> Self {
        let home = tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir());
        Self { home: home.expect("a folder") }
    }

    pub fn open(&self, rules: QueueRules) -> Arc<dyn Store> {
        Arc::new(SqliteStore::open(&self.path(), rules).expect("opens"))
    }

    /// A look past the store, at the rows themselves.
    pub fn raw(&self) -> rusqlite::Connection {
        rusqlite::Connection::open(self.path()).expect("opens")
    }

    /// The data folder that it is in.
    pub fn folder(&self) -> DataFolder {
        DataFolder::open(self.home.path()).expect("there")
    }

    fn path(&self) -> PathBuf {
        self.home.path().join("backline.db")
    }
}

/// Who orders: a token with its application and user.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Caller {
    pub user: UserId,
    pub application: ApplicationId,
    pub credential: CredentialId,
}

/// A store with the ids that its story has used.
pub struct World {
    pub store: Arc<dyn Store>,
    pub database: Database,
    pub hashes: AtomicU64,
    ids: AtomicU64,
}

impl World {
    pub fn new() -> Self {
        Self::with(NO_BOUNDS)
    }

    pub fn with(rules: QueueRules) -> Self {
        let database = Database::new();
        Self { store: database.open(rules), database, hashes: AtomicU64::new(0), ids: AtomicU64::new(0) }
    }

    /// Ends this server and starts the next one on the same database.
    pub fn restart(self, rules: QueueRules) -> Self {
        let Self { store, database, hashes, ids } = self;
        drop(store);
        Self { store: database.open(rules), database, hashes, ids }
    }

    /// Ends this server well: what is left is one database file, without a log beside it.
    pub fn end(self) -> Database {
        drop(self.store);
        self.database.raw().execute_batch("PRAGMA wal_checkpoint(TRUNCATE)").expect("moved into the file");
        self.database
    }

    pub fn id(&self) -> Uuid {
        Uuid::from_u64_pair(0xbac4, self.ids.fetch_add(1, Ordering::Relaxed))
    }

    pub fn folder(&self) -> FolderName {
        FolderName::from_random(*self.id().as_bytes())
    }

    /// A token of `email`'s application that nobody has yet.
    pub fn token(&self, email: &str, application: &str) -> NewToken {
        NewToken {
            email: email.to_owned(),
            application: application.to_owned(),
            user_id: UserId(self.id()),
            application_id: ApplicationId(self.id()),
            credential_id: CredentialId(self.id()),
            hash: self.hash(),
            last_four: "wxyz".to_owned(),
            apis: None,
            quota: None,
            requests_per_second: None,
            expires_at: None,
            now: at(0),
        }
    }

    fn hash(&self) -> TokenHash {
        let mut hash = [0x5a; 32];
        hash[..8].copy_from_slice(&self.hashes.fetch_add(1, Ordering::Relaxed).to_be_bytes());
        hash
    }

    pub async fn admit(&self, token: NewToken) -> Caller {
        let hash = token.hash;
        self.store.add_token(token).await.expect("kept");
        let found = self.store.credential(&hash).await.expect("readable").expect("there");
        Caller { user: found.user_id, application: found.application_id, credential: found.id }
    }

    pub async fn caller(&self, email: &str, application: &str) -> Caller {
        self.admit(self.token(email, application)).await
    }

    pub async fn caller_with_quota(&self, email: &str, quota: u32) -> Caller {
        self.admit(NewToken { quota: Some(quota), ..self.token(email, "songs") }).await
    }

    /// An order for a song that nobody waits for and nobody is called about.
    pub fn order(&self, caller: Caller) -> NewTask {
        NewTask {
            id: TaskId(self.id()),
            trace_id: TraceId(self.id()),
            credential_id: caller.credential,
            kind: TaskKind::Audios,
            created_at: at(0),
            request: r#"{"prompt":"a slow waltz"}"#.to_owned(),
            callback_url: None,
            price: Credits::whole(1),
            waits: false,
            fingerprint: [0; 16],
            repeat_of: None,
            key: None,
            deadline: None,
            headers: OrderHeaders::default(),
        }
    }

    pub async fn try_place(&self, order: NewTask) -> Accepted {
        self.store.accept(order).await.expect("answered")
    }

    pub async fn place(&self, order: NewTask) -> TaskId {
        let id = order.id;
        assert_eq!(self.try_place(order).await, Accepted::New);
        id
    }

    pub async fn song(&self, caller: Caller) -> TaskId {
        self.place(self.order(caller)).await
    }

    pub async fn songs(&self, caller: Caller, how_many: usize) -> Vec<TaskId> {
        let mut placed = Vec::new();
        for _ in 0..how_many {
            placed.push(self.song(caller).await);
        }
        placed
    }

    /// An upload that nobody waits for.
    pub async fn upload(&self, caller: Caller) -> TaskId {
        self.place(NewTask { kind: TaskKind::Upload, price: Credits::whole(0), ..self.order(caller) }).await
    }

    /// The next song, for a worker that begins at `now` with a lease of 100 ms.
    pub async fn claim(&self, now: i64) -> Option<Claimed> {
        self.claim_of(Crew::Makers, now).await
    }

    /// The same, for a worker of this crew.
    pub async fn claim_of(&self, crew: Crew, now: i64) -> Option<Claimed> {
        self.store.claim_next(crew, at(now), at(now + 100), self.folder()).await.expect("answered")
    }

    /// The tasks that workers get one after the other until none may run.
    pub async fn claim_all(&self) -> Vec<TaskId> {
        let mut order = Vec::new();
        while let Some(claimed) = self.claim(1).await {
            order.push(claimed.claim.task);
        }
        order
    }

    pub async fn finish(&self, claimed: &Claimed, outcome: Outcome, now: i64) -> Finish {
        let ended = claimed.state.clone().end(outcome, at(now));
        self.store.finish(claimed.claim, ended, store::Kept::Nothing).await.expect("answered")
    }

    pub async fn standing(&self, caller: Caller, task: TaskId) -> Standing {
        self.record(caller, task).await.standing
    }

    pub async fn record(&self, caller: Caller, task: TaskId) -> TaskRecord {
        self.store.task(caller.user, task).await.expect("readable").expect("there")
    }

    /// What the application of `caller` may still spend, in whole credits.
    pub async fn remaining(&self, caller: Caller) -> Option<u32> {
        let tokens = self.store.tokens().await.expect("readable");
        let listed = tokens.into_iter().find(|token| token.id == caller.credential).expect("listed");
        let account = self.store.account(caller.application).await.expect("readable");
        assert_eq!(listed.remaining, account.map(|account| account.available));
        listed.remaining.map(whole)
    }

    /// Asserts that the ledger can be proven from its entries.
    pub fn prove(&self) {
        let proven = self.database.folder().prove_ledger().expect("readable");
        assert!(proven.holds(), "{proven:?}");
    }

    /// A task with a callback to `destination` that ended at `now`. Nothing else may wait.
    pub async fn owed(&self, caller: Caller, destination: &str, now: i64) -> TaskId {
        let task = self.place(NewTask { callback_url: callback(destination), ..self.order(caller) }).await;
        let claimed = self.claim(now).await.expect("waits");
        assert_eq!(
            (claimed.claim.task, self.finish(&claimed, made("{}"), now).await),
            (task, Finish::Stored)
        );
        task
    }

    /// A task that succeeded at `now` with a song whose files are kept, and their folder. Nothing else may wait.
    pub async fn kept_song(&self, caller: Caller, now: i64) -> (TaskId, FolderName) {
        let task = self.place(NewTask { created_at: at(now), ..self.order(caller) }).await;
        let claimed = self.claim(now).await.expect("waits");
        assert_eq!(claimed.claim.task, task);
        let folder = claimed.folder.clone();
        let files = self.database.folder().files();
        let name = files.put_public(&folder, "song.m4a", task.as_bytes()).expect("room");
        files.put_master(&folder, b"master").expect("room");
        let json = format!(r#"{{"audio_url":"{name}"}}"#);
        let text = ResponseText::new(json, vec![14]).expect("inside");
        let ended = claimed.state.clone().end(Outcome::Succeeded(text), at(now));
        let song = NewSong { folder: folder.clone(), ..self.plan() };
        let finish =
            self.store.finish(claimed.claim, ended, store::Kept::Song(song)).await.expect("answered");
        assert_eq!(finish, Finish::Stored);
        (task, folder)
    }

    /// Up to `most` deliveries, for senders that begin at `now` with a lease of 100 ms.
    pub async fn send(&self, now: i64, most: usize) -> Vec<Delivery> {
        self.store.claim_deliveries(at(now), at(now + 100), most).await.expect("answered")
    }

    /// What is owed for a task, with what came of it.
    pub async fn deliveries(&self, task: TaskId) -> Vec<Owed> {
        let listed = self.store.callbacks(CallbackFilter::default(), 10_000).await.expect("readable");
        let mut owed = Vec::new();
        for listing in listed.into_iter().filter(|listing| listing.task == task) {
            let (_, attempts) = self.store.callback(None, task).await.expect("readable").expect("listed");
            owed.push(Owed { state: listing.state, due_at: listing.due_at, attempts });
        }
        owed
    }

    /// Keeps an attempt at which the host was asked.
    pub async fn record_attempt(
        &self,
        delivery: &Delivery,
        attempt: Attempt,
        after: AfterAttempt,
    ) -> Result<(), StoreError> {
        let made = MadeAttempt { delivery: delivery.clone(), attempt, after, asked: true };
        self.store.record_attempt(made).await
    }

    pub fn plan(&self) -> NewSong {
        NewSong {
            audio_id: AudioId(self.id()),
            title: "Rain".to_owned(),
            lyric: "[Verse]\nRain".to_owned(),
            engine: "embedded 1".to_owned(),
            plan: r#"{"bars":32}"#.to_owned(),
            folder: self.folder(),
            shared: false,
            samples: 44_100 * 200,
            master_sha256: [7; 32],
        }
    }
}

/// A callback that is owed.
pub struct Owed {
    pub state: DeliveryState,
    pub due_at: Option<Timestamp>,
    pub attempts: Vec<Attempt>,
}

/// An amount without decimals.
pub fn whole(credits: Credits) -> u32 {
    assert_eq!(credits.as_millionths() % 1_000_000, 0, "{credits}");
    u32::try_from(credits.as_millionths() / 1_000_000).expect("not below zero")
}

pub const fn at(millis: i64) -> Timestamp {
    Timestamp::from_millis(millis)
}

pub fn callback(destination: &str) -> Option<CallbackUrl> {
    Some(CallbackUrl { url: format!("{destination}/hook?secret=1"), destination: destination.to_owned() })
}

pub fn made(json: &str) -> Outcome {
    Outcome::Succeeded(ResponseText::plain(json.to_owned()))
}

pub fn failed() -> Outcome {
    Outcome::Failed(Failure { code: ErrorCode::BadRequest, message: "Say which key.".to_owned() })
}

pub fn cancelled() -> Outcome {
    Outcome::Cancelled(Failure { code: ErrorCode::Canceled, message: "Called off.".to_owned() })
}

pub fn ended(standing: Standing) -> Ended {
    match standing {
        Standing::Ended(ended) => ended,
        other => panic!("not ended: {other:?}"),
    }
}

/// Asks everything at once, and gives the answers in the order of the questions.
pub async fn at_once<T: Send + 'static>(
    questions: impl IntoIterator<Item = impl Future<Output = T> + Send + 'static>,
) -> Vec<T> {
    let asked: Vec<_> = questions.into_iter().map(tokio::spawn).collect();
    let mut answers = Vec::new();
    for question in asked {
        answers.push(question.await.expect("answered"));
    }
    answers
}

/// Whether nothing occurs twice.
pub fn all_differ<T: std::hash::Hash + Eq>(items: impl IntoIterator<Item = T>) -> bool {
    let mut seen = HashSet::new();
    items.into_iter().all(|item| seen.insert(item))
}

/// Runs one story of a property test.
pub fn tell<T>(story: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().build().expect("a runtime").block_on(story)
}

/// The sums that the tables keep and that differ from what they are sums of.
pub fn wrong_sums(books: &rusqlite::Connection, rules: &QueueRules) -> Vec<String> {
    let per_credential = rules.in_flight_per_credential;
    let per_destination = rules.in_flight_per_destination;
    let sums = [
        "SELECT 'lane ' || c.no || '/' || w.crew FROM credentials c JOIN (SELECT 1 AS crew UNION SELECT 2) w \
         LEFT JOIN lanes l ON l.credential_no = c.no AND l.crew = w.crew \
         LEFT JOIN (SELECT credential_no, crew, sum(state = 0) AS waiting, sum(state = 1) AS running, \
           sum(state = 2) AS delayed, min(iif(state = 0, task_no, NULL)) AS head FROM queue GROUP BY 1, 2) q \
           ON q.credential_no = c.no AND q.crew = w.crew \
         WHERE coalesce(l.waiting, 0) <> coalesce(q.waiting, 0) OR l.head IS NOT q.head \
           OR coalesce(l.in_flight, 0) <> coalesce(q.running, 0) \
           OR coalesce(l.delayed, 0) <> coalesce(q.delayed, 0)"
            .to_owned(),
        format!(
            "SELECT 'turn ' || application_no || '/' || crew FROM turns WHERE ready <> EXISTS (SELECT 1 FROM queue q \
             JOIN tasks t ON t.no = q.task_no WHERE t.application_no = turns.application_no AND q.state = 0 \
             AND q.crew = turns.crew AND ({per_credential} = 0 OR {per_credential} > (SELECT count(*) FROM queue r \
               WHERE r.credential_no = q.credential_no AND r.crew = q.crew AND r.state = 1)))"
        ),
        format!(
            "SELECT 'destination ' || no FROM destinations d WHERE leased > {per_destination} OR leased <> \
             (SELECT count(*) FROM deliveries WHERE destination_no = d.no AND state = 1) OR due_ms IS NOT \
             iif(leased < iif(silent, 1, {per_destination}), (SELECT min(due_ms) FROM deliveries \
               WHERE destination_no = d.no AND state = 0), NULL)"
        ),
        "SELECT 'count ' || level || ' ' || bucket FROM task_counts c WHERE n <> (SELECT count(*) FROM tasks t \
         WHERE t.application_no = c.application_no AND t.kind = c.kind AND t.created_ms >> c.level = c.bucket)"
            .to_owned(),
        "SELECT 'queue ' || no FROM tasks t WHERE (outcome IS NULL) <> EXISTS (SELECT 1 FROM queue WHERE task_no = no)"
            .to_owned(),
    ];
    let rule = |(rule, sql): &(&str, &str)| {
        format!("SELECT '{}' FROM (SELECT ({sql}) AS n) WHERE n > 0", rule.replace('\'', "''"))
    };
    let ledger = store::sqlite::audit::LEDGER.iter().map(rule);
    let sums: Vec<String> = sums.into_iter().chain(ledger).collect();
    let wrong = sums.iter().flat_map(|sql| {
        let mut statement = books.prepare_cached(sql).expect("readable");
        let rows = statement.query_map([], |row| row.get(0)).expect("readable");
        rows.collect::<Result<Vec<String>, _>>().expect("readable")
    });
    wrong.collect()
}
