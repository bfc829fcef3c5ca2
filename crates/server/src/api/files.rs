//! `GET /files/FOLDER/NAME`: what engines made. Whoever knows the unguessable folder may fetch it.

use std::path::Path;
use std::sync::Arc;

use axum::body::Body;
use axum::extract::rejection::PathRejection;
use axum::extract::{self, Request, State};
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use store::FolderName;
use tower::ServiceExt as _;
use tower_http::services::ServeFile;

use super::{ApiError, assets, on_demand};
use crate::app::App;

/// Our own list: what is not on it is not shown as anything that a browser would run.
pub(super) fn media_type(name: &str) -> &'static str {
    match name.rsplit_once('.').map(|(_, extension)| extension) {
        Some("m4a") => "audio/mp4",
        Some("jpg") => "image/jpeg",
        Some("wav") => "audio/wav",
        Some("mp4") => "video/mp4",
        Some("zip") => "application/zip",
        Some("mid") => "audio/midi",
        Some("json") => "application/json",
        Some("vtt") => "text/vtt",
        Some("lrc") => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

/// A file never changes under its name.
const CACHE: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");

/// What the one kind of range begins with that is understood.
const BYTES: &[u8] = b"bytes=";

/// Serves a file: whole, in part (`Range`), or its headers alone (`HEAD`).
pub(super) async fn file(
    State(app): State<Arc<App>>,
    names: Result<extract::Path<(String, String)>, PathRejection>,
    request: Request,
) -> Result<Response, ApiError> {
    // What is no UTF-8 names no file.
    let Ok(extract::Path((folder, name))) = names else { return Err(ApiError::NoApi) };
    let folder = FolderName::parse(&folder).ok_or(ApiError::NoApi)?;
    let path = app.files.public_path(&folder, &name).ok_or(ApiError::NoApi)?;
    if name == assets::LOOP {
        on_demand::make_loop(&app, &folder).await?;
    }
    if let Some(action) = assets::stems_in(&name) {
        on_demand::make_stems(&app, &folder, action, &path).await?;
    }
    send(&path, request).await
}

/// Sends what is in a file, or the part of it that `Range` asks for.
///
/// # Errors
/// [`ApiError::NoApi`] when there is no such file.
pub async fn send(path: &Path, mut request: Request) -> Result<Response, ApiError> {
    let part = part_asked_for(&request);
    let is_less = match part {
        Some(part) => is_less(part, path).await,
        None => false,
    };
    if !is_less {
        request.headers_mut().remove(header::RANGE);
    }
    let Ok(answer) = ServeFile::new(path).oneshot(request).await;
    let status = answer.status();
    if status == StatusCode::NOT_FOUND {
        return Err(ApiError::NoApi);
    }
    if status.is_server_error() {
        return Err(ApiError::Internal(format!("a file could not be read: {status}"), None));
    }
    let mut response = if status == StatusCode::RANGE_NOT_SATISFIABLE {
        no_such_part(&answer)
    } else {
        answer.map(Body::new).into_response()
    };
    let headers = response.headers_mut();
    if status.is_success() {
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type(&path.to_string_lossy())));
    }
    if status.is_success() || status == StatusCode::NOT_MODIFIED {
        headers.insert(header::CACHE_CONTROL, CACHE);
    }
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    Ok(response)
}

/// The part that is asked for, if `Range` is to be heard (RFC 9110, section 14.2): it is defined for `GET` alone, and units
/// that are unknown are passed over. Whoever asks for several parts gets the whole, as he may.
fn part_asked_for(request: &Request) -> Option<HeaderValue> {
    let ranges: Vec<_> = request.headers().get_all(header::RANGE).iter().collect();
    let [range] = ranges.as_slice() else { return None };
    let one = range.as_bytes().starts_with(BYTES) && !range.as_bytes().contains(&b',');
    (one && request.method() == Method::GET).then(|| (*range).clone())
}

/// Whether a part is less than the file: who asks for as many last bytes as there are, or more, gets the whole (RFC 9110,
/// section 14.1.2).
async fn is_less(part: HeaderValue, path: &Path) -> bool {
    let length = tokio::fs::metadata(path).await.map_or(0, |file| file.len());
    let last = part.as_bytes().strip_prefix(BYTES).and_then(|part| part.strip_prefix(b"-"));
    length > 0 && !last.is_some_and(|last| reaches_the_start(last, length))
}

/// Whether so many last bytes, in digits, are all that there are.
fn reaches_the_start(last: &[u8], length: u64) -> bool {
    let number = std::str::from_utf8(last).ok().and_then(|digits| digits.parse::<u64>().ok());
    last.iter().all(u8::is_ascii_digit) && number.is_none_or(|number| number >= length)
}

/// Our error, with the file's length as RFC 9110, section 14.4, wants it.
fn no_such_part<B>(answer: &axum::http::Response<B>) -> Response {
    let mut response = ApiError::NoSuchPart.into_response();
    if let Some(length) = answer.headers().get(header::CONTENT_RANGE) {
        response.headers_mut().insert(header::CONTENT_RANGE, length.clone());
    }
    response
}
