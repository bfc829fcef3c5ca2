//! What styles, models and knobs do to the notes.

use music::{
    Brief, InstrumentChoice, Model, Note, Part, Patch, Plan, SAMPLE_RATE, Score, SectionKind, compose,
};
use std::collections::BTreeSet;

const LYRIC: &str = "[Verse]\nWoke up with the sun in my eyes\nNo clouds above just blue in the skies\n\
    Shoes on my feet I'm ready to run\nEvery step feels like a loaded gun\n[Pre-Chorus]\nHere it comes again\n\
    Here it comes my friend\n[Chorus]\nHappy days are rolling in\nLet the joy beneath my skin\n\
    No more shadows no more lies\nJust the truth that lifts me high\n[Verse 2]\nDancing through the city streets\n\
    A rhythm pounding in my heartbeat\nStrangers smile it's catching on\nThis world's a stage we're all a song\n\
    [Chorus]\nHappy days are rolling in\nLet the joy beneath my skin\nNo more shadows no more lies\n\
    Just the truth that lifts me high";

const STYLES: [&str; 25] = [
    "pop",
    "rock",
    "folk",
    "funk",
    "soul",
    "house",
    "trance",
    "synthwave",
    "trap",
    "lofi",
    "drum and bass",
    "ballad",
    "ambient",
    "jazz",
    "waltz",
    "bossa nova",
    "reggae",
    "guofeng",
    "country",
    "blues",
    "boom bap",
    "techno",
    "orchestral",
    "christmas",
    "metal",
];

fn brief(style: &str, seed: u32) -> Brief {
    Brief { style: style.to_owned(), lyric: Some(LYRIC.to_owned()), seed, ..Brief::default() }
}

fn plan(style: &str, seed: u32) -> Plan {
    Plan::from_brief(&brief(style, seed))
}

fn notes<'a>(score: &'a Score, part: Part, section: &str) -> &'a [Note] {
    let phrases = score.parts.iter().filter(|known| known.part == part).flat_map(|known| &known.phrases);
    phrases.filter(|phrase| phrase.section == section).map(|phrase| &phrase.notes[..]).next().unwrap_or(&[])
}

/// How much the band does in a section: the velocities of all notes but the voices', for each second.
fn activity(score: &Score, section: &str) -> f32 {
    let Some(span) = score.sections.iter().find(|span| span.id == section) else { return 0.0 };
    let band = Part::ALL.into_iter().filter(|part| !matches!(part, Part::Lead | Part::Harmony));
    let sum: f32 = band.flat_map(|part| notes(score, part, section)).map(|note| note.velocity).sum();
    sum / (span.end_seconds - span.start_seconds) as f32
}

/// Samples in a sixteenth.
fn sixteenth(plan: &Plan) -> f64 {
    f64::from(SAMPLE_RATE) * 15.0 / f64::from(plan.tempo_bpm)
}

#[test]
fn verses_are_thinner_than_choruses_and_the_last_chorus_grows() {
    for style in STYLES {
        let score = compose(&plan(style, 3));
        let [verse, chorus, last] = ["verse-1", "chorus-1", "chorus-2"].map(|id| activity(&score, id));
        assert!(verse < 0.85 * chorus, "{style}: verse {verse}, chorus {chorus}");
        assert!(last > 1.04 * chorus, "{style}: chorus {chorus}, last {last}");
    }
}

#[test]
fn no_two_styles_are_one() {
    let band = |style: &str| {
        let plan = Plan::from_brief(&Brief { sound_strength: 1.0, ..brief(style, 3) });
        let score = compose(&plan);
        let drums: Vec<u8> = notes(&score, Part::Drums, "chorus-1").iter().map(|note| note.pitch).collect();
        (format!("{:?}", plan.instruments), drums)
    };
    let bands: Vec<_> = STYLES.iter().map(|style| band(style)).collect();
    let casts: BTreeSet<&String> = bands.iter().map(|(cast, _)| cast).collect();
    let grooves: BTreeSet<&Vec<u8>> = bands.iter().map(|(_, drums)| drums).collect();
    assert_eq!((casts.len(), grooves.len()), (STYLES.len(), STYLES.len()));
}

#[test]
fn intros_build_and_outros_fall_apart() {
    for style in STYLES {
        let score = compose(&plan(style, 5));
        let playing = |id: &str, end: bool| {
            let span = score.sections.iter().find(|span| span.id == id).unwrap();
            let middle = (span.start_seconds + span.end_seconds) / 2.0 * f64::from(SAMPLE_RATE);
            let half = |note: &&Note| (note.start as f64 + 4000.0 > middle) == end;
            let parts = score.parts.iter().filter(|part| !matches!(part.part, Part::Lead | Part::Harmony));
            parts.filter(|part| notes(&score, part.part, id).iter().any(|note| half(&note))).count()
        };
        assert!(playing("intro-1", false) < playing("intro-1", true), "{style}");
        assert!(playing("intro-1", false) > 0, "{style}");
    }
}

