//! What callbacks are signed with: one secret for each application, more while one is being replaced.

use async_trait::async_trait;
use domain::{ApplicationId, Timestamp};

use crate::StoreError;

/// The key of an HMAC. Shown nowhere but by the command that is asked for it.
#[derive(Clone, PartialEq, Eq)]
pub struct WebhookSecret(Vec<u8>);

impl WebhookSecret {
    /// The secret of these bytes.
    #[must_use]
    pub const fn new(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }

    /// Its bytes, which are not to be logged.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

impl std::fmt::Debug for WebhookSecret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("WebhookSecret(…)")
    }
}

/// An application, as the command line names it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NamedApplication {
    /// Its id.
    pub id: ApplicationId,
    /// Whose it is.
    pub email: String,
}

/// The secrets that callbacks are signed with.
#[async_trait]
pub trait SecretStore: Send + Sync {
    /// The applications of this name, of one user if one is named.
    async fn applications(
        &self,
        name: String,
        email: Option<String>,
    ) -> Result<Vec<NamedApplication>, StoreError>;

    /// The secrets that `application` signs with now, newest first. If there is none yet, `fresh` is its first:
    /// whoever asks first decides, and everyone gets the same.
    async fn secrets(
        &self,
        application: ApplicationId,
        fresh: WebhookSecret,
        now: Timestamp,
    ) -> Result<Vec<WebhookSecret>, StoreError>;

    /// Puts `fresh` in force. Those before it sign beside it until `overlap_end`, or their own end if that is sooner.
    async fn rotate_secret(
        &self,
        application: ApplicationId,
        fresh: WebhookSecret,
        now: Timestamp,
        overlap_end: Timestamp,
    ) -> Result<(), StoreError>;
}
