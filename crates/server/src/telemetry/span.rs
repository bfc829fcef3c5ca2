//! Something that took time, as a part of a trace.

use domain::Timestamp;

use super::Context;

/// Which side of a call a span is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// Neither.
    Internal,
    /// The one that was called.
    Server,
    /// The one that called.
    Client,
}

/// What is said of a span.
#[derive(Clone, Debug)]
pub enum Value {
    /// In words.
    Text(String),
    /// In a number.
    Number(i64),
}

/// Something that took time.
#[derive(Clone, Debug)]
pub struct Span {
    /// What it was, in few words of which there are few.
    pub name: &'static str,
    /// Which side of a call.
    pub kind: Kind,
    /// Its trace and its own id.
    pub context: Context,
    /// The span that it is a part of.
    pub parent: Option<[u8; 8]>,
    /// When it began.
    pub began: Timestamp,
    /// When it ended.
    pub ended: Timestamp,
    /// What is said of it.
    pub said: Vec<(&'static str, Value)>,
    /// It did not go well.
    pub failed: bool,
}

impl Span {
    /// One of which nothing is said yet, from then to then.
    #[must_use]
    pub const fn new(
        name: &'static str,
        kind: Kind,
        context: Context,
        parent: Option<[u8; 8]>,
        (began, ended): (Timestamp, Timestamp),
    ) -> Self {
        Self { name, kind, context, parent, began, ended, said: Vec::new(), failed: false }
    }

    /// The same, of which this is said.
    #[must_use]
    pub fn with(mut self, key: &'static str, text: impl ToString) -> Self {
        self.said.push((key, Value::Text(text.to_string())));
        self
    }

    /// The same, of which this number is said.
    #[must_use]
    pub fn with_number(mut self, key: &'static str, number: impl Into<i64>) -> Self {
        self.said.push((key, Value::Number(number.into())));
        self
    }

    /// The same, as it went.
    #[must_use]
    pub const fn failed(mut self, failed: bool) -> Self {
        self.failed = failed;
        self
    }
}
