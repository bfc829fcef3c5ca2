//! What a sung song promises.

use super::*;
use crate::Delivery;
use crate::brief::{Brief, VocalGender};
use crate::compose::compose;
use crate::mix::Stereo;
use crate::plan::{InstrumentChoice, Line, Patch, Section, SectionKind};
use crate::sing::Tone;
use crate::sing::pitch_check::pitch_at;
use crate::{Master, perform, perform_on, render};

/// A verse and two choruses of two short lines each.
fn short(singer: Option<&str>) -> Plan {
    let brief = Brief { style: "pop, 120 bpm, in A minor".to_owned(), seed: 4, ..Brief::default() };
    let section = |id: &str, kind, energy| Section {
        id: id.to_owned(),
        kind,
        bars: 4,
        lines: ["Walking home", "Беспечно, stars 21"].map(|text| Line { text: text.to_owned() }).to_vec(),
        energy,
        transposition: 0,
        stop: 0,
    };
    let sections = vec![
        section("verse-1", SectionKind::Verse, 0.5),
        section("chorus-1", SectionKind::Chorus, 0.9),
        section("chorus-2", SectionKind::Chorus, 1.0),
        // A song's last bars have chords of their own.
        Section { bars: 1, lines: Vec::new(), ..section("outro-1", SectionKind::Outro, 0.5) },
    ];
    let choice = |part, patch| InstrumentChoice { part, patch };
    Plan {
        sections,
        singer: singer.map(str::to_owned),
        instruments: vec![
            choice(Part::Chords, Patch::GrandPiano),
            choice(Part::Lead, Patch::SineLead),
            choice(Part::Harmony, Patch::SineLead),
        ],
        ..Plan::from_brief(&brief)
    }
}

fn play(plan: &Plan, threads: usize) -> Master {
    perform_on(threads, plan, &mut |_| ControlFlow::Continue(())).unwrap()
}

#[test]
fn a_sung_song_is_one_sound_on_any_number_of_threads() {
    let plan = short(Some("lena"));
    let master = play(&plan, 1);
    assert_eq!(master, play(&plan, 2));
    assert_eq!(master, play(&plan, 5));
}

#[test]
fn words_lie_in_their_sections_and_rise() {
    let plan = short(Some("theo"));
    let score = compose(&plan);
    let lines = sing(&plan, &score, 2, &mut |_| ControlFlow::Continue(())).unwrap().words;
    assert_eq!(lines.len(), 6);
    assert!(lines.windows(2).all(|pair| pair[0].end_seconds <= pair[1].start_seconds));
    for line in &lines {
        let span = score.sections.iter().find(|span| span.id == line.section).unwrap();
        // Consonants go before the first note.
        assert!(
            line.start_seconds > span.start_seconds - 0.5 && line.end_seconds <= span.end_seconds,
            "{line:?}"
        );
        assert_eq!(line.start_seconds, line.words[0].start_seconds);
        let rises = line.words.windows(2).all(|pair| {
            pair[0].start_seconds < pair[0].end_seconds && pair[0].end_seconds <= pair[1].start_seconds + 1e-9
        });
        assert!(rises, "{line:?}");
    }
    let said: Vec<(&str, bool)> =
        lines[1].words.iter().map(|word| (word.text.as_str(), word.is_said)).collect();
    assert_eq!(said, [("Беспечно,", false), ("stars", true), ("21", true)]);
}

#[test]
fn without_a_singer_or_words_there_is_no_voice() {
    let unsung = short(None);
    assert_eq!(play(&unsung, 1).words, []);
    let mut wordless = short(Some("lena"));
    wordless.sections.iter_mut().for_each(|section| section.lines.clear());
    assert_eq!(play(&wordless, 1).words, []);
    let lead = |plan: &Plan| render(plan, Part::Lead).left;
    wordless.singer = None;
    let played = lead(&wordless);
    wordless.singer = Some("lena".to_owned());
    assert_eq!(played, lead(&wordless));
    assert_ne!(lead(&unsung), lead(&short(Some("lena"))));
    let brief = Brief { instrumental: true, lyric: Some("One line".to_owned()), ..Brief::default() };
    assert_eq!(Plan::from_brief(&brief).singer, None);
    assert_eq!(Plan::from_brief(&Brief { style: "rock, no vocals".to_owned(), ..brief }).singer, None);
}

#[test]
fn the_singer_of_the_plan_is_heard_where_it_can_sing() {
    let centre = |singer: &str| {
        let plan = short(Some(singer));
        let score = compose(&plan);
        let pitches: Vec<f32> =
            score.lines.iter().flat_map(|line| line.tones.iter().flatten()).map(|t| t.pitch).collect();
        let lead: Vec<f32> = score.notes(Part::Lead).map(|note| f32::from(note.pitch)).collect();
        let mean = |pitches: &[f32]| pitches.iter().sum::<f32>() / pitches.len() as f32;
        (mean(&pitches), mean(&lead))
    };
    let (high, high_notes) = centre("lena");
    let (low, low_notes) = centre("bruno");
    assert!((55.0..72.0).contains(&high) && (41.0..60.0).contains(&low), "{high} {low}");
    // Notes and sung lines are moved together, by octaves.
    assert!(((high_notes - low_notes) - (high - low)).abs() < 0.01, "{high} {low} {high_notes} {low_notes}");
    assert!(((high - low) / 12.0 - 1.0).abs() < 0.01, "{high} {low}");
    // A name that nobody has is taken as the first singer's.
    assert_eq!(render(&short(Some("nobody")), Part::Lead), render(&short(Some("lena")), Part::Lead));
    let brief = Brief {
        vocal_gender: Some(VocalGender::Male),
        lyric: Some("One line".to_owned()),
        ..Brief::default()
    };
    assert!(Plan::from_brief(&brief).voice(Part::Lead).unwrap().sounds_male);
}

