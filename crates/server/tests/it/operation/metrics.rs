//! What a scrape tells.

use std::collections::BTreeSet;
use std::time::Duration;

use serde_json::{Value, json};
use store::DeliveryState;

use crate::app::TestApp;
use crate::callbacks::delivery::{advance_to_next_attempt, order_called_back, until_delivery};
use crate::engine::Turn;
use crate::receiver::{Receiver, Reply};

/// The number of a series, as it is written.
#[track_caller]
fn number(text: &str, series: &str) -> f64 {
    let line = text.lines().find_map(|line| line.strip_prefix(series)?.strip_prefix(' '));
    line.unwrap_or_else(|| panic!("no {series} in {text}")).parse().expect("a number")
}

async fn scrape(app: &TestApp) -> String {
    let answer = app.ann.get("/metrics").await;
    assert_eq!(answer.status, 200);
    let kind = answer.header("content-type").expect("a type").to_owned();
    assert!(kind.starts_with("application/openmetrics-text; version=1.0.0"), "{kind}");
    answer.text().to_owned()
}

/// A day of a server: songs that are made, refused and failed, a callback that fails and one that is given up.
async fn a_busy_day() -> (TestApp, String) {
    let app = TestApp::with(|settings| {
        settings.webhooks.retry_schedule_seconds = vec![5];
        settings.worker.max_attempts = 1;
        settings.worker.concurrency = 1;
    })
    .await;
    let receiver = Receiver::start().await;
    receiver.next(Reply::Status(500, "no"));
    let id = order_called_back(&app, "a slow waltz", &receiver.url("/secret-path")).await.task_id();
    advance_to_next_attempt(&app, &id, 1).await;
    until_delivery(&app, &id, DeliveryState::Delivered, 2).await;
    app.engine.next(Turn::Retry("out of tune"));
    let dead = Receiver::that_answers(Reply::Drop).await;
    let failed = order_called_back(&app, "a fast waltz", &dead.url("/")).await.task_id();
    advance_to_next_attempt(&app, &failed, 1).await;
    until_delivery(&app, &failed, DeliveryState::GivenUp, 2).await;
    app.ann.order(&json!({ "prompt": "a waltz", "weirdness": 7 })).await.assert_is_error(400, "bad_request");
    app.retrieve(&id).await;
    app.retrieve(&id).await;
    app.engine.always(Turn::Hold);
    for prompt in ["runs", "waits", "waits too"] {
        app.order_song(prompt).await;
        if prompt == "runs" {
            app.engine.until_orders(3).await;
        }
    }
    app.advance(Duration::from_secs(7));
    let text = scrape(&app).await;
    (app, text)
}

