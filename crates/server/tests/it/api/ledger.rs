//! What orders cost, what they would cost, and what was paid.

use std::time::Duration;

use domain::{Action, ApplicationId, Credits};
use serde_json::{Value, json};
use server::config::{Price, PriceRuleSetting};
use store::{Account, DataFolder, LedgerStore as _};

use crate::app::{TestApp, song};
use crate::client::{Client, eventually};
use crate::engine::Turn;

async fn with_quota(app: &TestApp, quota: u32) -> Client {
    app.ann.with_token(&app.token_with("eve@example.com", |token| token.quota = Some(quota)).await)
}

/// The account of the application that ordered this task.
async fn account_of(app: &TestApp, caller: &Client, task: &str) -> Account {
    let application = caller.retrieve(task).await["application_id"].as_str().expect("an id").to_owned();
    let application: ApplicationId = application.parse().expect("an id");
    app.store().account(application).await.expect("readable").expect("a quota")
}

fn prove(app: &TestApp) {
    let proven = DataFolder::existing(app.home()).expect("there").prove_ledger().expect("readable");
    assert!(proven.holds(), "{proven:?}");
}

#[tokio::test]
async fn of_five_hundred_orders_at_once_a_quota_of_a_hundred_takes_exactly_a_hundred() {
    let app = TestApp::start().await;
    app.engine.always(Turn::Hold);
    let caller = with_quota(&app, 100).await;
    let orders: Vec<_> = (0..500)
        .map(|number| {
            let caller = caller.clone();
            tokio::spawn(async move { caller.order(&song(&format!("waltz {number}"))).await })
        })
        .collect();
    let mut accepted = Vec::new();
    for order in orders {
        let answer = order.await.expect("answered");
        match answer.status {
            200 => accepted.push(answer.task_id()),
            _ => answer.assert_is_error(403, "used_up"),
        }
    }
    assert_eq!(accepted.len(), 100);
    assert_eq!(caller.count_tasks().await, 100);
    let account = account_of(&app, &caller, &accepted[0]).await;
    let hundred = Credits::whole(100);
    let all_held =
        Account { granted: hundred, available: Credits::ZERO, held: hundred, spent: Credits::ZERO };
    assert_eq!(account, all_held);
    prove(&app);
}

#[tokio::test]
async fn the_price_list_of_the_settings_is_what_orders_cost() {
    let rule = |action: &str, model: Option<&str>, credits: &str| PriceRuleSetting {
        api: "audios".to_owned(),
        action: Some(action.to_owned()),
        model: model.map(str::to_owned),
        credits: Price(credits.parse().expect("credits")),
    };
    let app = TestApp::with(|settings| {
        settings.prices.audios = Price(Credits::whole(2));
        settings.prices.lyrics = Price("0.25".parse().expect("credits"));
        settings.prices.rules = vec![
            rule(Action::Generate.as_str(), Some("FUZZ-0.8"), "0.5"),
            rule(Action::Cover.as_str(), None, "3"),
        ];
    })
    .await;
    app.engine.always(Turn::Hold);
    let caller = with_quota(&app, 3).await;
    let spends = |body: Value, path: &'static str| {
        let caller = &caller;
        async move { caller.post(path, body).await }
    };
    let cheap =
        spends(json!({ "prompt": "a", "model": "FUZZ-0.8", "async": true }), "/producer/audios").await;
    let words = spends(json!({ "prompt": "b", "async": true }), "/producer/lyrics").await;
    let usual = spends(song("c"), "/producer/audios").await;
    assert_eq!([cheap.status, words.status, usual.status], [200; 3]);
    spends(song("d"), "/producer/audios").await.assert_is_error(403, "used_up");
    let account = account_of(&app, &caller, &usual.task_id()).await;
    assert_eq!(account.available, "0.25".parse().expect("credits"));
    prove(&app);
}

#[tokio::test]
async fn a_dry_run_tells_what_an_order_would_come_to_and_makes_nothing() {
    let app = TestApp::start().await;
    app.engine.always(Turn::Hold);
    let caller = with_quota(&app, 1).await;
    let dry = json!({ "prompt": "a slow waltz", "dry_run": true, "callback_url": "http://127.0.0.1:1/" });
    let answer = caller.order(&dry).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    let told = answer.json();
    assert_eq!((&told["success"], &told["dry_run"], told.get("task_id")), (&json!(true), &json!(true), None));
    let data = &told["data"];
    assert_eq!(
        (&data["price"], &data["covered"], &data["remaining_amount"]),
        (&json!(1), &json!(true), &json!(1))
    );
    assert_eq!(
        (&data["queue_position"], &data["begins_in"], &data["done_in"]),
        (&json!(1), &json!(0.0), &Value::Null)
    );
    assert!(data["engine"].is_string(), "{data}");
    assert_eq!((caller.count_tasks().await, app.engine.prompts().len()), (0, 0));

    let id = caller.order_song("another").await;
    app.engine.until_orders(1).await;
    let data = caller.order(&dry).await.json()["data"].clone();
    assert_eq!(
        (&data["covered"], &data["remaining_amount"]),
        (&json!(false), &json!(0)),
        "told, not refused"
    );
    assert_eq!(account_of(&app, &caller, &id).await.held, Credits::whole(1));
    prove(&app);
}

