//! Who gets in.

use std::path::Path;

use reqwest::Method;
use serde_json::json;
use server::cli::Server;
use server::config::{self, EngineName};
use server::simulate::Rehearsal;

use super::world::{HELD, World};
use crate::app::TestApp;
use crate::client::{Client, read};
use crate::processes::{Process, backline, tell};
use crate::receiver::Receiver;

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

#[tokio::test]
async fn rehearsals_and_real_work_are_refused_in_each_others_folders() {
    let home = tempfile::tempdir().expect("a folder");
    let data = home.path().join("data");
    let start = |rehearsal: Option<Rehearsal>, data: &Path| {
        let data = data.to_owned();
        let mut settings = config::load(None, &data, Some("127.0.0.1:0")).expect("the defaults");
        settings.engine.default = EngineName::Simulated;
        settings.worker.stop_seconds = 0;
        let mut rehearsal = rehearsal;
        if let Some(rehearsal) = &mut rehearsal {
            rehearsal.prepare(&mut settings);
        }
        tokio::task::spawn_blocking(move || Server::start_with(settings, &data, rehearsal))
    };
    let stopped = async |server: Server| {
        server.stop();
        tokio::task::spawn_blocking(move || server.join().expect("ended well")).await.expect("no panic");
    };
    let new_token = async |data: &Path| {
        let data = data.to_owned();
        let made = tokio::task::spawn_blocking(move || crate::processes::token(&data, &[]));
        made.await.expect("no panic")
    };
    let real = start(None, &data).await.expect("no panic").expect("started");
    let ann = Client::new(&format!("http://{}", real.address()), &new_token(&data).await);
    let id = ann.rehearse("latency=1h", "a waltz").await;
    stopped(real).await;

    let refused = async |rehearsal, data: &Path, parts: [&str; 3]| {
        let refused = start(rehearsal, data).await.expect("no panic").err().expect("refused").to_string();
        for part in parts.into_iter().chain(data.to_str()) {
            assert!(refused.contains(part), "{part:?} is not in {refused:?}");
        }
    };
    refused(Some(HELD), &data, ["has real tasks", "--data-dir", "without --simulate"]).await;
    let real = start(None, &data).await.expect("no panic").expect("it is as it was");
    let ann = Client::new(&format!("http://{}", real.address()), &ann.token);
    ann.query(&json!({ "action": "cancel", "id": id })).await;
    stopped(real).await;
    // Work that is done has times that are not a rehearsal's.
    refused(Some(HELD), &data, ["has real tasks", "--data-dir", "without --simulate"]).await;
    assert!(!data.join("rehearsal").exists());

    let data = home.path().join("rehearsed");
    for _ in 0..2 {
        let rehearsal = start(Some(HELD), &data).await.expect("no panic").expect("started");
        let ann = Client::new(&format!("http://{}", rehearsal.address()), &new_token(&data).await);
        // Its own work is no reason.
        ann.rehearse("latency=1h", "a waltz").await;
        stopped(rehearsal).await;
    }
    refused(None, &data, ["tasks of a rehearsal", "--data-dir", "with --simulate"]).await;
    assert!(data.join("rehearsal").exists());
}

#[tokio::test]
async fn a_rehearsal_that_cannot_listen_leaves_the_folder_what_it_was() {
    let home = tempfile::tempdir().expect("a folder");
    let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("bound");
    let mut settings = config::load(None, home.path(), Some("127.0.0.1:0")).expect("the defaults");
    settings.metrics.listen = taken.local_addr().expect("an address").to_string();
    let data = home.path().to_owned();
    let starting = tokio::task::spawn_blocking(move || {
        Server::start_with(settings, &data, Some(HELD)).err().expect("refused").to_string()
    });
    let refused = starting.await.expect("no panic");
    assert!(refused.contains("metrics.listen"), "{refused}");
    assert!(!home.path().join("rehearsal").exists());
}

#[tokio::test]
async fn commands_beside_a_rehearsal_go_by_its_clock() {
    let world = World::start(HELD).await;
    let receiver = Receiver::start().await;
    world.ann.rehearse_called_back("callback=lost", &receiver.url("/")).await;
    world.advance("1h").await;
    let (data, clock) = (world.data(), "going by its clock, 2026-01-01T0");
    let said = tokio::task::spawn_blocking(move || {
        let commands: [&[&str]; 4] = [
            &["callbacks", "replay", "--all-given-up"],
            &["doctor"],
            &["retention", "--dry-run"],
            &["webhook-secret", "rotate"],
        ];
        commands.map(|command| tell(command, &data))
    });
    let [replayed, examined, counted, rotated] = said.await.expect("no panic");
    for said in [counted, rotated] {
        assert!(said.status.success() && said.err.contains(clock), "{}", said.err);
    }
    assert!(replayed.status.success() && replayed.err.contains(clock), "{}", replayed.err);
    receiver.until_calls(1).await;
    assert!(examined.status.success() && examined.err.contains(clock), "{}{}", examined.out, examined.err);
    assert!(examined.out.contains("ok    server       one runs, a rehearsal"), "{}", examined.out);
}

#[test]
fn the_other_flags_need_the_one() {
    for flag in ["--simulate-hold", "--simulate-seed=7", "--simulate-start=now"] {
        let said = crate::processes::run(backline(&["serve", flag]));
        assert!(!said.status.success() && said.err.contains("--simulate"), "{}", said.err);
    }
}
