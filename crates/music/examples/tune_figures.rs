//! Prints what the tunes of many styles have in common, in numbers: lines without notes, seconds per syllable, range,
//! agreement between seeds, chord changes.
//!
//! `cargo run --release -p music --example tune_figures -- LYRIC.txt...`

use music::{Brief, Part, Plan, Score, SungLine, compose, say};
use std::{error::Error, fs};

const STYLES: [&str; 18] = [
    "pop",
    "rock",
    "folk",
    "funk",
    "soul",
    "house",
    "trance",
    "synthwave",
    "trap",
    "lo-fi",
    "drum and bass",
    "ballad",
    "ambient",
    "jazz",
    "waltz",
    "bossa nova",
    "reggae",
    "guofeng",
];

#[expect(clippy::print_stdout, reason = "a bench for people reads and prints")]
fn main() -> Result<(), Box<dyn Error>> {
    let lyrics = std::env::args().skip(1).map(fs::read_to_string).collect::<Result<Vec<_>, _>>()?;
    println!(
        "{:14} {:>5} {:>5} {:>6} {:>6} {:>6} {:>6} {:>6} {:>6} {:>6} {:>5}",
        "style", "bpm", "left", "median", "p10", "p90", "low", "high", "in", "agree", "chords"
    );
    let mut all: [Vec<f64>; 4] = Default::default();
    for style in STYLES {
        let mut steps = Vec::new();
        let mut pitches: Vec<f64> = Vec::new();
        let (mut lines, mut left, mut agreed, mut pairs, mut changes, mut seconds) = (0, 0, 0, 0, 0, 0.0);
        let mut bpm = 0.0;
        for lyric in &lyrics {
            let songs: Vec<(Plan, Score)> = (1..=3).map(|seed| song(style, lyric, seed)).collect();
            for (plan, score) in &songs {
                bpm = plan.tempo_bpm;
                lines += plan
                    .sections
                    .iter()
                    .flat_map(|section| &section.lines)
                    .filter(|line| say(&line.text).syllable_count() > 0)
                    .count();
                left += lead(score).count();
                for line in lead(score) {
                    let onsets: Vec<f64> = line.tones.iter().map(|tones| tones[0].onset).collect();
                    steps.extend(onsets.windows(2).map(|pair| pair[1] - pair[0]));
                    pitches.extend(line.tones.iter().flatten().map(|tone| f64::from(tone.pitch)));
                }
                let names: Vec<&str> = score.chords.iter().map(|chord| chord.name.as_str()).collect();
                changes += names.windows(2).filter(|pair| pair[0] != pair[1]).count();
                seconds += score.sections.last().map_or(0.0, |span| span.end_seconds);
            }
            for (one, two) in [(0, 1), (0, 2), (1, 2)] {
                let (same, of) = agreement(&songs[one].1, &songs[two].1);
                (agreed, pairs) = (agreed + same, pairs + of);
            }
        }
        steps.sort_by(f64::total_cmp);
        pitches.sort_by(f64::total_cmp);
        let at = |values: &[f64], share: f64| values[((values.len() - 1) as f64 * share) as usize];
        let within = pitches.iter().filter(|pitch| (57.0..=66.0).contains(*pitch)).count();
        let figures = [
            within as f64 / pitches.len() as f64,
            agreed as f64 / f64::from(pairs),
            changes as f64 / seconds * 60.0,
            at(&steps, 0.5),
        ];
        all.iter_mut().zip(figures).for_each(|(all, figure)| all.push(figure));
        println!(
            "{style:14} {bpm:5.0} {:5} {:6.3} {:6.3} {:6.3} {:6.0} {:6.0} {:6.2} {:6.2} {:5.1}",
            lines - left,
            at(&steps, 0.5),
            at(&steps, 0.1),
            at(&steps, 0.9),
            pitches[0],
            at(&pitches, 1.0),
            figures[0],
            figures[1],
            figures[2]
        );
    }
    let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len() as f64;
    println!(
        "mean: in range {:.2}, agreement {:.2}, chords {:.1}, syllable {:.3} s",
        mean(&all[0]),
        mean(&all[1]),
        mean(&all[2]),
        mean(&all[3])
    );
    Ok(())
}

fn song(style: &str, lyric: &str, seed: u32) -> (Plan, Score) {
    let brief = Brief { style: style.to_owned(), lyric: Some(lyric.to_owned()), seed, ..Brief::default() };
    let plan = Plan::from_brief(&brief);
    let score = compose(&plan);
    (plan, score)
}

fn lead(score: &Score) -> impl Iterator<Item = &SungLine> {
    score.lines.iter().filter(|line| line.part == Part::Lead)
}

/// In how many places the intervals of the same words are the same, and of how many.
fn agreement(one: &Score, two: &Score) -> (i32, i32) {
    let (mut same, mut of) = (0, 0);
    for line in lead(one) {
        let Some(other) = lead(two).find(|other| other.section == line.section && other.line == line.line)
        else {
            continue;
        };
        let steps = |line: &SungLine| -> Vec<f32> {
            line.tones.windows(2).map(|pair| pair[1][0].pitch - pair[0][0].pitch).collect()
        };
        for (left, right) in steps(line).into_iter().zip(steps(other)) {
            of += 1;
            same += i32::from((left - right).abs() < 0.01);
        }
    }
    (same, of)
}
