//! What a user may do beyond what is the user's own.

use std::fmt;
use std::str::FromStr;

/// What a user is to a server.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Role {
    /// Uses it.
    User,
    /// Runs it: looks after users, grants and invitations.
    Operator,
}

impl Role {
    /// Every role.
    pub const ALL: [Self; 2] = [Self::User, Self::Operator];

    /// The role's word.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Operator => "operator",
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Role {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let found = Self::ALL.into_iter().find(|role| role.as_str() == text);
        found.ok_or_else(|| format!("`{text}` is none of user, operator"))
    }
}
