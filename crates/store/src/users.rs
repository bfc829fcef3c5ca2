//! Users who log in: passwords, sessions, and links that can be used once.

use async_trait::async_trait;
use domain::{Role, Timestamp, UserId};

use crate::StoreError;

/// The SHA-256 of a secret that somebody else keeps: of a session's cookie, or of a link.
pub type SecretHash = [u8; 32];

/// What a password is known by: a PHC string.
#[derive(Clone, PartialEq, Eq)]
pub struct PasswordHash(String);

impl PasswordHash {
    /// The hash in this string.
    #[must_use]
    pub const fn new(phc: String) -> Self {
        Self(phc)
    }

    /// The string, which is not to be logged.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for PasswordHash {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PasswordHash(…)")
    }
}

/// A user, as it stands now.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct User {
    /// The user's id.
    pub id: UserId,
    /// The e-mail address, as it was typed first.
    pub email: String,
    /// What the user may do.
    pub role: Role,
    /// Switched off.
    pub disabled: bool,
    /// `None`: cannot log in, as of a user who was made with a token.
    pub password: Option<PasswordHash>,
    /// When the user was made.
    pub created_at: Timestamp,
}

/// Somebody who registers.
#[derive(Clone, Debug)]
pub struct NewUser {
    /// The id, should the user be made.
    pub id: UserId,
    /// The e-mail address.
    pub email: String,
    /// What the password is known by.
    pub password: PasswordHash,
    /// The invitation that was shown.
    pub invitation: Option<SecretHash>,
    /// Whether it needs one, unless there is no user yet.
    pub needs_invitation: bool,
    /// Now.
    pub now: Timestamp,
}

/// What became of a registration.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Registered {
    /// The user was made, with this role: the first one runs the server.
    Made(Role),
    /// There is a user of this address already; nothing was changed.
    Taken,
    /// There is no such invitation, it is over, used, or for another address.
    NotInvited,
}

/// A browser that has logged in.
#[derive(Clone, Debug)]
pub struct NewSession {
    /// What the session is known by.
    pub hash: SecretHash,
    /// Whose it is.
    pub user: UserId,
    /// The session that the browser had before, which ends.
    pub instead_of: Option<SecretHash>,
    /// Now.
    pub now: Timestamp,
    /// From then on it is over.
    pub ends_at: Timestamp,
}

/// What a link lets its holder do, once.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Link {
    /// Set this user's password.
    Password(UserId),
    /// Register, with this address if it is for one.
    Invitation(Option<String>),
}

/// What is to be changed of a user; `None` leaves it.
#[derive(Clone, Copy, Default, Debug)]
pub struct UserChange {
    /// What the user may do.
    pub role: Option<Role>,
    /// Whether the user is switched off.
    pub disabled: Option<bool>,
}

/// What became of a change of a user.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum UserChanged {
    /// It was made.
    Done,
    /// There is no such user.
    Unknown,
    /// Nobody would run the server any more; nothing was changed.
    LastOperator,
}

/// Users, their sessions and links.
#[async_trait]
pub trait UserStore: Send + Sync {
    /// Makes a user with a password, and uses up the invitation that lets it in.
    async fn register(&self, user: NewUser) -> Result<Registered, StoreError>;

    /// Makes a user without a password; `false` if there is one of this address. The first one is an operator, whatever
    /// is said.
    async fn add_user(
        &self,
        id: UserId,
        email: String,
        role: Role,
        now: Timestamp,
    ) -> Result<bool, StoreError>;

    /// The user of this address, however it is typed.
    async fn user_of(&self, email: &str) -> Result<Option<User>, StoreError>;

    /// The user of this id.
    async fn user(&self, id: UserId) -> Result<Option<User>, StoreError>;

    /// At most `limit` users after the first `offset`, oldest first, and how many there are.
    async fn users(&self, offset: u64, limit: u32) -> Result<(Vec<User>, u64), StoreError>;

    /// Changes a user. One who is switched off is logged out everywhere.
    async fn change_user(&self, id: UserId, change: UserChange) -> Result<UserChanged, StoreError>;

    /// Sets a user's password; sessions but `kept` and links for the password end. `false` if there is no such user.
    async fn set_password(
        &self,
        id: UserId,
        password: PasswordHash,
        kept: Option<SecretHash>,
    ) -> Result<bool, StoreError>;

    /// Begins a session. Sessions and links that are over go.
    async fn begin_session(&self, session: NewSession) -> Result<(), StoreError>;

    /// Whose session this is; `None` if it is none, or over.
    async fn session(&self, hash: &SecretHash, now: Timestamp) -> Result<Option<User>, StoreError>;

    /// Ends a session; `false` if there is none.
    async fn end_session(&self, hash: SecretHash) -> Result<bool, StoreError>;

    /// Keeps a link until `ends_at`.
    async fn keep_link(&self, hash: SecretHash, link: Link, ends_at: Timestamp) -> Result<(), StoreError>;

    /// Uses up a link for a password and sets it; whose it is, who is logged out everywhere. `None` if there is no such
    /// link, or it is over.
    async fn use_password_link(
        &self,
        hash: SecretHash,
        password: PasswordHash,
        now: Timestamp,
    ) -> Result<Option<UserId>, StoreError>;
}
