//! What is asked of `/api/v1/usage/apis/`, and what it answers: as JSON, or as CSV (RFC 4180). No column holds a text
//! that somebody wrote, so that none can be taken for a formula.

use axum::http::{HeaderMap, header};
use domain::{Api, CredentialId, Credits, TaskKind, Timestamp, UserId};
use serde_json::{Map, Number, Value, json};
use store::{
    Filter, Grouping, Page, TaskState, Usage, UsageFilter, UsageSum, UsageSums, UsedOrder, UsedOrders,
};

use super::Fields;
use super::dry_run::credits;
use super::tasks::filter;
use crate::api::ApiError;

/// Most items of an answer.
const MOST: u64 = 1_000;
/// How many an answer has if nothing is said; a file has as many as it may.
const USUAL: u64 = 12;

/// Which sums are asked for.
#[derive(Debug, PartialEq, Eq)]
pub struct Asked {
    /// Of what; `None` if something is named that cannot exist.
    pub filter: Option<UsageFilter>,
    /// What they are kept apart by.
    pub by: Grouping,
    /// Which part of them.
    pub page: Page,
}

/// Whether a file is asked for: by `format=csv`, or because nothing but `text/csv` is accepted.
#[must_use]
pub fn is_csv(headers: &HeaderMap, query: Option<&str>) -> bool {
    let accepted = headers.get(header::ACCEPT).and_then(|text| text.to_str().ok()).unwrap_or_default();
    accepted.trim().starts_with("text/csv")
        || parameters(query).get("format").is_some_and(|word| word == "csv")
}

fn parameters(query: Option<&str>) -> Map<String, Value> {
    let pairs = url::form_urlencoded::parse(query.unwrap_or_default().as_bytes());
    let value = |name: &str, text: String| match name {
        // In a query everything is text; elsewhere these are numbers.
        "created_at_min" | "created_at_max" => {
            text.parse::<Number>().map_or(Value::String(text), Value::Number)
        }
        _ => Value::String(text),
    };
    pairs.map(|(name, text)| (name.to_string(), value(&name, text.into_owned()))).collect()
}

/// Which orders are asked for; `None` if something is named that cannot exist, or is someone else's.
///
/// # Errors
/// [`ApiError::BadRequest`] with everything that is wrong.
pub fn orders(query: Option<&str>, caller: UserId, as_csv: bool) -> Result<Option<(Filter, Page)>, ApiError> {
    let parameters = parameters(query);
    let mut fields = Fields::new(&parameters);
    let named = named(&mut fields, caller);
    let page = page(&mut fields, as_csv);
    fields.finish(named.map(|named| (named.filter, page)))
}

/// Which sums are asked for.
///
/// # Errors
/// [`ApiError::BadRequest`] with everything that is wrong.
pub fn sums(query: Option<&str>, caller: UserId, as_csv: bool) -> Result<Asked, ApiError> {
    let parameters = parameters(query);
    let mut fields = Fields::new(&parameters);
    let named = named(&mut fields, caller);
    let credential = fields.text("credential_id", usize::MAX).map(|text| text.parse::<CredentialId>().ok());
    let by = grouping(&mut fields);
    let page = page(&mut fields, as_csv);
    let filter = named.filter(|_| credential != Some(None)).map(|Named { filter, .. }| UsageFilter {
        application: filter.application,
        credential: credential.flatten(),
        kind: filter.kind,
        first: filter.created_min,
        last: filter.created_max,
    });
    fields.finish(Asked { filter, by, page })
}

struct Named {
    filter: Filter,
}

/// What is named of orders; `None` if it cannot exist, or is someone else's.
fn named(fields: &mut Fields<'_>, caller: UserId) -> Option<Named> {
    let user = fields.text("user_id", usize::MAX);
    let api = fields.text("api_id", usize::MAX).map(kind_of);
    let filter = filter(fields);
    let is_own = user.is_none_or(|user| user == "me" || user.parse() == Ok(caller));
    let filter = filter.filter(|_| is_own)?;
    match (api, filter.kind) {
        (None, _) => Some(Named { filter }),
        (Some(None), _) => None,
        (Some(Some(kind)), Some(other)) if kind != other => None,
        (Some(kind), _) => Some(Named { filter: Filter { kind, ..filter } }),
    }
}

/// The kind that an API makes, by its id.
fn kind_of(id: &str) -> Option<TaskKind> {
    TaskKind::ALL.into_iter().find(|&kind| Api::Makes(kind).id() == id)
}

