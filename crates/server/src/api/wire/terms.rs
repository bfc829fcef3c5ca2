//! What an order's headers say beside its body.

use std::time::Duration;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName};
use serde_json::Value;

use super::Problem;
use crate::api::ApiError;

/// By this key a client tells its order from others: the same key and the same order are one task.
pub const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");
/// How long after it was ordered a task must have ended.
pub const CANCEL_AFTER: HeaderName = HeaderName::from_static("cancel-after");

/// The longest key, in characters.
const LONGEST_KEY: usize = 255;
/// The shortest and the longest time in which a task must have ended.
const SHORTEST: Duration = Duration::from_secs(1);
const LONGEST: Duration = Duration::from_secs(7 * 24 * 60 * 60);

/// The terms of an order.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Terms {
    /// Its key.
    pub key: Option<String>,
    /// When it must have ended at the latest.
    pub cancel_after: Option<Duration>,
}

impl Terms {
    /// Reads the headers.
    ///
    /// # Errors
    /// [`ApiError::BadRequest`] with everything that is wrong with them.
    pub fn read(headers: &HeaderMap) -> Result<Self, ApiError> {
        let mut problems = Vec::new();
        let mut read = |name: &HeaderName, shown: &str, expected: &str, fits: fn(&str) -> bool| {
            let given: Vec<_> = headers.get_all(name).iter().collect();
            let texts: Vec<_> = given.iter().map(|value| value.to_str().unwrap_or_default()).collect();
            match texts.as_slice() {
                [] => None,
                [text] if fits(text) => Some((*text).to_owned()),
                [text] => {
                    let what = format!("`{shown}` is {}, expected {expected}.", show(text));
                    problems.push(problem(shown, &what, text, expected));
                    None
                }
                [text, ..] => {
                    let what = format!("`{shown}` is given {} times, expected once.", texts.len());
                    problems.push(problem(shown, &what, text, expected));
                    None
                }
            }
        };
        let key = read(&IDEMPOTENCY_KEY, "Idempotency-Key", "1 to 255 visible ASCII characters", is_key);
        let expected = "a time from 1 second to 7 days, such as `90`, `90s`, `10m` or `2h`";
        let cancel_after = read(&CANCEL_AFTER, "Cancel-After", expected, |text| time(text).is_some())
            .and_then(|text| time(&text));
        if problems.is_empty() { Ok(Self { key, cancel_after }) } else { Err(ApiError::BadRequest(problems)) }
    }
}

impl<S: Sync> FromRequestParts<S> for Terms {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        Self::read(&parts.headers)
    }
}

/// The refusal of an order whose key was given to another one.
#[must_use]
pub fn key_taken(key: &str) -> ApiError {
    let what = "`Idempotency-Key` was sent with another order before: the path or the body differs. Send a new key \
                with a new order, or the same body with this one.";
    let expected = "a key that no other order of this application has had";
    ApiError::BadRequest(vec![problem("Idempotency-Key", what, key, expected)])
}

fn problem(field: &str, message: &str, value: &str, expected: &str) -> Problem {
    let value = Value::String(value.chars().take(LONGEST_KEY).collect());
    Problem { field: field.to_owned(), message: message.to_owned(), value, expected: expected.to_owned() }
}

fn show(text: &str) -> String {
    match text.len() {
        0 => "empty or not ASCII".to_owned(),
        1..=80 => format!("`{text}`"),
        length => format!("{length} characters long"),
    }
}

fn is_key(text: &str) -> bool {
    (1..=LONGEST_KEY).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic())
}

/// A plain number is seconds.
fn time(text: &str) -> Option<Duration> {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let time = if digits {
        text.parse().map(Duration::from_secs).ok()
    } else {
        humantime::parse_duration(text).ok()
    };
    time.filter(|time| (SHORTEST..=LONGEST).contains(time))
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn read(name: &HeaderName, values: &[&str]) -> Result<Terms, ApiError> {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(name, HeaderValue::from_str(value).expect("a header"));
        }
        Terms::read(&headers)
    }

    #[test]
    fn a_key_has_1_to_255_visible_characters_and_is_given_once() {
        let longest = "k".repeat(255);
        for key in ["a", "1f6e-~!\"{}", longest.as_str()] {
            assert_eq!(read(&IDEMPOTENCY_KEY, &[key]).expect("a key").key.as_deref(), Some(key));
        }
        let too_long = "k".repeat(256);
        for wrong in [&["a b"][..], &[""], &["é"], &["a\tb"], &[too_long.as_str()], &["a", "a"]] {
            let Err(ApiError::BadRequest(problems)) = read(&IDEMPOTENCY_KEY, wrong) else {
                panic!("accepted: {wrong:?}")
            };
            assert_eq!(problems[0].field, "Idempotency-Key");
        }
        assert_eq!(read(&IDEMPOTENCY_KEY, &[]).expect("no terms"), Terms::default());
    }

    #[test]
    fn a_deadline_is_a_time_from_a_second_to_a_week() {
        let times = [
            ("1", 1),
            ("90", 90),
            ("90s", 90),
            ("10m", 600),
            ("2h", 7_200),
            ("1h 30m", 5_400),
            ("7d", 604_800),
        ];
        for (text, seconds) in times {
            let terms = read(&CANCEL_AFTER, &[text]).expect(text);
            assert_eq!(terms.cancel_after, Some(Duration::from_secs(seconds)), "{text}");
        }
        for wrong in ["", "0", "-1", "999ms", "7d 1s", "604801", "1.5", "soon", "99999999999999999999"] {
            let Err(ApiError::BadRequest(problems)) = read(&CANCEL_AFTER, &[wrong]) else {
                panic!("accepted: {wrong}")
            };
            assert_eq!(problems[0].field, "Cancel-After");
        }
    }
}