#[test]
fn choruses_are_doubled_and_the_last_is_the_widest() {
    let plan = short(Some("mara"));
    let score = compose(&plan);
    let bus = render(&plan, Part::Lead);
    let width = |id: &str| {
        let span = score.sections.iter().find(|span| span.id == id).unwrap();
        let at = |seconds: f64| (seconds * f64::from(crate::SAMPLE_RATE)) as usize;
        let range = at(span.start_seconds)..at(span.end_seconds - 0.5);
        let (mut side, mut middle) = (0.0_f32, 1e-9_f32);
        for (left, right) in bus.left[range.clone()].iter().zip(&bus.right[range]) {
            side += (left - right).powi(2);
            middle += (left + right).powi(2);
        }
        side / middle
    };
    assert!(width("verse-1") < 1e-6, "{}", width("verse-1"));
    assert!(width("chorus-1") > 0.005, "{}", width("chorus-1"));
    assert!(width("chorus-2") > 1.4 * width("chorus-1"), "{} {}", width("chorus-2"), width("chorus-1"));
}

#[test]
fn a_line_that_returns_is_read_once_and_a_rapped_one_by_itself() {
    let plan = short(Some("lena"));
    let mut score = compose(&plan);
    let leads = score.lines.iter().filter(|line| line.part == Part::Lead).count();
    let read = readings(&plan, &score);
    assert_eq!(leads, 6);
    assert_eq!(read.len(), 4, "verse and chorus have two lines each");
    assert_eq!(read.iter().map(|reading| reading.lines.len()).sum::<usize>(), score.lines.len());
    let stray = |score: &mut Score, seconds: f64| {
        let line = score.lines.iter_mut().rev().find(|line| line.part == Part::Lead).unwrap();
        line.tones[1][0].onset += seconds;
    };
    stray(&mut score, 0.012);
    assert_eq!(readings(&plan, &score).len(), 4, "a little late is the same line");
    stray(&mut score, 0.05);
    assert_eq!(readings(&plan, &score).len(), 5);
    let mut score = compose(&plan);
    score.lines[0].delivery = Delivery::Rapped;
    let sung = sing(&plan, &score, 1, &mut |_| ControlFlow::Continue(())).unwrap();
    assert_ne!(
        sung.lead[0],
        sing(&plan, &compose(&plan), 1, &mut |_| ControlFlow::Continue(())).unwrap().lead[0]
    );
}

#[test]
fn singing_reports_often_and_can_be_broken_off() {
    let plan = short(Some("lena"));
    for threads in [1, 3] {
        let mut heard = Vec::new();
        let stopped = perform_on(threads, &plan, &mut |done| {
            heard.push(done);
            if done > 0.1 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        });
        assert_eq!(stopped, Err(Cancelled));
        // Where several sing, they may all be done before whoever reports has its next turn.
        assert!(threads > 1 || heard.last().is_some_and(|done| *done < 0.4), "{heard:?}");
        assert_eq!(
            heard.iter().filter(|done| **done > 0.1).count(),
            1,
            "it goes on behind its end: {heard:?}"
        );
    }
    let mut heard = Vec::new();
    perform(&plan, &mut |done| {
        heard.push(done);
        ControlFlow::Continue(())
    })
    .unwrap();
    assert!(heard.iter().filter(|done| **done < 0.4).count() > 10);
    assert!(heard.windows(2).all(|pair| pair[0] <= pair[1]), "{heard:?}");
}

#[test]
fn the_lead_of_a_song_is_within_35_cents_of_the_score() {
    let lyric = "[Verse]\nWoke up with the sun in my eyes\nNo clouds above just blue in the skies\n\
                 [Chorus]\nHappy days are rolling in\nLet the joy beneath my skin";
    for (seed, gender) in [(3, VocalGender::Female), (4, VocalGender::Male)] {
        let brief =
            Brief { lyric: Some(lyric.to_owned()), vocal_gender: Some(gender), seed, ..Brief::default() };
        let plan = Plan::from_brief(&brief);
        let score = compose(&plan);
        let voices = sing(&plan, &score, 2, &mut |_| ControlFlow::Continue(())).unwrap();
        let (mut voiced, mut in_tune) = (0, 0);
        let mut lead = Stereo::silence(score.samples as usize);
        let centred = voices.lead.iter().filter(|take| take.gains[0] == take.gains[1]);
        centred.for_each(|take| take.add(0, &mut lead.left, &mut lead.right));
        let tones = score
            .lines
            .iter()
            .filter(|line| line.part == Part::Lead)
            .flat_map(|line| line.tones.iter().flatten());
        // What lies outside the voice says more about the tune than about the singing.
        let (low, high) = plan.voice(Part::Lead).unwrap().range;
        let sounds_well = |tone: &&Tone| (f32::from(low)..=f32::from(high)).contains(&tone.pitch);
        for tone in tones.filter(sounds_well) {
            for hundredth in 0..(tone.seconds * 100.0) as usize {
                let time = tone.onset + hundredth as f64 / 100.0;
                let at = (time * f64::from(crate::SAMPLE_RATE)) as usize;
                let Some(hertz) = pitch_at(&lead.left, at) else { continue };
                let cents = 1200.0 * (hertz / 440.0).log2() + 6900.0 - 100.0 * tone.pitch;
                voiced += 1;
                in_tune += usize::from(cents.abs() < 35.0);
            }
        }
        let share = in_tune as f32 / voiced as f32;
        println!("{:?}: {share} of {voiced} frames", plan.singer);
        assert!(voiced > 150 && share > 0.85, "{:?}: {share} of {voiced} frames", plan.singer);
    }
}
