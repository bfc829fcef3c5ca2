//! Whether the server lives, and whether it can take requests.

use std::sync::Arc;

use axum::extract::State;

use super::ApiError;
use crate::app::App;

/// `GET /healthz`: the process answers.
pub async fn alive() -> &'static str {
    "ok\n"
}

/// `GET /readyz`: the database answers and takes writes, and the server is not stopping.
pub async fn ready(State(app): State<Arc<App>>) -> Result<&'static str, ApiError> {
    if app.stopping.is_cancelled() {
        return Err(ApiError::Unavailable("The server is stopping.", None));
    }
    if !app.store.takes_writes() {
        return Err(ApiError::Unavailable("The server ends, since its database takes no more writes.", None));
    }
    app.store.access_version().await?;
    Ok("ok\n")
}
