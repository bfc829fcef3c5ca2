//! Reads fields, and gathers everything that is wrong with them.
//!
//! "Not given" is one thing: absent, `null`, `""`, and for numbers `false`. Official clients send each of these.

use std::ops::RangeInclusive;
use std::str::FromStr;

use serde::Serialize;
use serde_json::{Map, Value};

use crate::api::ApiError;

/// What is wrong with a field.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Problem {
    /// The field.
    pub field: String,
    /// The whole story, in a sentence.
    pub message: String,
    /// What was given, shortened.
    pub value: Value,
    /// What is expected.
    pub expected: String,
}

/// The fields of a body that is being read.
pub struct Fields<'a> {
    fields: &'a Map<String, Value>,
    problems: Vec<Problem>,
}

/// Longest text that a problem shows, in characters.
const SHOWN: usize = 80;

impl<'a> Fields<'a> {
    /// Begins to read.
    #[must_use]
    pub fn new(fields: &'a Map<String, Value>) -> Self {
        Self { fields, problems: Vec::new() }
    }

    /// Ends: what was read, or everything that was wrong.
    ///
    /// # Errors
    /// [`ApiError::BadRequest`] with all problems, in the order in which the fields were read.
    pub fn finish<T>(self, read: T) -> Result<T, ApiError> {
        if self.problems.is_empty() { Ok(read) } else { Err(ApiError::BadRequest(self.problems)) }
    }

    /// Ends: everything that was wrong, in the order in which the fields were read.
    #[must_use]
    pub fn into_problems(self) -> Vec<Problem> {
        self.problems
    }

    /// Notes what is wrong with a field.
    pub fn wrong(&mut self, field: &str, expected: &str) {
        let value = self.fields.get(field).cloned().unwrap_or(Value::Null);
        let message = format!("`{field}` is {}, expected {expected}.", show(&value));
        self.note(field, value, message, expected);
    }

    /// Notes what is wrong with a field, in words of its own.
    pub fn wrong_because(&mut self, field: &str, message: &str, expected: &str) {
        let value = self.fields.get(field).cloned().unwrap_or(Value::Null);
        self.note(field, value, message.to_owned(), expected);
    }

    fn note(&mut self, field: &str, value: Value, message: String, expected: &str) {
        let value = shorten(value);
        self.problems.push(Problem {
            field: field.to_owned(),
            message,
            value,
            expected: expected.to_owned(),
        });
    }

    /// Whether something is wrong with a field.
    #[must_use]
    pub fn is_wrong(&self, field: &str) -> bool {
        self.problems.iter().any(|problem| problem.field == field)
    }

    /// The value of a field that was given.
    #[must_use]
    pub fn given(&self, field: &str) -> Option<&'a Value> {
        self.fields.get(field).filter(|value| !value.is_null() && value.as_str() != Some(""))
    }

    /// A text of at most `longest` characters.
    pub fn text(&mut self, field: &str, longest: usize) -> Option<&'a str> {
        match self.given(field)? {
            Value::String(text) if text.chars().count() <= longest => Some(text),
            Value::String(_) => {
                self.wrong(field, &format!("at most {longest} characters"));
                None
            }
            _ => {
                self.wrong(field, "a string");
                None
            }
        }
    }

    /// A text as [`Self::text`] has it, unless it is blank.
    pub fn words(&mut self, field: &str, longest: usize) -> Option<&'a str> {
        self.text(field, longest).filter(|text| !text.trim().is_empty())
    }

    /// An e-mail address, which must be given.
    pub fn email(&mut self, field: &str) -> Option<&'a str> {
        let email = self.given(field).and_then(Value::as_str).filter(|text| domain::is_email(text));
        if email.is_none() {
            self.wrong(field, "an e-mail address, such as a@example.com");
        }
        email
    }

    /// A text of so many characters that must be given, and that no answer repeats.
    pub fn secret(&mut self, field: &str, lengths: RangeInclusive<usize>) -> Option<&'a str> {
        let text = self.given(field).and_then(Value::as_str);
        let text = text.filter(|text| lengths.contains(&text.chars().count()));
        if text.is_none() {
            let expected = format!("from {} to {} characters", lengths.start(), lengths.end());
            self.note(field, Value::Null, format!("`{field}` is expected to have {expected}."), &expected);
        }
        text
    }

    /// A truth value, `false` if not given.
    pub fn flag(&mut self, field: &str) -> bool {
        match self.given(field) {
            None => false,
            Some(Value::Bool(flag)) => *flag,
            Some(_) => {
                self.wrong(field, "true or false");
                false
            }
        }
    }

    /// A number in `range`, `default` if not given.
    pub fn number(&mut self, field: &str, range: RangeInclusive<f64>, default: f64) -> f64 {
        let expected = range_text(&range);
        match self.number_given(field).map(Value::as_f64) {
            None => default,
            Some(Some(number)) if range.contains(&number) => number,
            Some(_) => {
                self.wrong(field, &expected);
                default
            }
        }
    }

    /// A number in `range`, if one is given.
    pub fn optional_number(&mut self, field: &str, range: RangeInclusive<f64>) -> Option<f64> {
        self.number_given(field)?;
        let wrong_before = self.problems.len();
        let number = self.number(field, range, 0.0);
        (self.problems.len() == wrong_before).then_some(number)
    }

    /// A number of seconds since or after something, of any size.
    pub fn seconds(&mut self, field: &str) -> Option<f64> {
        let number = self.number_given(field)?.as_f64().filter(|number| number.is_finite());
        if number.is_none() {
            self.wrong(field, "a number of seconds");
        }
        number
    }

    /// A whole number in `range`: a JSON number or a string of digits.
    pub fn whole_number(&mut self, field: &str, range: RangeInclusive<u64>) -> Option<u64> {
        let given = self.number_given(field)?;
        let number = match given {
            Value::String(text) if text.bytes().all(|byte| byte.is_ascii_digit()) => text.parse().ok(),
            // A whole number may be written with a point: 7.0 is 7.
            Value::Number(number) => number.as_u64().or_else(|| number.as_f64().and_then(whole)),
            _ => None,
        };
        let number = number.filter(|number| range.contains(number));
        if number.is_none() {
            self.wrong(field, &format!("a whole number from {} to {}", range.start(), range.end()));
        }
        number
    }

    /// One of a few words.
    pub fn word<T: FromStr>(&mut self, field: &str, known: &[&str]) -> Option<T> {
        let parsed = self.given(field)?.as_str().and_then(|word| word.parse().ok());
        if parsed.is_none() {
            self.wrong(field, &format!("one of {}", known.join(", ")));
        }
        parsed
    }

    /// A list of ids, as texts: whatever is no id is for the caller to pass over.
    pub fn texts(&mut self, field: &str, most: usize) -> Option<Vec<&'a str>> {
        let given = self.given(field)?;
        let texts: Option<Vec<&str>> =
            given.as_array().and_then(|list| list.iter().map(Value::as_str).collect());
        match texts {
            Some(texts) if texts.len() <= most => return Some(texts),
            Some(_) => self.wrong(field, &format!("at most {most} ids")),
            None => self.wrong(field, "a list of strings"),
        }
        None
    }

    fn number_given(&self, field: &str) -> Option<&'a Value> {
        self.given(field).filter(|value| **value != Value::Bool(false))
    }
}

