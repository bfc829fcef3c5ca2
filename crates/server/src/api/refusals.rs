//! Requests that never reach a path: what is no HTTP, heads that are too large, and connections that are too many.
//! The HTTP library answers the first two by itself, without a word; these are the words.

use axum::http::StatusCode;

use super::error::{ApiError, TRACE_HEADER};
use crate::clock::{Clock as _, SystemClock};
use crate::ids::{Random, SystemRandom};

/// Why a request never reached a path.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Refused {
    /// Its head is no HTTP/1.1.
    Malformed,
    /// Its headers are too large or too many.
    HeadTooLarge,
    /// Its path and query are too long.
    UriTooLong,
    /// There are too many connections.
    TooMany,
}

/// Writes whole answers to requests that never reach a path.
pub trait Refusals: Send + Sync {
    /// The answer, head and body; `None` leaves it to the HTTP library.
    fn refuse(&self, why: Refused) -> Option<Vec<u8>>;
}

/// Leaves everything to the HTTP library.
pub struct Wordless;

impl Refusals for Wordless {
    fn refuse(&self, _: Refused) -> Option<Vec<u8>> {
        None
    }
}

/// Refuses in the one form of our errors, each time with a new trace. It goes by the machine's time and chance, since
/// connections come before there is anything behind them.
#[derive(Default)]
pub struct InOurForm {
    clock: SystemClock,
    random: SystemRandom,
}

impl Refusals for InOurForm {
    fn refuse(&self, why: Refused) -> Option<Vec<u8>> {
        let trace_id = domain::TraceId((&self.random as &dyn Random).uuid(self.clock.now()));
        let error = match why {
            Refused::TooMany => {
                ApiError::Unavailable("Too many connections are open on this server. Try again.", None)
            }
            other => ApiError::BadHead(other),
        };
        tracing::debug!(%trace_id, ?why, "refused a request before it reached a path");
        let status = error.status();
        let retry_after =
            error.retry_after().map(|seconds| format!("retry-after: {seconds}\r\n")).unwrap_or_default();
        let json = error.json(trace_id);
        let mut answer = format!(
            "HTTP/1.1 {status}\r\ncontent-type: application/json\r\ncontent-length: {}\r\n{TRACE_HEADER}: {trace_id}\r\n\
             {retry_after}connection: close\r\n\r\n",
            json.len()
        )
        .into_bytes();
        answer.extend(json);
        Some(answer)
    }
}

/// Why hyper wrote this, if it is the whole of an answer that it writes by itself. All of ours bear a trace.
pub(super) fn of_the_library(written: &[u8]) -> Option<Refused> {
    let status = written.strip_prefix(b"HTTP/1.1 ")?.get(..3)?;
    let why = match status {
        b"400" => Refused::Malformed,
        b"431" => Refused::HeadTooLarge,
        b"414" => Refused::UriTooLong,
        _ => return None,
    };
    let text = std::str::from_utf8(written).ok()?;
    let whole = written.len() < 200 && text.find("\r\n\r\n") == Some(text.len() - 4);
    (whole && text.contains("\r\ncontent-length: 0\r\n") && !text.contains(TRACE_HEADER.as_str()))
        .then_some(why)
}

impl Refused {
    pub(super) fn status(self) -> StatusCode {
        match self {
            Self::Malformed => StatusCode::BAD_REQUEST,
            Self::HeadTooLarge => StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE,
            Self::UriTooLong => StatusCode::URI_TOO_LONG,
            Self::TooMany => StatusCode::SERVICE_UNAVAILABLE,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_the_library_writes_by_itself_is_given_words() {
        let head = "HTTP/1.1 431 Request Header Fields Too Large\r\ncontent-length: 0\r\ndate: x\r\n\r\n";
        assert_eq!(of_the_library(head.as_bytes()), Some(Refused::HeadTooLarge));
        let ours = head.replace("date: x", "x-trace-id: y");
        for other in
            [ours.as_str(), "HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n", "", "HTTP/1.1 4", &head[..30]]
        {
            assert_eq!(of_the_library(other.as_bytes()), None, "{other}");
        }
        assert_eq!(of_the_library(format!("{head}and more").as_bytes()), None);
    }
}
