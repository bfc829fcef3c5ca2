//! What actions make of a sound, without music: where the new part belongs there is a tone, and the rest is kept.

use domain::{Action, AudioOrder};
use serde_json::json;

use super::{SAMPLE_RATE, Script, tone};
use crate::{EngineError, Extras, Made, Song, Source, Sources, StemTrack, Stems};

/// What this engine and version are called.
pub(super) const VERSION: &str = "simulated-1";

/// What came of an order for which `tone` was made.
pub(super) fn made(
    order: &AudioOrder,
    sources: &Sources,
    tone: &[f32],
    script: &Script,
) -> Result<Made, EngineError> {
    if !order.action.needs_source() {
        let plan = format!(r#"{{"samples":{}}}"#, tone.len());
        let sound = (tone.to_vec(), tone.to_vec());
        return Ok(Made::Song(song(order, String::new(), plan, sound, script)));
    }
    let source = sources.song.as_ref();
    let source = source.ok_or_else(|| EngineError::Refused("There is no sound to start from.".to_owned()))?;
    if order.action.makes_stems() {
        return Ok(Made::Stems(Stems::of(stems(order.action, source))));
    }
    let (left, right) = (edited(order, &source.left, tone), edited(order, &source.right, tone));
    let plan = json!({
        "action": order.action.plain().as_str(),
        "source": hexadecimal(&source.master_sha256),
        "swap": sources.swap.as_ref().map(|swap| hexadecimal(&swap.master_sha256)),
        "from": order.continue_at.or(order.window.map(|window| window.start)),
        "to": order.window.map(|window| window.end),
        "samples": left.len(),
    });
    Ok(Made::Song(song(order, source.lyric.clone(), plan.to_string(), (left, right), script)))
}

fn song(
    order: &AudioOrder,
    source_lyric: String,
    plan: String,
    (left, right): (Vec<f32>, Vec<f32>),
    script: &Script,
) -> Song {
    Song {
        engine: VERSION.to_owned(),
        plan,
        title: None,
        lyric: match &order.lyric {
            _ if order.instrumental => "[Instrumental]".to_owned(),
            lyric => lyric.clone().unwrap_or(source_lyric),
        },
        left,
        right,
        sample_rate: SAMPLE_RATE,
        shared: !script.own_media,
        extras: Extras::default(),
    }
}

/// One channel of what an action makes of a source's.
fn edited(order: &AudioOrder, source: &[f32], tone: &[f32]) -> Vec<f32> {
    let whole = |hertz| tone::tone(source.len().max(1), SAMPLE_RATE, hertz);
    match order.action.plain() {
        Action::Extend => {
            let kept = order.continue_at.map_or(source.len(), sample).min(source.len());
            [&source[..kept], tone].concat()
        }
        Action::ReplaceSection => {
            let window =
                order.window.map_or(0..source.len(), |window| sample(window.start)..sample(window.end));
            let end = window.end.min(source.len());
            let start = window.start.min(end);
            let mut edited = source.to_vec();
            if start < end {
                edited[start..end].copy_from_slice(&tone::tone(end - start, SAMPLE_RATE, 330.0));
            }
            edited
        }
        Action::Variation => whole(247.0),
        Action::SwapVocals => whole(277.0),
        Action::SwapInstrumentals => whole(294.0),
        // A cover, and whatever else is a song.
        _ => whole(262.0),
    }
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a time within a sound")]
fn sample(seconds: f64) -> usize {
    (seconds * f64::from(SAMPLE_RATE)).round().max(0.0) as usize
}

/// Shares of the mix that add up to it exactly.
fn stems(action: Action, source: &Source) -> Vec<StemTrack> {
    let [vocals, drums, bass, other, instrumental] = [0, 1, 2, 3, 4].map(|part| {
        let share = |channel: &[f32]| channel.iter().map(|value| shares(*value)[part]).collect::<Vec<i16>>();
        (share(&source.left), share(&source.right))
    });
    let mut parts = vec![("vocals", vocals), ("drums", drums), ("bass", bass), ("other", other)];
    if action == Action::Stems {
        parts.push(("instrumental", instrumental));
    }
    parts.into_iter().map(|(name, (left, right))| StemTrack { name: name.to_owned(), left, right }).collect()
}

/// Vocals, drums, bass, other and instrumental of one sample.
#[expect(clippy::cast_possible_truncation, reason = "a master's samples are whole multiples of 1/32768")]
fn shares(value: f32) -> [i16; 5] {
    let mix = (value * 32_768.0) as i16;
    let vocals = mix / 2;
    let instrumental = mix - vocals;
    let drums = instrumental / 3;
    [vocals, drums, drums, instrumental - 2 * drums, instrumental]
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use domain::{AudioId, Model, Window};

    use super::*;

    fn order(action: Action) -> AudioOrder {
        AudioOrder {
            action,
            model: Model::Fuzz20,
            prompt: None,
            lyric: None,
            custom: false,
            title: None,
            instrumental: false,
            style: None,
            style_negative: None,
            vocal_gender: None,
            lyrics_strength: 0.7,
            sound_strength: 0.7,
            weirdness: 0.5,
            audio_id: Some(AudioId::from_bytes([1; 16])),
            swap_audio_id: None,
            continue_at: None,
            window: None,
            cover_strength: 1.0,
            lyric_prompt: None,
            seed: 7,
        }
    }

    fn sources() -> Sources {
        let left: Vec<f32> = (0..44_100_u16).map(|at| f32::from(at % 1_000) / 32_768.0).collect();
        let right = left.iter().map(|value| -value).collect();
        let song = Source {
            engine: "upload".to_owned(),
            plan: None,
            title: "Rain".to_owned(),
            lyric: "[Verse]\nRain".to_owned(),
            left,
            right,
            sample_rate: SAMPLE_RATE,
            master_sha256: [7; 32],
        };
        Sources { song: Some(song), swap: None }
    }

    fn song_of(order: &AudioOrder) -> Song {
        let tone = vec![0.5; 100];
        match made(order, &sources(), &tone, &Script::default()) {
            Ok(Made::Song(song)) => song,
            Ok(Made::Stems(_)) => panic!("stems of {order:?}"),
            Err(error) => panic!("{error}"),
        }
    }

    #[test]
    fn an_extension_keeps_its_source_up_to_where_it_continues() {
        let source = sources().song.expect("a song").left;
        let at_the_end = song_of(&order(Action::Extend));
        assert_eq!((&at_the_end.left[..44_100], at_the_end.left.len()), (&source[..], 44_200));
        let earlier = song_of(&AudioOrder { continue_at: Some(0.5), ..order(Action::UploadExtend) });
        assert_eq!((&earlier.left[..22_050], earlier.left.len()), (&source[..22_050], 22_150));
        assert_eq!(earlier.lyric, "[Verse]\nRain");
    }

    #[test]
    fn a_replaced_section_is_new_inside_and_unchanged_outside() {
        let source = sources().song.expect("a song").right;
        let window = Some(Window { start: 0.25, end: 0.75 });
        let edited = song_of(&AudioOrder { window, ..order(Action::ReplaceSection) }).right;
        assert_eq!((&edited[..11_025], &edited[33_075..]), (&source[..11_025], &source[33_075..]));
        assert_ne!(edited[11_025..33_075], source[11_025..33_075]);
    }

    #[test]
    fn stems_add_up_to_their_source() {
        let source = sources().song.expect("a song");
        let stems = stems(Action::Stems, &source);
        let names: Vec<_> = stems.iter().map(|stem| stem.name.as_str()).collect();
        assert_eq!(names, ["vocals", "drums", "bass", "other", "instrumental"]);
        for at in 0..source.left.len() {
            let [vocals, drums, bass, other, instrumental] = [0, 1, 2, 3, 4].map(|part| stems[part].left[at]);
            assert_eq!(drums + bass + other, instrumental);
            assert!((f32::from(vocals + instrumental) / 32_768.0 - source.left[at]).abs() < f32::EPSILON);
        }
    }

    #[test]
    fn equal_plans_are_of_equal_sound_alone() {
        let orders = [
            order(Action::Extend),
            AudioOrder { continue_at: Some(0.5), ..order(Action::Extend) },
            order(Action::Cover),
            order(Action::Variation),
            AudioOrder { window: Some(Window { start: 0.0, end: 0.5 }), ..order(Action::ReplaceSection) },
            AudioOrder { window: Some(Window { start: 0.0, end: 0.6 }), ..order(Action::ReplaceSection) },
        ];
        let songs = orders.map(|order| song_of(&order));
        for (at, one) in songs.iter().enumerate() {
            for other in &songs[at + 1..] {
                assert_ne!(one.plan, other.plan);
            }
        }
    }
}
