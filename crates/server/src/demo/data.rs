//! The demo's song as data: fetched, checked, kept.

use bytes::Bytes;
use serde_json::{Value, json};

use super::checks::check;
use super::client::Client;
use crate::cli::Failure;

/// The key of a file's address, the type that it must have, and the name that it is kept under.
const FILES: [(&str, &str, &str); 7] = [
    ("midi_url", "audio/midi", "song.mid"),
    ("sections_url", "application/json", "sections.json"),
    ("words_url", "application/json", "words.json"),
    ("lrc_url", "text/plain", "lyric.lrc"),
    ("vtt_url", "text/vtt", "lyric.vtt"),
    ("waveform_url", "application/json", "waveform.json"),
    ("loop_url", "audio/wav", "loop.wav"),
];

/// The files of a song, and what was seen in them.
pub(super) struct Data {
    /// Each one's name and bytes.
    pub files: Vec<(&'static str, Bytes)>,
    /// How many words have their time.
    pub words: usize,
}

/// Asks for the assets of a task, fetches all of them and checks that every line of the lyric is sung.
pub(super) async fn fetch(
    client: &Client,
    task_id: &str,
    lyric: &str,
    seconds: f64,
) -> Result<Data, Failure> {
    let query = json!({ "action": "retrieve", "id": task_id, "include": ["assets"] });
    let record = client.post("/producer/tasks", query.to_string()).await?;
    let assets = &record.json["assets"];
    let sum = assets["master_sha256"].as_str().unwrap_or_default();
    check("master_sha256 of the assets", sum.len() == 64, "64 digits", sum)?;
    check("plan of the assets", assets["plan"].is_object(), "an object", &assets["plan"])?;
    let mut files = Vec::with_capacity(FILES.len());
    for (key, kind, name) in FILES {
        files.push((name, client.download(assets[key].as_str().unwrap_or_default(), kind).await?));
    }
    let words = files.iter().find(|(name, _)| *name == "words.json").map(|(_, bytes)| bytes);
    let words = serde_json::from_slice(words.map(|bytes| &bytes[..]).unwrap_or_default())?;
    Ok(Data { words: sung(lyric, &words, seconds)?, files })
}

/// Every line of the lyric has its words, one after the other, within the song. Gives how many words there are.
fn sung(lyric: &str, words: &Value, seconds: f64) -> Result<usize, Failure> {
    let lines = words["lines"].as_array().map(Vec::as_slice).unwrap_or_default();
    let texts: Vec<_> = lines.iter().filter_map(|line| line["text"].as_str()).collect();
    let ordered: Vec<_> =
        lyric.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('[')).collect();
    check("lines that are sung", texts == ordered, format_args!("{ordered:?}"), format_args!("{texts:?}"))?;
    let mut count = 0;
    let mut at = 0.0;
    for word in lines.iter().flat_map(|line| line["words"].as_array().into_iter().flatten()) {
        let time = |key: &str| word[key].as_f64().unwrap_or(f64::NAN);
        let (start, end) = (time("start_seconds"), time("end_seconds"));
        let holds = start >= at && end > start && end <= seconds;
        check("time of a word", holds, format_args!("between {at} and {seconds}"), word)?;
        at = start;
        count += 1;
    }
    let least = lyric.split_whitespace().count() / 2;
    check("words with a time", count >= least, format_args!("at least {least}"), count)?;
    Ok(count)
}

#[cfg(test)]
mod tests {
    use super::*;

    const LYRIC: &str = "[Verse]\nOne two\n\nThree";

    fn words(third: f64) -> Value {
        let word = |text: &str, start: f64| json!({ "text": text, "start_seconds": start, "end_seconds": start + 0.5 });
        json!({ "lines": [
            { "text": "One two", "words": [word("One", 1.0), word("two", 1.5)] },
            { "text": "Three", "words": [word("Three", third)] },
        ] })
    }

    #[test]
    fn words_are_sung_one_after_the_other_within_the_song() {
        assert_eq!(sung(LYRIC, &words(2.0), 9.0).expect("right"), 3);
        assert!(sung(LYRIC, &words(1.2), 9.0).is_err(), "back in time");
        assert!(sung(LYRIC, &words(8.8), 9.0).is_err(), "after the song");
        assert!(sung("[Verse]\nOne two\nThree\nFour", &words(2.0), 9.0).is_err(), "a line is missing");
        assert!(sung(LYRIC, &json!({}), 9.0).is_err(), "nothing");
    }
}
