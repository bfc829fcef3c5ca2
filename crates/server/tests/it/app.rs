//! A whole server in the test's own process, with words for what its callers do.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use domain::{ApplicationId, CredentialId, Timestamp, UserId};
use serde_json::{Value, json};
use server::api::caller::token_hash;
use server::api::repeats::fingerprint;
use server::app::{self, App, Ended, Parts};
use server::clock::{Clock as _, ManualClock};
use server::config::{self, Settings};
use server::ids::{Random, SystemRandom};
use store::{
    AccessStore as _, ApplicationSwitch, DataFolder, FileStore, FolderLock, NewToken, SqliteStore,
    UserChange, UserChanged, UserStore as _,
};
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::runtime::Handle;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::client::{Answer, Client, PATIENCE, eventually};
use crate::engine::ScriptedEngine;
use crate::log;

/// The second at which every test begins: that of the seed's task.
pub const BEGIN: Timestamp = Timestamp::from_millis(1_767_119_745_524);

pub struct TestApp {
    pub clock: Arc<ManualClock>,
    pub engine: Arc<ScriptedEngine>,
    /// Calls with a token of `ann@example.com`.
    pub ann: Client,
    pub settings: Settings,
    home: TempDir,
    running: Option<Running>,
}

struct Running {
    app: Arc<App>,
    store: Arc<SqliteStore>,
    lock: Arc<FolderLock>,
    stop: CancellationToken,
    server: JoinHandle<Result<(), Ended>>,
}

impl TestApp {
    pub async fn start() -> Self {
        Self::with(|_| ()).await
    }

    /// Starts with these settings. What would only be in the way of most stories is off.
    pub async fn with(change: impl FnOnce(&mut Settings)) -> Self {
        let mut app = Self::with_nobody(change).await;
        app.ann.token = app.token("ann@example.com").await;
        app
    }

    /// The same, without any user.
    pub async fn with_nobody(change: impl FnOnce(&mut Settings)) -> Self {
        log::capture();
        let home = tempfile::tempdir().expect("a folder");
        let mut settings = config::load(None, home.path(), None).expect("the defaults");
        settings.limits.requests_per_second = 0;
        settings.worker.concurrency = 2;
        settings.worker.stop_seconds = 0;
        settings.webhooks.allow_private_addresses = true;
        change(&mut settings);
        let clock = Arc::new(ManualClock::new(BEGIN));
        let engine = Arc::new(ScriptedEngine::new());
        let ann = Client::new("http://nowhere", "");
        let mut app = Self { clock, engine, ann, settings, home, running: None };
        app.open().await;
        app
    }

    /// Starts after a stop, on the same folder, at another address.
    pub async fn open(&mut self) {
        let folder = DataFolder::open(self.home.path()).expect("a folder");
        let lock = Arc::new(folder.lock().expect("free"));
        let store = SqliteStore::open(&folder.database(), app::queue_rules(&self.settings)).expect("opened");
        let store = Arc::new(store);
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address: SocketAddr = listener.local_addr().expect("bound");
        let app = App::new(Parts {
            settings: self.settings.clone(),
            store: store.clone(),
            files: folder.files(),
            clock: self.clock.clone(),
            random: Arc::new(SystemRandom),
            engine: self.engine.clone(),
            public_base: app::public_base(&self.settings, address),
            address,
        })
        .expect("put together");
        app.take_over(lock.last_alive().expect("readable")).await.expect("taken over");
        let stop = CancellationToken::new();
        let server = {
            let (app, lock, stop) = (Arc::clone(&app), Arc::clone(&lock), stop.clone());
            tokio::spawn(async move { app::run(&app, listener, &Handle::current(), Some(lock), stop).await })
        };
        self.ann.base = format!("http://{address}");
        self.running = Some(Running { app, store, lock, stop, server });
    }

    fn running(&self) -> &Running {
        self.running.as_ref().expect("running")
    }

    /// Stops softly and starts again on the same folder, at another address.
    pub async fn restart(&mut self) {
        self.stop().await;
        self.open().await;
    }

    /// Stops softly.
    pub async fn stop(&mut self) {
        self.running().stop.cancel();
        let Running { app, store, lock, server, .. } = self.running.take().expect("running");
        let ended = tokio::time::timeout(PATIENCE, server).await.expect("stopped in time");
        ended.expect("no panic").expect("no end by itself");
        store.close();
        lock.still_alive(self.clock.now()).expect("noted");
        drop(app);
    }

    /// Tells the server to stop, and does not wait until it has.
    pub fn begin_to_stop(&self) {
        self.running().stop.cancel();
    }

    pub fn home(&self) -> &Path {
        self.home.path()
    }

    pub fn files(&self) -> FileStore {
        FileStore::new(self.home.path())
    }

    /// Waits until so many requests wait for this task.
    pub async fn until_waited_for(&self, id: &str, times: usize) {
        let id = id.parse().expect("an id");
        let waiters = &self.running().app.waiters;
        eventually("requests wait", || async move { waiters.of(id) == times }).await;
    }

    pub fn store(&self) -> &SqliteStore {
        &self.running().store
    }

    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    pub fn advance(&self, by: Duration) {
        self.clock.advance(by);
    }

    /// A new token of this user.
    pub async fn token(&self, email: &str) -> String {
        self.token_with(email, |_| ()).await
    }

