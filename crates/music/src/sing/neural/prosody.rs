//! What speech does to the end of a sentence, undone for singing.
//!
//! Spoken, a sentence sinks: its last vowel is short, creaks and fades to nothing, its last consonant is drawn out over
//! the silence. Sung, the last note is the longest. So vowels keep near the line's usual loudness, and no consonant is
//! longer than inside a sentence.

use crate::sing::sounds::{Kind, Sound};
use crate::sing::voice::Natural;

/// The longest consonant, in steps; inside sentences few are longer.
const LONGEST_CONSONANT: usize = 5;
/// A vowel whose voice breaks off early is no longer than its voice, but at least so many steps.
const SHORTEST_LAST: usize = 4;
/// No vowel is further below the line's usual loudness, in the model's unit (2.4 dB).
const BELOW_USUAL: f32 = 1.0;
/// Columns over which the last vowel fades if no consonant ends it, and by how much each, in the same unit.
const FADE: (usize, f32) = (6, 0.8);
/// Speech is voiced where its pitch is above this, in Hz.
const VOICED: f32 = 60.0;

/// The lengths, the voicing and the loudness that the line is sung with.
pub(super) fn sung(sounds: &[Sound], spoken: Natural) -> Natural {
    let mut sung = cut(sounds, spoken);
    let usual = usual(sounds, &sung);
    let last = sounds.iter().rposition(|sound| matches!(sound.kind, Kind::Vowel(_)));
    let is_open = |vowel: usize| sounds.get(vowel + 1).is_none_or(|next| next.kind != Kind::Consonant);
    for (index, columns) in spans(&sung.steps).into_iter().enumerate() {
        if !matches!(sounds[index].kind, Kind::Vowel(_) | Kind::Stress(_)) {
            continue;
        }
        let fades = Some(index) == last && is_open(index);
        let end = columns.end;
        for column in columns {
            let left = if fades { FADE.0.saturating_sub(end - column) } else { 0 };
            let least = usual - BELOW_USUAL - FADE.1 * left as f32;
            sung.energy[column] = sung.energy[column].max(least);
        }
    }
    sung
}

/// Without what is too long.
fn cut(sounds: &[Sound], spoken: Natural) -> Natural {
    let mut sung = Natural { steps: Vec::new(), f0: Vec::new(), energy: Vec::new() };
    for (sound, columns) in sounds.iter().zip(spans(&spoken.steps)) {
        let steps = columns.len() / 2;
        let voiced = spoken.f0[columns.clone()].iter().filter(|hertz| **hertz > VOICED).count();
        let kept = match sound.kind {
            Kind::Consonant => steps.min(LONGEST_CONSONANT),
            Kind::Vowel(_) => steps.min(voiced.div_ceil(2).max(SHORTEST_LAST)),
            _ => steps,
        };
        let columns = columns.start..columns.start + 2 * kept;
        sung.f0.extend_from_slice(&spoken.f0[columns.clone()]);
        sung.energy.extend_from_slice(&spoken.energy[columns]);
        sung.steps.push(kept);
    }
    sung
}

/// The middle of the loudness of all vowels.
fn usual(sounds: &[Sound], natural: &Natural) -> f32 {
    let is_vowel = |sound: &Sound| matches!(sound.kind, Kind::Vowel(_));
    let vowels = sounds.iter().zip(spans(&natural.steps)).filter(|(sound, _)| is_vowel(sound));
    let mut peaks: Vec<f32> = vowels
        .map(|(_, columns)| natural.energy[columns].iter().copied().fold(f32::NEG_INFINITY, f32::max))
        .collect();
    peaks.sort_by(f32::total_cmp);
    peaks.get(peaks.len() / 2).copied().unwrap_or_default()
}

/// The columns of each sound.
fn spans(steps: &[usize]) -> Vec<std::ops::Range<usize>> {
    let mut start = 0;
    let next = |steps: &usize| {
        let columns = start..start + 2 * steps;
        start = columns.end;
        columns
    };
    steps.iter().map(next).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Delivery;
    use crate::sing::sounds::sounds;
    use crate::sing::voice::Voice;
    use crate::sing::{LineToSing, SINGERS, Tone};
    use crate::words::say;

    /// Sounds and speech of a line.
    fn spoken(text: &str) -> (Vec<Sound>, Natural) {
        let said = say(text);
        let tone = |at: usize| vec![Tone { onset: at as f64 * 0.4, seconds: 0.4, pitch: 60.0 }];
        let tones: Vec<_> = (0..said.syllable_count()).map(tone).collect();
        let line =
            LineToSing { said: &said, tones: &tones, timbre: &SINGERS[0], delivery: Delivery::Sung, seed: 1 };
        let sounds = sounds(&line);
        let ids: Vec<_> = sounds.iter().map(|sound| sound.id).collect();
        let natural = Voice::load().unwrap().speak(&ids).unwrap();
        (sounds, natural)
    }

    #[test]
    fn speech_is_loud_where_its_vowels_are() {
        /// How far apart vowels and the rest are if the loudness is read so many columns later, in the model's unit.
        fn apart(lines: &[(Vec<Sound>, Natural)], later: isize) -> f32 {
            let (mut vowels, mut others) = ((0.0, 0.0), (0.0, 0.0));
            for (sounds, natural) in lines {
                let inner = 1..sounds.len() - 4;
                for (sound, columns) in
                    sounds.iter().zip(spans(&natural.steps)).take(inner.end).skip(inner.start)
                {
                    let sums = if matches!(sound.kind, Kind::Vowel(_) | Kind::Stress(_)) {
                        &mut vowels
                    } else {
                        &mut others
                    };
                    for column in columns {
                        *sums = (sums.0 + natural.energy[column.saturating_add_signed(later)], sums.1 + 1.0);
                    }
                }
            }
            vowels.0 / vowels.1 - others.0 / others.1
        }
        let lines = [
            "Six in the morning, the platform is cold",
            "Pancakes on Sunday, the butter goes brown",
            "Captain is counting his coins at the bar",
            "Cactus and gravel and forty more miles",
        ]
        .map(spoken);
        let best = (-6..=6).max_by(|one, other| apart(&lines, *one).total_cmp(&apart(&lines, *other)));
        assert!(best.is_some_and(|columns| columns.abs() <= 1), "{best:?} columns off");
    }

    #[test]
    fn the_end_of_a_line_neither_sinks_nor_drags() {
        let (sounds, spoken) = spoken("We will meet again in the rain");
        let last = spoken.steps.iter().zip(&sounds).rfind(|(_, sound)| sound.kind == Kind::Consonant);
        assert!(last.is_some_and(|(steps, _)| *steps > LONGEST_CONSONANT), "speech drags");
        let sung = sung(&sounds, spoken);
        let usual = usual(&sounds, &sung);
        for ((sound, columns), steps) in sounds.iter().zip(spans(&sung.steps)).zip(&sung.steps) {
            assert!(sound.kind != Kind::Consonant || *steps <= LONGEST_CONSONANT);
            if matches!(sound.kind, Kind::Vowel(_)) {
                assert!(sung.energy[columns].iter().all(|energy| *energy >= usual - BELOW_USUAL - 0.001));
            }
        }
        assert_eq!(sung.f0.len(), 2 * sung.steps.iter().sum::<usize>());
        assert_eq!(sung.f0.len(), sung.energy.len());
    }
}
