//! `/api/v1/usage/apis/`: what was ordered and what it cost, order by order, or summed up.

use std::sync::Arc;

use axum::extract::{RawQuery, State};
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse as _, Response};
use store::{UsageSums, UsedOrders};

use super::actor::Actor;
use super::answer;
use crate::api::ApiError;
use crate::api::wire::usage;
use crate::app::App;

/// `GET /api/v1/usage/apis/`: the caller's orders, the newest first.
pub async fn orders(
    State(app): State<Arc<App>>,
    actor: Actor,
    headers: HeaderMap,
    RawQuery(text): RawQuery,
) -> Result<Response, ApiError> {
    let owner = actor.user_id;
    let as_csv = usage::is_csv(&headers, text.as_deref());
    let asked = usage::orders(text.as_deref(), owner, as_csv)?;
    let found = match asked {
        Some((filter, page)) => app.store.used_orders(owner, filter, page).await?,
        None => UsedOrders { count: 0, items: Vec::new() },
    };
    Ok(if as_csv { csv(usage::orders_csv(&found)) } else { answer(&usage::orders_json(&found, owner)) })
}

/// `GET /api/v1/usage/apis/aggregate/`: sums of the caller's orders, the latest day first.
pub async fn aggregate(
    State(app): State<Arc<App>>,
    actor: Actor,
    headers: HeaderMap,
    RawQuery(text): RawQuery,
) -> Result<Response, ApiError> {
    let owner = actor.user_id;
    let as_csv = usage::is_csv(&headers, text.as_deref());
    let asked = usage::sums(text.as_deref(), owner, as_csv)?;
    let by = asked.by;
    let found = match asked.filter {
        Some(filter) => app.store.usage(owner, filter, by, asked.page).await?,
        None => UsageSums { count: 0, total: store::Usage::default(), items: Vec::new() },
    };
    Ok(if as_csv { csv(usage::sums_csv(&found, by)) } else { answer(&usage::sums_json(&found)) })
}

fn csv(body: String) -> Response {
    ([(header::CONTENT_TYPE, "text/csv; charset=utf-8"), (header::CACHE_CONTROL, "no-store")], body)
        .into_response()
}
