//! Every error that a caller can see, in one table.

use std::time::Duration;

use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use domain::{ErrorCode, Failure, TaskId, TraceId};
use serde::Serialize;
use store::StoreError;

use super::http::MOST_HEAD_BYTES;
use super::refusals::Refused;
use super::wire::Problem;
use crate::simulate::{ScriptedAnswer, ScriptedStatus};

/// Why a request was not answered as it wished.
#[derive(Debug, Clone)]
pub enum ApiError {
    /// Fields that are missing, of a wrong type, out of range or of an unknown value.
    BadRequest(Vec<Problem>),
    /// The body is no JSON object.
    Malformed(String),
    /// The token may not call this endpoint.
    TokenMismatched(String),
    /// The token may not be used in this way, for this reason.
    TokenRestricted(&'static str),
    /// An action that is unknown, or that the engine cannot do.
    NotImplemented(String),
    /// No token, or one that nobody has.
    InvalidToken,
    /// The token's time is over.
    TokenExpired,
    /// The e-mail address and the password do not belong together, whichever of them is wrong.
    LoginFailed,
    /// What only a browser that is logged in may do.
    NotLoggedIn,
    /// The application or its user is switched off.
    Disabled,
    /// What this caller may not do, with the reason.
    Forbidden(&'static str),
    /// The application's quota does not cover the order.
    UsedUp,
    /// No such path.
    NoApi,
    /// No such task, or someone else's.
    NotFound,
    /// No such thing of this name, or someone else's.
    NoSuch(&'static str),
    /// The path is there, the method is not.
    MethodNotAllowed,
    /// The body is longer than this many bytes.
    TooLarge(usize),
    /// The body did not come in this time.
    TooSlow(Duration),
    /// The body is said to be something else than JSON.
    NotJson(String),
    /// The request's head is no HTTP, or too large.
    BadHead(Refused),
    /// A part of a file was asked for that it does not have.
    NoSuchPart,
    /// Too many requests; there is room again after this time.
    TooManyRequests(Duration),
    /// The token has as many orders under way as it may.
    Busy,
    /// Our fault. The text is logged and never sent.
    Internal(String, Option<TaskId>),
    /// The data folder cannot be written. The text is logged and never sent.
    NoRoom(String, Option<TaskId>),
    /// The server cannot take orders now, or stops while this one waits.
    Unavailable(&'static str, Option<TaskId>),
    /// The task outlived the wait.
    Timeout(TaskId),
    /// The task that the request waited for has failed.
    Failed(Failure, TaskId),
    /// The order's script asked for this answer.
    Simulated(ScriptedAnswer, Option<TaskId>),
}

/// The wire's word and status of every error.
impl ApiError {
    fn code(&self) -> (&'static str, StatusCode) {
        match self {
            Self::BadRequest(_) | Self::Malformed(_) => ("bad_request", StatusCode::BAD_REQUEST),
            Self::TokenMismatched(_) | Self::TokenRestricted(_) => {
                ("token_mismatched", StatusCode::BAD_REQUEST)
            }
            Self::NotImplemented(_) => ("api_not_implemented", StatusCode::BAD_REQUEST),
            Self::InvalidToken | Self::LoginFailed | Self::NotLoggedIn => {
                ("invalid_token", StatusCode::UNAUTHORIZED)
            }
            Self::TokenExpired => ("token_expired", StatusCode::UNAUTHORIZED),
            Self::Disabled => ("disabled", StatusCode::FORBIDDEN),
            Self::Forbidden(_) => ("forbidden", StatusCode::FORBIDDEN),
            Self::UsedUp => ("used_up", StatusCode::FORBIDDEN),
            Self::NoApi => ("no_api", StatusCode::NOT_FOUND),
            Self::NotFound | Self::NoSuch(_) => ("not_found", StatusCode::NOT_FOUND),
            Self::MethodNotAllowed => ("bad_request", StatusCode::METHOD_NOT_ALLOWED),
            Self::TooLarge(_) => ("bad_request", StatusCode::PAYLOAD_TOO_LARGE),
            Self::TooSlow(_) => ("bad_request", StatusCode::REQUEST_TIMEOUT),
            Self::NotJson(_) => ("bad_request", StatusCode::UNSUPPORTED_MEDIA_TYPE),
            Self::BadHead(why) => ("bad_request", why.status()),
            Self::NoSuchPart => ("bad_request", StatusCode::RANGE_NOT_SATISFIABLE),
            Self::TooManyRequests(_) => ("too_many_requests", StatusCode::TOO_MANY_REQUESTS),
            Self::Busy => ("too_many_requests", StatusCode::TOO_MANY_REQUESTS),
            Self::Internal(..) => ("api_error", StatusCode::INTERNAL_SERVER_ERROR),
            Self::NoRoom(..) | Self::Unavailable(..) => ("api_error", StatusCode::SERVICE_UNAVAILABLE),
            Self::Timeout(_) => ("timeout", StatusCode::GATEWAY_TIMEOUT),
            Self::Failed(failure, _) => (failure.code.as_str(), failed_status(failure.code)),
            Self::Simulated(answer, _) => match answer.status {
                ScriptedStatus::TooManyRequests => ("too_many_requests", StatusCode::TOO_MANY_REQUESTS),
                ScriptedStatus::ServerError => ("api_error", StatusCode::INTERNAL_SERVER_ERROR),
                ScriptedStatus::Unavailable => ("api_error", StatusCode::SERVICE_UNAVAILABLE),
                ScriptedStatus::Timeout => ("timeout", StatusCode::GATEWAY_TIMEOUT),
            },
        }
    }

    /// What was wrong, what was expected, what to do.
    #[must_use]
    pub fn message(&self) -> String {
        match self {
            Self::BadRequest(problems) => {
                problems.first().map_or_else(|| "The request is wrong.".to_owned(), |p| p.message.clone())
            }
            Self::Malformed(what) => {
                format!("The body is not a JSON object: {what}. Send one object, in UTF-8.")
            }
            Self::TokenMismatched(api) => format!(
                "The specified token is not matched with API. It may not call /producer/{api}; use one that may."
            ),
            Self::TokenRestricted(why) => format!("The specified token is not matched with API. {why}"),
            Self::NotImplemented(what) => format!("The API is not implemented. {what}"),
            Self::InvalidToken => "The specified token is invalid or wrong. Send the header \
                                   `Authorization: Bearer TOKEN` with a token of this server."
                .to_owned(),
            Self::TokenExpired => "token expired. Make a new one.".to_owned(),
            Self::LoginFailed => "The e-mail address or the password is wrong.".to_owned(),
            Self::NotLoggedIn => "You are not logged in. Log in, or send a token.".to_owned(),
            Self::Forbidden(why) => (*why).to_owned(),
            Self::Disabled => "This application is switched off. Ask the operator of this server.".to_owned(),
            Self::UsedUp => "Your balance is not sufficient for current request. Ask the operator of this \
                             server for more quota."
                .to_owned(),
            Self::NoApi => "API does not exist, please make sure url is correct.".to_owned(),
            Self::NotFound => "The specified task ID was not found.".to_owned(),
            Self::NoSuch(what) => format!("The specified {what} was not found."),
            Self::MethodNotAllowed => {
                "This path does not take this method; see the header `Allow`.".to_owned()
            }
            Self::TooLarge(limit) => format!("The body is too large: at most {limit} bytes are taken."),
            Self::TooSlow(limit) => format!("The body did not arrive within {} seconds.", limit.as_secs()),
            Self::NotJson(given) => {
                format!("The body is `{given}`; send JSON, with the header `Content-Type: application/json`.")
            }
            Self::BadHead(Refused::HeadTooLarge | Refused::UriTooLong) => format!(
                "The request's line and headers are too large: at most {MOST_HEAD_BYTES} bytes and 100 headers are taken."
            ),
            Self::BadHead(_) => {
                "This is no request of HTTP/1.1. This port speaks neither TLS nor HTTP/2.".to_owned()
            }
            Self::NoSuchPart => {
                "The file has no such part; the header `Content-Range` tells its length.".to_owned()
            }
            Self::TooManyRequests(after) => {
                format!("You have exceeded the rate limit. Try again in {} s.", whole_seconds(*after))
            }
            Self::Busy => {
                "You have exceeded the rate limit. This token has as many orders under way as it may; try \
                           again when one of them has ended."
                    .to_owned()
            }
            Self::Internal(..) => {
                "The server could not do this. The operator finds the cause in the log, by this \
                                  answer's trace_id."
                    .to_owned()
            }
            Self::NoRoom(..) => "The server has no room left on its disk. Try again later.".to_owned(),
            Self::Unavailable(why, _) => (*why).to_owned(),
            Self::Timeout(_) => "The task goes on, but it took longer than a request may wait. Ask \
                                 /producer/tasks for it by its task_id."
                .to_owned(),
            Self::Failed(failure, _) => failure.message.clone(),
            Self::Simulated(_, None) => "A simulated answer; the order was not taken.".to_owned(),
            Self::Simulated(_, Some(_)) => "A simulated answer; the order was taken, and goes on.".to_owned(),
        }
    }

    /// What an operator is told, where nobody is answered.
    #[must_use]
    pub fn cause(&self) -> String {
        match self {
            Self::Internal(cause, _) | Self::NoRoom(cause, _) => cause.clone(),
            other => other.message(),
        }
    }

    /// The wire's word for it.
    #[must_use]
    pub fn word(&self) -> &'static str {
        self.code().0
    }

    /// The durable task that it is about.
    #[must_use]
    pub fn task_id(&self) -> Option<TaskId> {
        match self {
            Self::Unavailable(_, task) | Self::NoRoom(_, task) | Self::Internal(_, task) => *task,
            Self::Simulated(_, task) => *task,
            Self::Timeout(task) | Self::Failed(_, task) => Some(*task),
            _ => None,
        }
    }

    /// Seconds after which the same request may go better.
    pub(super) fn retry_after(&self) -> Option<u64> {
        match self {
            Self::TooManyRequests(after) => Some(whole_seconds(*after)),
            Self::NoRoom(..) | Self::Unavailable(..) | Self::Busy => Some(2),
            Self::Simulated(answer, _) => match answer.status {
                ScriptedStatus::TooManyRequests | ScriptedStatus::Unavailable => {
                    Some(whole_seconds(answer.retry_after))
                }
                ScriptedStatus::ServerError | ScriptedStatus::Timeout => None,
            },
            _ => None,
        }
    }

    /// Whether the caller's client will take it that the request was not carried out, and try again.
    #[must_use]
    pub fn is_server_error(&self) -> bool {
        self.code().1.is_server_error()
    }

    /// The same error, about a task that is durable.
    #[must_use]
    pub fn about(self, task: TaskId) -> Self {
        match self {
            Self::Internal(cause, None) => Self::Internal(cause, Some(task)),
            Self::NoRoom(cause, None) => Self::NoRoom(cause, Some(task)),
            Self::Unavailable(why, None) => Self::Unavailable(why, Some(task)),
            Self::Simulated(answer, None) => Self::Simulated(answer, Some(task)),
            other => other,
        }
    }

    /// The answer of the request with this trace; logs the cause of what is our fault, once.
    #[must_use]
    pub fn answer(&self, trace_id: TraceId) -> Response {
        let status = self.status();
        match self {
            Self::Internal(cause, _) => tracing::error!(%trace_id, cause, "a request failed"),
            Self::NoRoom(cause, _) => tracing::error!(%trace_id, cause, "the data folder cannot be written"),
            _ => (),
        }
        let json = self.json(trace_id);
        let mut response = (status, [(header::CONTENT_TYPE, "application/json")], json).into_response();
        if let Some(seconds) = self.retry_after() {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        if status == StatusCode::UNAUTHORIZED {
            response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        if status == StatusCode::PAYLOAD_TOO_LARGE || status == StatusCode::REQUEST_TIMEOUT {
            // What is left of the body is not read.
            response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
        }
        response
    }
}

impl ApiError {
    /// The status of its answer.
    #[must_use]
    pub(super) fn status(&self) -> StatusCode {
        self.code().1
    }

    /// The body of its answer.
    pub(super) fn json(&self, trace_id: TraceId) -> Vec<u8> {
        let details = match self {
            Self::BadRequest(problems) => problems.as_slice(),
            _ => &[],
        };
        let body = ErrorBody {
            success: false,
            error: ErrorPart { code: self.code().0, message: self.message(), details },
            task_id: self.task_id().map(|id| id.to_string()),
            trace_id: trace_id.to_string(),
        };
        serde_json::to_vec(&body).unwrap_or_default()
    }
}

fn failed_status(code: ErrorCode) -> StatusCode {
    match code {
        ErrorCode::ApiError => StatusCode::INTERNAL_SERVER_ERROR,
        ErrorCode::DeadlineExceeded => StatusCode::GATEWAY_TIMEOUT,
        ErrorCode::BadRequest | ErrorCode::NotImplemented | ErrorCode::Canceled => StatusCode::BAD_REQUEST,
    }
}

fn whole_seconds(wait: Duration) -> u64 {
    wait.as_millis().div_ceil(1000).max(1).try_into().unwrap_or(u64::MAX)
}

#[derive(Serialize)]
struct ErrorBody<'a> {
    success: bool,
    error: ErrorPart<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    task_id: Option<String>,
    trace_id: String,
}

#[derive(Serialize)]
struct ErrorPart<'a> {
    code: &'static str,
    message: String,
    #[serde(skip_serializing_if = "<[Problem]>::is_empty")]
    details: &'a [Problem],
}

/// The door writes the answer, since it knows the trace: this carries the error there.
impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let mut response = Response::new(axum::body::Body::empty());
        response.extensions_mut().insert(self);
        response
    }
}

impl From<StoreError> for ApiError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Full(cause) => Self::NoRoom(cause, None),
            StoreError::Closed => Self::Unavailable("The server is stopping. Try again.", None),
            other => Self::Internal(other.to_string(), None),
        }
    }
}

/// The request's trace, in every answer.
pub const TRACE_HEADER: HeaderName = HeaderName::from_static("x-trace-id");