#[test]
fn a_stop_silences_the_band_and_not_the_voice() {
    let mut plan = plan("house", 1);
    plan.sections.iter_mut().for_each(|section| section.stop = 0);
    let before = compose(&plan);
    let index = plan.sections.iter().position(|section| section.id == "pre-chorus-1").unwrap();
    plan.sections[index].stop = 4;
    let after = compose(&plan);
    let end = (after.sections[index].end_seconds * f64::from(SAMPLE_RATE)) as u64;
    let from = end - (4.0 * sixteenth(&plan)) as u64;
    for part in &after.parts {
        let count = |score: &Score| {
            let notes = notes(score, part.part, "pre-chorus-1");
            notes.iter().filter(|note| note.start + u64::from(note.length).min(6000) > from + 1500).count()
        };
        if part.part == Part::Lead {
            assert_eq!(count(&after), count(&before));
        } else {
            assert_eq!(count(&after), 0, "{:?}", part.part);
        }
    }
    let stops = |model| {
        let plans = (0..12).map(|seed| Plan::from_brief(&Brief { model, ..brief("house", seed) }));
        plans.flat_map(|plan| plan.sections).filter(|section| section.stop > 0).count()
    };
    assert!(stops(Model::Fuzz20Pro) >= 8 && stops(Model::Fuzz10) == 0);
}

#[test]
fn a_lift_moves_everything_but_the_drums() {
    let before = plan("pop", 1);
    let mut after = before.clone();
    after
        .sections
        .iter_mut()
        .for_each(|section| section.transposition = if section.id == "chorus-2" { 2 } else { 0 });
    let mut before = before;
    before.sections.iter_mut().for_each(|section| section.transposition = 0);
    let (before, after) = (compose(&before), compose(&after));
    for part in &before.parts {
        let moved = u8::from(part.part != Part::Drums) * 2;
        // Chords may be laid out otherwise where they lie higher; their notes are the same but for the octave.
        let classes = |score: &Score, by: u8| -> BTreeSet<u8> {
            let notes = notes(score, part.part, "chorus-2").iter();
            notes.map(|note| (note.pitch + by) % 12).collect()
        };
        assert_eq!(classes(&before, moved), classes(&after, 0), "{:?}", part.part);
        assert_eq!(notes(&before, part.part, "chorus-1"), notes(&after, part.part, "chorus-1"));
    }
    let sung =
        |score: &Score| score.lines.iter().find(|line| line.section == "chorus-2").unwrap().tones[0][0].pitch;
    assert_eq!(sung(&after) - sung(&before), 2.0);
    let lifts = |style: &str| {
        (0..20)
            .filter(|seed| plan(style, *seed).sections.iter().any(|section| section.transposition > 0))
            .count()
    };
    assert!(lifts("ballad") >= 3, "{}", lifts("ballad"));
    assert_eq!(lifts("techno") + lifts("ballad in D major"), 0);
}

#[test]
fn old_models_play_like_machines_and_all_the_time() {
    let strays = |model| {
        let plan = Plan::from_brief(&Brief { model, ..brief("pop", 2) });
        let score = compose(&plan);
        let grid = sixteenth(&plan);
        let bass = score.notes(Part::Bass).chain(score.notes(Part::Drums)).chain(score.notes(Part::Chords));
        bass.map(|note| {
            let place = note.start as f64 / grid;
            ((place - place.round()) * grid).abs()
        })
        .fold(0.0, f64::max)
    };
    let (early, old, new) = (strays(Model::Fuzz08), strays(Model::Fuzz11), strays(Model::Fuzz20Pro));
    assert!(early < 2.0, "{early}");
    assert!(new > 120.0 && old < new, "{old} {new}");
    let opening = |model| {
        let score = compose(&Plan::from_brief(&Brief { model, ..brief("ballad", 2) }));
        notes(&score, Part::Drums, "verse-1").len()
    };
    assert!(opening(Model::Fuzz08) > 0 && opening(Model::Fuzz20Pro) == 0);
}

#[test]
fn every_model_is_another_plan() {
    let mut seen: Vec<Plan> = Vec::new();
    for model in Model::ALL {
        let mut plan = Plan::from_brief(&Brief { model, ..brief("pop", 8) });
        plan.title = String::new();
        assert!(!seen.contains(&plan), "{model}");
        seen.push(plan);
    }
}

