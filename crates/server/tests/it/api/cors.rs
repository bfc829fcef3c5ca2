//! Pages of other origins.

use reqwest::Method;

use crate::app::TestApp;
use crate::client::read;

#[tokio::test]
async fn a_page_of_any_origin_may_ask_with_the_headers_that_clients_send() {
    let app = TestApp::start().await;
    let preflight =
        app.ann.request(Method::OPTIONS, "/producer/audios").header("origin", "https://example.com");
    let wanted =
        "authorization,content-type,accept,x-record-exempt,idempotency-key,cancel-after,last-event-id";
    let preflight = preflight.header("access-control-request-method", "POST");
    let answer = read(preflight.header("access-control-request-headers", wanted)).await;
    assert_eq!((answer.status, answer.header("access-control-allow-origin")), (200, Some("*")));
    let allowed = answer.header("access-control-allow-headers").expect("headers").to_ascii_lowercase();
    for header in wanted.split(',') {
        assert!(allowed.split(',').any(|allowed| allowed.trim() == header), "{header} is not in {allowed}");
    }
    let methods = answer.header("access-control-allow-methods").expect("methods");
    assert!(methods.contains("POST") && methods.contains("GET"));
    assert!(answer.header("access-control-max-age").is_some());
    assert!(answer.header("x-trace-id").is_some());
}

#[tokio::test]
async fn a_page_may_read_trace_rate_and_retry_of_any_answer() {
    let app = TestApp::start().await;
    for path in ["/nowhere", "/producer/tasks", "/files/x/y", "/healthz"] {
        let answer = read(app.ann.request(Method::GET, path).header("origin", "https://example.com")).await;
        assert_eq!(answer.header("access-control-allow-origin"), Some("*"), "{path}");
        assert!(answer.header("x-trace-id").is_some(), "{path}");
        let exposed = answer.header("access-control-expose-headers").expect("headers").to_ascii_lowercase();
        for header in ["x-trace-id", "retry-after", "ratelimit", "ratelimit-policy"] {
            assert!(
                exposed.split(',').any(|exposed| exposed.trim() == header),
                "{header} is not in {exposed}"
            );
        }
    }
}

#[tokio::test]
async fn only_origins_that_the_setting_names_may_ask() {
    let origins = vec!["https://mine.example".to_owned()];
    let app = TestApp::with(|settings| settings.http.allowed_origins = origins).await;
    for (origin, allowed) in [("https://mine.example", true), ("https://other.example", false)] {
        let answer = read(app.ann.request(Method::GET, "/healthz").header("origin", origin)).await;
        assert_eq!(answer.header("access-control-allow-origin"), allowed.then_some(origin));
    }
}
