//! Sends spans to the collector. Whatever was recorded while the last request was under way is the next one.

use std::sync::Arc;
use std::time::Duration;

use reqwest::header::{CONTENT_TYPE, HeaderMap};
use reqwest::{Client, redirect};

use super::{Span, otlp};
use crate::app::App;
use crate::config;

/// Most spans in one request.
const MOST_AT_ONCE: usize = 512;
/// How long the collector may take.
const WITHIN: Duration = Duration::from_secs(5);
/// The same, for the last ones, while the server stops.
const LAST_WITHIN: Duration = Duration::from_secs(1);

/// Sends what is recorded until the server stops, then what is left. Spans that a collector does not take are dropped.
pub async fn export(app: Arc<App>) {
    let waiting = app.telemetry.waiting.lock().ok().and_then(|mut waiting| waiting.take());
    let Some(mut waiting) = waiting else { return };
    let Some(collector) = Collector::new(&app) else { return };
    let mut answers = true;
    loop {
        let mut spans = Vec::new();
        tokio::select! {
            _ = waiting.recv_many(&mut spans, MOST_AT_ONCE) => (),
            () = app.telemetry.closing.cancelled() => break,
        }
        let took = tokio::select! {
            took = collector.send(&app, spans, WITHIN) => took,
            () = app.telemetry.closing.cancelled() => break,
        };
        if took != answers {
            answers = took;
            if took {
                tracing::info!("the collector takes traces again");
            } else {
                tracing::warn!("the collector takes no traces; they are dropped until it does");
            }
        }
    }
    let mut spans = Vec::new();
    while spans.len() < MOST_AT_ONCE
        && let Ok(span) = waiting.try_recv()
    {
        spans.push(span);
    }
    if answers && !spans.is_empty() {
        collector.send(&app, spans, LAST_WITHIN).await;
    }
}

struct Collector {
    client: Client,
    url: String,
    headers: HeaderMap,
    service_name: String,
}

impl Collector {
    fn new(app: &App) -> Option<Self> {
        let settings = &app.settings.telemetry;
        let client = Client::builder().no_proxy().redirect(redirect::Policy::none()).build();
        let client =
            client.inspect_err(|error| tracing::error!(%error, "no client for the collector")).ok()?;
        Some(Self {
            client,
            url: format!("{}/v1/traces", settings.otlp_endpoint.trim_end_matches('/')),
            headers: config::otlp_headers(),
            service_name: settings.service_name.clone(),
        })
    }

    /// Whether the collector took them.
    async fn send(&self, app: &App, spans: Vec<Span>, within: Duration) -> bool {
        let count = spans.len() as u64;
        let body = otlp::body(&self.service_name, spans);
        let request = self.client.post(&self.url).timeout(within).headers(self.headers.clone());
        let request = request.header(CONTENT_TYPE, "application/x-protobuf").body(body);
        let took = request.send().await.is_ok_and(|answer| answer.status().is_success());
        let counter = if took { &app.metrics.spans_sent } else { &app.metrics.spans_dropped };
        counter.inc_by(count);
        took
    }
}
