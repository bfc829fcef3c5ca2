//! Who calls: from the bearer token to rights and rate.

use std::collections::HashMap;
use std::num::NonZeroU32;
use std::sync::{Arc, RwLock};

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, header};
use domain::{Api, CredentialId, Timestamp, TraceId};
use governor::middleware::StateInformationMiddleware;
use governor::nanos::Nanos;
use governor::state::{InMemoryState, NotKeyed};
use governor::{Quota, RateLimiter};
use sha2::{Digest as _, Sha256};
use store::{Credential, OrderHeaders, TokenHash};
use tokio::sync::watch;

use super::ApiError;
use super::wire::management;
use crate::accounts::sessions;
use crate::app::App;
use crate::clock::Clock;

/// Whoever sent a request that was let in.
#[derive(Clone)]
pub struct Caller {
    /// The request's trace.
    pub trace_id: TraceId,
    /// What an order keeps of the trace that the request came with.
    pub headers: OrderHeaders,
    /// The token's rights and rate.
    pub entry: Arc<Entry>,
}

impl Caller {
    /// The token's rights.
    #[must_use]
    pub fn credential(&self) -> &Credential {
        &self.entry.credential
    }
}

impl<S: Sync> FromRequestParts<S> for Caller {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        parts.extensions.remove::<Result<Self, ApiError>>().unwrap_or(Err(ApiError::InvalidToken))
    }
}

/// A token that was seen: its rights, and how fast it may call.
pub struct Entry {
    credential: Credential,
    limit: Option<Arc<Limit>>,
}

type Limiter = RateLimiter<NotKeyed, InMemoryState, GovernorClock, StateInformationMiddleware>;

struct Limit {
    per_second: NonZeroU32,
    limiter: Limiter,
    policy: HeaderValue,
}

/// The header in which our own pages name one of the user's credentials, in the place of its token.
const CREDENTIAL: HeaderName = HeaderName::from_static("backline-credential");

/// `RateLimit` and `RateLimit-Policy` as in draft-ietf-httpapi-ratelimit-headers-10.
const RATE_LIMIT: HeaderName = HeaderName::from_static("ratelimit");
const RATE_LIMIT_POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");

impl Entry {
    /// The token's rights.
    #[must_use]
    pub fn credential(&self) -> &Credential {
        &self.credential
    }

    /// When the token's time is over.
    #[must_use]
    pub fn expires_at(&self) -> Option<Timestamp> {
        self.credential.expires_at
    }

    /// Takes one request off the rate; gives how many more there is room for at once, `None` without a limit.
    ///
    /// # Errors
    /// [`ApiError::TooManyRequests`] when there is no room.
    pub fn take_turn(&self) -> Result<Option<u32>, ApiError> {
        let Some(limit) = &self.limit else { return Ok(None) };
        match limit.limiter.check() {
            Ok(state) => Ok(Some(state.remaining_burst_capacity())),
            Err(not_until) => {
                let now = governor::clock::Clock::now(limit.limiter.clock());
                Err(ApiError::TooManyRequests(not_until.wait_time_from(now)))
            }
        }
    }

    /// Tells the rate: the policy, and what is left of it.
    pub fn write_rate(&self, left: u32, headers: &mut HeaderMap) {
        let Some(limit) = &self.limit else { return };
        headers.insert(RATE_LIMIT_POLICY, limit.policy.clone());
        let mut digits = itoa::Buffer::new();
        let mut text = String::with_capacity(32);
        text.push_str("\"token\";r=");
        text.push_str(digits.format(left));
        text.push_str(";t=1");
        if let Ok(value) = HeaderValue::try_from(text) {
            headers.insert(RATE_LIMIT, value);
        }
    }
}

/// The limiter's view of our clock: the machine's time, since a rate protects the machine.
#[derive(Clone)]
pub struct GovernorClock(Arc<dyn Clock>);

impl GovernorClock {
    /// Of this clock.
    #[must_use]
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        Self(clock)
    }
}

