//! The load: connections that send one request after the other, all from the thread that runs this.

use std::net::SocketAddr;
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio::time::timeout;

use super::answer::{self, Head};
use super::figures::{Latencies, number};
use crate::cli::Failure;
use crate::stopwatch::Stopwatch;

/// The longest that an answer may take.
const ANSWER_WITHIN: Duration = Duration::from_secs(30);

/// What a connection asks, and what it makes of the answers.
pub(super) trait Script: Send + 'static {
    /// The next request, whole.
    fn request(&mut self) -> &[u8];

    /// Looks at the body that it was answered with.
    fn check(&mut self, body: &[u8]) -> Result<(), Failure>;
}

/// What came of a stretch of load.
pub(super) struct Round {
    /// How long it lasted.
    pub seconds: f64,
    /// How long each answer took.
    pub latencies: Latencies,
}

impl Round {
    /// Answers a second.
    pub fn rate(&self) -> f64 {
        number(self.latencies.count()) / self.seconds
    }
}

/// Lets each script ask on a connection of its own until `span` is over.
pub(super) async fn drive<S: Script>(
    address: SocketAddr,
    scripts: impl IntoIterator<Item = S>,
    span: Duration,
) -> Result<Round, Failure> {
    let mut ready = Vec::new();
    for script in scripts {
        ready.push((Connection::open(address).await?, script));
    }
    let watch = Stopwatch::start();
    let mut running = JoinSet::new();
    for (connection, script) in ready {
        running.spawn(ask_until(connection, script, watch, span));
    }
    let mut latencies = Latencies::default();
    while let Some(ended) = running.join_next().await {
        latencies.merge(ended.map_err(|error| Failure(error.to_string()))??);
    }
    Ok(Round { seconds: watch.seconds(), latencies })
}

async fn ask_until<S: Script>(
    mut connection: Connection,
    mut script: S,
    watch: Stopwatch,
    span: Duration,
) -> Result<Latencies, Failure> {
    let mut latencies = Latencies::default();
    // One time limit for the whole, since one for each answer would cost more than the answers.
    let asking = async {
        let mut before = watch.elapsed();
        while before < span {
            let body = connection.ask(script.request()).await?;
            script.check(body)?;
            let after = watch.elapsed();
            latencies.add(after - before);
            before = after;
        }
        Ok(())
    };
    timeout(span + ANSWER_WITHIN, asking).await.unwrap_or_else(|_| Err(late()))?;
    Ok(latencies)
}

fn late() -> Failure {
    Failure(format!("an answer took longer than {} s", ANSWER_WITHIN.as_secs()))
}

/// A connection that is kept.
pub(super) struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
}

impl Connection {
    /// Connects.
    pub async fn open(address: SocketAddr) -> Result<Self, Failure> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, buffer: vec![0; 64 * 1024] })
    }

    /// Sends a request and gives the body of its answer, which must be a 200 with something in it.
    pub async fn ask(&mut self, request: &[u8]) -> Result<&[u8], Failure> {
        self.stream.write_all(request).await?;
        let mut filled = 0;
        let mut head: Option<Head> = None;
        loop {
            let read = self.stream.read(&mut self.buffer[filled..]).await?;
            if read == 0 {
                return Err(Failure("the server closed a connection before it had answered".to_owned()));
            }
            filled += read;
            if head.is_none() {
                head = answer::head(&self.buffer[..filled])?;
            }
            match head {
                Some(head) if filled >= head.end() => return self.body(head),
                Some(head) if self.buffer.len() < head.end() => self.buffer.resize(head.end(), 0),
                _ if filled == self.buffer.len() => self.buffer.resize(filled * 2, 0),
                _ => (),
            }
        }
    }

    fn body(&self, head: Head) -> Result<&[u8], Failure> {
        let body = &self.buffer[head.body_at..head.end()];
        if head.status != 200 || body.is_empty() {
            let start = String::from_utf8_lossy(&body[..body.len().min(300)]);
            return Err(Failure(format!("expected status 200 with a body; came {} {start}", head.status)));
        }
        Ok(body)
    }

    /// As [`Connection::ask`], with a time limit and the body read as JSON.
    pub async fn ask_json(&mut self, request: &[u8]) -> Result<serde_json::Value, Failure> {
        let body = timeout(ANSWER_WITHIN, self.ask(request)).await.unwrap_or_else(|_| Err(late()))?;
        Ok(serde_json::from_slice(body)?)
    }
}
