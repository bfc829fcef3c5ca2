//! Who gets in.

use reqwest::Method;
use serde_json::json;

use crate::app::TestApp;
use crate::client::read;
use crate::processes::{Process, backline};

#[tokio::test]
async fn without_the_flag_there_is_no_clock_to_move() {
    let app = TestApp::with(|settings| settings.engine.simulated.enabled = true).await;
    for method in [Method::GET, Method::POST, Method::PUT, Method::DELETE] {
        let request = app.ann.request(method, "/simulate/clock").bearer_auth(&app.ann.token);
        read(request.json(&json!({ "advance": "1s" }))).await.assert_is_error(404, "no_api");
    }
}

#[tokio::test]
async fn a_server_whose_engine_is_simulated_has_no_clock_to_move_either() {
    let home = tempfile::tempdir().expect("a folder");
    let mut command = backline(&[]);
    command.env("BACKLINE_ENGINE__DEFAULT", "simulated");
    let server = Process::serve_with(&home.path().join("data"), command);
    let clock = server.client("").get("/simulate/clock").await;
    clock.assert_is_error(404, "no_api");
}

#[test]
fn the_other_flags_need_the_one() {
    for flag in ["--simulate-hold", "--simulate-seed=7", "--simulate-start=now"] {
        let said = crate::processes::run(backline(&["serve", flag]));
        assert!(!said.status.success() && said.err.contains("--simulate"), "{}", said.err);
    }
}
