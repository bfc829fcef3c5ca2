//! Identifiers. Each is a type of its own, so that one cannot stand where another is meant.

use std::fmt;
use std::str::FromStr;

use uuid::Uuid;

use crate::Timestamp;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(pub Uuid);

        impl $name {
            /// The id as its 16 bytes, as stores keep it.
            #[must_use]
            pub fn as_bytes(&self) -> &[u8; 16] {
                self.0.as_bytes()
            }

            /// The id from its 16 bytes.
            #[must_use]
            pub fn from_bytes(bytes: [u8; 16]) -> Self {
                Self(Uuid::from_bytes(bytes))
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.as_hyphenated().fmt(f)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}({self})", stringify!($name))
            }
        }

        impl FromStr for $name {
            type Err = NotAnId;

            /// Takes the lower-case hyphenated form alone: any other text names nothing.
            fn from_str(text: &str) -> Result<Self, NotAnId> {
                lower_case_uuid(text).map(Self).ok_or(NotAnId)
            }
        }
    )*};
}

ids! {
    /// Names one order and what became of it.
    TaskId;
    /// Names the request that placed an order; its task and its callback bear the same.
    TraceId;
    /// Names one made or uploaded sound.
    AudioId;
    /// Names a person.
    UserId;
    /// Names what a person has acquired: a service with its quota.
    ApplicationId;
    /// Names a bearer token without telling it.
    CredentialId;
}

/// The text is no lower-case UUID in its hyphenated form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a lower-case UUID")]
pub struct NotAnId;

fn lower_case_uuid(text: &str) -> Option<Uuid> {
    if text.len() != 36 || text.bytes().any(|byte| byte.is_ascii_uppercase()) {
        return None;
    }
    Uuid::try_parse(text).ok()
}

impl TaskId {
    /// The record's `_id`: 24 hexadecimal digits in the form of a BSON ObjectId, whose first four bytes are the
    /// second of `created_at`; the rest are the last eight bytes of this id.
    #[must_use]
    pub fn object_id(&self, created_at: Timestamp) -> String {
        let seconds = u32::try_from(created_at.as_millis().div_euclid(1000)).unwrap_or(u32::MAX);
        let tail = self.0.as_u64_pair().1;
        format!("{seconds:08x}{tail:016x}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_lower_case_hyphenated_form_is_an_id() {
        let text = "1a6ac2ad-10f2-4e2b-b500-66ec27fe82ad";
        assert_eq!(text.parse::<TaskId>().expect("an id").to_string(), text);
        for wrong in [
            "1A6AC2AD-10F2-4E2B-B500-66EC27FE82AD",
            "1a6ac2ad10f24e2bb50066ec27fe82ad",
            "{1a6ac2ad-10f2-4e2b-b500-66ec27fe82ad}",
            "urn:uuid:1a6ac2ad-10f2-4e2b-b500-66ec27fe82ad",
            "",
        ] {
            assert_eq!(wrong.parse::<TaskId>(), Err(NotAnId), "{wrong}");
        }
    }

    #[test]
    fn an_object_id_begins_with_the_second_of_creation() {
        let id: TaskId = "1a6ac2ad-10f2-4e2b-b500-66ec27fe82ad".parse().expect("an id");
        let object_id = id.object_id(Timestamp::from_millis(1_767_119_745_524));
        assert_eq!(object_id, "69541b81b50066ec27fe82ad");
    }
}