impl governor::clock::Clock for GovernorClock {
    type Instant = Nanos;

    fn now(&self) -> Nanos {
        let millis = u64::try_from(self.0.machine_now().as_millis()).unwrap_or_default();
        Nanos::from(millis.saturating_mul(1_000_000))
    }
}

/// The tokens that were seen since the last change of any.
#[derive(Default)]
pub struct Callers {
    entries: RwLock<Entries>,
    /// Outlives changes, so that a change of one token gives no other a new burst.
    limits: RwLock<HashMap<CredentialId, Arc<Limit>>>,
    /// Tells those whose answer lasts that rights have changed.
    news: watch::Sender<u64>,
}

#[derive(Default)]
struct Entries {
    known: HashMap<TokenHash, Arc<Entry>>,
    /// How often rights have changed: what was looked up before the last change is not kept.
    changes: u64,
}

impl Callers {
    /// Forgets all rights, since some have changed.
    pub fn forget(&self) {
        if let Ok(mut entries) = self.entries.write() {
            entries.known.clear();
            entries.changes += 1;
            self.news.send_replace(entries.changes);
        }
    }

    /// Changes with every change of rights.
    #[must_use]
    pub fn news(&self) -> watch::Receiver<u64> {
        self.news.subscribe()
    }

    fn changes(&self) -> Option<u64> {
        self.entries.read().ok().map(|entries| entries.changes)
    }

    fn known(&self, hash: &TokenHash) -> Option<Arc<Entry>> {
        self.entries.read().ok()?.known.get(hash).cloned()
    }

    fn keep(&self, hash: TokenHash, entry: Arc<Entry>, looked_up_at: Option<u64>) {
        if let Ok(mut entries) = self.entries.write()
            && looked_up_at == Some(entries.changes)
        {
            entries.known.insert(hash, entry);
        }
    }

    fn limit(&self, app: &App, credential: &Credential) -> Option<Arc<Limit>> {
        let setting = app.settings.limits.requests_per_second;
        let per_second = NonZeroU32::new(credential.requests_per_second.unwrap_or(setting))?;
        let mut limits = self.limits.write().ok()?;
        let known = limits.get(&credential.id).filter(|limit| limit.per_second == per_second);
        let limit =
            known.cloned().unwrap_or_else(|| Arc::new(Limit::new(per_second, Arc::clone(&app.clock))));
        limits.insert(credential.id, Arc::clone(&limit));
        Some(limit)
    }
}

impl Limit {
    fn new(per_second: NonZeroU32, clock: Arc<dyn Clock>) -> Self {
        // A burst is at most one second's worth.
        let quota = Quota::per_second(per_second).allow_burst(per_second);
        let limiter = RateLimiter::direct_with_clock(quota, GovernorClock(clock)).with_middleware();
        let policy = HeaderValue::try_from(format!("\"token\";q={per_second};w=1"));
        Self { per_second, limiter, policy: policy.unwrap_or(HeaderValue::from_static("")) }
    }
}

/// Lets a request in, or says why not.
///
/// # Errors
/// The refusal: no such token, one that is over or switched off, or one that may not call `api`.
pub async fn admit(app: &App, api: Api, headers: &HeaderMap) -> Result<Arc<Entry>, ApiError> {
    let entry = valid(app, headers).await?;
    let credential = &entry.credential;
    let is_allowed = |origin: &HeaderValue| {
        let allowed = credential.origins.as_ref();
        allowed.is_none_or(|allowed| management::is_allowed(allowed, origin.to_str().unwrap_or_default()))
    };
    // Pages of our own are another origin than those that a token is for, and allowed by their session.
    if bearer(headers).is_some() && headers.get(header::ORIGIN).is_some_and(|origin| !is_allowed(origin)) {
        return Err(ApiError::TokenRestricted("It may not be used by pages of this origin."));
    }
    if credential.apis.as_ref().is_some_and(|apis| !apis.contains(&api)) {
        return Err(ApiError::TokenMismatched(api.as_str().to_owned()));
    }
    Ok(entry)
}

