//! Requests to whichever server there is, and what came back.

use serde_json::Value;

use super::deadlines::Deadline;
use super::ledger::{Order, World};

/// What came back.
pub(super) struct Answer {
    /// The status of the response.
    pub status: u16,
    /// Its body.
    pub body: Value,
}

impl Answer {
    /// The task that it is about.
    pub fn task(&self) -> Option<&str> {
        self.body["task_id"].as_str()
    }
}

/// Asks for tasks, or changes them. `None` if no answer came, or one that blames the server: then it may be asked
/// again.
pub(super) async fn about_tasks(world: &World, body: Value) -> Option<Answer> {
    about_tasks_with(world, &world.token, body).await
}

/// The same, with another token.
pub(super) async fn about_tasks_with(world: &World, token: &str, body: Value) -> Option<Answer> {
    let answer = send(world, token, "/producer/tasks", &[], body.to_string()).await?;
    (answer.status < 500).then_some(answer)
}

/// Sends an order. `None` if no answer came.
pub(super) async fn order(world: &World, order: &Order) -> Option<Answer> {
    let deadline = order.deadline.map(Deadline::header);
    let headers =
        [("idempotency-key", &order.key), ("backline-simulate", &order.script), ("cancel-after", &deadline)];
    let headers: Vec<_> =
        headers.into_iter().filter_map(|(name, value)| Some((name, value.as_deref()?))).collect();
    send(world, &world.token, order.path, &headers, order.body.clone()).await
}

/// Asks for the events feed: a page, or a stream behind a cursor. `None` if no answer came.
pub(super) async fn events(
    world: &World,
    query: &str,
    stream_behind: Option<u64>,
) -> Option<reqwest::Response> {
    let address = world.server().await?;
    let request =
        world.http.get(format!("http://{address}/producer/events{query}")).bearer_auth(&world.token);
    let request = stream_behind.into_iter().fold(request, |request, cursor| {
        request.header("accept", "text/event-stream").header("last-event-id", cursor.to_string())
    });
    request.send().await.ok().filter(|response| response.status().as_u16() < 500)
}

async fn send(
    world: &World,
    token: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: String,
) -> Option<Answer> {
    let address = world.server().await?;
    let request = world.http.post(format!("http://{address}{path}")).bearer_auth(token);
    let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
    let response = request.header("content-type", "application/json").body(body).send().await.ok()?;
    let status = response.status().as_u16();
    Some(Answer { status, body: response.json().await.ok()? })
}
