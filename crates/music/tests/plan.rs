//! What the words of an order make of the plan and its notes.

use music::{
    Brief, MAX_EDITED_SECONDS, MAX_SECONDS, Mode, Model, Part, Plan, SAMPLE_RATE, Score, SectionKind,
    StyleName, compose,
};
use proptest::prelude::*;

const LYRIC: &str = "[Verse]\nWoke up with the sun in my eyes\nNo clouds above just blue in the skies\n\
    Shoes on my feet I'm ready to run\nEvery step feels like a loaded gun\n[Chorus]\nHappy days are rolling in\n\
    Let the joy beneath my skin\nNo more shadows no more lies\nJust the truth that lifts me high\n[Verse 2]\n\
    Dancing through the city streets\nA rhythm pounding in my heartbeat\nStrangers smile it's catching on\n\
    This world's a stage we're all a song\n[Chorus]\nHappy days are rolling in\nLet the joy beneath my skin\n\
    No more shadows no more lies\nJust the truth that lifts me high";

fn brief(style: &str) -> Brief {
    Brief { style: style.to_owned(), lyric: Some(LYRIC.to_owned()), seed: 11, ..Brief::default() }
}

fn plan(style: &str) -> Plan {
    Plan::from_brief(&brief(style))
}

fn seconds(score: &Score) -> f64 {
    score.samples as f64 / f64::from(SAMPLE_RATE)
}

/// Pitches of one part in one section.
fn pitches(score: &Score, part: Part, section: &str) -> Vec<u8> {
    let parts = score.parts.iter().filter(|known| known.part == part);
    let phrases = parts.flat_map(|known| &known.phrases).filter(|phrase| phrase.section == section);
    phrases.flat_map(|phrase| &phrase.notes).map(|note| note.pitch).collect()
}

fn intervals(pitches: &[u8]) -> Vec<i32> {
    pitches.windows(2).map(|pair| i32::from(pair[1]) - i32::from(pair[0])).collect()
}

#[test]
fn words_of_style_steer_tempo_key_and_genre() {
    let house = plan("deep house, 127 bpm, in D minor");
    assert_eq!((house.style, house.tempo_bpm), (StyleName::House, 127.0));
    assert_eq!((house.key.tonic, house.key.mode), (2, Mode::Minor));
    assert_eq!(plan("a sad jazz song").key.mode, Mode::Minor);
    assert_eq!(plan("一首快乐的民谣").style, StyleName::Folk);
    assert_eq!(plan("一首快乐的民谣").key.mode, Mode::Major);
    assert!(plan("slow pop").tempo_bpm < plan("fast pop").tempo_bpm - 15.0);
}

#[test]
fn no_drums_means_no_drums() {
    assert!(plan("rock").patch(Part::Drums).is_some());
    for style in ["rock, no drums", "rock without drums", "摇滚，不要鼓"] {
        let plan = plan(style);
        assert_eq!(plan.patch(Part::Drums), None, "{style}");
        assert_eq!(compose(&plan).notes(Part::Drums).count(), 0);
    }
    let refused = Plan::from_brief(&Brief { style_negative: "drums".to_owned(), ..brief("rock") });
    assert_eq!(refused.patch(Part::Drums), None);
}

#[test]
fn the_hook_comes_back_and_is_not_the_verse() {
    for style in ["pop", "jazz", "trap", "waltz", "国风"] {
        let score = compose(&plan(style));
        let hook = intervals(&pitches(&score, Part::Lead, "chorus-1"));
        assert!(hook.len() > 20, "{style}: {hook:?}");
        assert_eq!(hook, intervals(&pitches(&score, Part::Lead, "chorus-2")), "{style}");
        assert_ne!(hook, intervals(&pitches(&score, Part::Lead, "verse-1")), "{style}");
        let different: std::collections::BTreeSet<_> =
            pitches(&score, Part::Lead, "chorus-1").into_iter().collect();
        assert!(different.len() >= 4, "{style}: a tune of {different:?}");
    }
}

