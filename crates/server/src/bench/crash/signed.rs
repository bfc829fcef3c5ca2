//! Looks at the three headers of a callback as a receiver does (Standard Webhooks 1.0), without the code that signs.

use axum::http::HeaderMap;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use domain::Timestamp;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;
use store::WebhookSecret;

/// How far the time of an attempt may be from its arrival, in seconds: what the standard's verifiers allow.
const APART: i64 = 5 * 60;

/// The `webhook-id` of a callback that `secret` has signed.
///
/// # Errors
/// What is wrong with it.
pub(super) fn verified(
    secret: &WebhookSecret,
    headers: &HeaderMap,
    body: &[u8],
    now: Timestamp,
) -> Result<String, String> {
    let header = |name: &str| {
        let text = headers.get(name).and_then(|value| value.to_str().ok());
        text.ok_or_else(|| format!("`{name}` is not there"))
    };
    let (id, time, signatures) =
        (header("webhook-id")?, header("webhook-timestamp")?, header("webhook-signature")?);
    let seconds: i64 = time.parse().map_err(|_| format!("`webhook-timestamp` is {time}"))?;
    if now.as_millis().div_euclid(1_000).abs_diff(seconds) > APART.unsigned_abs() {
        return Err(format!("`webhook-timestamp` is {time}, at {} ms", now.as_millis()));
    }
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).map_err(|error| error.to_string())?;
    [id.as_bytes(), b".", time.as_bytes(), b".", body].into_iter().for_each(|part| mac.update(part));
    let mut given = signatures.split(' ').filter_map(|signature| signature.strip_prefix("v1,"));
    let fits = given.any(|signature| {
        STANDARD.decode(signature).is_ok_and(|bytes| mac.clone().verify_slice(&bytes).is_ok())
    });
    if fits { Ok(id.to_owned()) } else { Err(format!("no signature of `{signatures}` is right for {id}")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of the standard, which has other tools' signature.
    const SECRET: &str = "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    const BODY: &[u8] = br#"{"test": 2432232314}"#;
    const AT: i64 = 1_614_265_330;

    fn verify(signature: &'static str, body: &[u8], at_second: i64) -> Result<String, String> {
        let secret = WebhookSecret::new(STANDARD.decode(SECRET).expect("base64"));
        let mut headers = HeaderMap::new();
        headers.insert("webhook-id", "msg_p5jXN8AQM9LWM0D4loKWxJek".parse().expect("fit"));
        headers.insert("webhook-timestamp", AT.into());
        headers.insert("webhook-signature", signature.parse().expect("fit"));
        verified(&secret, &headers, body, Timestamp::from_millis(at_second * 1_000))
    }

    #[test]
    fn the_example_of_the_standard_is_right_and_nothing_else_is() {
        let right = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";
        assert_eq!(verify(right, BODY, AT).as_deref(), Ok("msg_p5jXN8AQM9LWM0D4loKWxJek"));
        let both =
            "v1,Z0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE= v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";
        assert!(verify(both, BODY, AT).is_ok());
        assert!(verify(right, b"{}", AT).is_err());
        assert!(verify(right, BODY, AT + APART + 1).is_err());
        assert!(verify("v1a,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=", BODY, AT).is_err());
    }
}
