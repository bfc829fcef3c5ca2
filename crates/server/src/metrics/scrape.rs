//! The answer to a scrape: what was counted, and what the store and the disk say now.

use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::http::{HeaderValue, Method, Request, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use hyper::body::Incoming;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::gauge::Gauge;
use store::Depths;

use super::{Making, Seconds};
use crate::app::App;

/// OpenMetrics: what Prometheus asks for first, and every agent that scrapes understands.
const CONTENT_TYPE: HeaderValue =
    HeaderValue::from_static("application/openmetrics-text; version=1.0.0; charset=utf-8");

/// What is read when a scrape comes.
pub(super) struct DepthGauges {
    tasks: [Gauge; 3],
    oldest_waiting: Seconds,
    callbacks: [Gauge; 3],
    disk_free: Gauge,
    connections: Gauge,
}

impl DepthGauges {
    pub(super) fn new(making: &mut Making) -> Self {
        Self {
            tasks: [
                making.gauge("tasks_waiting", "Tasks that wait for a worker"),
                making
                    .gauge("tasks_delayed", "Tasks that wait for the time of their next try, up to 100,000"),
                making.gauge("tasks_running", "Tasks that a worker has"),
            ],
            oldest_waiting: making
                .gauge_of_seconds("oldest_waiting", "The age of the first task in the queue"),
            callbacks: [
                making.gauge("callbacks_waiting", "Callbacks that wait for an attempt, up to 100,000"),
                making.gauge("callbacks_under_way", "Callbacks that are being sent"),
                making.gauge("dead_letters", "Callbacks that were given up, up to 100,000"),
            ],
            disk_free: making
                .gauge("disk_free_bytes", "Bytes that may still be written where the data folder is"),
            connections: making.gauge("http_connections", "Connections that are open"),
        }
    }

    fn set(&self, depths: &Depths, now: domain::Timestamp) {
        let numbers = [
            (&self.tasks[0], depths.waiting),
            (&self.tasks[1], depths.delayed),
            (&self.tasks[2], depths.running),
            (&self.callbacks[0], depths.callbacks_waiting),
            (&self.callbacks[1], depths.callbacks_under_way),
            (&self.callbacks[2], depths.dead_letters),
        ];
        for (gauge, number) in numbers {
            gauge.set(i64::try_from(number).unwrap_or(i64::MAX));
        }
        let age = depths.oldest_waiting.map_or(Duration::ZERO, |then| now.since(then));
        self.oldest_waiting.set(age.as_secs_f64());
    }
}

/// Whether a request asks for the metrics where the API is served.
#[must_use]
pub fn is_asked<B>(app: &App, request: &Request<B>) -> bool {
    [Method::GET, Method::HEAD].contains(request.method())
        && request.uri().path() == "/metrics"
        && is_here(app)
}

/// Whether the API's own listener has the path.
pub fn is_here(app: &App) -> bool {
    let settings = &app.settings.metrics;
    settings.enabled && settings.listen.is_empty()
}

/// Everything that is counted and measured, as of now.
pub async fn answer(app: &App) -> Response {
    let gauges = &app.metrics.depths;
    match app.store.depths().await {
        Ok(depths) => gauges.set(&depths, app.clock.now()),
        // What is counted in memory is told all the same.
        Err(error) => tracing::warn!(%error, "could not read how much waits"),
    }
    match rustix::fs::statvfs(app.files.data_dir()) {
        Ok(disk) => {
            let free = disk.f_bavail.saturating_mul(disk.f_frsize);
            gauges.disk_free.set(i64::try_from(free).unwrap_or(i64::MAX));
        }
        Err(error) => tracing::warn!(%error, "could not read how much room the disk has"),
    }
    gauges.connections.set(app.connections.get().map_or(0, super::Open::count));
    let mut text = String::with_capacity(16_384);
    if let Err(error) = encode(&mut text, &app.metrics.registry) {
        tracing::error!(%error, "could not write the metrics");
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    }
    (
        [(header::CONTENT_TYPE, CONTENT_TYPE), (header::CACHE_CONTROL, HeaderValue::from_static("no-store"))],
        text,
    )
        .into_response()
}

/// Serves `/metrics` and nothing else, on an address of its own.
#[derive(Clone)]
pub struct OwnListener(pub Arc<App>);

impl hyper::service::Service<Request<Incoming>> for OwnListener {
    type Response = Response;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Response, Infallible>> + Send>>;

    fn call(&self, request: Request<Incoming>) -> Self::Future {
        let app = Arc::clone(&self.0);
        Box::pin(async move {
            if request.method() == Method::GET && request.uri().path() == "/metrics" {
                return Ok(answer(&app).await);
            }
            Ok((StatusCode::NOT_FOUND, Body::from("the metrics are at /metrics\n")).into_response())
        })
    }
}
