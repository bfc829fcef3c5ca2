//! Browsers that are logged in. A cookie holds 256 random bits and no meaning; a new one is made at each log-in. What
//! changes something needs the session's CSRF token too, which other sites cannot read.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, header};
use cookie::time::Duration as CookieTime;
use cookie::{Cookie, SameSite};
use domain::{Role, UserId};
use sha2::{Digest as _, Sha256};
use store::{NewSession, SecretHash, User};

use super::secrets;
use crate::api::ApiError;
use crate::app::App;

/// The cookie's name.
pub const COOKIE: &str = "backline_session";
/// The header in which scripts send the CSRF token; forms have it in the field `csrf`.
pub const CSRF_HEADER: HeaderName = HeaderName::from_static("x-csrf-token");

/// A browser that is logged in, and may do what it asks: what changes something came with the CSRF token.
#[derive(Clone, Debug)]
pub struct Session {
    /// Whose it is.
    pub user_id: UserId,
    /// The user's e-mail address.
    pub email: String,
    /// What the user may do.
    pub role: Role,
    /// What forms and scripts have to send with each change.
    pub csrf: String,
    /// What the store knows it by.
    pub hash: SecretHash,
}

impl Session {
    fn new(user: User, secret: &str) -> Result<Self, ApiError> {
        if user.disabled {
            return Err(ApiError::Disabled);
        }
        let User { id, email, role, .. } = user;
        Ok(Self { user_id: id, email, role, csrf: csrf_of(secret), hash: secrets::hash(secret) })
    }
}

/// A session whose CSRF token has not been looked at: for pages, and for forms that send it in their body.
#[derive(Clone, Debug)]
pub struct Unchecked(Session);

impl Unchecked {
    /// The session, for what changes nothing.
    #[must_use]
    pub fn for_reading(self) -> Session {
        self.0
    }

    /// The session, if this is its token.
    ///
    /// # Errors
    /// [`ApiError::Forbidden`] when it is not.
    pub fn with_csrf(self, token: Option<&str>) -> Result<Session, ApiError> {
        // Both are hashes of 256 random bits: how far they agree tells nothing that helps to guess.
        if token == Some(self.0.csrf.as_str()) { Ok(self.0) } else { Err(ApiError::Forbidden(NO_CSRF)) }
    }
}

const NO_CSRF: &str = "The header `X-CSRF-Token` is missing or wrong. GET /api/v1/users/me tells it.";

/// The session that a request comes with.
///
/// # Errors
/// [`ApiError::NotLoggedIn`] without one, [`ApiError::Disabled`] for a user who is switched off.
pub async fn find(app: &App, headers: &HeaderMap) -> Result<Unchecked, ApiError> {
    let secret = cookie(headers).ok_or(ApiError::NotLoggedIn)?;
    let found = app.store.session(&secrets::hash(&secret), app.clock.machine_now()).await?;
    Session::new(found.ok_or(ApiError::NotLoggedIn)?, &secret).map(Unchecked)
}

/// The same; what changes something has to come from a page of this server, with the CSRF token in its header.
///
/// # Errors
/// The same, and [`ApiError::Forbidden`].
pub async fn checked(app: &App, method: &Method, headers: &HeaderMap) -> Result<Session, ApiError> {
    let session = find(app, headers).await?;
    if matches!(*method, Method::GET | Method::HEAD) {
        return Ok(session.for_reading());
    }
    from_our_pages(headers)?;
    session.with_csrf(headers.get(CSRF_HEADER).and_then(|token| token.to_str().ok()))
}

impl FromRequestParts<Arc<App>> for Session {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, ApiError> {
        checked(app, &parts.method, &parts.headers).await
    }
}

impl FromRequestParts<Arc<App>> for Unchecked {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, ApiError> {
        find(app, &parts.headers).await
    }
}

/// Refuses what a browser says was sent by a page of somebody else. Other clients than browsers say nothing.
///
/// # Errors
/// [`ApiError::Forbidden`]
pub fn from_our_pages(headers: &HeaderMap) -> Result<(), ApiError> {
    let text = |name: &str| headers.get(name).map(|value| value.to_str().unwrap_or_default());
    let ours = match (text("sec-fetch-site"), text("origin")) {
        (Some(site), _) => matches!(site, "same-origin" | "none"),
        (None, Some(origin)) => {
            let host = origin.split_once("://").map(|(_, host)| host);
            host.is_some() && host == text("host")
        }
        (None, None) => true,
    };
    if ours { Ok(()) } else { Err(ApiError::Forbidden("This can be sent by this server's own pages alone.")) }
}

