//! The header `Range`: whatever it says, the answer is the whole file, the very part that its own headers tell, or a
//! refusal that tells the file's length.

use std::path::PathBuf;
use std::sync::LazyLock;

use axum::body::Body;
use axum::http::{HeaderMap, HeaderValue, Method, Request, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use domain::TraceId;
use http_body_util::BodyExt as _;
use server::api::{ApiError, files};
use tempfile::TempDir;
use tokio::runtime::{Builder, Runtime};

/// Files without a byte, with one, and with some more than are read at once.
const LENGTHS: [usize; 3] = [0, 1, 70_000];

static FILES: LazyLock<Files> = LazyLock::new(Files::new);

struct Files {
    runtime: Runtime,
    home: TempDir,
}

impl Files {
    fn new() -> Self {
        let home = tempfile::tempdir().expect("a folder");
        for length in LENGTHS {
            std::fs::write(home.path().join(length.to_string()), content(length)).expect("written");
        }
        Self { runtime: Builder::new_current_thread().build().expect("a runtime"), home }
    }

    fn path(&self, length: usize) -> PathBuf {
        self.home.path().join(length.to_string())
    }

    fn answer(&self, method: Method, range: &HeaderValue, length: usize) -> Answer {
        let request = Request::builder().method(method).header(header::RANGE, range);
        let request = request.body(Body::empty()).expect("a request");
        self.runtime.block_on(async {
            let response = files::send(&self.path(length), request).await;
            Answer::read(response.unwrap_or_else(|error| error.into_response())).await
        })
    }
}

struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    body: Vec<u8>,
}

impl Answer {
    async fn read(response: Response) -> Self {
        let (head, body) = response.into_parts();
        let body = body.collect().await.expect("a file that is there").to_bytes().into();
        // The door writes what a handler only names.
        let refused =
            head.extensions.get::<ApiError>().map(|error| error.answer(TraceId::from_bytes([7; 16])));
        Self { status: refused.map_or(head.status, |answer| answer.status()), headers: head.headers, body }
    }

    fn content_range(&self) -> &str {
        self.headers.get(header::CONTENT_RANGE).map_or("", |value| value.to_str().expect("ASCII"))
    }
}

fn content(length: usize) -> Vec<u8> {
    (0..length).map(|place| (place % 251) as u8).collect()
}

/// Asks for the part that `bytes` name of each file, and panics where a promise is broken.
pub fn check(bytes: &[u8]) {
    let Ok(range) = HeaderValue::from_bytes(bytes) else { return };
    for length in LENGTHS {
        let part = FILES.answer(Method::GET, &range, length);
        is_what_it_says(&part, length);
        assert!(!asks_for_last_bytes(bytes) || part.status != StatusCode::RANGE_NOT_SATISFIABLE);
        // `Range` is defined for `GET` alone.
        let head = FILES.answer(Method::HEAD, &range, length);
        assert_eq!((head.status, head.body.len()), (StatusCode::OK, 0));
    }
}

/// Of these there are always some, if not as many (RFC 9110, section 14.1.2).
fn asks_for_last_bytes(range: &[u8]) -> bool {
    let last = range.strip_prefix(b"bytes=-").unwrap_or_default();
    matches!(last.first(), Some(b'1'..=b'9')) && last.iter().all(u8::is_ascii_digit)
}

fn is_what_it_says(answer: &Answer, length: usize) {
    match answer.status {
        StatusCode::OK => assert_eq!(answer.body, content(length)),
        StatusCode::PARTIAL_CONTENT => {
            let (part, whole) = answer.content_range().split_once('/').expect("a length");
            let (from, to) =
                part.strip_prefix("bytes ").and_then(|part| part.split_once('-')).expect("a part");
            let (from, to): (usize, usize) = (from.parse().expect("a place"), to.parse().expect("a place"));
            assert_eq!(whole, length.to_string());
            assert_eq!(answer.body, content(length)[from..=to]);
        }
        StatusCode::RANGE_NOT_SATISFIABLE => assert_eq!(answer.content_range(), format!("bytes */{length}")),
        other => panic!("{other}"),
    }
}
