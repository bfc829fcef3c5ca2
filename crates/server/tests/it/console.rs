//! The console's pages and files, as a browser fetches them.

use reqwest::Method;

use crate::app::TestApp;
use crate::client::{Answer, read};

async fn get(app: &TestApp, path: &str, headers: &[(&str, &str)]) -> Answer {
    let request = app.ann.request(Method::GET, path);
    read(headers.iter().fold(request, |request, (name, value)| request.header(*name, *value))).await
}

/// The address of the style sheet that a page names.
fn style_of(page: &str) -> String {
    let (_, rest) = page.split_once("rel=\"stylesheet\" href=\"").expect("a style sheet");
    rest.split('"').next().expect("an address").to_owned()
}

#[tokio::test]
async fn browsers_are_shown_to_the_console_and_programs_are_not() {
    let app = TestApp::start().await;
    let shown = get(&app, "/", &[("accept", "text/html,*/*;q=0.8")]).await;
    assert_eq!((shown.status, shown.header("location")), (303, Some("/console/")));
    get(&app, "/", &[("accept", "application/json")]).await.assert_is_error(404, "no_api");
    for path in ["/console/nowhere", "/console/tasks/x", "/console/assets/0/console.css"] {
        get(&app, path, &[]).await.assert_is_error(404, "no_api");
    }
}

#[tokio::test]
async fn a_page_lets_nothing_run_or_come_from_elsewhere() {
    let app = TestApp::start().await;
    for path in ["", "apis/audios", "tasks", "tasks/1a6ac2ad-10f2-4e2b-b500-66ec27fe82ad", "studio", "log-in"]
    {
        let page = get(&app, &format!("/console/{path}"), &[]).await;
        assert_eq!(page.status, 200, "{path}");
        let policy = page.header("content-security-policy").expect("a policy");
        for word in ["default-src 'none'", "script-src 'self'", "style-src 'self'", "frame-ancestors 'none'"]
        {
            assert!(policy.contains(word), "{path}: {word}");
        }
        assert!(!policy.contains("unsafe"), "{policy}");
        assert_eq!(page.header("x-content-type-options"), Some("nosniff"));
        assert_eq!(page.header("referrer-policy"), Some("same-origin"));
        assert_eq!(page.header("set-cookie"), None);
    }
}

#[tokio::test]
async fn a_page_speaks_the_language_that_was_chosen_or_that_the_browser_likes() {
    let app = TestApp::start().await;
    let chinese = [("accept-language", "zh-TW,zh;q=0.9,en;q=0.8")];
    let page = get(&app, "/console/apis/tasks", &chinese).await;
    assert_eq!(page.header("content-language"), Some("zh-TW"));
    assert!(page.text().contains("查詢或取消任務"), "{}", page.text());
    let back = format!("{}/console/apis/tasks", app.ann.base);
    let switched = get(&app, "/console/language?to=en", &[("referer", back.as_str())]).await;
    assert_eq!((switched.status, switched.header("location")), (303, Some("/console/apis/tasks")));
    let cookie = switched.header("set-cookie").expect("a cookie");
    assert!(cookie.starts_with("backline_language=en;"), "{cookie}");
    let page = get(&app, "/console/apis/tasks", &[chinese[0], ("cookie", "backline_language=en")]).await;
    assert_eq!(page.header("content-language"), Some("en"));
    let astray =
        get(&app, "/console/language?to=tlh", &[("referer", "https://evil.example/console/x")]).await;
    assert_eq!((astray.header("location"), astray.header("set-cookie")), (Some("/console/"), None));
}

#[tokio::test]
async fn files_keep_for_ever_and_come_compressed_and_pages_are_asked_for_again() {
    let app = TestApp::start().await;
    let page = get(&app, "/console/", &[]).await;
    assert_eq!(page.header("cache-control"), Some("no-cache"));
    let known = page.header("etag").expect("a tag").to_owned();
    assert_eq!(get(&app, "/console/", &[("if-none-match", &known)]).await.status, 304);
    let style = style_of(page.text());
    let plain = get(&app, &style, &[]).await;
    assert_eq!(plain.header("cache-control"), Some("public, max-age=31536000, immutable"));
    assert_eq!(plain.header("content-type"), Some("text/css; charset=utf-8"));
    let small = get(&app, &style, &[("accept-encoding", "gzip")]).await;
    assert_eq!(small.header("content-encoding"), Some("gzip"));
    assert!(small.body.len() * 2 < plain.body.len());
    let old = style.replace("/assets/", "/assets/0");
    get(&app, &old, &[]).await.assert_is_error(404, "no_api");
}
