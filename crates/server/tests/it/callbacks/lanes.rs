//! Hosts that are dead, in numbers, beside one that lives.

use std::sync::Arc;
use std::time::Duration;

use domain::{Ended, Outcome, ResponseText, TaskId, TaskKind, TraceId};
use server::clock::Clock as _;
use server::ids::{Random, SystemRandom};
use store::{CallbackUrl, NewTask, OrderHeaders};

use crate::app::TestApp;
use crate::receiver::{Receiver, Reply};

/// Ann has so many tasks that ended just now and whose callbacks are owed there.
async fn owe(app: &TestApp, receiver: &Receiver, count: usize) {
    let random: &dyn Random = &SystemRandom;
    let now = app.clock.now();
    let credential_id = app.credential_of(&app.ann.token).await;
    let task = || NewTask {
        id: TaskId(random.uuid(now)),
        trace_id: TraceId(random.uuid(now)),
        credential_id,
        kind: TaskKind::Audios,
        created_at: now,
        request: "{}".to_owned(),
        callback_url: None,
        price: domain::Credits::ZERO,
        waits: false,
        fingerprint: [0; 16],
        repeat_of: None,
        key: None,
        deadline: None,
        headers: OrderHeaders::default(),
    };
    let outcome = Outcome::Succeeded(ResponseText::plain("{}".to_owned()));
    let ended = Ended { outcome, started_at: Some(now), finished_at: now };
    let tasks = (0..count).map(|_| (task(), ended.clone())).collect();
    let callback = CallbackUrl { url: receiver.url("/hook"), destination: receiver.url("") };
    app.store().import_owed(tasks, callback).await.expect("kept");
}

/// Lets the server look at its outbox, and expects the healthy host to be called within a second.
async fn assert_called_within_a_second(app: &TestApp, healthy: &Receiver) {
    let called = async {
        let called = || async { !healthy.calls().is_empty() };
        app.advance_until(Duration::from_millis(250), Duration::from_secs(1), called).await;
    };
    tokio::time::timeout(Duration::from_secs(1), called).await.expect("it is called within a second");
}

async fn hosts(count: usize, usual: &Reply) -> Vec<Arc<Receiver>> {
    let mut hosts = Vec::new();
    for _ in 0..count {
        hosts.push(Receiver::that_answers(usual.clone()).await);
    }
    hosts
}

fn calls(hosts: &[Arc<Receiver>]) -> usize {
    hosts.iter().map(|host| host.calls().len()).sum()
}

#[tokio::test]
async fn ten_thousand_callbacks_to_a_dead_host_delay_a_healthy_one_by_less_than_a_second() {
    let app = TestApp::with(|settings| settings.webhooks.timeout_seconds = 600).await;
    let dead = Receiver::that_answers(Reply::Hang).await;
    let healthy = Receiver::start().await;
    owe(&app, &dead, 10_000).await;
    let busy = || async { dead.calls().len() == 8 };
    app.advance_until(Duration::from_millis(250), Duration::from_secs(60), busy).await;
    owe(&app, &healthy, 1).await;
    assert_called_within_a_second(&app, &healthy).await;
    assert_eq!(dead.calls().len(), 8, "no more than its bound");
}

#[tokio::test]
async fn more_dead_hosts_than_there_are_places_delay_a_healthy_one_by_less_than_a_second() {
    let app = TestApp::with(|settings| {
        settings.webhooks.timeout_seconds = 600;
        settings.webhooks.concurrency = 64;
    })
    .await;
    // Eight each would take 128 places.
    let dead = hosts(16, &Reply::Hang).await;
    let healthy = Receiver::start().await;
    for host in &dead {
        owe(&app, host, 20).await;
    }
    let busy = || async { calls(&dead) == 16 + 16 };
    app.advance_until(Duration::from_millis(250), Duration::from_secs(60), busy).await;
    owe(&app, &healthy, 1).await;
    assert_called_within_a_second(&app, &healthy).await;
    assert_eq!(calls(&dead), 32, "one each, and a quarter of all places");
}
