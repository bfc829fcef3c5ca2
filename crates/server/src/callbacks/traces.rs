//! The trace of an order, passed on to whoever is called back.

use axum::http::{HeaderMap, HeaderName, HeaderValue};
use domain::Timestamp;
use store::Delivery;
use url::Url;

use crate::app::App;
use crate::telemetry::{Context, Kind, Span, TRACEPARENT, TRACESTATE};

/// The span of one attempt, if it is recorded, with that of its task.
pub(super) struct Trace(Option<(Context, [u8; 8])>);

impl Trace {
    pub fn of(app: &App, delivery: &Delivery) -> Self {
        let task = app.telemetry.task(delivery.task, &delivery.headers);
        Self(task.map(|(task, _)| (Context { span: app.random.bytes(), ..task }, task.span)))
    }

    /// What tells the receiver the trace: this attempt's span, or what the order came with.
    pub fn headers(&self, delivery: &Delivery) -> HeaderMap {
        let parent = match &self.0 {
            Some((own, _)) => Some(own.to_string()),
            None => delivery.headers.traceparent.clone(),
        };
        let mut headers = HeaderMap::new();
        let mut put = |name: HeaderName, text: Option<String>| {
            if let Some(value) = text.and_then(|text| HeaderValue::try_from(text).ok()) {
                headers.insert(name, value);
            }
        };
        // Without its trace a state says nothing.
        put(TRACESTATE, parent.as_ref().and(delivery.headers.tracestate.clone()));
        put(TRACEPARENT, parent);
        headers
    }

    pub fn record(self, app: &App, delivery: &Delivery, began: Timestamp, status: Option<u16>) {
        let Some((own, task)) = self.0 else { return };
        let span = Span::new("callback", Kind::Client, own, Some(task), (began, app.clock.now()));
        let span = span.with_number("attempt", delivery.attempts.saturating_add(1));
        let span = span.with("http.request.method", "POST").with("backline.task_id", delivery.task);
        let host = Url::parse(&delivery.url).ok().and_then(|url| url.host_str().map(str::to_owned));
        let span = span.with("server.address", host.unwrap_or_default());
        app.record(match status {
            Some(status) => {
                span.with_number("http.response.status_code", status).failed(!(200..300).contains(&status))
            }
            None => span.with("error.type", "no_answer").failed(true),
        });
    }
}
