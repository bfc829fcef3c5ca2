//! A connection's socket with limits of time: for a request's head, for a client that takes nothing of its answer,
//! and for one that goes on sending what nobody reads any more.

use std::io::{self, IoSlice};
use std::net::IpAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use hyper::Request;
use hyper::service::Service;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::{Instant, Sleep, sleep_until};

use super::refusals::{Refusals, of_the_library};

/// How long what a client still sends is read, so that it sees its answer and not a reset (RFC 9112, section 9.6).
const LINGER: Duration = Duration::from_secs(2);

/// Whether a request of this connection is being answered.
#[derive(Clone, Default)]
pub(super) struct Serving(Arc<AtomicBool>);

impl Serving {
    fn set(&self, serving: bool) {
        self.0.store(serving, Ordering::Relaxed);
    }

    fn get(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// A service that notes when a request has come.
#[derive(Clone)]
pub struct Noted<S> {
    inner: S,
    serving: Serving,
    peer: Option<Peer>,
}

/// Who is at the other end of a request's connection.
#[derive(Clone, Copy, Debug)]
pub struct Peer(pub IpAddr);

impl<S> Noted<S> {
    pub(super) fn new(inner: S, serving: Serving, peer: Option<Peer>) -> Self {
        Self { inner, serving, peer }
    }
}

impl<B, S: Service<Request<B>>> Service<Request<B>> for Noted<S> {
    type Response = S::Response;
    type Error = S::Error;
    type Future = S::Future;

    fn call(&self, mut request: Request<B>) -> S::Future {
        self.serving.set(true);
        if let Some(peer) = self.peer {
            request.extensions_mut().insert(peer);
        }
        self.inner.call(request)
    }
}

/// How long a client may take.
#[derive(Clone, Copy)]
pub(super) struct Limits {
    /// From a head's first byte to its last.
    pub head: Duration,
    /// Until it takes some of its answer.
    pub write: Duration,
}

/// The socket.
pub struct Socket {
    stream: TcpStream,
    serving: Serving,
    limits: Limits,
    refusals: Arc<dyn Refusals>,
    /// A head has begun to arrive.
    in_head: bool,
    head_ends: Option<Pin<Box<Sleep>>>,
    write_ends: Option<Pin<Box<Sleep>>>,
    /// Our words in place of the library's, not yet sent.
    words: Vec<u8>,
    refused: bool,
    ended: bool,
    linger_ends: Option<Pin<Box<Sleep>>>,
}

impl Socket {
    pub(super) fn new(
        stream: TcpStream,
        serving: Serving,
        limits: Limits,
        refusals: Arc<dyn Refusals>,
    ) -> Self {
        Self {
            stream,
            serving,
            limits,
            refusals,
            in_head: false,
            head_ends: None,
            write_ends: None,
            words: Vec::new(),
            refused: false,
            ended: false,
            linger_ends: None,
        }
    }

    /// Notes that an answer is on its way, or puts our words in the place of the library's.
    fn look_at(&mut self, written: &[u8]) -> bool {
        if written.starts_with(b"HTTP/1.1 100") {
            return false;
        }
        self.serving.set(false);
        self.in_head = false;
        self.head_ends = None;
        let words = of_the_library(written).and_then(|why| self.refusals.refuse(why));
        self.refused |= words.is_some();
        words.is_some_and(|words| {
            self.words = words;
            true
        })
    }

    fn send_words(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        while !self.words.is_empty() {
            let sent = Pin::new(&mut self.stream).poll_write(cx, &self.words);
            let sent = ready!(taken(sent, &mut self.write_ends, self.limits.write, cx))?;
            self.words.drain(..sent);
        }
        Poll::Ready(Ok(()))
    }

    /// Reads what still comes, until the client has closed its side or the time is over.
    fn linger(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let mut scratch = [0; 8 * 1024];
        while !self.ended {
            let mut buffer = ReadBuf::new(&mut scratch);
            match Pin::new(&mut self.stream).poll_read(cx, &mut buffer) {
                Poll::Ready(Ok(())) if !buffer.filled().is_empty() => self.refused = true,
                Poll::Ready(_) => self.ended = true,
                // Nothing came that nobody read: nothing would be reset.
                Poll::Pending if !self.refused => return Poll::Ready(()),
                Poll::Pending => {
                    let ends = timer(&mut self.linger_ends, LINGER);
                    return ends.as_mut().poll(cx);
                }
            }
            if self.refused && timer(&mut self.linger_ends, LINGER).as_mut().poll(cx).is_ready() {
                return Poll::Ready(());
            }
        }
        Poll::Ready(())
    }
}

fn timer(slot: &mut Option<Pin<Box<Sleep>>>, span: Duration) -> &mut Pin<Box<Sleep>> {
    slot.get_or_insert_with(|| Box::pin(sleep_until(Instant::now() + span)))
}

fn late(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::TimedOut, what)
}

/// A write, with an end to waiting for a client that takes nothing.
fn taken(
    sent: Poll<io::Result<usize>>,
    ends: &mut Option<Pin<Box<Sleep>>>,
    span: Duration,
    cx: &mut Context<'_>,
) -> Poll<io::Result<usize>> {
    if sent.is_ready() {
        *ends = None;
        return sent;
    }
    ready!(timer(ends, span).as_mut().poll(cx));
    tracing::debug!("closed a connection whose client takes nothing of its answer");
    Poll::Ready(Err(late("the client takes nothing of its answer")))
}

impl AsyncRead for Socket {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let this = &mut *self;
        let read = Pin::new(&mut this.stream).poll_read(cx, buffer);
        if this.serving.get() {
            this.head_ends = None;
            this.in_head = false;
            return read;
        }
        match read {
            Poll::Ready(Ok(())) if buffer.filled().len() > before => this.in_head = true,
            Poll::Ready(_) => this.ended = true,
            Poll::Pending if this.in_head => {
                ready!(timer(&mut this.head_ends, this.limits.head).as_mut().poll(cx));
                tracing::debug!("closed a connection whose client takes too long to send its headers");
                return Poll::Ready(Err(late("the headers did not arrive in time")));
            }
            Poll::Pending => (),
        }
        read
    }
}

impl AsyncWrite for Socket {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        self.poll_write_vectored(cx, &[IoSlice::new(bytes)])
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let this = &mut *self;
        ready!(this.send_words(cx))?;
        if let Some(first) = slices.first()
            && this.look_at(first)
        {
            // `poll_flush` sends our words.
            return Poll::Ready(Ok(first.len()));
        }
        let sent = Pin::new(&mut this.stream).poll_write_vectored(cx, slices);
        taken(sent, &mut this.write_ends, this.limits.write, cx)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(self.send_words(cx))?;
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        if self.linger_ends.is_none() {
            ready!(self.send_words(cx))?;
            ready!(Pin::new(&mut self.stream).poll_shutdown(cx))?;
        }
        self.linger(cx).map(Ok)
    }
}
