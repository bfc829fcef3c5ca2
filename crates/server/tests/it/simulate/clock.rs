//! The clock itself, and what goes by the machine's.

use reqwest::Method;
use serde_json::json;
use server::simulate::Rehearsal;

use super::world::{AUTO, BEGIN, HELD, World};
use crate::client::{eventually, read};
use crate::processes::{tell, token};

#[tokio::test]
async fn the_clock_tells_how_it_stands_and_is_moved() {
    let world = World::start(HELD).await;
    assert_eq!(world.clock().await, json!({ "now": BEGIN, "next": null, "auto": false, "seed": 7 }));
    world.ann.rehearse("latency=40s, progress=50%", "a waltz").await;
    world.advance("0s").await;
    assert_eq!(world.clock().await["next"], BEGIN + 20.0);
    let moved = world.ann.post("/simulate/clock", json!({ "to": BEGIN + 3_600.5 })).await.json();
    assert_eq!((&moved["now"], &moved["stops"]), (&json!(BEGIN + 3_600.5), &json!(2)));
    let moved = world.ann.post("/simulate/clock", json!({ "advance": 1.5 })).await.json();
    assert_eq!(moved["now"], BEGIN + 3_602.0);
}

#[tokio::test]
async fn a_wish_that_cannot_be_met_is_told_so() {
    let world = World::start(HELD).await;
    for (body, expected) in [
        (json!({}), "Either `advance` or `to`"),
        (json!({ "advance": "soon" }), "`advance` is \"soon\""),
        (json!({ "advance": -1 }), "`advance` is -1"),
        (json!({ "to": BEGIN - 1.0 }), "not before the clock's"),
        (json!({ "to": 1e300 }), "not before the clock's"),
        (json!({ "auto": "yes" }), "`auto` is \"yes\""),
        (json!({ "advnce": "1s" }), "`advnce` is unknown"),
        (json!({ "advance": "1s", "to": BEGIN + 1.0 }), "Either `advance` or `to`"),
    ] {
        let answer = world.ann.post("/simulate/clock", &body).await;
        answer.assert_is_error(400, "bad_request");
        assert!(answer.message().contains(expected), "{body}: {}", answer.message());
    }
    assert_eq!(world.seconds().await, 0.0);
}

#[tokio::test]
async fn a_clock_that_runs_ahead_can_be_held_and_let_go() {
    let world = World::start(AUTO).await;
    world.ann.post("/simulate/clock", json!({ "auto": false })).await;
    let id = world.ann.rehearse("latency=40s", "a waltz").await;
    world.advance("1s").await;
    assert_eq!(world.ann.standing(&id).await.0, "processing");
    world.ann.post("/simulate/clock", json!({ "auto": true })).await;
    eventually("it runs ahead", || async { world.ann.standing(&id).await.0 == "succeeded" }).await;
    assert_eq!(world.seconds().await, 40.0);
}

#[tokio::test]
async fn a_place_that_a_failed_try_leaves_is_taken_in_the_same_moment() {
    // Several at a time: a machine that has nothing else to do is quick enough to hide a clock that goes on too early.
    let ended = tokio::join!(after_a_failed_try(), after_a_failed_try(), after_a_failed_try());
    // The next has its second from when the first try ends, and the second try its own from when it is due.
    assert_eq!(ended, ([2.0, 4.0], [2.0, 4.0], [2.0, 4.0]));
}

/// When an order ended that waited for the place of one whose first try failed, and when that one did.
async fn after_a_failed_try() -> [f64; 2] {
    let world = World::start(HELD).await;
    // The clock has somewhere to stop each tenth of a second, should it go on too early.
    let shares: Vec<String> = (1..100).map(|percent| format!("{percent}%")).collect();
    world.ann.rehearse(&format!("latency=10s, progress={}", shares.join("/")), "a clock that ticks").await;
    for _ in 0..3 {
        world.ann.rehearse("latency=10s", "a slow waltz").await;
    }
    let failing = world.ann.rehearse("latency=1s, fail=api_error, times=1", "a march").await;
    let next = world.ann.rehearse("latency=1s", "a tango").await;
    world.advance("10s").await;
    let mut ended = [0.0; 2];
    for (id, ended) in [next, failing].iter().zip(&mut ended) {
        *ended = world.ann.retrieve(id).await["finished_at"].as_f64().expect("a time") - BEGIN;
    }
    ended
}

