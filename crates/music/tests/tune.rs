//! What the score says of tune, words and chords.

use music::{
    Brief, Delivery, Part, Plan, Score, SectionKind, Stress, StyleName, SungLine, VocalGender, compose, say,
};

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

const LYRIC: &str = "[Verse]\nWoke up with the sun in my eyes\nNo clouds above just blue in the skies\n\
    Shoes on my feet I'm ready to run\nEvery step feels like a loaded gun\n[Chorus]\nHappy days are rolling in\n\
    Let the joy beneath my skin\nNo more shadows no more lies\nJust the truth that lifts me high\n[Verse 2]\n\
    Dancing through the city streets\nA rhythm pounding in my heartbeat\nStrangers smile it's catching on\n\
    This world's a stage we're all a song\n[Chorus]\nHappy days are rolling in\nLet the joy beneath my skin\n\
    No more shadows no more lies\nJust the truth that lifts me high\n[Bridge]\nAnd the river runs away from me\n\
    Down the valley, over to the sea\n[Chorus]\nHappy days are rolling in\nLet the joy beneath my skin\n\
    No more shadows no more lies\nJust the truth that lifts me high";

const UNMARKED: &str = "The harbor lights are fading in the distance and I cannot find the words to say goodbye to you\n\
    Paper boats on water\nCarry every letter that I never had the heart to send across the sea\nOh\n\n\
    Hold on, hold on, the morning is a promise\nWe were never meant to be alone\n\
    Under silver rain we found each other\nAnd the river always leads us home\n\nIn 1999 we had 24 hours\n\
    Counting all the windows and the wires, 3,000,000 of them, every single one of them alight tonight for me\n\n\
    Hold on, hold on, the morning is a promise\nWe were never meant to be alone\n\
    Under silver rain we found each other\nAnd the river always leads us home";

const MANDARIN: &str = "[主歌]\n清晨的阳光照在窗前\n我想起了你的笑脸\n风吹过那条熟悉的街\n时间停在昨天\n[副歌]\n我要飞向蓝天\n\
    穿过所有的黑夜\n不管多远的路\n我们一起走到终点\n[主歌]\n城市的灯火慢慢熄灭\n只剩下月光和我\n[副歌]\n我要飞向蓝天\n\
    穿过所有的黑夜\n不管多远的路\n我们一起走到终点";

fn brief(style: &str, lyric: &str, seed: u32) -> Brief {
    // The tune is written for a voice that sounds female; others have it octaves lower.
    let vocal_gender = Some(VocalGender::Female);
    Brief { style: style.to_owned(), lyric: Some(lyric.to_owned()), vocal_gender, seed, ..Brief::default() }
}

fn plan(style: &str) -> Plan {
    Plan::from_brief(&brief(style, LYRIC, 11))
}

fn song(style: &str, lyric: &str, seed: u32) -> Score {
    compose(&Plan::from_brief(&brief(style, lyric, seed)))
}

fn lead(score: &Score) -> Vec<&SungLine> {
    score.lines.iter().filter(|line| line.part == Part::Lead).collect()
}

fn of_kind<'a>(score: &'a Score, kind: &str) -> Vec<&'a SungLine> {
    lead(score).into_iter().filter(|line| line.section.starts_with(kind)).collect()
}

fn onsets(line: &SungLine) -> Vec<f64> {
    line.tones.iter().map(|tones| tones[0].onset).collect()
}

fn pitches(line: &SungLine) -> Vec<f32> {
    line.tones.iter().map(|tones| tones[0].pitch).collect()
}

