//! Requests, by the template of their path and the class of their answer's status.

use std::sync::OnceLock;
use std::time::Duration;

use axum::http::StatusCode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Unit;

use super::{Labels, Making, SECONDS};

/// The templates of paths, as `api/router.rs` has them. The last stands for every other path.
const ROUTES: [&str; 39] = [
    "/producer/tasks",
    "/producer/audios",
    "/producer/lyrics",
    "/producer/upload",
    "/producer/videos",
    "/producer/wav",
    "/producer/events",
    "/producer/tasks/{id}/events",
    "/producer/callbacks",
    "/producer/callbacks/{task_id}",
    "/api/v1/usage/apis",
    "/api/v1/usage/apis/aggregate",
    "/openapi.json",
    "/docs",
    "/healthz",
    "/readyz",
    "/metrics",
    "/files/{folder}/{name}",
    "/simulate/clock",
    "/api/v1/session",
    "/api/v1/users",
    "/api/v1/users/me",
    "/api/v1/users/me/password",
    "/api/v1/users/{id}",
    "/api/v1/invitations",
    "/api/v1/files",
    "/api/v1/password-resets",
    "/api/v1/password-resets/{token}",
    "/api/v1/services",
    "/api/v1/services/{id}",
    "/api/v1/models",
    "/api/v1/config",
    "/api/v1/applications",
    "/api/v1/applications/{id}",
    "/api/v1/applications/{id}/grants",
    "/api/v1/credentials",
    "/api/v1/credentials/{id}",
    "/api/v1/credentials/{id}/rotate",
    "other",
];
const CLASSES: [&str; 5] = ["1xx", "2xx", "3xx", "4xx", "5xx"];

/// Which of the templates a path has.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Route(usize);

impl Route {
    /// The template of this path.
    #[must_use]
    pub fn of(path: &str) -> Self {
        // With or without a slash at its end, as clients of `/api/v1/` write it.
        let path = if path.starts_with("/api/v1/") { path.trim_end_matches('/') } else { path };
        let same = |template: &str| template == path || (template.contains('{') && fits(template, path));
        Self(ROUTES.iter().position(|template| same(template)).unwrap_or(ROUTES.len() - 1))
    }

    /// The template.
    #[must_use]
    pub fn template(self) -> &'static str {
        ROUTES[self.0]
    }
}

fn fits(template: &str, path: &str) -> bool {
    let (mut wanted, mut given) = (template.split('/'), path.split('/'));
    loop {
        match (wanted.next(), given.next()) {
            (None, None) => return true,
            (Some(wanted), Some(given)) if wanted == given || wanted.starts_with('{') => (),
            _ => return false,
        }
    }
}

type Histograms = Family<Labels<1>, Histogram, fn() -> Histogram>;

/// A counter for each route and class, and a histogram for each route. They are looked up once: a request costs two
/// additions and a short lock.
pub struct HttpMetrics {
    requests: Family<Labels<2>, Counter>,
    seconds: Histograms,
    routes: [Measured; ROUTES.len()],
}

#[derive(Default)]
struct Measured {
    classes: [OnceLock<Counter>; CLASSES.len()],
    seconds: OnceLock<Histogram>,
}

impl HttpMetrics {
    pub(super) fn new(making: &mut Making) -> Self {
        let requests = making.counters("http_requests", "Requests, by template of path and class of status");
        let seconds: Histograms = Family::new_with_constructor(|| Histogram::new(SECONDS));
        let help = "From a request's headers to those of its answer; an order that waits has its song in it";
        making.0.register_with_unit("http_request", help, Unit::Seconds, seconds.clone());
        Self { requests, seconds, routes: std::array::from_fn(|_| Measured::default()) }
    }

    /// A request was answered.
    pub fn answered(&self, route: Route, status: StatusCode, took: Duration) {
        let measured = &self.routes[route.0];
        let class = usize::from(status.as_u16() / 100).clamp(1, CLASSES.len()) - 1;
        let counter = measured.classes[class].get_or_init(|| {
            self.requests.get_or_create_owned(&[("route", route.template()), ("status", CLASSES[class])])
        });
        counter.inc();
        let histogram =
            measured.seconds.get_or_init(|| self.seconds.get_or_create_owned(&[("route", route.template())]));
        histogram.observe(took.as_secs_f64());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_path_of_the_router_has_its_template_and_no_other_path_has_one() {
        let router = concat!(include_str!("../api/router.rs"), include_str!("../api/simulate.rs"));
        let mut known = 0;
        for path in router.split(".route(\"").skip(1) {
            let path = path.split('"').next().expect("a path");
            assert!(ROUTES.contains(&path), "{path} is missing in ROUTES");
            known += 1;
        }
        assert!(known > 5, "the routers are read");
        assert_eq!(Route::of("/files/0123/song.m4a").template(), "/files/{folder}/{name}");
        for path in ["/", "/files/0123", "/files/0123/song.m4a/more", "/producer/tasks/1", "/secret"] {
            assert_eq!(Route::of(path).template(), "other", "{path}");
        }
    }
}
