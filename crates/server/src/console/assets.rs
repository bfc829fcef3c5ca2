//! Style, scripts and pictures of the console: embedded, compressed once, under an address that tells their content.

use std::fmt::Write as _;
use std::io::Write as _;
use std::sync::LazyLock;

use axum::extract::Path;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use bytes::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;
use sha2::{Digest as _, Sha256};

use super::words::{Language, Words};
use crate::api::ApiError;

macro_rules! files {
    ($($name:literal),* $(,)?) => { &[$(($name, include_str!(concat!("assets/", $name)))),*] };
}

/// What is written by hand.
const FILES: &[(&str, &str)] = files![
    "api-page.js",
    "callbacks.js",
    "client.js",
    "code-values.js",
    "code.js",
    "console.css",
    "credentials.js",
    "dom.js",
    "entry.js",
    "home.js",
    "json-view.js",
    "mark.svg",
    "operator.js",
    "player.js",
    "shell.js",
    "studio.js",
    "task.js",
    "tasks-shared.js",
    "tasks.js",
    "usage.js",
    "words.js",
];

/// Some bytes, as they are and compressed, with a tag of their content.
pub(super) struct Shelved {
    plain: Bytes,
    gzip: Bytes,
    tag: HeaderValue,
}

impl Shelved {
    /// Compresses them as well as it goes, since that is done once.
    pub(super) fn new(text: String) -> Self {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
        // Writing to memory cannot fail.
        let gzip = encoder.write_all(text.as_bytes()).and_then(|()| encoder.finish()).unwrap_or_default();
        let tag = HeaderValue::try_from(format!("W/\"{}\"", digits(text.as_bytes())));
        let tag = tag.unwrap_or(HeaderValue::from_static("\"\""));
        Self { plain: Bytes::from(text), gzip: Bytes::from(gzip), tag }
    }

    /// The answer to a request with these headers: short if the caller has it, small if it can unpack.
    pub(super) fn answer(&self, headers: &HeaderMap) -> Response {
        let mut response = if headers.get(header::IF_NONE_MATCH) == Some(&self.tag) {
            StatusCode::NOT_MODIFIED.into_response()
        } else if takes_gzip(headers) {
            let encoding = (header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
            ([encoding], self.gzip.clone()).into_response()
        } else {
            self.plain.clone().into_response()
        };
        response.headers_mut().insert(header::ETAG, self.tag.clone());
        response
    }

    /// Its bytes on the wire, compressed.
    #[cfg(test)]
    pub(super) fn compressed_bytes(&self) -> usize {
        self.gzip.len()
    }
}

fn takes_gzip(headers: &HeaderMap) -> bool {
    let accepted =
        headers.get(header::ACCEPT_ENCODING).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let mut codings = accepted.split(',').map(|coding| coding.trim().split(';').collect::<Vec<_>>());
    codings.any(|coding| coding.first() == Some(&"gzip") && !coding.iter().any(|part| part.trim() == "q=0"))
}

/// The first digits of a text's SHA-256.
fn digits(bytes: &[u8]) -> String {
    let mut digits = String::with_capacity(16);
    for byte in &Sha256::digest(bytes)[..8] {
        // Writing to a String cannot fail.
        let _ = write!(digits, "{byte:02x}");
    }
    digits
}

/// All of them.
pub(super) struct Assets {
    /// Tells the content of all together: modules name each other by relative addresses, so they move as one.
    edition: String,
    files: Vec<(String, Shelved)>,
}

/// The assets of this binary.
pub(super) static ASSETS: LazyLock<Assets> = LazyLock::new(|| {
    let written = FILES.iter().map(|&(name, text)| (name.to_owned(), text.to_owned()));
    let said = Language::ALL.map(|language| (words_module(language), Words::of(language).module()));
    let files: Vec<(String, String)> = written.chain(said).collect();
    let all: String = files.iter().flat_map(|(name, text)| [name.as_str(), "\0", text, "\0"]).collect();
    let edition = digits(all.as_bytes());
    Assets { edition, files: files.into_iter().map(|(name, text)| (name, Shelved::new(text))).collect() }
});

/// The module with what scripts say in this language.
pub(super) fn words_module(language: Language) -> String {
    format!("words-{}.js", language.tag())
}

impl Assets {
    /// Where a file is.
    pub(super) fn address(&self, name: &str) -> String {
        format!("/console/assets/{}/{name}", self.edition)
    }

    fn find(&self, name: &str) -> Option<&Shelved> {
        self.files.iter().find(|file| file.0 == name).map(|file| &file.1)
    }
}

fn media_type(name: &str) -> &'static str {
    match name.rsplit_once('.').map(|(_, extension)| extension) {
        Some("css") => "text/css; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("svg") => "image/svg+xml",
        _ => "application/octet-stream",
    }
}

/// `GET /console/assets/EDITION/NAME`: a file of this edition, which never changes.
pub(super) async fn serve(Path((edition, name)): Path<(String, String)>, headers: HeaderMap) -> Response {
    let Some(shelved) = ASSETS.find(&name).filter(|_| edition == ASSETS.edition) else {
        return ApiError::NoApi.into_response();
    };
    let mut response = shelved.answer(&headers);
    let told = response.headers_mut();
    told.insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type(&name)));
    told.insert(header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=31536000, immutable"));
    told.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    told.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_first_visit_takes_little() {
        let assets: usize = ASSETS.files.iter().map(|(_, file)| file.compressed_bytes()).sum();
        // All scripts of all pages together, which no page loads.
        assert!(assets < 150_000, "{assets} bytes");
    }

    #[test]
    fn scripts_put_no_markup_together_and_load_nothing_from_elsewhere() {
        for (name, text) in FILES {
            for unsafe_word in
                ["innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "new Function"]
            {
                assert!(!text.contains(unsafe_word), "{name}: {unsafe_word}");
            }
            let foreign =
                text.contains("import") && (text.contains("from 'http") || text.contains("from '/"));
            assert!(!foreign, "{name} imports from elsewhere");
            assert!(!text.contains("url(http"), "{name}");
        }
    }

    #[test]
    fn whoever_refuses_gzip_gets_plain_bytes() {
        let asked = |accepted: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::ACCEPT_ENCODING, HeaderValue::from_static(accepted));
            takes_gzip(&headers)
        };
        assert!(asked("gzip, br") && asked("br;q=1, gzip;q=0.5"));
        assert!(!asked("") && !asked("br") && !asked("gzip;q=0"));
    }
}
