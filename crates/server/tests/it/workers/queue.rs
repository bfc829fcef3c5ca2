//! Whose song is next.

use crate::app::TestApp;
use crate::client::Client;
use crate::engine::Turn;

async fn order_all(caller: &Client, prompts: &[&str]) -> Vec<String> {
    let mut ids = Vec::new();
    for prompt in prompts {
        ids.push(caller.order_song(prompt).await);
    }
    ids
}

#[tokio::test]
async fn two_applications_take_turns_and_within_one_the_oldest_goes_first() {
    let app = TestApp::with(|settings| settings.worker.concurrency = 1).await;
    let bob = app.client("bob@example.com").await;
    app.engine.next(Turn::Hold);
    order_all(&app.ann, &["ann 0"]).await;
    app.engine.until_orders(1).await;
    order_all(&app.ann, &["ann 1", "ann 2", "ann 3", "ann 4"]).await;
    order_all(&bob, &["bob 1", "bob 2"]).await;
    app.engine.end("ann 0", Turn::Sing);
    app.engine.until_orders(7).await;
    let prompts = app.engine.prompts();
    // Bob is new, and Ann has just had a turn.
    assert_eq!(prompts, ["ann 0", "bob 1", "ann 1", "bob 2", "ann 2", "ann 3", "ann 4"]);
}

#[tokio::test]
async fn a_token_has_no_more_orders_in_flight_than_it_may_and_holds_nobody_up() {
    let app = TestApp::with(|settings| {
        settings.worker.concurrency = 4;
        settings.limits.orders_in_flight = 2;
    })
    .await;
    app.engine.always(Turn::Hold);
    let ids = order_all(&app.ann, &["ann 1", "ann 2", "ann 3"]).await;
    app.engine.until_orders(2).await;
    let bob = app.client("bob@example.com").await;
    order_all(&bob, &["bob 1"]).await;
    app.engine.until_orders(3).await;
    assert_eq!(app.engine.prompts()[2], "bob 1", "a worker is free, but not for Ann");
    assert_eq!(app.state_of(&ids[2]).await, "pending");

    app.engine.end("ann 1", Turn::Sing);
    app.engine.until_orders(4).await;
    assert_eq!(app.engine.prompts()[3], "ann 3");
    app.until_succeeded(&ids[0]).await;
}

#[tokio::test]
async fn a_busy_engine_never_delays_an_answer() {
    let app = TestApp::with(|settings| settings.worker.concurrency = 1).await;
    app.engine.always(Turn::Hold);
    let first = app.order_song("first").await;
    app.engine.until_orders(1).await;
    for number in 0..50 {
        app.order_song(&format!("song {number}")).await;
        app.retrieve(&first).await;
    }
}
