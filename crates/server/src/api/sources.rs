//! The songs and uploads that an order starts from: whether they are the orderer's, and whether it fits them.

use domain::{Action, AudioId, AudioOrder, Order, UserId};
use serde_json::{Value, json};
use store::NewSong;

use super::ApiError;
use super::wire::Problem;
use super::wire::orders::Read;
use crate::app::App;

/// The engine of sounds from outside.
pub const UPLOAD: &str = "upload";

/// Samples a second of everything that is kept.
const SAMPLE_RATE: f64 = 44_100.0;

/// What a song is to an order, without its files.
pub(super) struct Found {
    /// Who made it.
    pub engine: String,
    /// Its engine's plan; empty if there is none.
    pub plan: String,
    seconds: f64,
}

impl Found {
    #[expect(clippy::cast_precision_loss, reason = "a song has fewer than 2^53 samples")]
    fn new(song: NewSong) -> Self {
        let seconds = song.samples as f64 / SAMPLE_RATE;
        Self { engine: song.engine, plan: song.plan, seconds }
    }

    /// Whether it came from outside.
    pub fn is_upload(&self) -> bool {
        self.engine == UPLOAD
    }
}

/// What an order's sources are.
#[derive(Default)]
pub(super) struct Sources {
    /// That of `audio_id`.
    pub song: Option<Found>,
    /// That of `swap_audio_id`.
    pub swap: Option<Found>,
}

/// Looks an order's sources up among the user's songs; what is wrong with them is noted in `read`.
pub(super) async fn find(app: &App, owner: UserId, read: &mut Read) -> Result<Sources, ApiError> {
    let ids = match &read.order {
        Order::Audio(order) => [("audio_id", order.audio_id), ("swap_audio_id", order.swap_audio_id)],
        Order::Video(id) | Order::Wav(id) => [("audio_id", Some(*id)), ("", None)],
        Order::Lyric(_) | Order::Upload(_) => return Ok(Sources::default()),
    };
    let mut sources = Sources::default();
    for (field, id) in ids {
        let Some(id) = id.filter(|_| !read.is_wrong(field)) else { continue };
        match app.store.song(owner, id).await? {
            None => read.wrong(unknown(field, id)),
            Some(song) if field == "audio_id" => sources.song = Some(Found::new(song)),
            Some(song) => sources.swap = Some(Found::new(song)),
        }
    }
    if let (Order::Audio(order), Some(song)) = (&read.order, &sources.song) {
        let wrong = misfits(order, song.seconds, app.settings.limits.song_seconds);
        wrong.into_iter().for_each(|problem| read.wrong(problem));
    }
    Ok(sources)
}

/// There is no such song, or it is someone else's.
fn unknown(field: &str, id: AudioId) -> Problem {
    problem(field, json!(id.to_string()), missing(field), "the id of a song or upload of yours")
}

/// What an order is told whose source is not there (any more).
pub(crate) fn missing(field: &str) -> String {
    format!("`{field}` names no song or upload of yours: it is unknown, or was deleted.")
}

fn problem(field: &str, value: Value, message: String, expected: &str) -> Problem {
    Problem { field: field.to_owned(), message, value, expected: expected.to_owned() }
}

/// Whether a song that was edited so is as long as it was, whoever edits it.
fn keeps_length(action: Action) -> bool {
    matches!(action.plain(), Action::ReplaceSection | Action::SwapVocals | Action::SwapInstrumentals)
}

/// Where an order reaches beyond a source of so many seconds, or makes it longer than `most` seconds.
fn misfits(order: &AudioOrder, seconds: f64, most: u32) -> Vec<Problem> {
    let (start, end) = (order.window.map(|window| window.start), order.window.map(|window| window.end));
    let mut wrong = Vec::new();
    let mut beyond = |field: &str, moment: Option<f64>, fits: bool| {
        let Some(moment) = moment.filter(|_| !fits) else { return };
        let message = format!("`{field}` is {moment}, beyond the end of the song at {seconds} s.");
        wrong.push(problem(field, json!(moment), message, &format!("at most {seconds}")));
    };
    beyond("continue_at", order.continue_at, order.continue_at.is_none_or(|moment| moment <= seconds));
    beyond("replace_section_start", start, start.is_none_or(|moment| moment < seconds));
    // Without end it reaches to that of the song.
    beyond("replace_section_end", end, end.is_none_or(|moment| moment <= seconds || moment.is_infinite()));
    let kept = order.continue_at.unwrap_or(seconds).min(seconds);
    if keeps_length(order.action) && seconds > f64::from(most) {
        let message = format!(
            "`audio_id` names a song of {seconds} s, and what is made of it would be as long: it can be {most} s long at most. `extend` with a `continue_at` can cut it."
        );
        let id = order.audio_id.map(|id| id.to_string());
        wrong.push(problem("audio_id", json!(id), message, &format!("a song of at most {most} s")));
    }
    if order.action.plain() == Action::Extend && kept >= f64::from(most) {
        let message = format!(
            "`continue_at` leaves no room: {kept} s of the song are kept, and it can be {most} s long at most."
        );
        wrong.push(problem("continue_at", json!(order.continue_at), message, &format!("less than {most}")));
    }
    wrong
}
