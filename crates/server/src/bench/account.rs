//! A user, an application and a token to measure or demonstrate with.

use std::time::Duration;

use domain::{ApplicationId, CredentialId, UserId};
use store::{AccessStore as _, NewToken, SqliteStore};

use crate::api::caller::token_hash;
use crate::cli::Failure;
use crate::clock::{Clock as _, SystemClock};
use crate::ids::{Random, SystemRandom};

/// A token that was made.
pub(crate) struct Token {
    /// What a client sends.
    pub secret: String,
    /// What the store knows it by.
    pub id: CredentialId,
}

/// Makes a token without a rate limit for `email`, and the user and the application if they are missing.
pub(crate) async fn new_token(
    store: &SqliteStore,
    email: &str,
    valid_for: Option<Duration>,
) -> Result<Token, Failure> {
    let random: &dyn Random = &SystemRandom;
    let now = SystemClock::default().now();
    let secret: String = random.bytes::<32>().iter().map(|byte| format!("{byte:02x}")).collect();
    let token = NewToken {
        email: email.to_owned(),
        application: "default".to_owned(),
        user_id: UserId(random.uuid(now)),
        application_id: ApplicationId(random.uuid(now)),
        credential_id: CredentialId(random.uuid(now)),
        hash: token_hash(&secret),
        last_four: secret[secret.len() - 4..].to_owned(),
        apis: None,
        quota: None,
        requests_per_second: Some(0),
        expires_at: valid_for.map(|time| now.plus(time)),
        now,
    };
    let id = token.credential_id;
    store.add_token(token).await?;
    Ok(Token { secret, id })
}
