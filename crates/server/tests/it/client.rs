//! Sends requests, and looks at answers.

use std::time::Duration;

use reqwest::Method;
use reqwest::header::HeaderMap;
use serde_json::Value;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::task::JoinHandle;

/// Nothing that a test waits for takes longer: a bound that only a fault reaches, on a busy machine too.
pub const PATIENCE: Duration = Duration::from_secs(120);

/// A client of one server, with one token.
#[derive(Clone)]
pub struct Client {
    pub base: String,
    pub token: String,
    http: reqwest::Client,
}

/// What a server answered.
#[derive(Debug, Clone)]
pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

impl Client {
    pub fn new(base: &str, token: &str) -> Self {
        // Another test may have chosen it already: then it is the same.
        drop(rustls::crypto::ring::default_provider().install_default());
        let http = reqwest::Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none());
        let http = http.timeout(PATIENCE).build().expect("a client");
        Self { base: base.trim_end_matches('/').to_owned(), token: token.to_owned(), http }
    }

    /// The same server, called with another token.
    pub fn with_token(&self, token: &str) -> Self {
        Self { token: token.to_owned(), ..self.clone() }
    }

    /// A request that is still to be given headers or a body.
    pub fn request(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        self.http.request(method, format!("{}{path}", self.base))
    }

    pub async fn get(&self, path: &str) -> Answer {
        read(self.request(Method::GET, path)).await
    }

    /// The same, with the token.
    pub async fn get_as_caller(&self, path: &str) -> Answer {
        read(self.request(Method::GET, path).bearer_auth(&self.token)).await
    }

    pub async fn post(&self, path: &str, body: impl ToString) -> Answer {
        self.try_post(path, body.to_string().into_bytes()).await.expect("an answer")
    }

    pub async fn post_bytes(&self, path: &str, body: &[u8]) -> Answer {
        self.try_post(path, body.to_vec()).await.expect("an answer")
    }

    pub async fn try_post(&self, path: &str, body: Vec<u8>) -> reqwest::Result<Answer> {
        let request = self.request(Method::POST, path).bearer_auth(&self.token);
        try_read(request.header("content-type", "application/json").body(body)).await
    }

    /// Orders, and waits for the song in the background.
    pub fn ordering(&self, body: impl ToString) -> JoinHandle<Answer> {
        let (client, body) = (self.clone(), body.to_string());
        tokio::spawn(async move { client.post("/producer/audios", body).await })
    }

    /// The same, of a server that may end before it answers.
    pub fn ordering_fallibly(&self, body: &Value) -> JoinHandle<reqwest::Result<Answer>> {
        let (client, body) = (self.clone(), body.to_string().into_bytes());
        tokio::spawn(async move { client.try_post("/producer/audios", body).await })
    }

    /// Sends bytes as they are on a connection of its own that stays open, and reads what comes first.
    pub async fn raw_first(&self, request: &str) -> String {
        let address = self.base.strip_prefix("http://").expect("an http URL");
        let mut stream = TcpStream::connect(address).await.expect("connected");
        stream.write_all(request.as_bytes()).await.expect("sent");
        let mut answer = vec![0; 1_024];
        let reading = stream.read(&mut answer);
        let read = tokio::time::timeout(PATIENCE, reading).await.expect("answered in time").expect("read");
        String::from_utf8_lossy(&answer[..read]).into_owned()
    }

    /// Sends bytes as they are on a connection of its own, and reads nothing.
    pub async fn raw_unread(&self, request: &str) -> TcpStream {
        let address = self.base.strip_prefix("http://").expect("an http URL");
        let mut stream = TcpStream::connect(address).await.expect("connected");
        stream.write_all(request.as_bytes()).await.expect("sent");
        stream
    }

    /// Sends bytes as they are on a connection of its own, and reads until the server closes it.
    pub async fn raw(&self, request: &str) -> String {
        let address = self.base.strip_prefix("http://").expect("an http URL");
        let mut stream = TcpStream::connect(address).await.expect("connected");
        stream.write_all(request.as_bytes()).await.expect("sent");
        let mut answer = Vec::new();
        let reading = stream.read_to_end(&mut answer);
        tokio::time::timeout(PATIENCE, reading).await.expect("closed in time").expect("read");
        String::from_utf8_lossy(&answer).into_owned()
    }
}

/// Sends a request and reads the whole answer.
pub async fn read(request: reqwest::RequestBuilder) -> Answer {
    try_read(request).await.expect("an answer")
}

async fn try_read(request: reqwest::RequestBuilder) -> reqwest::Result<Answer> {
    let response = request.send().await?;
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    Ok(Answer { status, headers, body: response.bytes().await?.to_vec() })
}

impl Answer {
    pub fn text(&self) -> &str {
        std::str::from_utf8(&self.body).expect("UTF-8")
    }

    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {:?}", self.text()))
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().expect("readable"))
    }

    /// The body's text under this key.
    #[track_caller]
    pub fn word(&self, key: &str) -> String {
        let json = self.json();
        json[key].as_str().unwrap_or_else(|| panic!("no {key} in {json}")).to_owned()
    }

    #[track_caller]
    pub fn task_id(&self) -> String {
        self.word("task_id")
    }

    /// The status, and the error's word.
    pub fn error(&self) -> (u16, String) {
        (self.status, self.json()["error"]["code"].as_str().unwrap_or("no error").to_owned())
    }

    pub fn message(&self) -> String {
        self.json()["error"]["message"].as_str().unwrap_or("no message").to_owned()
    }

    /// Asserts that this is an error in the one form, with the request's trace in header and body.
    #[track_caller]
    pub fn assert_is_error(&self, status: u16, code: &str) {
        assert_eq!(self.error(), (status, code.to_owned()), "{}", self.text());
        assert_eq!(self.json()["success"], false);
        assert_eq!(self.header("x-trace-id"), Some(self.word("trace_id").as_str()));
        assert_eq!(self.header("content-type"), Some("application/json"));
    }
}

/// Looks again and again until something holds; for what the server does without telling anyone.
#[track_caller]
pub fn eventually<F: Future<Output = bool>>(what: &str, holds: impl Fn() -> F) -> impl Future<Output = ()> {
    let what = format!("{what}, at {}", std::panic::Location::caller());
    let looking = async move {
        let mut looks = tokio::time::interval(Duration::from_millis(5));
        while !holds().await {
            looks.tick().await;
        }
    };
    async move {
        assert!(tokio::time::timeout(PATIENCE, looking).await.is_ok(), "never: {what}");
    }
}