#[tokio::test]
async fn tokens_made_and_revoked_beside_count_while_the_clock_stands() {
    let world = World::start(HELD).await;
    let (data, list) = (world.data(), json!({ "action": "retrieve_batch" }));
    let other = tokio::task::spawn_blocking(move || token(&data, &[])).await.expect("no panic");
    let other = world.ann.with_token(&other);
    assert_eq!(other.query(&list).await.status, 200);
    let (data, last_four) = (world.data(), other.token[60..].to_owned());
    let revoking = tokio::task::spawn_blocking(move || {
        let listed = tell(&["token", "list"], &data).out;
        let line = listed.lines().find(|line| line.contains(&last_four)).expect("listed").to_owned();
        assert!(tell(&["token", "revoke", line.split('\t').next().expect("an id")], &data).status.success());
    });
    revoking.await.expect("revoked");
    eventually("it is refused", || async { other.query(&list).await.status == 401 }).await;
}

#[tokio::test]
async fn a_token_expires_by_the_machines_clock_however_the_virtual_one_stands() {
    // It begins with the machine's time.
    let world = World::start(Rehearsal { seed: None, ..HELD }).await;
    let (data, list) = (world.data(), json!({ "action": "retrieve_batch" }));
    let made =
        tokio::task::spawn_blocking(move || ["30d", "1s"].map(|time| token(&data, &["--expires-in", time])));
    let [long, short] = made.await.expect("no panic").map(|token| world.ann.with_token(&token));
    world.advance("31d").await;
    assert_eq!(long.query(&list).await.status, 200, "the virtual clock is no reason");
    let expired = || async { short.query(&list).await.status == 401 };
    eventually("a second passes", expired).await;
    assert_eq!(long.query(&list).await.status, 200);
}

#[tokio::test]
async fn rates_go_by_the_machines_clock() {
    let world = World::with(HELD, |settings| settings.limits.requests_per_second = 2).await;
    let list = json!({ "action": "retrieve_batch" });
    let turns = || async { world.ann.query(&list).await.status };
    eventually("the rate is used up", || async { turns().await == 429 }).await;
    eventually("there is room again", || async { turns().await == 200 }).await;
    assert_eq!(world.seconds().await, 0.0);
}

#[tokio::test]
async fn a_client_that_orders_while_the_clock_is_moved_does_not_hold_it() {
    let world = World::start(HELD).await;
    let ordering = async {
        for number in 0..40 {
            world.ann.rehearse("latency=10m", &format!("song {number}")).await;
        }
    };
    let moving = async {
        for _ in 0..20 {
            world.advance("1m").await;
        }
    };
    tokio::join!(ordering, moving);
    // Five of a token run at a time.
    world.advance("2h").await;
    let listed = world.ann.query(&json!({ "action": "retrieve_batch", "limit": 100 })).await.json();
    let states: Vec<_> =
        listed["items"].as_array().expect("items").iter().map(|item| &item["state"]).collect();
    assert_eq!(states, [&json!("succeeded"); 40]);
}

#[tokio::test]
async fn who_listens_beyond_this_machine_asks_for_a_token() {
    let world =
        World::with(HELD, |settings| settings.http.listen = "0.0.0.0:0".parse().expect("an address")).await;
    for (method, status) in [(Method::GET, 401), (Method::POST, 401)] {
        let request = world.ann.request(method, "/simulate/clock").json(&json!({ "advance": "1s" }));
        assert_eq!(read(request).await.status, status);
    }
    let request = world.ann.request(Method::POST, "/simulate/clock").bearer_auth(&world.ann.token);
    assert_eq!(read(request.json(&json!({ "advance": "1s" }))).await.status, 200);
}