/// The token's rights, if it may manage what is its user's: one that is restricted in what it may do or spend would
/// otherwise make one that is not.
///
/// # Errors
/// The refusal.
pub async fn admit_to_manage(app: &App, headers: &HeaderMap) -> Result<Arc<Entry>, ApiError> {
    let entry = valid(app, headers).await?;
    let Credential { apis, origins, limited, .. } = &entry.credential;
    if apis.is_some() || origins.is_some() || *limited {
        return Err(ApiError::TokenRestricted(
            "It has restrictions, and manages nothing. Log in, or use one without.",
        ));
    }
    Ok(entry)
}

async fn valid(app: &App, headers: &HeaderMap) -> Result<Arc<Entry>, ApiError> {
    let entry = match (bearer(headers), headers.get(CREDENTIAL)) {
        (None, Some(named)) => of_session(app, headers, named).await?,
        (token, _) => of_token(app, token.ok_or(ApiError::InvalidToken)?).await?,
    };
    let credential = &entry.credential;
    // Tokens are made by the machine's clock, and go by it however a virtual one is moved.
    if credential.expires_at.is_some_and(|end| end <= app.clock.machine_now()) {
        return Err(ApiError::TokenExpired);
    }
    if credential.disabled {
        return Err(ApiError::Disabled);
    }
    Ok(entry)
}

/// What tells who calls, of a request's headers: to be looked at again while an answer lasts.
#[must_use]
pub fn identity(headers: &HeaderMap) -> HeaderMap {
    const TOLD_BY: [HeaderName; 7] = [
        header::AUTHORIZATION,
        header::COOKIE,
        header::ORIGIN,
        header::HOST,
        CREDENTIAL,
        sessions::CSRF_HEADER,
        HeaderName::from_static("sec-fetch-site"),
    ];
    let given = |name| headers.get(&name).map(|value| (name, value.clone()));
    TOLD_BY.into_iter().filter_map(given).collect()
}

async fn of_token(app: &App, token: &str) -> Result<Arc<Entry>, ApiError> {
    let hash = token_hash(token);
    match app.callers.known(&hash) {
        Some(entry) => Ok(entry),
        None => look_up(app, hash).await?.ok_or(ApiError::InvalidToken),
    }
}

/// The credential that a page of ours names, as if its token had been sent: of the user who is logged in there.
async fn of_session(app: &App, headers: &HeaderMap, named: &HeaderValue) -> Result<Arc<Entry>, ApiError> {
    // It also reads with what is spent of the credential's rate, so that even a GET is to come from our own pages.
    let session = sessions::checked(app, &Method::POST, headers).await?;
    let id = named.to_str().ok().and_then(|id| id.parse().ok()).ok_or(ApiError::InvalidToken)?;
    let credential = app.store.credential_of(session.user_id, id).await?.ok_or(ApiError::InvalidToken)?;
    let limit = app.callers.limit(app, &credential);
    Ok(Arc::new(Entry { credential, limit }))
}

async fn look_up(app: &App, hash: TokenHash) -> Result<Option<Arc<Entry>>, ApiError> {
    let looked_up_at = app.callers.changes();
    let Some(credential) = app.store.credential(&hash).await? else { return Ok(None) };
    let limit = app.callers.limit(app, &credential);
    let entry = Arc::new(Entry { credential, limit });
    app.callers.keep(hash, Arc::clone(&entry), looked_up_at);
    Ok(Some(entry))
}

/// SHA-256 of a token: a token is 256 random bits, so that nothing slower is needed.
#[must_use]
pub fn token_hash(token: &str) -> TokenHash {
    Sha256::digest(token.as_bytes()).into()
}

/// The token of `Authorization: Bearer TOKEN` (RFC 6750, section 2.1; the scheme in any case).
fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = headers.get(header::AUTHORIZATION)?.to_str().ok()?.trim().split_once(' ')?;
    let token = token.trim();
    (scheme.eq_ignore_ascii_case("bearer") && !token.is_empty()).then_some(token)
}
