//! What users have acquired: applications with their credits, and the credentials that order from them.

use async_trait::async_trait;
use domain::{Api, ApplicationId, CredentialId, Credits, Timestamp, UserId};

use crate::{StoreError, TokenHash};

/// An application, as its owner sees it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Application {
    /// Its id.
    pub id: ApplicationId,
    /// Whose it is.
    pub user_id: UserId,
    /// What it is called.
    pub name: String,
    /// It, or its user, is switched off.
    pub disabled: bool,
    /// What it may still spend; `None` is without limit.
    pub available: Option<Credits>,
    /// What its orders have cost.
    pub spent: Credits,
    /// When it was acquired.
    pub created_at: Timestamp,
    /// When it was last renamed, switched or given something.
    pub updated_at: Timestamp,
}

/// An application to be acquired.
#[derive(Clone, Debug)]
pub struct NewApplication {
    /// The id.
    pub id: ApplicationId,
    /// Whose it is to be.
    pub user: UserId,
    /// What it is to be called; `None`: as `called`, with a number if there is such a one.
    pub name: Option<String>,
    /// What applications are called without a name of their own.
    pub called: &'static str,
    /// What it gets if its user had nothing for free yet.
    pub free: Credits,
    /// What it gets otherwise.
    pub further: Credits,
    /// Most applications that a user may have.
    pub most: u32,
    /// Now.
    pub now: Timestamp,
}

/// What became of an application that was to be acquired.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Acquired {
    /// It is there.
    Done,
    /// The user has one of this name.
    NameTaken,
    /// The user has as many as one may have.
    TooMany,
}

/// A credential, as its owner sees it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct OwnCredential {
    /// Its id.
    pub id: CredentialId,
    /// The application that it orders from.
    pub application_id: ApplicationId,
    /// Whose it is.
    pub user_id: UserId,
    /// What it is called.
    pub name: String,
    /// The token's last four characters.
    pub last_four: String,
    /// What it may do.
    pub rights: Rights,
    /// What it has spent, and where it has a limit, what its unfinished tasks hold of that.
    pub used: Credits,
    /// When it was made.
    pub created_at: Timestamp,
}

/// What a credential may do.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Rights {
    /// The endpoints that it may call; `None` is all.
    pub apis: Option<Vec<Api>>,
    /// Origins or hosts whose pages may use it; `None` is any.
    pub origins: Option<Vec<String>>,
    /// What it may spend in all; `None` is whatever its application may.
    pub limit: Option<Credits>,
    /// Its own rate limit, which wins over the setting; 0 is none.
    pub requests_per_second: Option<u32>,
    /// From then on it is refused.
    pub expires_at: Option<Timestamp>,
}

/// A credential to be made.
#[derive(Clone, Debug)]
pub struct NewCredential {
    /// The id.
    pub id: CredentialId,
    /// Whose it is to be.
    pub user: UserId,
    /// Which of the user's applications it is to order from.
    pub application: ApplicationId,
    /// What it is called.
    pub name: String,
    /// What the store knows its token by.
    pub hash: TokenHash,
    /// The token's last four characters.
    pub last_four: String,
    /// What it may do.
    pub rights: Rights,
    /// Most credentials that an application may have.
    pub most: u32,
    /// Now.
    pub now: Timestamp,
}

/// What became of a credential that was to be made.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum CredentialAdded {
    /// It is there.
    Done,
    /// The user has no such application.
    NoApplication,
    /// The application has as many as one may have.
    TooMany,
}

/// A token that takes the place of another.
#[derive(Clone, Debug)]
pub struct Rotation {
    /// What the store knows the new token by.
    pub hash: TokenHash,
    /// The new token's last four characters.
    pub last_four: String,
    /// The old one, and those before it, are good until then at the latest.
    pub overlap_end: Timestamp,
}

/// Applications and credentials, each looked at by its owner alone: what is someone else's is not there.
#[async_trait]
pub trait ApplicationStore: Send + Sync {
    /// Makes an application, with the credits that are free once for each user.
    async fn acquire(&self, new: NewApplication) -> Result<Acquired, StoreError>;

    /// A user's applications, the newest first.
    async fn applications_of(&self, user: UserId) -> Result<Vec<Application>, StoreError>;

    /// One of them.
    async fn application(&self, user: UserId, id: ApplicationId) -> Result<Option<Application>, StoreError>;

    /// A user's credentials that were not revoked, the newest first; of one application if one is named.
    async fn credentials(
        &self,
        user: UserId,
        application: Option<ApplicationId>,
    ) -> Result<Vec<OwnCredential>, StoreError>;

    /// Makes a credential.
    async fn add_credential(&self, new: NewCredential) -> Result<CredentialAdded, StoreError>;

    /// Gives a credential another token; `false` if the user has no such credential.
    async fn rotate(&self, user: UserId, id: CredentialId, rotation: Rotation) -> Result<bool, StoreError>;

    /// Revokes a credential with all its tokens; `false` if the user has no such credential.
    async fn revoke(&self, user: UserId, id: CredentialId, now: Timestamp) -> Result<bool, StoreError>;
}
