//! A simulating server in the test's own process, with a real folder and a virtual clock.

use std::path::PathBuf;

use reqwest::Method;
use serde_json::{Value, json};
use server::cli::Server;
use server::config::{self, Settings};
use server::simulate::Rehearsal;
use store::{DoomedStore as _, FolderName, QueueRules, SqliteStore};
use tempfile::TempDir;

use crate::client::{Answer, Client, read};
use crate::log;
use crate::processes::token;

/// How a server begins: the clock is held.
pub const HELD: Rehearsal = Rehearsal { seed: Some(7), start: None, auto: false };
/// The same, with a clock that runs ahead.
pub const AUTO: Rehearsal = Rehearsal { auto: true, ..HELD };
/// Whoever only reads has none.
const RULES: QueueRules = QueueRules {
    in_flight_per_credential: 0,
    refuses_when_busy: false,
    most_waiting: 0,
    in_flight_per_destination: 0,
    deliveries_in_flight: 0,
    keys_gathered: 2,
};
/// When its clock begins.
pub const BEGIN: f64 = 1_767_225_600.0;

pub struct World {
    pub ann: Client,
    server: Option<Server>,
    home: TempDir,
}

impl World {
    pub async fn start(rehearsal: Rehearsal) -> Self {
        Self::with(rehearsal, |_| ()).await
    }

    pub async fn with(mut rehearsal: Rehearsal, change: impl FnOnce(&mut Settings)) -> Self {
        log::capture();
        let home = tempfile::tempdir().expect("a folder");
        let data = home.path().join("data");
        let mut settings = config::load(None, &data, Some("127.0.0.1:0")).expect("the defaults");
        settings.limits.requests_per_second = 0;
        change(&mut settings);
        rehearsal.prepare(&mut settings);
        let starting = tokio::task::spawn_blocking({
            let data = data.clone();
            move || Server::start_with(settings, &data, Some(rehearsal)).expect("started")
        });
        let server = starting.await.expect("no panic");
        let token = tokio::task::spawn_blocking(move || token(&data, &[])).await.expect("no panic");
        let base = format!("http://127.0.0.1:{}", server.address().port());
        Self { ann: Client::new(&base, &token), server: Some(server), home }
    }

    pub fn data(&self) -> PathBuf {
        self.home.path().join("data")
    }

    /// Stops it softly.
    pub async fn stop(&mut self) {
        let server = self.server.take().expect("running");
        server.stop();
        tokio::task::spawn_blocking(move || server.join().expect("ended well")).await.expect("no panic");
    }

    /// Folders of files of which it is noted that no song names them.
    pub async fn doomed(&self) -> Vec<FolderName> {
        let store = SqliteStore::open(&self.data().join("backline.db"), RULES).expect("opens");
        let doomed = store.doomed(true, None, 99).await.expect("readable");
        store.close();
        doomed.into_iter().map(|doomed| doomed.folder).collect()
    }

    /// Stops it and starts another on the same folder.
    pub async fn restart(&mut self, mut rehearsal: Rehearsal) {
        self.stop().await;
        let data = self.data();
        let mut settings = config::load(None, &data, Some("127.0.0.1:0")).expect("the defaults");
        rehearsal.prepare(&mut settings);
        let starting = tokio::task::spawn_blocking(move || {
            Server::start_with(settings, &data, Some(rehearsal)).expect("started")
        });
        let server = starting.await.expect("no panic");
        self.ann.base = format!("http://127.0.0.1:{}", server.address().port());
        self.server = Some(server);
    }

    /// Moves the clock, and gives how often it stopped on the way.
    pub async fn advance(&self, by: &str) -> u64 {
        let answer = self.ann.post("/simulate/clock", json!({ "advance": by })).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        answer.json()["stops"].as_u64().expect("a number")
    }

    /// How the clock stands.
    pub async fn clock(&self) -> Value {
        self.ann.get("/simulate/clock").await.json()
    }

    /// Seconds since the clock began.
    pub async fn seconds(&self) -> f64 {
        self.clock().await["now"].as_f64().expect("a number") - BEGIN
    }
}

impl Drop for World {
    fn drop(&mut self) {
        if let Some(server) = self.server.take() {
            server.stop();
        }
    }
}

impl Client {
    /// Orders with a script.
    pub async fn order_scripted(&self, script: &str, body: &Value) -> Answer {
        let request = self.request(Method::POST, "/producer/audios").bearer_auth(&self.token);
        read(request.header("backline-simulate", script).json(body)).await
    }

    /// Orders with a script, is answered at once, and gives the task's id.
    pub async fn rehearse(&self, script: &str, prompt: &str) -> String {
        let answer = self.order_scripted(script, &json!({ "prompt": prompt, "async": true })).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        answer.task_id()
    }

    /// The same, called back there.
    pub async fn rehearse_called_back(&self, script: &str, url: &str) -> String {
        let answer = self.order_scripted(script, &json!({ "prompt": script, "callback_url": url })).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        answer.task_id()
    }

    /// How a task stands, in a few words.
    pub async fn standing(&self, id: &str) -> (String, Value) {
        let record = self.retrieve(id).await;
        let response = &record["response"];
        let told = [&response["progress"], &response["error"]["code"], &response["data"][0]["state"]];
        let told = told.into_iter().find(|told| !told.is_null()).cloned().unwrap_or_default();
        (record["state"].as_str().expect("a state").to_owned(), told)
    }
}
