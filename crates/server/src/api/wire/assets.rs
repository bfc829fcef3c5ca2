//! `assets` of a record that was asked for with `"include": ["assets"]`.

use serde_json::json;
use serde_json::value::RawValue;

/// A file of a song.
pub struct Link<'a> {
    /// What its address stands under.
    pub key: &'a str,
    /// The folder of the song.
    pub folder: &'a str,
    /// Its name there.
    pub name: &'a str,
}

/// The object: engine, fingerprint of the master, plan, then the addresses, with `base` before each.
///
/// # Errors
/// When it cannot be written as JSON.
pub fn assets<'a>(
    engine: &str,
    master_sha256: &[u8; 32],
    plan: Option<&RawValue>,
    links: impl Iterator<Item = Link<'a>>,
    base: &str,
) -> Result<String, serde_json::Error> {
    let mut out = format!(r#"{{"engine":{},"master_sha256":"{}""#, json!(engine), hexadecimal(master_sha256));
    if let Some(plan) = plan {
        out.push_str(r#","plan":"#);
        out.push_str(plan.get());
    }
    for Link { key, folder, name } in links {
        let url = serde_json::to_string(&format!("{base}files/{folder}/{name}"))?;
        out.push_str(&format!(r#","{key}":{url}"#));
    }
    out.push('}');
    Ok(out)
}

/// Bytes in hexadecimal digits.
#[must_use]
pub fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_there_is_stands_in_one_object() {
        let plan = RawValue::from_string(r#"{"seed": 7}"#.to_owned()).expect("JSON");
        let link = Link { key: "midi_url", folder: "f", name: "song.mid" };
        let text =
            assets("embedded-1", &[0xAB; 32], Some(&plan), [link].into_iter(), "http://h/").expect("JSON");
        let sum = "ab".repeat(32);
        assert_eq!(
            text,
            format!(
                r#"{{"engine":"embedded-1","master_sha256":"{sum}","plan":{{"seed": 7}},"midi_url":"http://h/files/f/song.mid"}}"#
            )
        );
        let bare = assets("other", &[0; 32], None, std::iter::empty(), "http://h/").expect("JSON");
        assert!(serde_json::from_str::<serde_json::Value>(&bare).expect("JSON").get("plan").is_none());
    }
}
