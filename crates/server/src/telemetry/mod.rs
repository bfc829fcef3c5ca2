//! Traces for OpenTelemetry: what came in as W3C Trace Context goes on to the task and its callbacks, and spans are
//! sent to a collector if there is one. A collector that is slow or dead costs spans, never requests.

mod context;
mod export;
mod otlp;
mod span;

use axum::http::{HeaderMap, HeaderName};
use domain::{TaskId, TraceId};
use store::OrderHeaders;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use crate::config::TelemetrySettings;
use crate::ids::Random;

pub use context::Context;
pub use export::export;
pub use span::{Kind, Span, Value};

/// W3C Trace Context, section 3.2.
pub const TRACEPARENT: HeaderName = HeaderName::from_static("traceparent");
/// W3C Trace Context, section 3.3.
pub const TRACESTATE: HeaderName = HeaderName::from_static("tracestate");

/// Most spans that wait for the collector.
const MOST_WAITING: usize = 4_096;
/// Longest `tracestate` that is passed on: what the specification asks for at least.
const LONGEST_STATE: usize = 512;

/// Where spans go.
pub struct Telemetry {
    /// `None`: nowhere. What came in is passed on all the same.
    queue: Option<mpsc::Sender<Span>>,
    waiting: std::sync::Mutex<Option<mpsc::Receiver<Span>>>,
    ratio: f64,
    /// Cancelled once what waits is to be sent, and nothing more comes.
    pub closing: CancellationToken,
}

/// The trace that a request belongs to.
#[derive(Clone, Default)]
pub struct Traced {
    /// What its order keeps.
    pub headers: OrderHeaders,
    /// Its own span, if it is recorded, and the span that it came from.
    pub span: Option<(Context, Option<[u8; 8]>)>,
}

impl Telemetry {
    /// As the settings say.
    #[must_use]
    pub fn new(settings: &TelemetrySettings) -> Self {
        let (queue, waiting) = match settings.otlp_endpoint.is_empty() {
            true => (None, None),
            false => {
                let (queue, waiting) = mpsc::channel(MOST_WAITING);
                (Some(queue), Some(waiting))
            }
        };
        let waiting = std::sync::Mutex::new(waiting);
        Self { queue, waiting, ratio: settings.sample_ratio, closing: CancellationToken::new() }
    }

    /// The trace of a request: the one that it came with, else one of its own.
    #[must_use]
    pub fn request(&self, headers: &HeaderMap, trace_id: TraceId, random: &dyn Random) -> Traced {
        let came = Context::of(headers);
        let Some(came) = came else { return self.own(trace_id, random) };
        let state =
            headers.get_all(&TRACESTATE).iter().map(|part| part.to_str()).collect::<Result<Vec<_>, _>>();
        let state = state.ok().map(|parts| parts.join(","));
        let tracestate = state.filter(|state| !state.is_empty() && state.len() <= LONGEST_STATE);
        // Whoever began the trace decides whether it is recorded. One that is not goes on as it came.
        if self.queue.is_none() || !came.is_sampled() {
            let headers = OrderHeaders { traceparent: Some(came.to_string()), tracestate, simulate: None };
            return Traced { headers, span: None };
        }
        let own = Context { span: random.bytes(), ..came };
        let headers = OrderHeaders { traceparent: Some(own.to_string()), tracestate, simulate: None };
        Traced { headers, span: Some((own, Some(came.span))) }
    }

    /// A request that came without a trace begins one, which has the bytes of its trace id here.
    fn own(&self, trace_id: TraceId, random: &dyn Random) -> Traced {
        let trace = *trace_id.as_bytes();
        if self.queue.is_none() || !sampled(&trace, self.ratio) {
            return Traced::default();
        }
        let own = Context { trace, span: random.bytes(), flags: Context::SAMPLED };
        let headers = OrderHeaders { traceparent: Some(own.to_string()), ..OrderHeaders::default() };
        Traced { headers, span: Some((own, None)) }
    }

    /// The span of a task, if it is recorded: the same for every try and every process, so that what they record
    /// belongs to it. With the span that ordered it.
    #[must_use]
    pub fn task(&self, task: TaskId, headers: &OrderHeaders) -> Option<(Context, [u8; 8])> {
        self.queue.as_ref()?;
        let ordered_by =
            Context::parse(headers.traceparent.as_deref()?).filter(|order| order.is_sampled())?;
        let [.., a, b, c, d, e, f, g, h] = *task.as_bytes();
        Some((Context { span: [a, b, c, d, e, f, g, h], ..ordered_by }, ordered_by.span))
    }

    /// Hands a span over to be sent; `false` if it was dropped.
    #[must_use]
    pub fn record(&self, span: Span) -> bool {
        self.queue.as_ref().is_none_or(|queue| queue.try_send(span).is_ok())
    }
}

/// Whether a trace is one of those that are recorded: its last seven bytes are random.
fn sampled(trace: &[u8; 16], ratio: f64) -> bool {
    let [.., a, b, c, d, e, f, g] = *trace;
    let drawn = u64::from_be_bytes([0, a, b, c, d, e, f, g]);
    #[expect(clippy::cast_precision_loss, reason = "a share need not be exact")]
    let share = drawn as f64 / (1_u64 << 56) as f64;
    share < ratio
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::SystemRandom;

    #[test]
    fn about_the_asked_share_of_traces_is_recorded() {
        let random: &dyn Random = &SystemRandom;
        let of = |ratio| (0..4_000).filter(|_| sampled(&random.bytes(), ratio)).count();
        assert_eq!((of(0.0), of(1.0)), (0, 4_000));
        assert!((800..1_200).contains(&of(0.25)));
    }

    #[test]
    fn a_queue_that_is_full_drops_and_never_waits() {
        let settings = TelemetrySettings {
            otlp_endpoint: "http://127.0.0.1:1".to_owned(),
            ..TelemetrySettings::default()
        };
        let telemetry = Telemetry::new(&settings);
        let context = Context { trace: [1; 16], span: [2; 8], flags: 1 };
        let now = domain::Timestamp::from_millis(0);
        let taken = (0..MOST_WAITING + 9)
            .filter(|_| telemetry.record(Span::new("x", Kind::Internal, context, None, (now, now))))
            .count();
        assert_eq!(taken, MOST_WAITING);
    }
}