#[tokio::test]
async fn a_dry_run_is_checked_like_an_order_at_every_endpoint() {
    let app = TestApp::start().await;
    let caller = with_quota(&app, 1).await;
    let post = |path: &'static str, body: Value| {
        let caller = &caller;
        async move { caller.post(path, body).await }
    };
    let wrong = json!({ "prompt": "a", "weirdness": 7, "dry_run": true });
    post("/producer/audios", wrong).await.assert_is_error(400, "bad_request");
    post("/producer/audios", json!({ "prompt": "a", "dry_run": "yes" }))
        .await
        .assert_is_error(400, "bad_request");
    post("/producer/audios", json!({ "action": "hum", "dry_run": true }))
        .await
        .assert_is_error(400, "api_not_implemented");
    let unknown = json!({ "audio_id": "1a6ac2ad-10f2-4e2b-b500-66ec27fe82ad", "dry_run": true });
    for path in ["/producer/videos", "/producer/wav"] {
        post(path, unknown.clone()).await.assert_is_error(400, "bad_request");
    }
    for (path, body) in [
        ("/producer/lyrics", json!({ "prompt": "rain", "dry_run": true })),
        ("/producer/upload", json!({ "audio_url": "https://example.com/a.mp3", "dry_run": true })),
    ] {
        let answer = post(path, body).await;
        assert_eq!((answer.status, &answer.json()["data"]["price"]), (200, &json!(0)), "{path}");
    }
    let sung = caller.order(&json!({ "prompt": "a" })).await.json();
    let of_it = json!({ "audio_id": sung["data"][0]["id"], "dry_run": true });
    for path in ["/producer/videos", "/producer/wav"] {
        let answer = post(path, of_it.clone()).await.json();
        assert_eq!((&answer["success"], &answer["data"]["engine"]), (&json!(true), &Value::Null), "{path}");
    }
    assert_eq!(caller.count_tasks().await, 1, "of all this, only the song is a task");
}

#[tokio::test]
async fn a_dry_run_foretells_by_the_last_songs_and_by_what_waits() {
    let app = TestApp::with(|settings| {
        settings.worker.concurrency = 1;
        settings.limits.orders_in_flight = 0;
    })
    .await;
    app.engine.always(Turn::Hold);
    let first = app.order_song("first").await;
    app.engine.until_orders(1).await;
    app.advance(Duration::from_secs(30));
    app.engine.end("first", Turn::Sing);
    app.until_succeeded(&first).await;
    for (number, prompt) in (2..).zip(["second", "third"]) {
        app.order_song(prompt).await;
        app.engine.until_orders(number.min(2)).await;
    }
    let dry = json!({ "prompt": "fourth", "dry_run": true });
    let data = app.ann.order(&dry).await.json()["data"].clone();
    assert_eq!(
        (&data["queue_position"], &data["begins_in"], &data["done_in"]),
        (&json!(2), &json!(60.0), &json!(90.0))
    );
    let upload = json!({ "audio_url": "https://example.com/a.mp3", "dry_run": true });
    let data = app.ann.post("/producer/upload", upload).await.json()["data"].clone();
    assert_eq!(
        (&data["queue_position"], &data["begins_in"]),
        (&json!(1), &json!(0.0)),
        "no song is before it"
    );
    let stranger = app.client("bob@example.com").await;
    let data = stranger.order(&dry).await.json()["data"].clone();
    assert_eq!(data["queue_position"], json!(2), "applications take turns, and ann's may be first");
}

