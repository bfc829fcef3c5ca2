//! A user, an application and a token to measure or demonstrate with.

use std::time::Duration;

use store::{NewToken, SqliteStore};

use crate::cli::{Failure, Token, make_token};

/// Makes a token without a rate limit for `email`, and the user and the application if they are missing.
pub(crate) async fn new_token(
    store: &SqliteStore,
    email: &str,
    valid_for: Option<Duration>,
) -> Result<Token, Failure> {
    let unlimited = |token: NewToken| NewToken { requests_per_second: Some(0), ..token };
    make_token(store, email, "default", valid_for, unlimited).await
}
