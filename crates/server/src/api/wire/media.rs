//! Names of media in stored answers: relative, with the places where the public base belongs.

use domain::ResponseText;
use serde::{Serialize, Serializer};

/// A name before which the public base is to stand. Written behind a mark that no other text has.
pub(super) struct Media<'a> {
    /// The mark.
    pub mark: &'a str,
    /// The relative name.
    pub name: &'a str,
}

impl Serialize for Media<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&format_args!("{}{}", self.mark, self.name))
    }
}

/// `value` as JSON; its [`Media`] are written with `mark`.
///
/// # Errors
/// When it cannot be written as JSON, or is too long.
pub(super) fn marked(value: &impl Serialize, mark: &str) -> Result<ResponseText, String> {
    let marked = serde_json::to_string(value).map_err(|error| error.to_string())?;
    unmark(&marked, mark).ok_or_else(|| "the response is too long".to_owned())
}

fn unmark(marked: &str, mark: &str) -> Option<ResponseText> {
    let mut json = String::with_capacity(marked.len());
    let mut base_at = Vec::new();
    for (number, part) in marked.split(mark).enumerate() {
        if number > 0 {
            base_at.push(u32::try_from(json.len()).ok()?);
        }
        json.push_str(part);
    }
    ResponseText::new(json, base_at)
}