fn page(fields: &mut Fields<'_>, as_csv: bool) -> Page {
    if fields.text("format", usize::MAX).is_some_and(|word| !["csv", "json"].contains(&word)) {
        fields.wrong("format", "csv or json");
    }
    let usual = if as_csv { MOST } else { USUAL };
    let limit = fields.whole_number("limit", 0..=MOST).unwrap_or(usual);
    let offset = fields.whole_number("offset", 0..=i64::MAX.unsigned_abs()).unwrap_or(0);
    Page { limit: u32::try_from(limit).unwrap_or(u32::MAX), offset }
}

/// `group_by`: words between commas; days and APIs if none is given.
fn grouping(fields: &mut Fields<'_>) -> Grouping {
    const EXPECTED: &str = "some of day, application, credential and api, between commas";
    let mut by = Grouping::default();
    for word in fields.text("group_by", 100).unwrap_or("day,api").split(',') {
        match word {
            "day" => by.day = true,
            "application" => by.application = true,
            "credential" => by.credential = true,
            "api" => by.kind = true,
            _ => fields.wrong("group_by", EXPECTED),
        }
    }
    by
}

/// A part of the orders, as JSON.
#[must_use]
pub fn orders_json(found: &UsedOrders, owner: UserId) -> Value {
    let owner = owner.to_string();
    let item = |order: &UsedOrder| {
        json!({
            "id": order.task.to_string(),
            "trace_id": order.trace_id.to_string(),
            "api_id": Api::Makes(order.kind).id(),
            "type": order.kind.as_str(),
            "application_id": order.application.to_string(),
            "credential_id": order.credential.to_string(),
            "user_id": owner,
            "state": state(order),
            "amount": credits(order.amount),
            "created_at": order.created_at.as_seconds(),
            "finished_at": order.finished_at.map(Timestamp::as_seconds),
            "elapsed": elapsed(order),
        })
    };
    json!({ "count": found.count, "items": found.items.iter().map(item).collect::<Vec<_>>() })
}

fn state(order: &UsedOrder) -> &'static str {
    order.ended.map_or("unfinished", TaskState::as_str)
}

fn elapsed(order: &UsedOrder) -> Option<f64> {
    let (started, finished) = order.started_at.zip(order.finished_at)?;
    Some(finished.since(started).as_secs_f64())
}

/// A part of the orders, as CSV.
#[must_use]
pub fn orders_csv(found: &UsedOrders) -> String {
    let mut out = "id,trace_id,api_id,type,application_id,credential_id,state,amount,created_at,finished_at,elapsed\r\n"
        .to_owned();
    for order in &found.items {
        let number = |number: Option<f64>| number.map_or_else(String::new, |number| number.to_string());
        line(
            &mut out,
            &[
                &order.task,
                &order.trace_id,
                &Api::Makes(order.kind).id(),
                &order.kind.as_str(),
                &order.application,
                &order.credential,
                &state(order),
                &order.amount,
                &order.created_at.as_seconds(),
                &number(order.finished_at.map(Timestamp::as_seconds)),
                &number(elapsed(order)),
            ],
        );
    }
    out
}

/// Sums, as JSON.
#[must_use]
pub fn sums_json(found: &UsageSums) -> Value {
    let item = |sum: &UsageSum| {
        let mut item = usage_json(&sum.usage);
        if let Some(day) = sum.day {
            item["day"] = json!(date(day));
        }
        if let Some(application) = sum.application {
            item["application_id"] = json!(application.to_string());
        }
        if let Some(credential) = sum.credential {
            item["credential_id"] = json!(credential.to_string());
        }
        if let Some(kind) = sum.kind {
            item["api_id"] = json!(Api::Makes(kind).id());
            item["type"] = json!(kind.as_str());
        }
        item
    };
    let items: Vec<Value> = found.items.iter().map(item).collect();
    json!({ "count": found.count, "total": usage_json(&found.total), "items": items })
}

fn usage_json(usage: &Usage) -> Value {
    let Usage { ordered, succeeded, failed, cancelled, amount } = *usage;
    json!({
        "ordered": ordered, "succeeded": succeeded, "failed": failed, "cancelled": cancelled,
        "amount": credits(amount),
    })
}

