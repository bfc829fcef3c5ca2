//! An HTTP client for URLs that strangers gave, of callbacks and of uploads: no redirects, no proxies, no special addresses, bounded time and
//! bounded answers. Names are resolved here, once for each connection, and what is connected to is what was checked,
//! so that a name that changes its address gains nothing.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::header::{self, HeaderMap};
use reqwest::{Client, Response, Url, redirect};

use super::addresses::is_public;
use crate::app::StartError;
use crate::config::{UploadSettings, WebhookSettings};

/// How many bytes of an answer are kept.
const KEPT: usize = 1_024;

/// How long a connection is kept for the next callback to the same host.
const KEPT_OPEN: Duration = Duration::from_secs(30);

/// Within which bounds a client works.
#[derive(Clone, Copy)]
pub struct Guard {
    /// Whether it may connect there.
    pub allows: fn(IpAddr) -> bool,
    /// How long one request may take.
    pub timeout: Duration,
    /// How many connections to a host are kept for later.
    pub kept_open_per_host: usize,
}

const fn allows(private_too: bool) -> fn(IpAddr) -> bool {
    if private_too { |_| true } else { is_public }
}

impl From<&WebhookSettings> for Guard {
    fn from(settings: &WebhookSettings) -> Self {
        Self {
            allows: allows(settings.allow_private_addresses),
            timeout: Duration::from_secs(settings.timeout_seconds),
            kept_open_per_host: settings.concurrency_per_destination as usize,
        }
    }
}

impl From<&UploadSettings> for Guard {
    fn from(settings: &UploadSettings) -> Self {
        Self {
            allows: allows(settings.allow_private_addresses),
            timeout: Duration::from_secs(settings.timeout_seconds),
            kept_open_per_host: 0,
        }
    }
}

/// Calls URLs that strangers gave.
pub struct GuardedClient {
    client: Client,
    allows: fn(IpAddr) -> bool,
}

/// What a host answered.
#[derive(Debug)]
pub struct Answer {
    /// Its status.
    pub status: u16,
    /// What it said of when to come again: `Retry-After`.
    pub retry_after: Option<String>,
    /// Its first bytes.
    pub head: Vec<u8>,
}

/// Why nothing was answered. Never names more of the URL than its host.
#[derive(Debug, thiserror::Error)]
pub enum Unsent {
    /// The host is, or resolves to, an address that is not on the public internet.
    #[error("the address is private or special; the setting webhooks.allow_private_addresses would allow it")]
    Private,
    /// The URL is none that can be posted to.
    #[error("not an http or https URL with a host")]
    NotAnUrl,
    /// The time was over.
    #[error("no answer in time")]
    TimedOut,
    /// No connection came about.
    #[error("could not connect")]
    NoConnection,
    /// The connection broke.
    #[error("the connection broke")]
    Broken,
    /// The secret to sign with could not be read.
    #[error("it could not be signed; the server's log says why")]
    Unsigned,
}

impl Unsent {
    /// Whether the host was asked: else this says nothing about it.
    #[must_use]
    pub const fn asked(&self) -> bool {
        match self {
            Self::TimedOut | Self::NoConnection | Self::Broken => true,
            Self::Private | Self::NotAnUrl | Self::Unsigned => false,
        }
    }
}

impl GuardedClient {
    /// A client with these limits.
    ///
    /// # Errors
    /// When the platform's certificates cannot be used.
    pub fn new(guard: impl Into<Guard>) -> Result<Self, StartError> {
        let guard = guard.into();
        // Another part of the process may have chosen it already: then it is the same.
        drop(rustls::crypto::ring::default_provider().install_default());
        let client = Client::builder()
            .redirect(redirect::Policy::none())
            .no_proxy()
            .timeout(guard.timeout)
            .pool_max_idle_per_host(guard.kept_open_per_host)
            .pool_idle_timeout(KEPT_OPEN)
            .dns_resolver(Arc::new(GuardedResolver { allows: guard.allows }))
            .user_agent(concat!("Backline/", env!("CARGO_PKG_VERSION")))
            .build()
            .map_err(|error| StartError::Client(error.to_string()))?;
        Ok(Self { client, allows: guard.allows })
    }

    /// Asks for what is there. A redirect is an answer: who follows it asks again.
    ///
    /// # Errors
    /// When no answer came.
    pub async fn get(&self, url: Url) -> Result<Response, Unsent> {
        self.check(&url)?;
        self.client.get(url).send().await.map_err(|error| unsent(&error))
    }

