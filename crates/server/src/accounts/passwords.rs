//! Passwords: Argon2id with 19 MiB and two passes (the first choice of OWASP's Password Storage Cheat Sheet), on threads
//! that may wait, a few at a time.

use std::ops::RangeInclusive;
use std::sync::Arc;

use argon2::Argon2;
use argon2::password_hash::{PasswordHasher as _, PasswordVerifier as _};
use store::PasswordHash;
use tokio::sync::Semaphore;

use crate::api::ApiError;
use crate::ids::Random;

/// How many characters a password may have (at least 8 by NIST SP 800-63B, section 5.1.1.2).
pub const LENGTHS: RangeInclusive<usize> = 8..=256;
/// Most that are worked on at the same time: each takes 19 MiB and tens of milliseconds of a core.
const AT_ONCE: usize = 2;
/// Bytes of salt.
const SALT: usize = 16;

/// Compared with where there is no password, so that this takes as long. Made with the parameters that [`hash`] uses; its
/// password was 32 random bytes that nobody has.
const DECOY: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$YmFja2xpbmUgZGVjb3khIQ$b1ZKq3c0yQmT0d0c8v0mXy1vQ2m0r7l3m3c1q8sZ7dE";

/// Hashes and compares passwords.
pub struct Passwords {
    room: Arc<Semaphore>,
}

impl Default for Passwords {
    fn default() -> Self {
        Self { room: Arc::new(Semaphore::new(AT_ONCE)) }
    }
}

impl Passwords {
    /// What a password is to be known by.
    ///
    /// # Errors
    /// [`ApiError::Internal`] when it could not be hashed.
    pub async fn hash(&self, random: &dyn Random, password: &str) -> Result<PasswordHash, ApiError> {
        let (salt, password) = (random.bytes::<SALT>(), password.to_owned());
        let hashed = self.work(move || hash(&password, salt)).await?;
        hashed.map_err(|error| ApiError::Internal(error, None))
    }

    /// Whether this is the password; it takes as long where there is none.
    ///
    /// # Errors
    /// [`ApiError::Internal`] when it could not be compared.
    pub async fn matches(&self, password: &str, known: Option<&PasswordHash>) -> Result<bool, ApiError> {
        let (password, known) = (password.to_owned(), known.cloned());
        self.work(move || {
            let hash = known.as_ref().map_or(DECOY, PasswordHash::as_str);
            let same = Argon2::default().verify_password(password.as_bytes(), hash).is_ok();
            same && known.is_some()
        })
        .await
    }

    async fn work<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, ApiError> {
        let internal = |error: String| ApiError::Internal(error, None);
        let place =
            Arc::clone(&self.room).acquire_owned().await.map_err(|error| internal(error.to_string()))?;
        let working = tokio::task::spawn_blocking(move || {
            let done = work();
            drop(place);
            done
        });
        working.await.map_err(|error| internal(error.to_string()))
    }
}

/// The hash of a password, made at once.
///
/// # Errors
/// When it cannot be made.
pub fn hash(password: &str, salt: [u8; SALT]) -> Result<PasswordHash, String> {
    let hashed = Argon2::default().hash_password_with_salt(password.as_bytes(), &salt);
    hashed.map(|hash| PasswordHash::new(hash.to_string())).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parameters(hash: &str) -> String {
        hash.split('$').take(4).collect::<Vec<_>>().join("$")
    }

    #[test]
    fn the_decoy_costs_what_a_password_costs() {
        let made = hash("a password", [7; SALT]).expect("hashed");
        assert_eq!(parameters(DECOY), parameters(made.as_str()));
        let lengths = |hash: &str| hash.split('$').map(str::len).collect::<Vec<_>>();
        assert_eq!(lengths(DECOY), lengths(made.as_str()));
        let refused = Argon2::default().verify_password(b"a password", DECOY);
        assert!(matches!(refused, Err(argon2::password_hash::Error::PasswordInvalid)), "{refused:?}");
    }

    #[tokio::test]
    async fn only_the_password_itself_matches() {
        let passwords = Passwords::default();
        let known = hash("correct horse", [1; SALT]).expect("hashed");
        assert!(passwords.matches("correct horse", Some(&known)).await.expect("compared"));
        for wrong in ["", "correct horse ", "Correct horse"] {
            assert!(!passwords.matches(wrong, Some(&known)).await.expect("compared"), "{wrong}");
        }
        assert!(!passwords.matches("correct horse", None).await.expect("compared"));
        assert_ne!(known, hash("correct horse", [2; SALT]).expect("hashed"));
    }
}
