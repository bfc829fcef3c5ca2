//! The bodies of `/api/v1/applications/{id}/grants/`.

use domain::Credits;
use serde_json::{Map, Value, json};
use store::{Account, PastGrant};

use super::dry_run::credits;
use super::result::iso_time;
use super::{Fields, Problem};
use crate::api::ApiError;

/// Longest reason, in characters.
const LONGEST_REASON: usize = 500;
/// What is expected of an amount.
const EXPECTED: &str = "a number of credits with at most six decimals, and not 0";

/// How many credits are to be given, and why.
///
/// # Errors
/// [`ApiError::BadRequest`] with everything that is wrong.
pub fn given(body: &Map<String, Value>) -> Result<(Credits, String), ApiError> {
    let mut fields = Fields::new(body);
    let amount = fields.given("amount").and_then(amount).filter(|amount| *amount != Credits::ZERO);
    if amount.is_none() {
        fields.wrong("amount", EXPECTED);
    }
    let reason = fields.words("reason", LONGEST_REASON).map(str::trim).unwrap_or_default().to_owned();
    if reason.is_empty() && !fields.is_wrong("reason") {
        fields.wrong("reason", "why they are given, in words");
    }
    fields.finish((amount.unwrap_or_default(), reason))
}

/// A number, or a text that is one: the text of a number is what was written, so that nothing is rounded.
fn amount(value: &Value) -> Option<Credits> {
    match value {
        Value::Number(number) => number.to_string().parse().ok(),
        Value::String(text) => text.parse().ok(),
        _ => None,
    }
}

/// The refusal to take back more than there is.
#[must_use]
pub fn not_covered(amount: Credits, available: Credits) -> ApiError {
    let message = format!(
        "`amount` is {amount}, but only {available} credits are available; what is held or spent cannot be taken back."
    );
    refused(amount, message, format!("no less than -{available}"))
}

/// The refusal of more than an account can hold.
#[must_use]
pub fn too_much(amount: Credits) -> ApiError {
    let most = Credits::MOST;
    refused(amount, format!("An account holds {most} credits at most."), format!("at most {most} in all"))
}

fn refused(amount: Credits, message: String, expected: String) -> ApiError {
    ApiError::BadRequest(vec![Problem {
        field: "amount".to_owned(),
        message,
        value: credits(amount),
        expected,
    }])
}

/// How an account stands.
#[must_use]
pub fn account(account: &Account) -> Value {
    let Account { granted, available, held, spent } = *account;
    json!({
        "granted_amount": credits(granted),
        "remaining_amount": credits(available),
        "held_amount": credits(held),
        "used_amount": credits(spent),
    })
}

/// A grant.
#[must_use]
pub fn item(grant: &PastGrant) -> Value {
    json!({
        "amount": credits(grant.amount),
        "reason": grant.reason,
        "author": grant.author,
        "created_at": iso_time(grant.at),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(body: Value) -> Result<(Credits, String), ApiError> {
        given(body.as_object().expect("an object"))
    }

    #[test]
    fn a_grant_has_an_amount_and_a_reason() {
        for (amount, text) in [(json!(1), "1"), (json!(-0.5), "-0.5"), (json!("0.000001"), "0.000001")] {
            let (read, reason) = read(json!({ "amount": amount, "reason": " a prize " })).expect("read");
            assert_eq!((read.to_string().as_str(), reason.as_str()), (text, "a prize"));
        }
        let problems = |body: Value| match read(body) {
            Err(ApiError::BadRequest(problems)) => {
                problems.into_iter().map(|problem| problem.field).collect()
            }
            other => panic!("{other:?}"),
        };
        let both: Vec<String> = problems(json!({}));
        assert_eq!(both, ["amount", "reason"]);
        for wrong in [json!(0), json!(0.000_000_1), json!("many"), json!(true)] {
            let fields: Vec<String> = problems(json!({ "amount": wrong, "reason": "a prize" }));
            assert_eq!(fields, ["amount"]);
        }
        let fields: Vec<String> = problems(json!({ "amount": 1, "reason": "  " }));
        assert_eq!(fields, ["reason"]);
    }
}