    fn check(&self, url: &Url) -> Result<(), Unsent> {
        if !matches!(url.scheme(), "http" | "https") {
            return Err(Unsent::NotAnUrl);
        }
        if literal_address(url).is_some_and(|address| !(self.allows)(address)) {
            return Err(Unsent::Private);
        }
        Ok(())
    }

    /// Posts JSON, with headers.
    ///
    /// # Errors
    /// When no answer came.
    pub async fn post_json(&self, url: &str, headers: HeaderMap, json: String) -> Result<Answer, Unsent> {
        let url = Url::parse(url).map_err(|_| Unsent::NotAnUrl)?;
        self.check(&url)?;
        let request = self.client.post(url).headers(headers).header(header::CONTENT_TYPE, "application/json");
        let mut response = request.body(json).send().await.map_err(|error| unsent(&error))?;
        let status = response.status().as_u16();
        let retry_after = response.headers().get(header::RETRY_AFTER);
        let retry_after = retry_after.and_then(|value| value.to_str().ok()).map(str::to_owned);
        let mut head = Vec::new();
        while head.len() < KEPT {
            match response.chunk().await {
                Ok(Some(chunk)) => head.extend_from_slice(&chunk[..chunk.len().min(KEPT - head.len())]),
                // The status is the answer; what comes after it is only kept to be shown.
                Ok(None) | Err(_) => break,
            }
        }
        Ok(Answer { status, retry_after, head })
    }
}

/// A resolver is asked for names alone: a URL with an address in it is looked at here. The parser has already turned
/// every odd spelling of an IPv4 address into the address.
fn literal_address(url: &Url) -> Option<IpAddr> {
    match url.host()? {
        url::Host::Ipv4(address) => Some(address.into()),
        url::Host::Ipv6(address) => Some(address.into()),
        url::Host::Domain(_) => None,
    }
}

fn unsent(error: &reqwest::Error) -> Unsent {
    let mut cause = std::error::Error::source(error);
    while let Some(inner) = cause {
        if inner.is::<Refused>() {
            return Unsent::Private;
        }
        cause = inner.source();
    }
    if error.is_timeout() {
        Unsent::TimedOut
    } else if error.is_connect() {
        Unsent::NoConnection
    } else {
        Unsent::Broken
    }
}

#[derive(Debug, thiserror::Error)]
#[error("every address of this host is private or special")]
struct Refused;

struct GuardedResolver {
    allows: fn(IpAddr) -> bool,
}

impl Resolve for GuardedResolver {
    fn resolve(&self, name: Name) -> Resolving {
        let allows = self.allows;
        Box::pin(async move {
            // The client puts the URL's port in.
            let found: Vec<SocketAddr> = tokio::net::lookup_host((name.as_str(), 0)).await?.collect();
            let allowed: Vec<_> = found.iter().copied().filter(|found| allows(found.ip())).collect();
            if allowed.is_empty() && !found.is_empty() {
                return Err(Refused.into());
            }
            Ok(Box::new(allowed.into_iter()) as Addrs)
        })
    }
}

#[cfg(test)]
mod tests {
    use tokio::net::TcpListener;

    use super::*;

    fn client(allow_private_addresses: bool) -> GuardedClient {
        let home = tempfile::tempdir().expect("a folder");
        let mut settings = crate::config::load(None, home.path(), None).expect("defaults").webhooks;
        settings.allow_private_addresses = allow_private_addresses;
        GuardedClient::new(&settings).expect("made")
    }

    #[tokio::test]
    async fn private_addresses_are_refused_however_they_are_spelled() {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("bound");
        let port = listener.local_addr().expect("bound").port();
        let client = client(false);
        for host in
            ["127.0.0.1", "0x7f.1", "2130706433", "localhost", "[::1]", "[::ffff:127.0.0.1]", "0.0.0.0"]
        {
            let sent = {
                let url = format!("http://{host}:{port}/secret");
                client.post_json(&url, HeaderMap::new(), "{}".to_owned()).await
            };
            assert!(matches!(sent, Err(Unsent::Private)), "{host}: {sent:?}");
        }
        let knocked = tokio::time::timeout(Duration::from_millis(100), listener.accept()).await;
        assert!(knocked.is_err(), "something connected");
    }

    #[tokio::test]
    async fn nothing_of_the_url_but_the_host_is_in_an_error() {
        let client = client(true);
        let sent = client.post_json("http://127.0.0.1:1/secret?token=1", HeaderMap::new(), "{}".to_owned());
        let unsent = sent.await.expect_err("closed");
        assert!(!unsent.to_string().contains("secret"));
    }
}