#[test]
fn strong_words_push_the_band_back() {
    let at = |lyrics_strength| {
        let score = compose(&Plan::from_brief(&Brief { lyrics_strength, ..brief("pop", 4) }));
        let sections = || score.sections.iter().filter(|span| span.kind == SectionKind::Chorus);
        let answers: usize = sections().map(|span| notes(&score, Part::Counter, &span.id).len()).sum();
        let chords: f32 =
            sections().flat_map(|span| notes(&score, Part::Chords, &span.id)).map(|note| note.velocity).sum();
        (answers, chords)
    };
    let (weak, strong) = (at(0.0), at(1.0));
    assert!(strong.0 < weak.0 && strong.1 < 0.9 * weak.1, "{weak:?} {strong:?}");
}

#[test]
fn a_strong_sound_is_the_typical_one() {
    let casts = |sound_strength: f32, weirdness: f32| {
        let plans =
            (0..30).map(|seed| Plan::from_brief(&Brief { sound_strength, weirdness, ..brief("pop", seed) }));
        plans.collect::<Vec<_>>()
    };
    let typical = |plans: &[Plan]| {
        let choice = InstrumentChoice { part: Part::Chords, patch: Patch::GrandPiano };
        plans.iter().filter(|plan| plan.instruments.contains(&choice)).count()
    };
    let (strict, loose) = (casts(1.0, 0.5), casts(0.0, 0.5));
    assert_eq!(typical(&strict), 30);
    assert!((5..=20).contains(&typical(&loose)), "{}", typical(&loose));
    let spread = |plans: &[Plan]| {
        let tempi = || plans.iter().map(|plan| plan.tempo_bpm);
        tempi().fold(0.0, f32::max) - tempi().fold(999.0, f32::min)
    };
    assert!(spread(&strict) < spread(&loose), "{} {}", spread(&strict), spread(&loose));
    let odd = |plans: &[Plan]| {
        let patches = plans.iter().filter_map(|plan| plan.patch(Part::Counter));
        patches.filter(|patch| ![Patch::CleanGuitar, Patch::Bell].contains(patch)).count()
    };
    assert_eq!(odd(&strict), 0);
    assert!(odd(&casts(1.0, 1.0)) >= 8, "{}", odd(&casts(1.0, 1.0)));
}

#[test]
fn soul_lies_back_and_metal_pushes() {
    let backbeat = |style: &str| {
        let plan = plan(style, 6);
        let score = compose(&plan);
        let grid = sixteenth(&plan) * 4.0;
        let snares = score.notes(Part::Drums).filter(|note| note.pitch == 38 && note.velocity > 0.7);
        let mut offsets: Vec<f64> = snares
            .map(|note| note.start as f64 / grid)
            .map(|place| (place - place.round()) * grid / f64::from(SAMPLE_RATE) * 1000.0)
            .filter(|offset| offset.abs() < 30.0)
            .collect();
        offsets.sort_by(f64::total_cmp);
        offsets[offsets.len() / 2]
    };
    let (soul, metal, house) = (backbeat("soul"), backbeat("metal"), backbeat("synthwave"));
    assert!(
        (9.0..18.0).contains(&soul) && (-7.0..0.0).contains(&metal) && house.abs() < 1.5,
        "{soul} {metal} {house}"
    );
}

#[test]
fn blues_goes_round_in_twelves() {
    for lyric in [None, Some(LYRIC.to_owned())] {
        let plan = Plan::from_brief(&Brief { lyric, ..brief("blues", 2) });
        let long = plan
            .sections
            .iter()
            .filter(|section| matches!(section.kind, SectionKind::Verse | SectionKind::Chorus));
        assert!(
            long.clone().count() > 2 && long.clone().all(|section| section.bars % 12 == 0),
            "{:?}",
            plan.sections
        );
    }
}

#[test]
fn sections_end_in_fills_and_choruses_begin_with_a_crash() {
    let plan = plan("rock", 9);
    let score = compose(&plan);
    let chorus = notes(&score, Part::Drums, "chorus-1");
    assert!(chorus.iter().any(|note| note.pitch == 49 && note.start < chorus[0].start + 3000));
    let verse = score.sections.iter().find(|span| span.id == "verse-1").unwrap();
    let from = (verse.end_seconds * f64::from(SAMPLE_RATE) - 8.0 * sixteenth(&plan)) as u64;
    let groove = |note: &&Note| note.start + 2000 >= from;
    let pitches: BTreeSet<u8> =
        notes(&score, Part::Drums, "verse-1").iter().filter(groove).map(|note| note.pitch).collect();
    assert!(pitches.iter().any(|pitch| [38, 41, 45, 48].contains(pitch)), "{pitches:?}");
}
