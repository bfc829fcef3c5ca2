//! Traces over OTLP, as a collector gets them.

use std::sync::{Arc, Mutex};

use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::trace::v1::Span;
use prost::Message as _;
use reqwest::Method;
use serde_json::json;
use store::DeliveryState;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

use crate::app::{TestApp, song};
use crate::callbacks::delivery::until_delivery;
use crate::client::{Answer, eventually, read};
use crate::receiver::{Call, Receiver, Reply};

const CAME: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
const CAME_TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";

/// A collector that decodes what it is sent.
struct Collector {
    endpoint: String,
    spans: Arc<Mutex<Vec<Span>>>,
    services: Arc<Mutex<Vec<String>>>,
}

impl Collector {
    async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let endpoint = format!("http://{}", listener.local_addr().expect("bound"));
        let (spans, services) = (Arc::default(), Arc::default());
        let collector = Self { endpoint, spans: Arc::clone(&spans), services: Arc::clone(&services) };
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(take(stream, Arc::clone(&spans), Arc::clone(&services)));
            }
        });
        collector
    }

    fn spans(&self, trace: &str) -> Vec<Span> {
        let spans = self.spans.lock().expect("whole");
        spans.iter().filter(|span| hex(&span.trace_id) == trace).cloned().collect()
    }

    async fn until(&self, trace: &str, names: &[&str]) -> Vec<Span> {
        let there = || async {
            let spans = self.spans(trace);
            names.iter().all(|name| spans.iter().any(|span| span.name == *name))
        };
        eventually(&format!("{names:?} of {trace}"), there).await;
        self.spans(trace)
    }
}

async fn take(mut stream: TcpStream, spans: Arc<Mutex<Vec<Span>>>, services: Arc<Mutex<Vec<String>>>) {
    let mut read = Vec::new();
    loop {
        while let Some(at) = read.windows(4).position(|four| four == b"\r\n\r\n") {
            let head = String::from_utf8_lossy(&read[..at]).to_ascii_lowercase();
            assert!(
                head.starts_with("post /v1/traces ") && head.contains("application/x-protobuf"),
                "{head}"
            );
            let length =
                head.lines().find_map(|line| line.strip_prefix("content-length: ")).expect("a length");
            let end = at + 4 + length.parse::<usize>().expect("a number");
            if read.len() < end {
                break;
            }
            let request = ExportTraceServiceRequest::decode(&read[at + 4..end]).expect("OTLP");
            for resource in request.resource_spans {
                let said = resource.resource.expect("a resource").attributes;
                services.lock().expect("whole").push(text(&said, "service.name").expect("a name"));
                spans
                    .lock()
                    .expect("whole")
                    .extend(resource.scope_spans.into_iter().flat_map(|scope| scope.spans));
            }
            read.drain(..end);
            stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").await.expect("sent");
        }
        if stream.read_buf(&mut read).await.unwrap_or(0) == 0 {
            return;
        }
    }
}

fn text(said: &[opentelemetry_proto::tonic::common::v1::KeyValue], key: &str) -> Option<String> {
    let found = said.iter().find(|pair| pair.key == key)?;
    match found.value.as_ref()?.value.as_ref()? {
        Value::StringValue(text) => Some(text.clone()),
        Value::IntValue(number) => Some(number.to_string()),
        _ => None,
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[track_caller]
fn one<'a>(spans: &'a [Span], name: &str) -> &'a Span {
    let found: Vec<_> = spans.iter().filter(|span| span.name == name).collect();
    assert_eq!(found.len(), 1, "{name}: {spans:#?}");
    found[0]
}

async fn order(app: &TestApp, callback: &str, headers: &[(&str, &str)]) -> Answer {
    let body = json!({ "prompt": "a slow waltz", "callback_url": callback }).to_string();
    let request = app.ann.request(Method::POST, "/producer/audios").bearer_auth(&app.ann.token);
    let request = request.header("content-type", "application/json").body(body);
    read(headers.iter().fold(request, |request, (name, value)| request.header(*name, *value))).await
}

fn header<'a>(call: &'a Call, name: &str) -> Option<&'a str> {
    call.head.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
}

