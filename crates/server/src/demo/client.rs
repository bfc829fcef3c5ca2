//! The demo as a client: it knows the server's address and its token, and nothing else of it.

use std::time::Duration;

use bytes::Bytes;
use reqwest::header;
use serde_json::Value;

use crate::cli::Failure;

/// The longest that one answer may take.
const ANSWER_WITHIN: Duration = Duration::from_secs(60);

/// Calls a server.
pub(super) struct Client {
    http: reqwest::Client,
    base: String,
    token: String,
}

/// An answer in JSON, with the text that it was read from.
pub(super) struct Answer {
    /// As it came.
    pub text: String,
    /// As it reads.
    pub json: Value,
}

impl Client {
    /// A client of the server at `base`, such as `http://127.0.0.1:8787`. Proxies are not for this machine itself.
    pub fn new(base: &str, token: &str) -> Result<Self, Failure> {
        // Another part of the process may have chosen it already: then it is the same.
        drop(rustls::crypto::ring::default_provider().install_default());
        let http = reqwest::Client::builder().no_proxy().timeout(ANSWER_WITHIN).build()?;
        Ok(Self { http, base: base.to_owned(), token: token.to_owned() })
    }

    /// Posts JSON; the answer must be a 200 with JSON.
    pub async fn post(&self, path: &str, json: String) -> Result<Answer, Failure> {
        let request = self.http.post(format!("{}{path}", self.base)).bearer_auth(&self.token);
        let answer = request.header(header::CONTENT_TYPE, "application/json").body(json).send().await?;
        let status = answer.status();
        let text = answer.text().await?;
        if status != reqwest::StatusCode::OK {
            return Err(Failure(format!("POST {path}: expected status 200; came {status} with {text}")));
        }
        Ok(Answer { json: serde_json::from_str(&text)?, text })
    }

    /// Fetches a file, of which the server must say that it is of this kind, such as `audio/`.
    pub async fn download(&self, url: &str, kind: &str) -> Result<Bytes, Failure> {
        let answer = self.http.get(url).send().await?;
        let (status, found) = (answer.status(), answer.headers().get(header::CONTENT_TYPE).cloned());
        let found = found.as_ref().and_then(|value| value.to_str().ok()).unwrap_or("nothing");
        if status != reqwest::StatusCode::OK || !found.starts_with(kind) {
            return Err(Failure(format!(
                "GET {url}: expected status 200 and type {kind}…; came {status} and {found}"
            )));
        }
        Ok(answer.bytes().await?)
    }
}