#[tokio::test]
async fn a_scrape_tells_what_happened_and_what_waits() {
    let (app, text) = a_busy_day().await;
    let doubled: Vec<_> =
        text.lines().filter(|line| line.starts_with("# HELP") && line.ends_with("..")).collect();
    assert_eq!(doubled, [""; 0]);
    for (series, expected) in [
        (r#"backline_orders_total{kind="audios",outcome="accepted"}"#, 5.0),
        (r#"backline_orders_total{kind="audios",outcome="bad_request"}"#, 1.0),
        (r#"backline_tasks_ended_total{outcome="succeeded"}"#, 1.0),
        (r#"backline_tasks_ended_total{outcome="api_error"}"#, 1.0),
        (r#"backline_callback_attempts_total{result="2xx"}"#, 1.0),
        (r#"backline_callback_attempts_total{result="5xx"}"#, 1.0),
        (r#"backline_callback_attempts_total{result="no_answer"}"#, 2.0),
        ("backline_callback_arrival_seconds_count", 1.0),
        ("backline_engine_seconds_count", 2.0),
        ("backline_tasks_running", 1.0),
        ("backline_tasks_waiting", 2.0),
        ("backline_oldest_waiting_seconds", 7.0),
        ("backline_dead_letters", 1.0),
        ("backline_callbacks_waiting", 0.0),
        (r#"backline_http_requests_total{route="/producer/audios",status="4xx"}"#, 1.0),
        (r#"backline_http_requests_total{route="/producer/audios",status="2xx"}"#, 5.0),
        (r#"backline_http_request_seconds_count{route="/producer/audios"}"#, 6.0),
    ] {
        assert_eq!(number(&text, series), expected, "{series}");
    }
    assert!(number(&text, "backline_disk_free_bytes") > 0.0);
    assert!(number(&text, "backline_http_connections") >= 1.0);
    assert!(number(&text, r#"backline_records_cache_total{result="hit"}"#) >= 0.0);
    assert!(number(&text, "backline_store_commit_seconds_count") >= 5.0);
    assert!(number(&text, &format!(r#"backline_build{{version="{}"}}"#, env!("CARGO_PKG_VERSION"))) == 1.0);
    assert!(text.ends_with("# EOF\n"));
    drop(app);
}

#[tokio::test]
async fn a_task_that_is_deleted_before_its_end_counts_as_one_that_ended_and_a_later_one_not_again() {
    let app = TestApp::start().await;
    let song = app.order_song("a slow waltz").await;
    app.until_succeeded(&song).await;
    app.engine.always(Turn::Hold);
    let held = app.order_song("a fast waltz").await;
    for id in [song, held] {
        app.ann.query(&json!({ "action": "delete", "id": id })).await;
    }
    let text = scrape(&app).await;
    let ended = text.lines().filter(|line| line.starts_with("backline_tasks_ended_total{"));
    let mut ended: Vec<_> = ended.collect();
    ended.sort_unstable();
    let expected =
        ["canceled", "succeeded"].map(|word| format!(r#"backline_tasks_ended_total{{outcome="{word}"}} 1"#));
    assert_eq!(ended, expected);
}

#[tokio::test]
async fn no_label_names_a_caller_a_task_a_path_or_a_host() {
    let (app, _) = a_busy_day().await;
    for path in ["/secret-path", "/files/0123/secret", "/producer/secret?token=secret"] {
        app.ann.get(path).await;
    }
    let text = scrape(&app).await;
    for secret in ["secret", "127.0.0.1", "ann@", &app.ann.token] {
        assert!(!text.contains(secret), "{secret} is in {text}");
    }
    let series = text.lines().filter(|line| !line.starts_with('#')).count();
    assert!(series < 500, "{series} series");
}

#[tokio::test]
async fn web_pages_of_others_cannot_read_the_metrics_and_a_setting_takes_them_away() {
    let app = TestApp::start().await;
    assert_eq!(app.ann.get("/metrics").await.header("access-control-allow-origin"), None);
    let app = TestApp::with(|settings| settings.metrics.enabled = false).await;
    app.ann.get("/metrics").await.assert_is_error(404, "no_api");
    let app = TestApp::with(|settings| settings.metrics.listen = "127.0.0.1:0".to_owned()).await;
    app.ann.get("/metrics").await.assert_is_error(404, "no_api");
}

#[tokio::test]
async fn the_dashboard_asks_for_nothing_that_a_scrape_does_not_tell() {
    let (_app, text) = a_busy_day().await;
    let told: BTreeSet<&str> = text
        .lines()
        .filter(|line| !line.starts_with('#'))
        .map(|line| line.split(['{', ' ']).next().expect("a name"))
        .collect();
    let dashboard = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/grafana/backline.json");
    let dashboard = std::fs::read_to_string(dashboard).expect("readable");
    let dashboard: Value = serde_json::from_str(&dashboard).expect("JSON");
    let mut asked = BTreeSet::new();
    expressions(&dashboard, &mut |expression| {
        let words = expression.split(|letter: char| !(letter.is_ascii_alphanumeric() || letter == '_'));
        asked.extend(words.filter(|word| word.starts_with("backline_")).map(str::to_owned));
    });
    assert!(asked.len() > 15, "{asked:?}");
    for name in asked {
        assert!(told.contains(name.as_str()), "{name} is not among {told:?}");
    }
}

/// Every `expr` of a dashboard.
fn expressions(value: &Value, found: &mut impl FnMut(&str)) {
    match value {
        Value::Object(fields) => fields.iter().for_each(|(key, value)| match value {
            Value::String(text) if key == "expr" => found(text),
            other => expressions(other, found),
        }),
        Value::Array(items) => items.iter().for_each(|item| expressions(item, found)),
        _ => (),
    }
}

#[tokio::test]
async fn a_form_of_a_song_is_measured_once_and_only_where_it_is_made() {
    let app = TestApp::start().await;
    let rain = app.ann.sung("Rain").await;
    for kept in [2, 2] {
        let wav = app.ann.post("/producer/wav", json!({ "audio_id": rain })).await;
        assert_eq!(wav.status, 200, "{}", wav.text());
        let text = scrape(&app).await;
        assert!((number(&text, "backline_keep_files_seconds_count") - f64::from(kept)).abs() < 0.5, "{text}");
    }
}
