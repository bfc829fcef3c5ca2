//! The stored answer of an ended task.

/// The JSON of a task's `response`, with media under relative names, and the places where the public base belongs.
///
/// The base is put in when an answer or a callback is written, so that a changed address breaks nothing old.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ResponseText {
    json: String,
    base_at: Vec<u32>,
}

impl ResponseText {
    /// `json` with the byte offsets, ascending and on character borders, before which the public base is to stand.
    /// `None` if an offset lies outside the text or the order is broken.
    #[must_use]
    pub fn new(json: String, base_at: Vec<u32>) -> Option<Self> {
        let ascending = base_at.windows(2).all(|pair| pair[0] <= pair[1]);
        let inside = base_at.iter().all(|&at| json.is_char_boundary(at as usize));
        (ascending && inside).then_some(Self { json, base_at })
    }

    /// A text without media.
    #[must_use]
    pub fn plain(json: String) -> Self {
        Self { json, base_at: Vec::new() }
    }

    /// The JSON with relative names.
    #[must_use]
    pub fn json(&self) -> &str {
        &self.json
    }

    /// Where the public base belongs, as byte offsets into [`Self::json`].
    #[must_use]
    pub fn base_at(&self) -> &[u32] {
        &self.base_at
    }

    /// Appends the JSON with `base` put before every relative name.
    pub fn write_with_base(&self, base: &str, out: &mut String) {
        out.reserve(self.json.len() + self.base_at.len() * base.len());
        let mut written = 0;
        for &at in &self.base_at {
            out.push_str(&self.json[written..at as usize]);
            out.push_str(base);
            written = at as usize;
        }
        out.push_str(&self.json[written..]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_base_stands_before_every_relative_name() {
        let text =
            ResponseText::new(r#"{"a":"files/x","b":"files/y"}"#.to_owned(), vec![6, 20]).expect("fits");
        let mut out = String::new();
        text.write_with_base("http://host/", &mut out);
        assert_eq!(out, r#"{"a":"http://host/files/x","b":"http://host/files/y"}"#);
    }

    #[test]
    fn offsets_that_do_not_fit_are_refused() {
        assert_eq!(ResponseText::new("{}".to_owned(), vec![3]), None);
        assert_eq!(ResponseText::new("{}".to_owned(), vec![1, 0]), None);
        assert_eq!(ResponseText::new("é".to_owned(), vec![1]), None);
    }
}
