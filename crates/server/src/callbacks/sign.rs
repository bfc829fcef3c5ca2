//! Signs callbacks as Standard Webhooks 1.0 says: three headers, and a body that stays as it is.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use domain::{TaskId, Timestamp};
use hmac::{Hmac, KeyInit as _, Mac as _};
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use sha2::Sha256;
use store::WebhookSecret;

use crate::ids::Random;

const ID: HeaderName = HeaderName::from_static("webhook-id");
const TIMESTAMP: HeaderName = HeaderName::from_static("webhook-timestamp");
const SIGNATURE: HeaderName = HeaderName::from_static("webhook-signature");

/// A secret that nobody has yet.
#[must_use]
pub fn fresh_secret(random: &dyn Random) -> WebhookSecret {
    WebhookSecret::new(random.bytes::<32>().to_vec())
}

/// A secret, as people hand it to a verifier.
#[must_use]
pub fn shown(secret: &WebhookSecret) -> String {
    format!("whsec_{}", STANDARD.encode(secret.as_bytes()))
}

/// The headers of an attempt at `at`. The id is the same at every attempt and replay, so that a receiver can tell
/// what it has had; there is a signature for each secret that is in force.
#[must_use]
pub fn headers(task: TaskId, at: Timestamp, body: &str, secrets: &[WebhookSecret]) -> HeaderMap {
    let id = format!("msg_{task}");
    let timestamp = at.as_millis().div_euclid(1_000).to_string();
    let signatures: Vec<_> =
        secrets.iter().filter_map(|secret| signature(secret, &id, &timestamp, body)).collect();
    let mut headers = HeaderMap::new();
    for (name, value) in [(ID, id), (TIMESTAMP, timestamp), (SIGNATURE, signatures.join(" "))] {
        // Digits, letters and the signs of base64 are fit for a header.
        headers.extend(HeaderValue::try_from(value).ok().map(|value| (name, value)));
    }
    headers
}

fn signature(secret: &WebhookSecret, id: &str, timestamp: &str, body: &str) -> Option<String> {
    // An HMAC takes a key of any length.
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).ok()?;
    for part in [id, ".", timestamp, ".", body] {
        mac.update(part.as_bytes());
    }
    Some(format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes())))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::{Clock as _, SystemClock};
    use crate::ids::SystemRandom;

    const BODY: &str = r#"{"success":true,"data":[{"title":"Walzer – 圓舞曲"}]}"#;

    fn signed(at: Timestamp, secrets: &[WebhookSecret]) -> HeaderMap {
        let task = "1a6ac2ad-10f2-4e2b-b500-66ec27fe82ad".parse().expect("an id");
        headers(task, at, BODY, secrets)
    }

    #[test]
    fn the_official_verifier_accepts_each_secret_in_force_and_no_other() {
        // The verifier compares with the machine's time.
        let seconds = SystemClock::default().now().as_millis() / 1_000;
        let now = Timestamp::from_millis(seconds * 1_000 + 999);
        let [new, old, other] = [(); 3].map(|()| fresh_secret(&SystemRandom));
        let headers = signed(now, &[new.clone(), old.clone()]);
        assert_eq!(headers["webhook-id"], "msg_1a6ac2ad-10f2-4e2b-b500-66ec27fe82ad");
        assert_eq!(headers["webhook-timestamp"], seconds.to_string());
        let verify = |secret: &WebhookSecret, body: &str| {
            let verifier = standardwebhooks::Webhook::new(&shown(secret)).expect("a secret");
            verifier.verify(body.as_bytes(), &headers)
        };
        assert!(verify(&new, BODY).is_ok() && verify(&old, BODY).is_ok());
        assert!(verify(&other, BODY).is_err());
        assert!(verify(&new, "{}").is_err());
    }

    #[test]
    fn a_secret_shows_itself_nowhere_but_where_it_is_asked_for() {
        let secret = WebhookSecret::new(vec![0x41; 32]);
        assert_eq!(shown(&secret), "whsec_QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUE=");
        assert_eq!(format!("{secret:?}"), "WebhookSecret(…)");
    }
}