/// Sums, as CSV.
#[must_use]
pub fn sums_csv(found: &UsageSums, by: Grouping) -> String {
    let titles = [
        (by.day, "day"),
        (by.application, "application_id"),
        (by.credential, "credential_id"),
        (by.kind, "api_id"),
        (by.kind, "type"),
    ];
    let mut out: String =
        titles.iter().filter(|title| title.0).map(|title| format!("{},", title.1)).collect();
    out.push_str("ordered,succeeded,failed,cancelled,amount\r\n");
    for UsageSum { day, application, credential, kind, usage } in &found.items {
        let of = [
            day.map(date),
            application.map(|id| id.to_string()),
            credential.map(|id| id.to_string()),
            kind.map(|kind| Api::Makes(kind).id().to_owned()),
            kind.map(|kind| kind.as_str().to_owned()),
        ];
        of.into_iter().flatten().for_each(|text| {
            out.push_str(&text);
            out.push(',');
        });
        let Usage { ordered, succeeded, failed, cancelled, amount } = usage;
        line(&mut out, &[ordered, succeeded, failed, cancelled, amount as &Credits]);
    }
    out
}

fn line(out: &mut String, fields: &[&dyn std::fmt::Display]) {
    let fields: Vec<String> = fields.iter().map(ToString::to_string).collect();
    out.push_str(&fields.join(","));
    out.push_str("\r\n");
}

/// The day of a time, in UTC: `2026-11-28`.
fn date(time: Timestamp) -> String {
    let seconds = u64::try_from(time.as_millis() / 1_000).unwrap_or_default();
    let time = std::time::UNIX_EPOCH + std::time::Duration::from_secs(seconds);
    humantime::format_rfc3339_seconds(time).to_string().chars().take(10).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const ME: &str = "1a6ac2ad-10f2-4e2b-b500-66ec27fe82ad";

    fn read(query: &str) -> Result<Asked, ApiError> {
        sums(Some(query), ME.parse().expect("an id"), false)
    }

    #[test]
    fn sums_are_by_day_and_api_if_nothing_is_said() {
        let asked = read("").expect("read");
        assert_eq!(asked.by, Grouping { day: true, kind: true, ..Grouping::default() });
        assert_eq!((asked.filter, asked.page), (Some(UsageFilter::default()), Page { limit: 12, offset: 0 }));
        let asked = read("group_by=application,credential&limit=1000&offset=7").expect("read");
        assert_eq!(asked.by, Grouping { application: true, credential: true, ..Grouping::default() });
        assert_eq!(asked.page, Page { limit: 1_000, offset: 7 });
    }

    #[test]
    fn whatever_is_wrong_is_named() {
        let Err(ApiError::BadRequest(problems)) =
            read("group_by=week&limit=1001&created_at_min=soon&type=x&format=pdf")
        else {
            panic!("accepted")
        };
        let fields: Vec<_> = problems.iter().map(|problem| problem.field.as_str()).collect();
        assert_eq!(fields, ["type", "created_at_min", "group_by", "format", "limit"]);
    }

    #[test]
    fn an_api_is_named_by_its_id_or_its_word() {
        let wav = Api::Makes(TaskKind::Wav).id();
        for query in [format!("api_id={wav}"), "type=wav".to_owned(), format!("api_id={wav}&type=wav")] {
            assert_eq!(
                read(&query).expect("read").filter.expect("some").kind,
                Some(TaskKind::Wav),
                "{query}"
            );
        }
        for nothing in
            [format!("api_id={wav}&type=audios"), "api_id=x".to_owned(), "credential_id=x".to_owned()]
        {
            assert_eq!(read(&nothing).expect("read").filter, None, "{nothing}");
        }
    }

    #[test]
    fn only_ones_own_usage_is_asked_for() {
        assert!(read("user_id=me").expect("read").filter.is_some());
        assert!(read(&format!("user_id={ME}")).expect("read").filter.is_some());
        assert!(read("user_id=864a7efd-c7a3-4ad8-b372-ba8d64cdeda8").expect("read").filter.is_none());
    }

    #[test]
    fn a_file_has_the_columns_that_were_asked_for() {
        let usage = Usage { ordered: 3, succeeded: 2, failed: 1, cancelled: 0, amount: Credits::whole(2) };
        let day = Some(Timestamp::from_millis(1_767_119_745_524));
        let sum = UsageSum { day, application: None, credential: None, kind: Some(TaskKind::Wav), usage };
        let found = UsageSums { count: 1, total: usage, items: vec![sum] };
        let by = Grouping { day: true, kind: true, ..Grouping::default() };
        let id = Api::Makes(TaskKind::Wav).id();
        assert_eq!(
            sums_csv(&found, by),
            format!(
                "day,api_id,type,ordered,succeeded,failed,cancelled,amount\r\n2025-12-30,{id},wav,3,2,1,0,2\r\n"
            )
        );
    }
}