#[test]
fn the_lead_has_a_note_for_each_syllable() {
    let score = compose(&plan("pop"));
    // 7 + 7 + 7 + 7 syllables.
    assert_eq!(pitches(&score, Part::Lead, "chorus-1").len(), 28);
}

#[test]
fn the_last_chorus_has_grown() {
    let score = compose(&plan("pop"));
    assert!(pitches(&score, Part::Harmony, "chorus-1").is_empty());
    assert!(!pitches(&score, Part::Harmony, "chorus-2").is_empty());
}

#[test]
fn a_song_lasts_one_to_four_minutes() {
    let long: String =
        (0..80).map(|line| format!("And here is another line to sing number {line}\n")).collect();
    let lyrics = [None, Some("hello".to_owned()), Some(LYRIC.to_owned()), Some(long)];
    for style in ["pop", "ambient, slow", "drum and bass", "waltz"] {
        for lyric in &lyrics {
            let plan = Plan::from_brief(&Brief { lyric: lyric.clone(), ..brief(style) });
            let length = seconds(&compose(&plan));
            assert!(
                (60.0..=f64::from(MAX_SECONDS)).contains(&length),
                "{style} {:?}: {length}",
                lyric.as_ref().map(String::len)
            );
        }
    }
    let form = seconds(&compose(&Plan::from_brief(&Brief { lyric: None, ..brief("pop") })));
    assert!((100.0..=145.0).contains(&form), "{form}");
}

#[test]
fn a_song_keeps_to_the_length_that_was_allowed() {
    for max_seconds in [10.0, 30.0, 75.0, 100.0] {
        let plan = Plan::from_brief(&Brief { max_seconds, ..brief("ballad") });
        let length = seconds(&compose(&plan));
        assert!(length <= f64::from(max_seconds), "{length} of {max_seconds}");
        assert!(length >= f64::from(max_seconds) * 0.35, "{length} of {max_seconds}");
    }
}

#[test]
fn an_instrumental_has_no_lead_voice() {
    let plan = Plan::from_brief(&Brief { instrumental: true, ..brief("pop") });
    let score = compose(&plan);
    assert_eq!(score.notes(Part::Lead).count() + score.notes(Part::Harmony).count(), 0);
    assert!(score.notes(Part::Counter).count() > 40);
}

#[test]
fn another_seed_writes_another_song() {
    let one = compose(&plan("pop, 110 bpm, in C major"));
    let two = compose(&Plan::from_brief(&Brief { seed: 12, ..brief("pop, 110 bpm, in C major") }));
    assert_ne!(pitches(&one, Part::Lead, "chorus-1"), pitches(&two, Part::Lead, "chorus-1"));
}

#[test]
fn an_older_model_has_fewer_parts() {
    let parts = |model| Plan::from_brief(&Brief { model, ..brief("pop") }).instruments.len();
    let counts = Model::ALL.map(parts);
    assert_eq!((counts[0], counts[7]), (8, 4));
    assert!(Model::ALL.iter().all(|model| model.name().parse() == Ok(*model)));
}

#[test]
fn an_edit_changes_only_the_section_that_it_names() {
    let before = plan("pop");
    let mut after = before.clone();
    let edited = after.sections.iter().position(|section| section.id == "verse-1").unwrap();
    after.sections[edited].bars += 2;
    after.sections[edited].lines[0].text = "Something else entirely is sung here now".to_owned();
    let (before, after) = (compose(&before), compose(&after));
    for (index, span) in before.sections.iter().enumerate() {
        let moved = |score: &Score, part: usize| {
            let start = (score.sections[index].start_seconds * f64::from(SAMPLE_RATE)).round() as i64;
            let notes = score.parts[part].phrases[index].notes.clone();
            notes
                .into_iter()
                .map(|note| (note.start as i64 - start, note.length, note.pitch, note.variation))
                .collect::<Vec<_>>()
        };
        let same = (0..before.parts.len()).all(|part| moved(&before, part) == moved(&after, part));
        assert_eq!(same, span.id != "verse-1", "{}", span.id);
    }
}