#[tokio::test]
async fn a_trace_goes_from_the_order_through_the_task_to_each_attempt_of_its_callback() {
    let collector = Collector::start().await;
    let endpoint = collector.endpoint.clone();
    let app = TestApp::with(|settings| {
        settings.telemetry.otlp_endpoint = endpoint;
        settings.telemetry.service_name = "backline-test".to_owned();
        settings.webhooks.retry_schedule_seconds = vec![5];
    })
    .await;
    let receiver = Receiver::start().await;
    receiver.next(Reply::Status(500, "no"));
    let sent = [("traceparent", CAME), ("tracestate", "vendor=opaque")];
    let ordered = order(&app, &receiver.url("/secret"), &sent).await;
    assert_ne!(ordered.word("trace_id").replace('-', ""), CAME_TRACE, "the header x-trace-id stays ours");
    crate::callbacks::delivery::advance_to_next_attempt(&app, &ordered.task_id(), 1).await;
    until_delivery(&app, &ordered.task_id(), DeliveryState::Delivered, 2).await;
    let names = ["/producer/audios", "queue", "engine", "keep files", "task"];
    collector.until(CAME_TRACE, &names).await;
    eventually("both attempts are there", || async { collector.spans(CAME_TRACE).len() == 7 }).await;
    let spans = collector.spans(CAME_TRACE);

    let request = one(&spans, "/producer/audios");
    assert_eq!(hex(&request.parent_span_id), "00f067aa0ba902b7");
    assert_eq!(text(&request.attributes, "http.response.status_code").as_deref(), Some("200"));
    assert_eq!(text(&request.attributes, "backline.trace_id"), Some(ordered.word("trace_id")));
    let task = one(&spans, "task");
    assert_eq!(task.parent_span_id, request.span_id);
    for part in ["queue", "engine", "keep files"] {
        let part = one(&spans, part);
        assert_eq!(part.parent_span_id, task.span_id);
        assert!(part.start_time_unix_nano >= task.start_time_unix_nano, "{part:#?}");
        assert!(part.end_time_unix_nano <= task.end_time_unix_nano, "{part:#?}");
    }
    let attempts: Vec<_> = spans.iter().filter(|span| span.name == "callback").collect();
    let calls = receiver.calls();
    assert_eq!((attempts.len(), calls.len()), (2, 2));
    for (attempt, call) in attempts.iter().zip(&calls) {
        assert_eq!(attempt.parent_span_id, task.span_id);
        let passed_on = format!("00-{CAME_TRACE}-{}-01", hex(&attempt.span_id));
        assert_eq!(header(call, "traceparent"), Some(passed_on.as_str()));
        assert_eq!(header(call, "tracestate"), Some("vendor=opaque"));
        assert!(!format!("{attempt:?}").contains("secret"));
    }
    assert!(attempts[0].status.as_ref().is_some_and(|status| status.code == 2), "it failed");
    assert!(attempts[1].status.is_none());
    assert!(collector.services.lock().expect("whole").iter().all(|name| name == "backline-test"));
}

#[tokio::test]
async fn an_order_without_a_trace_begins_one_that_has_the_bytes_of_its_trace_id() {
    let collector = Collector::start().await;
    let endpoint = collector.endpoint.clone();
    let app = TestApp::with(|settings| settings.telemetry.otlp_endpoint = endpoint).await;
    let receiver = Receiver::start().await;
    for invalid in [None, Some("00-00000000000000000000000000000000-00f067aa0ba902b7-01"), Some("nonsense")] {
        let sent: Vec<_> = invalid.map(|value| ("traceparent", value)).into_iter().collect();
        let ordered = order(&app, &receiver.url("/"), &sent).await;
        let trace = ordered.word("trace_id").replace('-', "");
        let spans = collector.until(&trace, &["/producer/audios", "task", "callback"]).await;
        assert!(one(&spans, "/producer/audios").parent_span_id.is_empty(), "it is the root");
    }
}

#[tokio::test]
async fn what_others_do_not_record_is_not_recorded_and_goes_on_as_it_came() {
    let collector = Collector::start().await;
    let endpoint = collector.endpoint.clone();
    let app = TestApp::with(|settings| settings.telemetry.otlp_endpoint = endpoint).await;
    let receiver = Receiver::start().await;
    let unrecorded = CAME.replace("-01", "-00");
    let quiet = order(&app, &receiver.url("/"), &[("traceparent", &unrecorded)]).await;
    let call = receiver.until_calls(1).await.remove(0);
    assert_eq!(header(&call, "traceparent"), Some(unrecorded.as_str()));
    app.until_succeeded(&quiet.task_id()).await;
    let loud = order(&app, &receiver.url("/"), &[]).await;
    collector.until(&loud.word("trace_id").replace('-', ""), &["callback"]).await;
    assert!(collector.spans(CAME_TRACE).is_empty());
}

#[tokio::test]
async fn without_a_collector_a_trace_goes_on_to_the_callback_as_it_came() {
    let app = TestApp::start().await;
    let receiver = Receiver::start().await;
    order(&app, &receiver.url("/"), &[("traceparent", CAME), ("tracestate", "a=1")]).await;
    order(&app, &receiver.url("/"), &[]).await;
    let mut calls = receiver.until_calls(2).await;
    calls.sort_by_key(|call| header(call, "traceparent").is_none());
    assert_eq!(
        (header(&calls[0], "traceparent"), header(&calls[0], "tracestate")),
        (Some(CAME), Some("a=1"))
    );
    assert_eq!((header(&calls[1], "traceparent"), header(&calls[1], "tracestate")), (None, None));
}

#[tokio::test]
async fn a_dead_collector_costs_spans_and_nothing_else() {
    // One that takes connections and never answers.
    let silent = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let endpoint = format!("http://{}", silent.local_addr().expect("bound"));
    let app = TestApp::with(|settings| settings.telemetry.otlp_endpoint = endpoint).await;
    for number in 0..5_000 {
        let answer = app.ann.query(&json!({ "action": "retrieve_batch", "ids": [] })).await;
        assert_eq!(answer.status, 200, "query {number}");
    }
    let id = app.ann.order(&song("a slow waltz")).await.task_id();
    app.until_succeeded(&id).await;
    let metrics = app.ann.get("/metrics").await;
    let dropped = metrics.text().lines().find_map(|line| line.strip_prefix("backline_spans_dropped_total "));
    assert!(dropped.expect("counted").parse::<u64>().expect("a number") > 0, "{}", metrics.text());
}