#[tokio::test]
async fn usage_is_told_order_by_order_in_sums_and_as_files() {
    let app = TestApp::start().await;
    let caller = with_quota(&app, 5).await;
    for turn in [Turn::Sing, Turn::Refuse("no"), Turn::Sing] {
        app.engine.next(turn);
        caller.order(&json!({ "prompt": "a slow waltz" })).await;
        app.advance(Duration::from_secs(1));
    }
    app.order_song("someone else's").await;
    eventually("all have ended", || async { sums(&caller, "").await["total"]["failed"] == json!(1) }).await;
    let list = caller.get_as_caller("/api/v1/usage/apis/?limit=2").await.json();
    assert_eq!((&list["count"], list["items"].as_array().expect("items").len()), (&json!(3), 2));
    let newest = &list["items"][0];
    assert_eq!(
        (&newest["state"], &newest["amount"], &newest["type"]),
        (&json!("succeeded"), &json!(1), &json!("audios"))
    );
    let failed = &list["items"][1];
    assert_eq!((&failed["state"], &failed["amount"]), (&json!("failed"), &json!(0)));

    let total = sums(&caller, "").await["total"].clone();
    assert_eq!(total, json!({ "ordered": 3, "succeeded": 2, "failed": 1, "cancelled": 0, "amount": 2 }));
    let by = sums(&caller, "?group_by=day,application,credential,api").await;
    assert_eq!(by["count"], json!(1));
    let sum = &by["items"][0];
    assert_eq!((&sum["day"], &sum["api_id"]), (&json!("2025-12-30"), &newest["api_id"]));
    assert_eq!(
        (&sum["application_id"], &sum["credential_id"]),
        (&newest["application_id"], &newest["credential_id"])
    );
    let none = sums(&caller, "?created_at_max=1000000000").await;
    assert_eq!((&none["count"], &none["total"]["ordered"]), (&json!(0), &json!(0)));

    let file = caller.get_as_caller("/api/v1/usage/apis/aggregate?format=csv").await;
    assert_eq!(file.header("content-type"), Some("text/csv; charset=utf-8"));
    let rows: Vec<String> = file.text().split("\r\n").map(str::to_owned).collect();
    assert_eq!(rows[0], "day,api_id,type,ordered,succeeded,failed,cancelled,amount");
    assert!(rows[1].starts_with("2025-12-30,") && rows[1].ends_with(",audios,3,2,1,0,2"), "{rows:?}");
    let file = caller.get_as_caller("/api/v1/usage/apis?format=csv").await;
    assert_eq!(file.text().lines().count(), 4, "{}", file.text());
    prove(&app);
}

async fn sums(caller: &Client, query: &str) -> Value {
    caller.get_as_caller(&format!("/api/v1/usage/apis/aggregate/{query}")).await.json()
}

#[tokio::test]
async fn usage_is_told_to_its_user_alone() {
    let app = TestApp::start().await;
    let makes = domain::Api::Makes(domain::TaskKind::Audios);
    let orders = app.token_with("ann@example.com", |token| token.apis = Some(vec![makes])).await;
    let path = "/api/v1/usage/apis/";
    let refused = app.ann.with_token(&orders).get_as_caller(path).await;
    assert_eq!(refused.error(), (400, "token_mismatched".to_owned()), "{}", refused.text());
    let eve = app.logged_in("eve@example.com").await;
    assert_eq!(eve.get(path).await.json(), json!({ "count": 0, "items": [] }), "a browser needs no token");
    app.ann.with_token("nonsense").get_as_caller(path).await.assert_is_error(401, "invalid_token");
    let wrong = app.ann.get_as_caller("/api/v1/usage/apis/aggregate/?group_by=week").await;
    wrong.assert_is_error(400, "bad_request");
}

#[tokio::test]
async fn an_operator_gives_credits_with_a_reason_and_their_owner_sees_which() {
    let app = TestApp::with_nobody(|_| ()).await;
    let operator = app.logged_in("owner@example.com").await;
    let eve = app.logged_in("eve@example.com").await;
    let application = eve.acquire().await;
    let free = application["remaining_amount"].as_f64().expect("a number");
    let path = format!("/api/v1/applications/{}/grants/", application["id"].as_str().expect("an id"));
    let gift = json!({ "amount": 1.5, "reason": "a birthday" });
    eve.post(&path, &gift).await.assert_is_error(403, "forbidden");
    let account = operator.post(&path, &gift).await.json();
    assert_eq!(account["remaining_amount"].as_f64(), Some(free + 1.5));
    let grants = eve.get(&path).await.json();
    let newest = &grants["items"][0];
    assert_eq!(
        (&newest["amount"], &newest["reason"], &newest["author"]),
        (&json!(1.5), &json!("a birthday"), &json!("owner@example.com"))
    );
    let too_much = operator.post(&path, &json!({ "amount": -1_000_000, "reason": "a slip" })).await;
    too_much.assert_is_error(400, "bad_request");
    operator.post(&path, &json!({ "amount": 1 })).await.assert_is_error(400, "bad_request");
    let stranger = app.logged_in("bob@example.com").await;
    stranger.get(&path).await.assert_is_error(404, "not_found");
    let unknown = "/api/v1/applications/1a6ac2ad-10f2-4e2b-b500-66ec27fe82ad/grants/";
    operator.post(unknown, &gift).await.assert_is_error(404, "not_found");
    prove(&app);
}
