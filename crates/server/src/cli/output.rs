//! What is said to people and scripts.

use std::io::Write as _;

/// Why a command failed: a sentence for whoever typed it.
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
    writeln!(stdout, "{line}")?;
    Ok(stdout.flush()?)
}

/// Writes a line to stderr; that nobody may read it changes nothing.
pub fn tell(line: &str) {
    drop(writeln!(std::io::stderr().lock(), "{line}"));
}
