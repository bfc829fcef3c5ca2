//! Takes a request's body: one JSON object, of bounded size, in bounded time.

use std::sync::Arc;

use axum::extract::{FromRequest, Request};
use axum::http::{HeaderMap, header};
use bytes::Bytes;
use http_body_util::{BodyExt as _, LengthLimitError, Limited};
use serde_json::{Map, Value};

use crate::api::ApiError;
use crate::app::App;

/// A body as it was sent, and as it is understood.
pub struct SentBody {
    /// The bytes, which are UTF-8.
    pub bytes: Bytes,
    /// The object. Of a key that was sent twice, the last holds.
    pub fields: Map<String, Value>,
}

impl SentBody {
    /// Understands a body.
    ///
    /// # Errors
    /// [`ApiError::Malformed`] when it is no JSON object.
    pub fn parse(bytes: Bytes) -> Result<Self, ApiError> {
        let malformed = |error: &dyn std::fmt::Display| ApiError::Malformed(error.to_string());
        let text = std::str::from_utf8(&bytes).map_err(|error| malformed(&error))?;
        match serde_json::from_str(text).map_err(|error| malformed(&error))? {
            Value::Object(fields) => Ok(Self { bytes, fields }),
            other => Err(ApiError::Malformed(format!("it is {}", super::fields::name_of(&other)))),
        }
    }

    /// The body's text, as records echo it.
    #[must_use]
    pub fn text(&self) -> &str {
        std::str::from_utf8(&self.bytes).unwrap_or_default().trim()
    }
}

impl FromRequest<Arc<App>> for SentBody {
    type Rejection = ApiError;

    async fn from_request(request: Request, app: &Arc<App>) -> Result<Self, ApiError> {
        Self::parse(Self::bytes(request, app).await?)
    }
}

impl SentBody {
    async fn bytes(request: Request, app: &Arc<App>) -> Result<Bytes, ApiError> {
        check_type(request.headers())?;
        let limit = app.settings.http.max_body_bytes;
        let patience = app.settings.http.read_timeout();
        let body = Limited::new(request.into_body(), limit).collect();
        let body = tokio::time::timeout(patience, body).await.map_err(|_| ApiError::TooSlow(patience))?;
        let body = body.map_err(|error| match error.downcast_ref::<LengthLimitError>() {
            Some(_) => ApiError::TooLarge(limit),
            None => ApiError::Malformed("it ended early".to_owned()),
        })?;
        Ok(body.to_bytes())
    }
}

/// The fields of a body that may be missing altogether.
pub struct MaybeBody(pub Map<String, Value>);

impl FromRequest<Arc<App>> for MaybeBody {
    type Rejection = ApiError;

    async fn from_request(request: Request, app: &Arc<App>) -> Result<Self, ApiError> {
        let bytes = SentBody::bytes(request, app).await?;
        if bytes.is_empty() { Ok(Self(Map::new())) } else { Ok(Self(SentBody::parse(bytes)?.fields)) }
    }
}

fn check_type(headers: &HeaderMap) -> Result<(), ApiError> {
    let Some(given) = headers.get(header::CONTENT_TYPE) else { return Ok(()) };
    let given = given.to_str().unwrap_or("unreadable");
    let essence = given.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let json =
        essence == "application/json" || (essence.starts_with("application/") && essence.ends_with("+json"));
    if json { Ok(()) } else { Err(ApiError::NotJson(essence.chars().take(80).collect())) }
}
