//! What is said to people and scripts.

use std::io::{ErrorKind, Write as _};

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
    let said = writeln!(stdout, "{line}").and_then(|()| stdout.flush());
    said.map_err(|error| match error.kind() {
        ErrorKind::BrokenPipe => Failure(NOBODY_READS.to_owned()),
        _ => error.into(),
    })
}

const NOBODY_READS: &str = "nobody reads what this command says";

impl Failure {
    /// Writes it to stderr. Whoever closed stdout has what he wanted, as behind `head`, and is told nothing.
    pub fn tell(&self) {
        if self.0 != NOBODY_READS {
            tell(&format!("backline: {self}"));
        }
    }
}

/// Writes a line to stderr; that nobody may read it changes nothing.
pub fn tell(line: &str) {
    drop(writeln!(std::io::stderr().lock(), "{line}"));
}
