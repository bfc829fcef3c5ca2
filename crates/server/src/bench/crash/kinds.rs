//! What is ordered: songs, and what can be made of them.

use serde_json::{Value, json};

use super::ledger::{Seen, World};
use super::report::Report;
use crate::bench::requests::Dice;
use crate::cli::Failure;

/// Songs most of the time, and what can be made of those that were seen: where it is ordered, and with which body.
pub(super) fn something(world: &World, seen: &Seen, number: u32, dice: &mut Dice) -> (&'static str, Value) {
    let audios = "/producer/audios";
    let song = json!({ "prompt": format!("a very short waltz {number}"), "instrumental": true });
    if !world.scripted {
        return (audios, song);
    }
    match (dice.below(10), seen.songs.get(dice.below(seen.songs.len().max(1)))) {
        (0, _) => ("/producer/upload", json!({ "audio_url": world.sound_url })),
        (1, Some(source)) => ("/producer/wav", json!({ "audio_id": source })),
        (2, Some(source)) => (audios, json!({ "action": "cover", "audio_id": source })),
        (3, Some(source)) => (audios, json!({ "action": "stems", "audio_id": source })),
        _ => (audios, song),
    }
}

/// The id of the song or upload that a task made.
pub(super) fn song_of(record: &Value) -> Option<String> {
    let data = &record["response"]["data"];
    // Stems have no sound of their own.
    let song = if data[0]["audio_url"].is_string() { &data[0]["id"] } else { &data["audio_id"] };
    song.as_str().filter(|_| record["type"] != "wav").map(str::to_owned)
}

/// From how many tasks on there are some of each kind.
const MANY: usize = 200;

/// Whether something was made of each kind.
pub(super) fn check(report: &mut Report, world: &World, records: &[Value]) -> Result<(), Failure> {
    let made = |path: &str, action: Option<&str>| {
        let is_so =
            |record: &&Value| record["type"] == path && record["request"]["action"].as_str() == action;
        records.iter().filter(is_so).filter(|record| record["state"] == "succeeded").count()
    };
    let counts = [
        ("uploads", made("upload", None)),
        ("WAV files", made("wav", None)),
        ("covers", made("audios", Some("cover"))),
        ("archives of stems", made("audios", Some("stems"))),
    ];
    // With none, all that is said of them would be true of itself.
    let enough = !world.scripted || records.len() < MANY || counts.iter().all(|(_, count)| *count > 0);
    let told = counts.map(|(what, count)| format!("{count} {what}")).join(", ");
    report.line(enough, &format!("of everything something was made: {told}"))
}