/// A number without a fraction, as far as a double holds whole numbers exactly.
fn whole(number: f64) -> Option<u64> {
    const EXACT: f64 = 9_007_199_254_740_992.0;
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "it is whole and within the bounds"
    )]
    ((0.0..=EXACT).contains(&number) && number.fract() == 0.0).then_some(number as u64)
}

fn range_text(range: &RangeInclusive<f64>) -> String {
    let (least, most) = (range.start(), range.end());
    if *most == f64::MAX {
        format!("a number of at least {least}")
    } else {
        format!("a number from {least} to {most}")
    }
}

/// What kind of JSON a value is.
pub(super) const fn name_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

fn show(value: &Value) -> String {
    match value {
        Value::Null => "not given".to_owned(),
        Value::String(text) if text.chars().count() > SHOWN => {
            format!("a string of {} characters", text.chars().count())
        }
        Value::Array(list) => format!("a list of {}", list.len()),
        Value::Object(_) => "an object".to_owned(),
        other => other.to_string(),
    }
}

fn shorten(value: Value) -> Value {
    match value {
        Value::String(text) if text.chars().count() > SHOWN => {
            Value::String(text.chars().take(SHOWN).chain(['…']).collect())
        }
        Value::Array(_) | Value::Object(_) => Value::String(show(&value)),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn fields(value: &Value) -> Fields<'_> {
        Fields::new(value.as_object().expect("an object"))
    }

    #[test]
    fn what_clients_send_for_nothing_is_not_given() {
        let body = json!({ "a": null, "b": "", "c": false });
        let mut fields = fields(&body);
        assert_eq!((fields.text("a", 9), fields.text("b", 9), fields.text("d", 9)), (None, None, None));
        assert_eq!(fields.number("c", 0.0..=1.0, 0.7).to_bits(), 0.7_f64.to_bits());
        assert_eq!((fields.whole_number("c", 0..=9), fields.flag("a")), (None, false));
        assert!(fields.finish(()).is_ok());
    }

    #[test]
    fn every_problem_is_told_with_value_and_expectation() {
        let body = json!({ "title": 3, "weirdness": 1.5, "seed": "-1", "instrumental": "yes" });
        let mut fields = fields(&body);
        fields.text("title", 200);
        fields.number("weirdness", 0.0..=1.0, 0.5);
        fields.whole_number("seed", 0..=4_294_967_295);
        fields.flag("instrumental");
        let Err(ApiError::BadRequest(problems)) = fields.finish(()) else { panic!("accepted") };
        let told: Vec<_> = problems.iter().map(|problem| problem.message.as_str()).collect();
        assert_eq!(
            told,
            [
                "`title` is 3, expected a string.",
                "`weirdness` is 1.5, expected a number from 0 to 1.",
                "`seed` is \"-1\", expected a whole number from 0 to 4294967295.",
                "`instrumental` is \"yes\", expected true or false.",
            ]
        );
    }

    #[test]
    fn a_seed_is_a_number_or_digits() {
        let body = json!({ "a": 7, "b": "4294967295", "c": "4294967296", "d": 7.0, "e": 7.5 });
        let mut fields = fields(&body);
        assert_eq!(fields.whole_number("a", 0..=4_294_967_295), Some(7));
        assert_eq!(fields.whole_number("b", 0..=4_294_967_295), Some(4_294_967_295));
        assert_eq!(fields.whole_number("c", 0..=4_294_967_295), None);
        assert_eq!(fields.whole_number("d", 0..=4_294_967_295), Some(7));
        assert_eq!(fields.whole_number("e", 0..=4_294_967_295), None);
    }
}