#[test]
fn bass_and_kick_fall_together() {
    let score = compose(&plan("pop"));
    let kicks: Vec<u64> =
        score.notes(Part::Drums).filter(|note| note.pitch == 36).map(|note| note.start).collect();
    let near = |start: u64| kicks.iter().any(|kick| kick.abs_diff(start) < u64::from(SAMPLE_RATE) / 50);
    let chorus = score.sections.iter().find(|span| span.kind == SectionKind::Chorus).unwrap();
    let (from, to) = (chorus.start_seconds, chorus.end_seconds);
    let within = |start: u64| (from..to).contains(&(start as f64 / f64::from(SAMPLE_RATE)));
    let kicked: Vec<u64> = kicks.iter().copied().filter(|start| within(*start)).collect();
    let bass: Vec<u64> =
        score.notes(Part::Bass).map(|note| note.start).filter(|start| within(*start)).collect();
    let locked = kicked
        .iter()
        .filter(|kick| bass.iter().any(|start| start.abs_diff(**kick) < u64::from(SAMPLE_RATE) / 50))
        .count();
    assert!(locked * 10 >= kicked.len() * 8, "{locked} of {}", kicked.len());
    assert!(bass.iter().any(|start| near(*start)));
}

#[test]
fn a_plan_survives_json() {
    let plan = plan("pop");
    let text = serde_json::to_string(&plan).unwrap();
    assert_eq!(serde_json::from_str::<Plan>(&text).unwrap(), plan);
    assert!(text.contains("\"bass\"") && text.contains("\"chorus-2\""), "{text}");
}

#[test]
fn a_plan_edited_beyond_reason_is_still_a_song() {
    let mut plan = plan("pop");
    plan.tempo_bpm = f32::NAN;
    plan.sections.iter_mut().for_each(|section| section.bars = u32::MAX);
    plan.sections[0].energy = f32::INFINITY;
    assert!(seconds(&compose(&plan)) <= f64::from(MAX_EDITED_SECONDS));
    plan.sections.clear();
    assert!(compose(&plan).samples > 0);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_gives_a_song_of_bounded_length(
        prompt in "\\PC{0,200}",
        style in prop_oneof!["\\PC{0,60}", Just("慢 jazz ♯ no no no drums 999999 bpm bb flat".to_owned())],
        lyric in prop_oneof![
            "(\\PC{0,40}\n){0,120}",
            "(\\[(Verse|CHORUS|bridge|x|【|副歌)\\]\n?){0,500}",
            "[\u{5D0}-\u{5EA}\u{1F600}-\u{1F64F}\\\\n\n\\[\\]:(]{0,3000}",
            "[a-z]{10000}",
        ],
        seed: u32,
        max_seconds in prop_oneof![Just(f32::NAN), Just(-1.0), Just(1e30), 10.0_f32..300.0],
        weirdness in prop_oneof![Just(f32::NAN), -1.0_f32..2.0],
    ) {
        let brief = Brief { prompt, style, lyric: Some(lyric), seed, max_seconds, weirdness, ..Brief::default() };
        let plan = Plan::from_brief(&brief);
        let score = compose(&plan);
        let limit = if max_seconds.is_nan() { MAX_SECONDS } else { max_seconds.clamp(10.0, MAX_SECONDS) };
        prop_assert!(seconds(&score) <= f64::from(limit), "{} of {limit}", seconds(&score));
        prop_assert!(score.parts.iter().flat_map(|part| &part.phrases).any(|phrase| !phrase.notes.is_empty()));
        prop_assert_eq!(score, compose(&Plan::from_brief(&brief)));
    }
}
