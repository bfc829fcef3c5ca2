//! The body of a request: whatever bytes arrive, every endpoint finds an order or a question in it, or says why not.

use bytes::Bytes;
use domain::{AudioOrder, Order, TaskKind, TraceId};
use serde_json::{Map, Value};
use server::api::ApiError;
use server::api::wire::{SentBody, callbacks, orders, tasks};

/// Reads `bytes` as every endpoint would, and panics where a promise is broken.
pub fn check(bytes: &[u8]) {
    let body = match SentBody::parse(Bytes::copy_from_slice(bytes)) {
        Ok(body) => body,
        Err(refusal) => return says_why(&refusal),
    };
    let echoed = SentBody::parse(Bytes::copy_from_slice(body.text().as_bytes()));
    assert!(echoed.is_ok_and(|echoed| echoed.fields == body.fields), "records echo the body as it was sent");
    for kind in TaskKind::ALL {
        match orders::order(kind, &body.fields, 7) {
            Ok((order, _)) => is_within_bounds(kind, &order),
            Err(refusal) => says_why(&refusal),
        }
    }
    asks(&body.fields);
}

fn asks(fields: &Map<String, Value>) {
    if let Err(refusal) = tasks::query(fields) {
        says_why(&refusal);
    }
    if let Err(refusal) = callbacks::wanted(fields) {
        says_why(&refusal);
    }
    if let Err(refusal) = callbacks::query(fields) {
        says_why(&refusal);
    }
}

/// An error of the caller, in words, and with every field that is wrong.
fn says_why(refusal: &ApiError) {
    assert!(!refusal.is_server_error(), "{refusal:?}");
    assert!(!refusal.message().is_empty());
    assert!(refusal.answer(TraceId::from_bytes([7; 16])).status().is_client_error());
    let ApiError::BadRequest(problems) = refusal else { return };
    assert!(!problems.is_empty());
    for problem in problems {
        assert!(!problem.field.is_empty() && !problem.message.is_empty() && !problem.expected.is_empty());
        let shown = problem.value.to_string();
        // 80 characters, each of which JSON may write in six, with quotes and an ellipsis.
        assert!(shown.chars().count() <= 6 * 80 + 3, "what was sent is shown shortened: {shown}");
    }
}

fn is_within_bounds(kind: TaskKind, order: &Order) {
    assert_eq!(order.kind(), kind);
    match order {
        Order::Audio(order) => is_a_song(order),
        Order::Lyric(order) => assert!((1..=2_000).contains(&order.prompt.chars().count())),
        Order::Upload(order) => assert!(order.audio_url.starts_with("http")),
        Order::Video(_) | Order::Wav(_) => (),
    }
}

fn is_a_song(order: &AudioOrder) {
    let longest = |text: &Option<String>, most| text.as_ref().is_none_or(|text| text.chars().count() <= most);
    assert!(longest(&order.prompt, 2_000) && longest(&order.lyric, 10_000) && longest(&order.title, 200));
    assert!((0.0..=1.0).contains(&order.lyrics_strength) && (0.0..=1.0).contains(&order.weirdness));
    assert!((0.2..=1.0).contains(&order.sound_strength) && (0.2..=1.0).contains(&order.cover_strength));
    assert!(order.continue_at.is_none_or(|moment| moment >= 0.0 && moment.is_finite()));
    assert!(order.window.is_none_or(|window| window.start < window.end));
    assert!(!order.action.needs_source() || order.audio_id.is_some());
    assert!(order.prompt.is_some() || order.lyric.is_some() || order.action.needs_source());
}
