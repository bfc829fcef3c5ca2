//! What is given through the environment by others than the operator of the settings: sockets that were handed over,
//! and secrets for the collector of traces, which stand in no settings that are printed.

use std::net::TcpListener;

use reqwest::header::{HeaderMap, HeaderName, HeaderValue};

use super::{ConfigError, PREFIX};

/// The socket that a supervisor handed over: `LISTEN_FDS=1`, with `LISTEN_PID` if it is set (sd_listen_fds(3)), and
/// with `LISTEN_FDS_FIRST_FD` where its number is not 3. To be asked once, before there are threads: the variables are
/// taken out of the environment.
///
/// # Errors
/// When it is no listening TCP socket, or there are several.
pub fn handed_over_socket() -> Result<Option<TcpListener>, ConfigError> {
    let useless = |message: String| ConfigError::Useless { key: "LISTEN_FDS", message };
    let mut handed = listenfd::ListenFd::from_env();
    match handed.len() {
        0 => Ok(None),
        1 => handed.take_tcp_listener(0).map_err(|error| {
            useless(format!(
                "what was handed over is no TCP socket: {error}; set ListenStream= to ADDRESS:PORT"
            ))
        }),
        several => Err(useless(format!("{several} sockets were handed over, but one is expected"))),
    }
}

/// The variable that is set and gives the setting at `path`, or something below it.
pub(super) fn variable(path: &[String]) -> String {
    let wanted = format!("{PREFIX}{}", path.join("__").to_uppercase());
    let names = std::env::vars_os().map(|(name, _)| name.to_string_lossy().into_owned());
    let mut names = names.filter(|name| name.to_uppercase().starts_with(&wanted));
    names.next().unwrap_or(wanted)
}

/// Headers for the collector of traces, from `OTEL_EXPORTER_OTLP_HEADERS` (`name=value,name=value`, values
/// percent-encoded). What is none is left out, and not logged.
#[must_use]
#[expect(clippy::disallowed_methods, reason = "this is where the environment is read")]
pub fn otlp_headers() -> HeaderMap {
    let text = std::env::var("OTEL_EXPORTER_OTLP_HEADERS").unwrap_or_default();
    headers(&text)
}

fn headers(text: &str) -> HeaderMap {
    let pairs = text.split(',').filter_map(|pair| pair.split_once('='));
    let pairs = pairs.filter_map(|(name, value)| {
        let name = HeaderName::try_from(name.trim()).ok()?;
        let mut value = HeaderValue::from_bytes(&decoded(value.trim())).ok()?;
        value.set_sensitive(true);
        Some((name, value))
    });
    pairs.collect()
}

/// Bytes of text in which `%20` stands for a space.
fn decoded(text: &str) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, after)) = rest.split_first() {
        let escaped = after.get(..2).and_then(|two| std::str::from_utf8(two).ok());
        let escaped = escaped.and_then(|two| u8::from_str_radix(two, 16).ok());
        match escaped.filter(|_| first == b'%') {
            Some(byte) => {
                bytes.push(byte);
                rest = &after[2..];
            }
            None => {
                bytes.push(first);
                rest = after;
            }
        }
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_for_the_collector_are_read_as_opentelemetry_writes_them() {
        let read = headers("authorization=Basic%20YTpi+c=, x-team = music,nonsense,bad name=1");
        assert_eq!(read.len(), 2);
        assert_eq!(read["authorization"], "Basic YTpi+c=");
        assert_eq!(read["x-team"], "music");
        assert!(!format!("{read:?}").contains("YTpi"), "secrets are not shown");
    }
}
