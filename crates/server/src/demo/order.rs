//! The order of the document that this service was made after.

use serde::Serialize;
use serde_json::Value;

use crate::cli::Failure;

/// Its body, without a callback.
pub(crate) const SAMPLE: &str = include_str!("order.json");

/// The fields in the document's sequence.
#[derive(Serialize)]
struct Order<'a> {
    action: &'a str,
    model: &'a str,
    instrumental: bool,
    lyric: &'a str,
    custom: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    callback_url: Option<&'a str>,
}

/// The sample's words.
pub(crate) fn sample_lyric() -> Result<String, Failure> {
    let sample: Value = serde_json::from_str(SAMPLE)?;
    Ok(sample["lyric"].as_str().unwrap_or_default().to_owned())
}

/// The sample's order with these words, and with a callback if there is one.
pub(crate) fn with_callback(lyric: &str, callback_url: Option<&str>) -> Result<String, Failure> {
    let order = Order {
        action: "generate",
        model: "FUZZ-2.0 Pro",
        instrumental: false,
        lyric,
        custom: true,
        callback_url,
    };
    Ok(serde_json::to_string(&order)?)
}

/// The sample's order.
pub(crate) fn without_callback() -> Result<String, Failure> {
    with_callback(&sample_lyric()?, None)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_order_is_that_of_the_document_to_the_byte() {
        assert_eq!(without_callback().expect("written"), SAMPLE.trim_end());
    }

    #[test]
    fn a_callback_is_the_last_field() {
        let order = with_callback("[Verse]\n\"One\"", Some("http://h/")).expect("written");
        let end = r#""lyric":"[Verse]\n\"One\"","custom":true,"callback_url":"http://h/"}"#;
        assert!(order.ends_with(end), "{order}");
    }
}
