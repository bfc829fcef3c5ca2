//! How an orderer wants to hear of the result: the fields that the bodies of all orders share.

use store::CallbackUrl;
use url::Url;

use super::Fields;
use super::limits::LONGEST_URL;

/// How the orderer wants to hear of the result.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    /// The connection waits for it.
    pub waits: bool,
    /// It is to be posted there.
    pub callback_url: Option<CallbackUrl>,
    /// Nothing is to be made: only what it would cost, and when it would be done, is to be told.
    pub dry_run: bool,
}

impl Reply {
    /// Reads `async`, `callback_url` and `dry_run`.
    pub(super) fn read(fields: &mut Fields<'_>) -> Self {
        let at_once = fields.flag("async");
        let url = fields.web_address("callback_url");
        let callback_url = url.and_then(|url| {
            let port = url.port_or_known_default()?;
            let destination = format!("{}://{}:{port}", url.scheme(), url.host_str()?);
            Some(CallbackUrl { url: url.into(), destination })
        });
        let dry_run = fields.flag("dry_run");
        Self { waits: !at_once && callback_url.is_none(), callback_url, dry_run }
    }
}

impl Fields<'_> {
    /// An http or https URL with a host.
    pub(super) fn web_address(&mut self, field: &str) -> Option<Url> {
        let url = Url::parse(self.text(field, LONGEST_URL)?).ok();
        let url = url.filter(|url| matches!(url.scheme(), "http" | "https") && url.host().is_some());
        if url.is_none() {
            self.wrong(field, "an http or https URL with a host");
        }
        url
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::api::ApiError;

    fn read(body: Value) -> Result<Reply, ApiError> {
        let mut fields = Fields::new(body.as_object().expect("an object"));
        let reply = Reply::read(&mut fields);
        fields.finish(reply)
    }

    #[test]
    fn a_connection_waits_unless_it_is_told_otherwise() {
        for body in
            [json!({}), json!({ "async": false, "callback_url": "" }), json!({ "callback_url": null })]
        {
            assert!(read(body).expect("read").waits);
        }
        for body in [json!({ "async": true }), json!({ "callback_url": "http://example.com/" })] {
            assert!(!read(body).expect("read").waits);
        }
    }

    #[test]
    fn only_what_says_so_is_a_dry_run() {
        for body in
            [json!({}), json!({ "dry_run": false }), json!({ "dry_run": null }), json!({ "dry_run": "" })]
        {
            assert!(!read(body).expect("read").dry_run);
        }
        assert!(read(json!({ "dry_run": true })).expect("read").dry_run);
        assert!(matches!(read(json!({ "dry_run": 1 })), Err(ApiError::BadRequest(_))));
    }

    #[test]
    fn a_callback_goes_to_a_web_address() {
        let url = |url: &str| read(json!({ "callback_url": url }));
        let reply = url("https://Example.com/secret?x=1").expect("accepted");
        let callback = reply.callback_url.expect("a callback");
        assert_eq!(callback.destination, "https://example.com:443");
        assert_eq!(callback.url, "https://example.com/secret?x=1");
        for wrong in ["ftp://example.com/", "example.com", "http://", "javascript:alert(1)"] {
            assert!(matches!(url(wrong), Err(ApiError::BadRequest(_))), "{wrong}");
        }
    }
}
