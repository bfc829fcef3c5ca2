//! A host that uploads are fetched from, with whatever a stranger's host may do.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

/// What the host does with every request.
#[derive(Clone)]
pub enum Manner {
    /// It gives these bytes.
    Give(Vec<u8>),
    /// It answers with this status.
    Status(u16),
    /// It redirects there.
    Redirect(String),
    /// It says that so many bytes come.
    Promise(u64),
    /// It gives bytes without end.
    Endless,
    /// It gives a byte now and then, without end.
    Drip,
    /// It says nothing.
    Silent,
    /// It ends in the middle.
    BreakOff,
}

pub struct SourceHost {
    pub address: SocketAddr,
    calls: Arc<AtomicUsize>,
}

impl SourceHost {
    pub async fn new(manner: Manner) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("bound");
        let calls = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&calls);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                counted.fetch_add(1, Ordering::SeqCst);
                tokio::spawn(serve(stream, manner.clone()));
            }
        });
        Self { address, calls }
    }

    pub fn url(&self, name: &str) -> String {
        format!("http://{}/{name}", self.address)
    }

    /// How often it was connected to.
    pub fn calls(&self) -> usize {
        self.calls.load(Ordering::SeqCst)
    }
}

async fn serve(mut stream: TcpStream, manner: Manner) {
    let mut head = [0; 4_096];
    // What is asked for does not matter, and whoever asked may go away at any time.
    let Ok(_) = stream.read(&mut head).await else { return };
    drop(answer(&mut stream, manner).await);
}

async fn answer(stream: &mut TcpStream, manner: Manner) -> std::io::Result<()> {
    const ENDLESS: &[u8] = b"HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n";
    let head = |status: u16, more: &str| format!("HTTP/1.1 {status} X\r\nconnection: close\r\n{more}\r\n");
    match manner {
        Manner::Give(bytes) => {
            stream.write_all(head(200, &format!("content-length: {}\r\n", bytes.len())).as_bytes()).await?;
            stream.write_all(&bytes).await
        }
        Manner::Status(status) => stream.write_all(head(status, "content-length: 0\r\n").as_bytes()).await,
        Manner::Redirect(to) => {
            stream.write_all(head(302, &format!("location: {to}\r\ncontent-length: 0\r\n")).as_bytes()).await
        }
        Manner::Promise(bytes) => {
            stream.write_all(head(200, &format!("content-length: {bytes}\r\n")).as_bytes()).await?;
            std::future::pending().await
        }
        Manner::Endless => {
            stream.write_all(ENDLESS).await?;
            loop {
                stream.write_all(&[0; 65_536]).await?;
            }
        }
        Manner::Drip => {
            stream.write_all(ENDLESS).await?;
            let mut now_and_then = tokio::time::interval(Duration::from_millis(20));
            loop {
                now_and_then.tick().await;
                stream.write_all(b"x").await?;
            }
        }
        Manner::Silent => std::future::pending().await,
        Manner::BreakOff => stream.write_all(head(200, "content-length: 1000\r\n").as_bytes()).await,
    }
}
