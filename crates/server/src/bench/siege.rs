//! `bench siege`: what clients that send too much, too slowly or nothing cost a server, and whether it still answers.

use std::time::Duration;

use clap::Args;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use store::DataFolder;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use super::account::new_token;
use super::child::ChildServer;
use super::figures::{Latencies, print_table, row};
use super::load::Connection;
use super::requests::{post, query};
use super::{fill, folder};
use crate::cli::{Failure, say, tell};
use crate::stopwatch::Stopwatch;

/// Arguments of `bench siege`.
#[derive(Args)]
pub struct Arguments {
    /// Connections of each kind at the same time.
    #[arg(long, value_name = "N", default_value_t = 9_000, value_parser = clap::value_parser!(u32).range(1..=60_000))]
    connections: u32,
    /// Tasks that wait meanwhile.
    #[arg(long, value_name = "N", default_value_t = 1_000_000)]
    waiting: usize,
}

/// Questions that a well-behaved client asks during each siege.
const QUESTIONS: u32 = 200;
/// The longest that a client of the siege waits for anything.
const PATIENCE: Duration = Duration::from_secs(10);
/// Bytes of a body that is far too large.
const LARGE: usize = 100 << 20;

/// One way of being a burden.
struct Siege {
    name: &'static str,
    sent: Vec<u8>,
    connections: u32,
}

pub(super) async fn run(arguments: &Arguments) -> Result<(), Failure> {
    let limit = getrlimit(Resource::Nofile);
    let raised = Rlimit { current: limit.maximum, maximum: limit.maximum };
    // Where that is refused, fewer connections are made, which the table tells.
    let _raised = setrlimit(Resource::Nofile, raised);
    let folder = folder::temporary(None)?;
    let store = folder::open(&DataFolder::open(folder.path())?)?;
    let token = new_token(&store, "bench@example.com", None).await?.secret;
    fill::waiting(&store, "bench@example.com", arguments.waiting).await?;
    store.close();
    // No worker takes anything: what is measured is the waiting.
    let settings = [
        ("BACKLINE_LIMITS__ORDERS_WAITING", "0"),
        ("BACKLINE_HTTP__READ_TIMEOUT_SECONDS", "60"),
        ("BACKLINE_WORKER__CONCURRENCY", "1"),
    ];
    let watch = Stopwatch::start();
    let server = ChildServer::serve(folder.path(), &settings).await?;
    say(&format!(
        "{} tasks wait; the server was ready after {} ms",
        arguments.waiting,
        watch.elapsed().as_millis()
    ))?;
    let mut table = vec![row(["", "connections", "RssAnon MB", "VmRSS MB", "answers p50", "p99"])];
    table.push(measure(&server, &token, "nobody else", 0).await?);
    let large = |length: usize| {
        format!(
            "POST /producer/audios HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {token}\r\n\
             content-type: application/json\r\ncontent-length: {length}\r\n\r\n"
        )
    };
    let most = arguments.connections;
    let batch = format!(r#"{{"action":"retrieve_batch","limit":100,"offset":{}}}"#, 0);
    let sieges = [
        Siege { name: "idle", sent: Vec::new(), connections: most },
        Siege {
            name: "half a head",
            sent: format!("GET / HTTP/1.1\r\nx: {}", "y".repeat(8_000)).into(),
            connections: most,
        },
        Siege {
            name: "half a body of 1 MB",
            sent: (large(1 << 20) + &" ".repeat(500_000)).into(),
            connections: most / 30,
        },
        Siege {
            name: "take no answer (100 records)",
            sent: query(&token, &batch).repeat(50),
            connections: most / 30,
        },
        Siege {
            name: "4 MB of headers",
            sent: format!("GET / HTTP/1.1\r\nx: {}", "y".repeat(4 << 20)).into(),
            connections: most / 30,
        },
        Siege { name: "100 MB of body", sent: (large(LARGE) + &" ".repeat(LARGE)).into(), connections: 16 },
    ];
    for siege in sieges {
        table.push(besiege(&server, &token, siege).await?);
    }
    table.push(measure(&server, &token, "nobody again", 0).await?);
    server.stop().await?;
    print_table(&table)?;
    say(
        "Compared with: nothing. Memory is the server's own while the siege lasts; answers are queries of another client.",
    )
}

async fn besiege(server: &ChildServer, token: &str, siege: Siege) -> Result<Vec<String>, Failure> {
    let mut held = Vec::new();
    for _ in 0..siege.connections {
        let Ok(mut stream) = TcpStream::connect(server.address()).await else { break };
        // One that is refused, or that the server does not read from, has sent what it could.
        if siege.sent.len() < LARGE {
            drop(tokio::time::timeout(Duration::from_millis(50), stream.write_all(&siege.sent)).await);
        }
        held.push(stream);
    }
    let mut sending = tokio::task::JoinSet::new();
    if siege.sent.len() >= LARGE {
        for mut stream in held.drain(..) {
            let sent = siege.sent.clone();
            sending.spawn(async move {
                let (mut answers, mut requests) = stream.split();
                let mut answer = [0; 12];
                let send = tokio::time::timeout(PATIENCE, requests.write_all(&sent));
                let (_, read) = tokio::join!(send, answers.read(&mut answer));
                read.is_ok_and(|_| answer.starts_with(b"HTTP/1.1 413"))
            });
        }
    }
    let count = if held.is_empty() { siege.connections as usize } else { held.len() };
    let cells = measure(server, token, siege.name, count).await?;
    let mut heard = 0;
    while let Some(answered) = sending.join_next().await {
        heard += u32::from(answered.unwrap_or(false));
    }
    tell(&format!("{}: {count} connections; {heard} heard 413", siege.name));
    Ok(cells)
}

async fn measure(
    server: &ChildServer,
    token: &str,
    name: &str,
    count: usize,
) -> Result<Vec<String>, Failure> {
    let mut connection = Connection::open(server.address()).await?;
    let mut latencies = Latencies::default();
    let mut most = server.memory();
    let list = query(token, r#"{"action":"retrieve_batch","limit":1}"#);
    let order = post("/producer/audios", token, r#"{"prompt":"one more","async":true}"#);
    for question in 0..QUESTIONS {
        let watch = Stopwatch::start();
        connection.ask_json(if question % 10 == 0 { &order } else { &list }).await?;
        latencies.add(watch.elapsed());
        let now = server.memory();
        most.anonymous_mb = most.anonymous_mb.max(now.anonymous_mb);
        most.resident_mb = most.resident_mb.max(now.resident_mb);
    }
    let cells = latencies.cells();
    Ok(vec![
        name.to_owned(),
        count.to_string(),
        format!("{:.0}", most.anonymous_mb),
        format!("{:.0}", most.resident_mb),
        cells.first().cloned().unwrap_or_default(),
        cells.get(2).cloned().unwrap_or_default(),
    ])
}
