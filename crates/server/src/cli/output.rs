//! What is said to people and scripts.

use std::io::{ErrorKind, Write as _};

/// Why a command failed: a sentence for whoever typed it; empty when nobody reads what it says, as behind `head`.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct Failure(pub String);

macro_rules! fails_with {
    ($($error:ty),* $(,)?) => {$(
        impl From<$error> for Failure {
            fn from(error: $error) -> Self {
                Self(error.to_string())
            }
        }
    )*};
}

fails_with!(
    crate::app::StartError,
    crate::config::ConfigError,
    media::MediaError,
    reqwest::Error,
    serde_json::Error,
    std::io::Error,
    store::StoreError,
    toml::ser::Error,
);

/// Writes a line to stdout, at once.
///
/// # Errors
/// When stdout is closed.
pub fn say(line: &str) -> Result<(), Failure> {
    let mut stdout = std::io::stdout().lock();
    let said = writeln!(stdout, "{line}").and_then(|()| stdout.flush());
    said.map_err(|error| match error.kind() {
        ErrorKind::BrokenPipe => Failure(String::new()),
        _ => error.into(),
    })
}

/// Writes a line to stderr; that nobody may read it changes nothing.
pub fn tell(line: &str) {
    drop(writeln!(std::io::stderr().lock(), "{line}"));
}
