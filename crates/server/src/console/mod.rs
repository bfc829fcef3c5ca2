//! The console: pages for people, served by the same binary as the API that they use.
//!
//! A page is a shell without anybody's data: it is written once for each language, compressed, and the same for
//! whoever asks. What belongs to somebody is asked for by the scripts in `assets/`, through the API and with its
//! rights, so that the console can show nothing that the API would refuse.

mod assets;
mod fields;
mod frame;
mod operations;
mod pages;
mod shelf;
mod words;

use std::sync::Arc;

use axum::Router;
use axum::extract::Path;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{any, get};
use url::form_urlencoded;

use crate::api::ApiError;
use crate::app::App;
use words::Language;

/// Nothing from elsewhere, nothing within the page: scripts and style are files of ours.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; media-src 'self'; \
                      connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// Where the console begins.
const START: &str = "/console/";

/// Its paths.
pub fn routes() -> Router<Arc<App>> {
    Router::new()
        .route("/", any(start))
        .route("/console", get(async || moved(START)))
        .route("/register", get(async || moved("/console/register")))
        .route("/reset-password", get(async || moved("/console/reset")))
        .route(START, get(async |headers: HeaderMap| page(&headers, "")))
        .route("/console/language", get(choose_language))
        .route("/console/assets/{edition}/{name}", get(assets::serve))
        .route(
            "/console/{*path}",
            get(async |Path(path): Path<String>, headers: HeaderMap| page(&headers, &path)),
        )
}

/// `/`: people are shown the way; to programs it is a path without an API.
async fn start(method: axum::http::Method, headers: HeaderMap) -> Response {
    let accepted = headers.get(header::ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if method == axum::http::Method::GET && accepted.contains("text/html") {
        return moved(START);
    }
    ApiError::NoApi.into_response()
}

fn moved(to: &str) -> Response {
    let Ok(to) = HeaderValue::from_str(to) else { return ApiError::NoApi.into_response() };
    (StatusCode::SEE_OTHER, [(header::LOCATION, to)]).into_response()
}

fn page(headers: &HeaderMap, path: &str) -> Response {
    let language = Language::chosen(headers);
    let Some(shelved) = shelf::page(path, language) else { return ApiError::NoApi.into_response() };
    let mut response = shelved.answer(headers);
    let told = response.headers_mut();
    told.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    told.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    told.insert(header::VARY, HeaderValue::from_static("accept-language, cookie, accept-encoding"));
    told.insert(header::CONTENT_LANGUAGE, HeaderValue::from_static(language.tag()));
    told.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    told.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    told.insert(header::REFERRER_POLICY, HeaderValue::from_static("same-origin"));
    response
}

/// `GET /console/language?to=TAG`: remembers a language, and goes back to the page that asked.
async fn choose_language(
    axum::extract::RawQuery(query): axum::extract::RawQuery,
    headers: HeaderMap,
) -> Response {
    let query = query.unwrap_or_default();
    let to = form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == "to");
    let mut response = moved(&came_from(&headers).unwrap_or_else(|| START.to_owned()));
    if let Some(language) = to.and_then(|(_, tag)| Language::of_tag(&tag))
        && let Ok(cookie) = HeaderValue::from_str(&language.cookie())
    {
        response.headers_mut().insert(header::SET_COOKIE, cookie);
    }
    response
}

/// The path of the page of ours that led here.
fn came_from(headers: &HeaderMap) -> Option<String> {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
    let page = url::Url::parse(text(header::REFERER)?).ok()?;
    let host = page.host_str()?;
    let host = page.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"));
    (Some(host.as_str()) == text(header::HOST) && page.path().starts_with(START))
        .then(|| page[url::Position::BeforePath..url::Position::AfterQuery].to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(referer: &'static str) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert(header::HOST, HeaderValue::from_static("localhost:8787"));
        headers.insert(header::REFERER, HeaderValue::from_static(referer));
        headers
    }

    #[test]
    fn the_switch_of_language_leads_back_to_pages_of_the_console_alone() {
        let back = came_from(&headers("http://localhost:8787/console/tasks?state=failed#x"));
        assert_eq!(back.as_deref(), Some("/console/tasks?state=failed"));
        for elsewhere in ["http://evil.example/console/tasks", "http://localhost:8787/files/a/b", "/console/"]
        {
            assert_eq!(came_from(&headers(elsewhere)), None, "{elsewhere}");
        }
    }
}
