//! Whatever is sent, the answer is one of ours.

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use serde_json::{Map, Value, json};

use crate::app::TestApp;
use crate::engine::Turn;

/// Any JSON, most often an object with fields that the endpoints know.
fn any_body() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        any::<String>().prop_map(Value::from),
        Just(json!("00000000-0000-0000-0000-000000000000")),
        Just(json!("http://127.0.0.1:1/x")),
        Just(json!("retrieve_batch")),
        Just(json!("generate")),
    ];
    let value = leaf.prop_recursive(4, 24, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::hash_map(any::<String>(), inner, 0..6)
                .prop_map(|map| Value::Object(map.into_iter().collect::<Map<_, _>>())),
        ]
    });
    let known = prop::sample::select(vec![
        "action",
        "id",
        "ids",
        "task_id",
        "trace_id",
        "trace_ids",
        "user_id",
        "application_id",
        "type",
        "limit",
        "offset",
        "created_at_min",
        "created_at_max",
        "prompt",
        "lyric",
        "custom",
        "title",
        "instrumental",
        "model",
        "seed",
        "weirdness",
        "sound_strength",
        "lyrics_strength",
        "style",
        "vocal_gender",
        "callback_url",
        "async",
    ]);
    let object = prop::collection::hash_map(known.prop_map(str::to_owned), value.clone(), 0..8)
        .prop_map(|map| Value::Object(map.into_iter().collect::<Map<_, _>>()));
    prop_oneof![8 => object, 1 => value]
}

#[test]
fn no_json_brings_a_server_error_or_breaks_the_connection() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let app = runtime.block_on(TestApp::start());
    // Orders that are understood end at once.
    app.engine.always(Turn::Refuse("no"));
    let mut runner = TestRunner::new(Config { cases: 300, failure_persistence: None, ..Config::default() });
    let tested = runner.run(&(any_body(), any::<bool>()), |(body, order)| {
        let path = if order { "/producer/audios" } else { "/producer/tasks" };
        let answer = runtime.block_on(app.ann.try_post(path, body.to_string().into_bytes()));
        let answer = answer.map_err(|error| TestCaseError::fail(error.to_string()))?;
        prop_assert!(answer.status < 500, "{}", answer.text());
        prop_assert!(answer.header("x-trace-id").is_some());
        let told = answer.json();
        match answer.status {
            200 => prop_assert!(told["success"] == true || told["items"].is_array(), "{told}"),
            _ => prop_assert!(told["success"] == false && told["error"]["code"].is_string(), "{told}"),
        }
        Ok(())
    });
    tested.expect("every body is answered");
}

#[test]
fn no_bytes_bring_a_server_error_or_break_the_connection() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let app = runtime.block_on(TestApp::start());
    let mut runner = TestRunner::new(Config { cases: 200, failure_persistence: None, ..Config::default() });
    let near_json = prop::collection::vec(prop::sample::select(b"{}[]\",:\\u0d8e+-.\xff \n".to_vec()), 0..40);
    let bytes = prop_oneof![prop::collection::vec(any::<u8>(), 0..200), near_json];
    let tested = runner.run(&bytes, |bytes| {
        for path in ["/producer/audios", "/producer/tasks"] {
            let answer = runtime.block_on(app.ann.try_post(path, bytes.clone()));
            let answer = answer.map_err(|error| TestCaseError::fail(error.to_string()))?;
            prop_assert_eq!(answer.error(), (400, "bad_request".to_owned()));
        }
        Ok(())
    });
    tested.expect("every body is answered");
}
