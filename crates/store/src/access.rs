//! Who may call: users, applications and the tokens of applications.

use async_trait::async_trait;
use domain::{Api, ApplicationId, CredentialId, Credits, Timestamp, UserId};

use crate::StoreError;

/// The SHA-256 of a bearer token.
pub type TokenHash = [u8; 32];

/// A token's rights, as they stand now.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Credential {
    /// The credential's own id.
    pub id: CredentialId,
    /// The application it belongs to.
    pub application_id: ApplicationId,
    /// The user whose application it is.
    pub user_id: UserId,
    /// The endpoints it may call; `None` is all.
    pub apis: Option<Vec<Api>>,
    /// Its own rate limit, which wins over the setting; 0 is none.
    pub requests_per_second: Option<u32>,
    /// From then on it is refused.
    pub expires_at: Option<Timestamp>,
    /// Its application or user is switched off.
    pub disabled: bool,
    /// Origins or hosts whose pages may use it; `None` is any.
    pub origins: Option<Vec<String>>,
    /// It may spend less than its application.
    pub limited: bool,
}

/// A token to be made, with what must exist for it.
#[derive(Clone, Debug)]
pub struct NewToken {
    /// Whose it is; the user is made if missing.
    pub email: String,
    /// The application's name; made if missing.
    pub application: String,
    /// The id of the user, should it be made.
    pub user_id: UserId,
    /// The id of the application, should it be made.
    pub application_id: ApplicationId,
    /// The id of the credential.
    pub credential_id: CredentialId,
    /// SHA-256 of the token.
    pub hash: TokenHash,
    /// The token's last four characters, for lists.
    pub last_four: String,
    /// The endpoints it may call; `None` is all.
    pub apis: Option<Vec<Api>>,
    /// Sets how many credits the application may still spend; `None` leaves them.
    pub quota: Option<u32>,
    /// Its own rate limit; 0 is none.
    pub requests_per_second: Option<u32>,
    /// From then on it is refused.
    pub expires_at: Option<Timestamp>,
    /// When it is made.
    pub now: Timestamp,
}

/// A token as lists show it.
#[derive(Clone, Debug)]
pub struct TokenListing {
    /// The credential's id.
    pub id: CredentialId,
    /// Its user's e-mail address.
    pub email: String,
    /// Its application's name.
    pub application: String,
    /// The token's last four characters.
    pub last_four: String,
    /// The endpoints it may call; `None` is all.
    pub apis: Option<Vec<Api>>,
    /// Its own rate limit; 0 is none.
    pub requests_per_second: Option<u32>,
    /// What its application may still spend; `None` is without limit.
    pub remaining: Option<Credits>,
    /// When it was made.
    pub created_at: Timestamp,
    /// From then on it is refused.
    pub expires_at: Option<Timestamp>,
    /// When it was revoked.
    pub revoked_at: Option<Timestamp>,
    /// Its application or user is switched off.
    pub disabled: bool,
}

/// An application to be switched on or off.
#[derive(Clone, Debug)]
pub struct ApplicationSwitch {
    /// Whose it is.
    pub email: String,
    /// Its name.
    pub application: String,
    /// True: off.
    pub disabled: bool,
}

/// Users, applications and credentials.
#[async_trait]
pub trait AccessStore: Send + Sync {
    /// Keeps the token, and makes the user and the application that are missing.
    async fn add_token(&self, token: NewToken) -> Result<(), StoreError>;

    /// Every token, oldest first.
    async fn tokens(&self) -> Result<Vec<TokenListing>, StoreError>;

    /// Revokes a token; `false` if there is none of this id, or it was revoked before.
    async fn revoke_token(&self, id: CredentialId, now: Timestamp) -> Result<bool, StoreError>;

    /// Switches an application on or off; `false` if there is none of this name.
    async fn switch_application(&self, switch: ApplicationSwitch) -> Result<bool, StoreError>;

    /// The credential of this token; `None` if there is none, or it was revoked.
    async fn credential(&self, hash: &TokenHash) -> Result<Option<Credential>, StoreError>;

    /// This user's credential of this id, as [`Self::credential`] has it; `None` if it is none, or was revoked.
    async fn credential_of(&self, user: UserId, id: CredentialId) -> Result<Option<Credential>, StoreError>;

    /// A number that changes whenever any of the above is changed, by whatever process.
    async fn access_version(&self) -> Result<i64, StoreError>;
}