fn intervals(line: &SungLine) -> Vec<f32> {
    pitches(line).windows(2).map(|pair| pair[1] - pair[0]).collect()
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// Quarters from the section's start, unswung styles only.
fn beats(plan: &Plan, score: &Score, line: &SungLine) -> Vec<f64> {
    let span = score.sections.iter().find(|span| span.id == line.section);
    let start = span.map_or(f64::NAN, |span| span.start_seconds);
    onsets(line).iter().map(|at| (at - start) * f64::from(plan.tempo_bpm) / 60.0).collect()
}

/// Pitch classes of the chord that sounds.
fn chord_classes(score: &Score, at: f64) -> Vec<i32> {
    let name = score.chords.iter().rev().find(|span| span.start_seconds <= at + 0.02);
    let name = name.map_or("", |span| span.name.as_str());
    let is_altered = name.as_bytes().get(1).is_some_and(|sign| matches!(sign, b'#' | b'b'));
    let (root, suffix) = name.split_at(if is_altered { 2 } else { 1 });
    let natural =
        "C D EF G A B".chars().position(|letter| root.starts_with(letter)).map_or(0, |at| at as i32);
    let root = natural
        + if root.ends_with('#') {
            1
        } else if root.ends_with('b') {
            11
        } else {
            0
        };
    let above: &[i32] = match suffix {
        "" => &[0, 4, 7],
        "m" => &[0, 3, 7],
        "7" => &[0, 4, 7, 10],
        "maj7" => &[0, 4, 7, 11],
        "m7" => &[0, 3, 7, 10],
        "m7b5" => &[0, 3, 6, 10],
        "dim" => &[0, 3, 6],
        "sus4" => &[0, 5, 7],
        "add9" => &[0, 4, 7, 2],
        other => panic!("{other}"),
    };
    above.iter().map(|interval| (root + interval) % 12).collect()
}

#[test]
fn the_chords_cover_the_song_without_gaps() {
    for style in ["pop", "jazz", "waltz", "ambient"] {
        let score = song(style, LYRIC, 11);
        let chords = &score.chords;
        assert_eq!(chords[0].start_seconds, 0.0);
        let end = chords.last().unwrap().end_seconds - score.sections.last().unwrap().end_seconds;
        assert!(end.abs() < 0.001, "{style}: {end}");
        for pair in chords.windows(2) {
            assert!((pair[0].end_seconds - pair[1].start_seconds).abs() < 0.001, "{style}: {pair:?}");
            assert!(pair[0].name != pair[1].name || pair[0].section != pair[1].section, "{style}: {pair:?}");
        }
    }
}

/// Each line of the plan has its tones: one group a syllable, in order, none over the next.
fn check_lines(plan: &Plan, told: &str) {
    let score = compose(plan);
    for section in plan.sections.iter().filter(|known| score.sections.iter().any(|span| span.id == known.id))
    {
        let sung: Vec<&SungLine> =
            lead(&score).into_iter().filter(|line| line.section == section.id).collect();
        assert_eq!(sung.len(), section.lines.len(), "{told}: {section:?}");
        for (line, written) in sung.iter().zip(&section.lines) {
            assert_eq!(line.tones.len(), say(&written.text).syllable_count(), "{told}: {line:?}");
        }
    }
    for part in [Part::Lead, Part::Harmony] {
        let lines = score.lines.iter().filter(|line| line.part == part);
        let tones: Vec<_> = lines.flat_map(|line| line.tones.iter().flatten()).collect();
        assert!(tones.iter().all(|tone| tone.seconds > 0.02), "{told}");
        for pair in tones.windows(2) {
            assert!(
                pair[1].onset > pair[0].onset && pair[1].onset > pair[0].end() - 0.03,
                "{told}: {pair:?}"
            );
        }
    }
}

#[test]
fn every_line_has_a_note_for_each_syllable() {
    for style in STYLES {
        check_lines(&Plan::from_brief(&brief(style, UNMARKED, 3)), style);
        let brief = Brief { max_seconds: 25.0, ..brief(style, UNMARKED, 3) };
        check_lines(&Plan::from_brief(&brief), style);
    }
    let monster = "supercalifragilisticexpialidocious ".repeat(6) + "\n" + &"1234567890".repeat(8);
    for style in ["pop", "trap", "waltz"] {
        for lyric in [LYRIC, MANDARIN, &monster] {
            check_lines(&Plan::from_brief(&brief(style, lyric, 3)), style);
        }
        for max_seconds in [10.0, 45.0] {
            let brief = Brief { max_seconds, ..brief(style, UNMARKED, 3) };
            check_lines(&Plan::from_brief(&brief), style);
        }
        let mut edited = plan(style);
        for bars in [1, 23] {
            edited.sections.iter_mut().for_each(|section| section.bars = bars);
            check_lines(&edited, style);
        }
    }
}

#[test]
fn words_come_as_fast_as_they_are_understood() {
    for style in STYLES {
        let mut steps = Vec::new();
        for (lyric, seed) in [(LYRIC, 1), (UNMARKED, 2), (MANDARIN, 3)] {
            let score = song(style, lyric, seed);
            for line in lead(&score).into_iter().filter(|line| line.delivery == Delivery::Sung) {
                steps.extend(onsets(line).windows(2).map(|pair| pair[1] - pair[0]));
            }
        }
        let quick = steps.iter().filter(|seconds| **seconds < 0.14).count() as f64 / steps.len() as f64;
        let slow = steps.iter().filter(|seconds| **seconds > 0.8).count() as f64 / steps.len() as f64;
        let usual = median(steps);
        assert!((0.22..=0.45).contains(&usual), "{style}: {usual}");
        // Where eighths swing, the second of two is short.
        let most_quick = if style == "jazz" { 0.12 } else { 0.06 };
        assert!(quick < most_quick && slow < 0.03, "{style}: {quick} {slow}");
    }
}

#[test]
fn a_singer_can_breathe_between_lines() {
    for style in STYLES {
        let score = song(style, LYRIC, 5);
        for pair in lead(&score).windows(2) {
            let rest = pair[1].tones[0][0].onset - pair[0].tones.last().unwrap().last().unwrap().end();
            assert!(rest > 0.14, "{style}: {rest} after {:?}", pair[0].text);
        }
    }
}

#[test]
fn stressed_syllables_fall_on_strong_beats_and_chord_notes() {
    let mut counts = [[0.0; 3]; 2];
    for style in ["pop", "rock", "ballad", "trance", "synthwave", "bossa nova"] {
        for seed in 1..=4 {
            let plan = Plan::from_brief(&brief(style, LYRIC, seed));
            let score = compose(&plan);
            for line in lead(&score) {
                let said = say(&line.text);
                let syllables = said.words.iter().flat_map(|word| &word.syllables);
                let places = beats(&plan, &score, line).into_iter().zip(&line.tones);
                for (syllable, (beat, tones)) in syllables.zip(places) {
                    let row = &mut counts[usize::from(syllable.vowel.stress() == Stress::Primary)];
                    row[0] += 1.0;
                    row[1] += f64::from(u8::from((beat - beat.round()).abs() < 0.06));
                    let classes = chord_classes(&score, tones[0].onset);
                    row[2] += f64::from(u8::from(classes.contains(&(tones[0].pitch as i32 % 12))));
                }
            }
        }
    }
    let share = |row: [f64; 3], of: usize| row[of] / row[0];
    let [weak, strong] = counts;
    assert!(share(strong, 1) > share(weak, 1) + 0.25, "{weak:?} {strong:?}");
    assert!(share(strong, 2) > 0.7 && share(strong, 2) > share(weak, 2) + 0.05, "{weak:?} {strong:?}");
}

#[test]
fn the_tune_lies_where_the_singers_do() {
    let (mut within, mut all, mut lifts) = (0, 0, Vec::new());
    for style in STYLES {
        for seed in 1..=3 {
            let score = song(style, LYRIC, seed);
            let lines = lead(&score);
            let notes: Vec<f32> =
                lines.iter().flat_map(|line| &line.tones).flatten().map(|tone| tone.pitch).collect();
            assert!(notes.iter().all(|pitch| (55.0..=69.0).contains(pitch)), "{style}: {notes:?}");
            within += notes.iter().filter(|pitch| (57.0..=66.0).contains(*pitch)).count();
            all += notes.len();
            let middle = |kind| {
                let lines = of_kind(&score, kind);
                let notes: Vec<f32> = lines.into_iter().flat_map(pitches).collect();
                f64::from(notes.iter().sum::<f32>()) / notes.len() as f64
            };
            lifts.push(middle("chorus-1") - middle("verse"));
        }
    }
    assert!(within * 100 >= all * 90, "{within} of {all}");
    let mean = lifts.iter().sum::<f64>() / lifts.len() as f64;
    assert!((3.0..=5.0).contains(&mean), "{mean}");
    assert!(lifts.iter().all(|lift| *lift > 1.0), "{lifts:?}");
}

#[test]
fn the_hook_returns_each_time() {
    for style in STYLES {
        let plan = plan(style);
        let score = compose(&plan);
        let hooks: Vec<_> = of_kind(&score, "chorus").into_iter().filter(|line| line.line == 0).collect();
        assert_eq!(hooks.len(), 3, "{style}");
        for hook in &hooks[1..] {
            assert_eq!(intervals(hooks[0]), intervals(hook), "{style}");
            let lengths = |line| onsets(line).windows(2).map(|pair| pair[1] - pair[0]).collect::<Vec<_>>();
            let near =
                lengths(hooks[0]).iter().zip(lengths(hook)).all(|(one, other)| (one - other).abs() < 0.03);
            assert!(near, "{style}");
        }
    }
}

#[test]
fn rhymes_of_the_chorus_are_held() {
    let score = song("pop", LYRIC, 2);
    for line in of_kind(&score, "chorus") {
        let last = line.tones.last().unwrap()[0].seconds;
        assert!(last > 0.45, "{last} {:?}", line.text);
        let others = line.tones.iter().rev().skip(1).map(|tones| tones[0].seconds);
        assert!(others.sum::<f64>() / (line.tones.len() - 1) as f64 <= last, "{:?}", line.text);
    }
}

#[test]
fn two_seeds_have_two_melodies() {
    let mut shares = Vec::new();
    for style in [
        "pop in C major",
        "folk in C major",
        "ballad in C major",
        "trance in C minor",
        "jazz in C major",
        "waltz in C major",
        "guofeng in C minor",
        "reggae in C major",
    ] {
        for lyric in [LYRIC, UNMARKED, MANDARIN] {
            let songs: Vec<Score> = (1..=4).map(|seed| song(style, lyric, seed)).collect();
            for (one, two) in [(0, 1), (0, 2), (0, 3), (1, 2), (1, 3), (2, 3)] {
                let (mut same, mut all) = (0.0, 0.0);
                for (line, other) in lead(&songs[one]).into_iter().zip(lead(&songs[two])) {
                    assert_eq!(line.text, other.text);
                    for (left, right) in intervals(line).into_iter().zip(intervals(other)) {
                        all += 1.0;
                        same += if left == right { 1.0 } else { 0.0 };
                    }
                }
                assert!(same < all * 0.5, "{style}: {same} of {all}");
                shares.push(same / all);
            }
        }
    }
    let mean = shares.iter().sum::<f64>() / shares.len() as f64;
    assert!(mean < 0.33, "{mean}");
}

#[test]
fn chords_change_as_often_as_in_songs() {
    for style in STYLES {
        let (mut changes, mut minutes) = (0.0, 0.0);
        for seed in 1..=6 {
            let score = song(style, LYRIC, seed);
            changes += score.chords.windows(2).filter(|pair| pair[0].name != pair[1].name).count() as f64;
            minutes += score.sections.last().unwrap().end_seconds / 60.0;
        }
        // Ambient chords stand long: that is what the style is.
        let least = if style == "ambient" { 22.0 } else { 39.0 };
        let rate = changes / minutes;
        assert!((least..=94.0).contains(&rate), "{style}: {rate}");
    }
}

#[test]
fn verses_of_trap_are_rapped_and_choruses_sung() {
    for seed in 1..=4 {
        let score = song("trap", LYRIC, seed);
        for line in lead(&score) {
            let rapped = line.section.starts_with("verse");
            assert_eq!(line.delivery == Delivery::Rapped, rapped, "{}", line.section);
        }
        let verses = of_kind(&score, "verse");
        let steps = verses
            .iter()
            .flat_map(|line| onsets(line).windows(2).map(|pair| pair[1] - pair[0]).collect::<Vec<_>>());
        let usual = median(steps.collect());
        assert!((0.14..=0.26).contains(&usual), "{usual}");
        for line in verses {
            let notes = pitches(line);
            let (low, high) =
                (notes.iter().copied().fold(99.0, f32::min), notes.iter().copied().fold(0.0, f32::max));
            assert!(high - low <= 7.0 && high <= 63.0, "{notes:?}");
            let last = line.tones.last().unwrap();
            assert!(last.last().unwrap().pitch <= last[0].pitch, "{last:?}");
        }
    }
    assert!(lead(&song("pop", LYRIC, 1)).iter().all(|line| line.delivery == Delivery::Sung));
}

#[test]
fn weirdness_leaps_strays_and_borrows() {
    let figures = |weirdness: f32| {
        let (mut leaps, mut off, mut notes, mut chords) = (0.0, 0.0, 0.0, 0.0);
        for (style, seed) in
            [("pop in C major", 1), ("rock in C major", 2), ("ballad in C major", 3), ("pop in C major", 4)]
        {
            let plan = Plan::from_brief(&Brief { weirdness, ..brief(style, LYRIC, seed) });
            let score = compose(&plan);
            for line in lead(&score) {
                leaps += intervals(line).iter().filter(|interval| interval.abs() >= 5.0).count() as f64;
                let places = beats(&plan, &score, line);
                off += places.iter().filter(|beat| (*beat - beat.round()).abs() > 0.06).count() as f64;
                notes += places.len() as f64;
            }
            let diatonic = ["C", "Dm", "Em", "F", "G", "Am", "G7"];
            chords +=
                score.chords.iter().filter(|chord| !diatonic.contains(&chord.name.as_str())).count() as f64;
        }
        [leaps / notes, off / notes, chords]
    };
    let (tame, wild) = (figures(0.0), figures(1.0));
    assert!(wild[0] > tame[0] * 1.5 + 0.02, "leaps {tame:?} {wild:?}");
    assert!(wild[1] > tame[1] + 0.05, "off the beat {tame:?} {wild:?}");
    assert!(wild[2] > tame[2] + 8.0, "borrowed chords {tame:?} {wild:?}");
}

#[test]
fn the_second_voice_goes_in_thirds_and_sixths() {
    let (mut sweet, mut all) = (0, 0);
    for style in STYLES {
        let score = song(style, LYRIC, 7);
        let lower = score.lines.iter().filter(|line| line.part == Part::Harmony);
        for line in lower {
            let above =
                lead(&score).into_iter().find(|lead| lead.section == line.section && lead.line == line.line);
            for (low, high) in pitches(line).into_iter().zip(pitches(above.unwrap())) {
                let apart = (high - low).abs() as i32;
                assert!([3, 4, 5, 7, 8, 9].contains(&apart), "{style}: {apart}");
                sweet += i32::from(![5, 7].contains(&apart));
                all += 1;
            }
        }
    }
    assert!(all > 200 && sweet * 10 >= all * 7, "{sweet} of {all}");
}

#[test]
fn the_last_chorus_goes_up_where_the_style_does() {
    let lifted = (1..=10).map(|seed| Plan::from_brief(&brief("pop", LYRIC, seed)));
    let lifted: Vec<Plan> =
        lifted.filter(|plan| plan.sections.iter().any(|section| section.transposition > 0)).collect();
    assert!((2..=8).contains(&lifted.len()), "{}", lifted.len());
    let mut plain = lifted[0].clone();
    plain.sections.iter_mut().for_each(|section| section.transposition = 0);
    let last = |plan: &Plan| -> Vec<f32> {
        let score = compose(plan);
        of_kind(&score, "chorus-3").into_iter().flat_map(pitches).collect()
    };
    let by = lifted[0].sections.iter().map(|section| section.transposition).max().unwrap();
    let raised: Vec<f32> = last(&plain).iter().map(|pitch| pitch + f32::from(by)).collect();
    assert_eq!(last(&lifted[0]), raised);
    assert!((1..=10).all(|seed| {
        Plan::from_brief(&brief("house", LYRIC, seed))
            .sections
            .iter()
            .all(|section| section.transposition == 0)
    }));
}

#[test]
fn voices_keep_near_the_grid() {
    for style in ["pop", "ballad", "ambient", "guofeng"] {
        let plan = plan(style);
        let score = compose(&plan);
        let mut strayed = 0;
        for line in lead(&score) {
            for beat in beats(&plan, &score, line) {
                let away = (beat * 4.0 - (beat * 4.0).round()).abs() * 15.0 / f64::from(plan.tempo_bpm);
                assert!(away < 0.014, "{style}: {away}");
                strayed += i32::from(away > 0.0005);
            }
        }
        assert!(strayed > 20, "{style}: like a machine");
    }
}

#[test]
fn sections_are_found_without_marks() {
    let plan = Plan::from_brief(&brief("pop", UNMARKED, 1));
    let kinds: Vec<SectionKind> = plan
        .sections
        .iter()
        .filter(|section| !section.lines.is_empty())
        .map(|section| section.kind)
        .collect();
    assert_eq!(
        kinds[..4],
        [SectionKind::Verse, SectionKind::Chorus, SectionKind::Verse, SectionKind::Chorus]
    );
    assert_eq!(plan.style, StyleName::Pop);
}

#[test]
fn an_instrument_has_the_tune_where_nobody_sings() {
    let sung = plan("pop");
    let played = Plan::from_brief(&Brief { instrumental: true, ..brief("pop", LYRIC, 11) });
    let (sung, played) = (compose(&sung), compose(&played));
    assert!(played.lines.is_empty());
    let chorus = |score: &Score, part| -> Vec<u8> {
        let parts = score.parts.iter().filter(|known| known.part == part);
        let phrases = parts.flat_map(|known| &known.phrases).filter(|phrase| phrase.section == "chorus-1");
        phrases.flat_map(|phrase| &phrase.notes).map(|note| note.pitch).collect()
    };
    let octave_up: Vec<u8> = chorus(&sung, Part::Lead).iter().map(|pitch| pitch + 12).collect();
    assert_eq!(chorus(&played, Part::Counter), octave_up);
}
