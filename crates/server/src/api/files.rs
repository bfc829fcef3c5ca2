//! `GET /files/FOLDER/NAME`: what engines made. Whoever knows the unguessable folder may fetch it.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use store::FolderName;
use tower::ServiceExt as _;
use tower_http::services::ServeFile;

use super::{ApiError, assets, on_demand};
use crate::app::App;

/// Our own list: what is not on it is not shown as anything that a browser would run.
fn media_type(name: &str) -> &'static str {
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

/// Serves a file: whole, in part (`Range`), or its headers alone (`HEAD`).
pub async fn file(
    State(app): State<Arc<App>>,
    names: Result<Path<(String, String)>, PathRejection>,
    request: Request,
) -> Result<Response, ApiError> {
    // What is no UTF-8 names no file.
    let Ok(Path((folder, name))) = names else { return Err(ApiError::NoApi) };
    let folder = FolderName::parse(&folder).ok_or(ApiError::NoApi)?;
    let path = app.files.public_path(&folder, &name).ok_or(ApiError::NoApi)?;
    if name == assets::LOOP {
        on_demand::make_loop(&app, &folder).await?;
    }
    if let Some(action) = assets::stems_in(&name) {
        on_demand::make_stems(&app, &folder, action, &path).await?;
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
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type(&name)));
    }
    if status.is_success() || status == StatusCode::NOT_MODIFIED {
        headers.insert(header::CACHE_CONTROL, CACHE);
    }
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    Ok(response)
}

/// Our error, with the file's length as RFC 9110, section 14.4, wants it.
fn no_such_part<B>(answer: &axum::http::Response<B>) -> Response {
    let mut response = ApiError::NoSuchPart.into_response();
    if let Some(length) = answer.headers().get(header::CONTENT_RANGE) {
        response.headers_mut().insert(header::CONTENT_RANGE, length.clone());
    }
    response
}