/// Begins a session in the place of one that the browser may have had; gives it with its cookie.
///
/// # Errors
/// When the store fails.
pub async fn begin(app: &App, user: User, headers: &HeaderMap) -> Result<(Session, HeaderValue), ApiError> {
    let secret = secrets::fresh(app.random.as_ref());
    let (now, length) = (app.clock.machine_now(), app.settings.accounts.session_length());
    let session = Session::new(user, &secret)?;
    app.store
        .begin_session(NewSession {
            hash: session.hash,
            user: session.user_id,
            instead_of: cookie(headers).map(|before| secrets::hash(&before)),
            now,
            ends_at: now.plus(length),
        })
        .await?;
    let seconds = i64::try_from(length.as_secs()).unwrap_or(i64::MAX);
    Ok((session, set_cookie(app, &secret, CookieTime::seconds(seconds))?))
}

/// What takes the cookie away.
///
/// # Errors
/// Never: a header's value is what it is made of.
pub fn no_cookie(app: &App) -> Result<HeaderValue, ApiError> {
    set_cookie(app, "", CookieTime::ZERO)
}

fn set_cookie(app: &App, value: &str, age: CookieTime) -> Result<HeaderValue, ApiError> {
    let cookie = Cookie::build((COOKIE, value)).path("/").http_only(true).same_site(SameSite::Lax);
    let cookie = cookie.max_age(age).secure(app.public_base.starts_with("https://")).build();
    HeaderValue::try_from(cookie.to_string()).map_err(|error| ApiError::Internal(error.to_string(), None))
}

/// What the cookie holds.
fn cookie(headers: &HeaderMap) -> Option<String> {
    let texts = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut cookies = texts.flat_map(|text| Cookie::split_parse(text.to_owned())).filter_map(Result::ok);
    cookies.find(|cookie| cookie.name() == COOKIE).map(|cookie| cookie.value().to_owned())
}

/// The CSRF token of a session: whoever knows it does not know the session.
fn csrf_of(secret: &str) -> String {
    let digest = Sha256::new().chain_update(b"csrf:").chain_update(secret.as_bytes()).finalize();
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        pairs
            .iter()
            .map(|&(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value)))
            .collect()
    }

    #[test]
    fn only_our_own_pages_and_no_browser_at_all_are_let_in() {
        let ours = |pairs: &[_]| from_our_pages(&headers(pairs)).is_ok();
        assert!(ours(&[]));
        assert!(ours(&[
            ("sec-fetch-site", "same-origin"),
            ("origin", "https://a"),
            ("host", "behind-a-proxy")
        ]));
        assert!(ours(&[("origin", "http://127.0.0.1:1"), ("host", "127.0.0.1:1")]));
        for site in ["cross-site", "same-site", "nonsense"] {
            assert!(!ours(&[("sec-fetch-site", site), ("host", "a"), ("origin", "http://a")]), "{site}");
        }
        for origin in ["null", "http://127.0.0.1:2", "http://127.0.0.1:1.example.com", ""] {
            assert!(!ours(&[("origin", origin), ("host", "127.0.0.1:1")]), "{origin}");
        }
    }

    #[test]
    fn the_cookie_is_found_among_others() {
        let found = |text: &'static str| cookie(&headers(&[("cookie", text)]));
        assert_eq!(found("lang=en; backline_session=abc; x=y").as_deref(), Some("abc"));
        assert_eq!(found("xbackline_session=abc"), None);
        assert_eq!(cookie(&HeaderMap::new()), None);
    }

    #[test]
    fn a_csrf_token_does_not_tell_its_session() {
        let token = csrf_of("secret");
        assert_eq!(token.len(), 64);
        assert_ne!(token, csrf_of("secret2"));
        assert!(
            secrets::hash("secret").iter().map(|byte| format!("{byte:02x}")).collect::<String>() != token
        );
    }
}
