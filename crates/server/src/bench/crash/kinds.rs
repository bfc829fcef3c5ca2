//! What is ordered: songs, and what can be made of them.

use serde_json::{Value, json};

use super::deletes::Fate;
use super::ledger::{Seen, World};
use super::report::Report;
use crate::bench::requests::Dice;
use crate::cli::Failure;

/// A song or upload that others can start from.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Source {
    /// Its own id.
    song: String,
    /// The task that made it.
    task: String,
}

impl Source {
    /// Whether nobody deletes it.
    pub fn is_kept(&self, world: &World) -> bool {
        world.fates.of(&self.task) == Fate::Kept
    }
}

/// What is ordered where, with which body, and what it starts from.
type Something = (&'static str, Value, Option<Source>);

/// Songs most of the time, and what can be made of those that were seen.
pub(super) fn something(world: &World, seen: &Seen, number: u32, dice: &mut Dice) -> Something {
    let audios = "/producer/audios";
    let song = json!({ "prompt": format!("a very short waltz {number}"), "instrumental": true });
    if !world.scripted {
        return (audios, song, None);
    }
    let source = seen.songs.get(dice.below(seen.songs.len().max(1)));
    let source = source.filter(|source| source.is_kept(world)).cloned();
    let id = source.as_ref().map(|source| source.song.clone());
    match (dice.below(10), id) {
        (0, _) => ("/producer/upload", json!({ "audio_url": world.sound_url }), None),
        (1, Some(id)) => ("/producer/wav", json!({ "audio_id": id }), source),
        (2, Some(id)) => (audios, json!({ "action": "cover", "audio_id": id }), source),
        (3, Some(id)) => (audios, json!({ "action": "stems", "audio_id": id }), source),
        _ => (audios, song, None),
    }
}

/// The song or upload that a task made.
pub(super) fn song_of(record: &Value) -> Option<Source> {
    let data = &record["response"]["data"];
    // Stems have no sound of their own.
    let song = if data[0]["audio_url"].is_string() { &data[0]["id"] } else { &data["audio_id"] };
    let song = song.as_str().filter(|_| record["type"] != "wav")?.to_owned();
    Some(Source { song, task: record["id"].as_str()?.to_owned() })
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