    /// A new token of this user, changed before it is kept.
    pub async fn token_with(&self, email: &str, change: impl FnOnce(&mut NewToken)) -> String {
        let random: &dyn Random = &SystemRandom;
        let now = self.clock.now();
        let token: String = random.bytes::<32>().iter().map(|byte| format!("{byte:02x}")).collect();
        let mut new = NewToken {
            email: email.to_owned(),
            application: "default".to_owned(),
            user_id: UserId(random.uuid(now)),
            application_id: ApplicationId(random.uuid(now)),
            credential_id: CredentialId(random.uuid(now)),
            hash: token_hash(&token),
            last_four: token[60..].to_owned(),
            apis: None,
            quota: None,
            requests_per_second: None,
            expires_at: None,
            now,
        };
        change(&mut new);
        self.store().add_token(new).await.expect("kept");
        token
    }

    /// A client with a new token of this user.
    pub async fn client(&self, email: &str) -> Client {
        self.ann.with_token(&self.token(email).await)
    }

    pub async fn credential_of(&self, token: &str) -> CredentialId {
        self.store().credential(&token_hash(token)).await.expect("readable").expect("a token").id
    }

    pub async fn switch_application(&self, email: &str, disabled: bool) {
        let switch =
            ApplicationSwitch { email: email.to_owned(), application: "default".to_owned(), disabled };
        assert!(self.store().switch_application(switch).await.expect("written"));
    }

    pub async fn switch_user(&self, email: &str, disabled: bool) {
        let user = self.store().user_of(email).await.expect("readable").expect("a user");
        let change = UserChange { role: None, disabled: Some(disabled) };
        let changed = self.store().change_user(user.id, change).await.expect("written");
        assert_eq!(changed, UserChanged::Done);
    }

    /// Waits until a task of this caller's has ended.
    pub async fn until_ended(&self, caller: &Client, id: &str) {
        let ended = || async move { caller.retrieve(id).await.get("finished_at").is_some() };
        eventually("the task has ended", ended).await;
    }

    /// Waits until the server has noticed that this order's answer did not arrive.
    pub async fn until_unanswered(&self, caller: &Client, body: &Value) {
        let credential = self.credential_of(&caller.token).await;
        let sought = fingerprint(credential, "audios", body.to_string().as_bytes());
        let repeats = &self.running().app.repeats;
        eventually("the order counts as unanswered", || async move { repeats.find(&sought).is_some() }).await;
    }

    /// Waits until so many requests have been taken for this task, its own and repeats.
    pub async fn until_accepted(&self, id: &str, times: usize) {
        let taken =
            |line: &&String| ["accepted an order", "repeated an order"].iter().any(|s| line.contains(s));
        let accepted = || async { log::lines_with(id).iter().filter(taken).count() == times };
        eventually("the order is taken", accepted).await;
    }

    /// Ann orders a song and does not wait for it.
    pub async fn order_song(&self, prompt: &str) -> String {
        self.ann.order_song(prompt).await
    }

    pub async fn retrieve(&self, id: &str) -> Value {
        self.ann.retrieve(id).await
    }

    pub async fn state_of(&self, id: &str) -> String {
        self.retrieve(id).await["state"].as_str().expect("a state").to_owned()
    }

    pub async fn until_state(&self, id: &str, state: &str) -> Value {
        eventually(&format!("{id} is {state}"), || async move { self.state_of(id).await == state }).await;
        self.retrieve(id).await
    }

    pub async fn until_succeeded(&self, id: &str) -> Value {
        self.until_state(id, "succeeded").await
    }

    /// Moves the clock step by step, by `most` in all, until something holds.
    #[track_caller]
    pub fn advance_until<F: Future<Output = bool>>(
        &self,
        step: Duration,
        most: Duration,
        holds: impl Fn() -> F,
    ) -> impl Future<Output = ()> {
        let left = std::cell::Cell::new(most);
        eventually("it happens while the clock is moved", move || {
            let step = step.min(left.get());
            left.set(left.get() - step);
            self.advance(step);
            holds()
        })
    }
}

/// The body of an order of a song by its prompt, not waited for.
pub fn song(prompt: &str) -> Value {
    json!({ "prompt": prompt, "async": true })
}

/// The same, waited for.
pub fn waited_song(prompt: &str) -> Value {
    json!({ "prompt": prompt })
}

impl Client {
    pub async fn order(&self, body: &Value) -> Answer {
        self.post("/producer/audios", body).await
    }

    pub async fn order_song(&self, prompt: &str) -> String {
        let answer = self.order(&song(prompt)).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        answer.task_id()
    }

    pub async fn query(&self, body: &Value) -> Answer {
        self.post("/producer/tasks", body).await
    }

    pub async fn retrieve(&self, id: &str) -> Value {
        let answer = self.query(&json!({ "action": "retrieve", "id": id })).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        answer.json()
    }

    pub async fn retrieve_batch(&self, ids: &[&str]) -> Value {
        let answer = self.query(&json!({ "action": "retrieve_batch", "ids": ids })).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        answer.json()
    }

    /// How many tasks the caller has.
    pub async fn count_tasks(&self) -> u64 {
        let list = self.query(&json!({ "action": "retrieve_batch" })).await.json();
        list["count"].as_u64().expect("a count")
    }
}
