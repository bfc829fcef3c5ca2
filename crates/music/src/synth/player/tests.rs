//! What every patch and kit promises, as the desk hears it.

use super::*;
use crate::synth::RATE;

const SECOND: usize = crate::SAMPLE_RATE as usize;

fn note(start: f32, seconds: f32, pitch: u8, velocity: f32) -> Note {
    let samples = |seconds: f32| (seconds * RATE) as u32;
    Note {
        start: u64::from(samples(start)),
        length: samples(seconds),
        pitch,
        velocity,
        slide_from: None,
        variation: u32::from(pitch) * 7 + samples(start) % 5,
    }
}

fn play(part: Part, patch: Patch, notes: Vec<Note>, seconds: f32, chunk: usize) -> [Vec<f32>; 2] {
    let length = (seconds * RATE) as usize;
    let mut channels = [vec![0.0; length], vec![0.0; length]];
    let mut player = Player::new(part, patch, notes);
    let [left, right] = &mut channels;
    let chunks = left.chunks_mut(chunk).zip(right.chunks_mut(chunk));
    chunks.fold(0, |start, (left, right)| {
        player.render(start, left, right);
        start + left.len() as u64
    });
    channels
}

fn level_db(samples: &[f32]) -> f32 {
    let power = samples.iter().map(|sample| sample * sample).sum::<f32>() / samples.len() as f32;
    10.0 * power.max(1e-12).log10()
}

/// Patches with the lowest and highest key that songs use of them.
const PITCHED: &[(Patch, u8, u8)] = &[
    (Patch::FingerBass, 28, 55),
    (Patch::PickBass, 28, 55),
    (Patch::UprightBass, 28, 55),
    (Patch::AcousticBass, 28, 55),
    (Patch::SubBass, 28, 48),
    (Patch::SynthBass, 28, 52),
    (Patch::AcidBass, 28, 52),
    (Patch::GrandPiano, 36, 88),
    (Patch::ElectricPiano, 40, 84),
    (Patch::Organ, 48, 84),
    (Patch::ChurchOrgan, 40, 84),
    (Patch::Accordion, 53, 84),
    (Patch::Harmonica, 60, 84),
    (Patch::NylonGuitar, 40, 84),
    (Patch::SteelGuitar, 40, 84),
    (Patch::CleanGuitar, 40, 84),
    (Patch::JazzGuitar, 40, 80),
    (Patch::MutedGuitar, 40, 80),
    (Patch::OverdrivenGuitar, 40, 84),
    (Patch::DistortedGuitar, 40, 76),
    (Patch::LeadGuitar, 48, 84),
    (Patch::Koto, 48, 84),
    (Patch::Harp, 40, 88),
    (Patch::Pizzicato, 40, 84),
    (Patch::Timpani, 36, 55),
    (Patch::Marimba, 48, 88),
    (Patch::Vibraphone, 53, 84),
    (Patch::Bell, 60, 88),
    (Patch::MusicBox, 60, 88),
    (Patch::PluckSynth, 48, 84),
    (Patch::Supersaw, 48, 84),
    (Patch::WarmPad, 48, 79),
    (Patch::SawPad, 48, 79),
    (Patch::Strings, 40, 88),
    (Patch::Choir, 43, 79),
    (Patch::Violin, 55, 91),
    (Patch::Cello, 36, 72),
    (Patch::Trumpet, 54, 82),
    (Patch::Trombone, 40, 72),
    (Patch::FrenchHorns, 40, 74),
    (Patch::BrassSection, 43, 82),
    (Patch::Brass, 43, 82),
    (Patch::TenorSax, 46, 77),
    (Patch::Oboe, 58, 86),
    (Patch::Clarinet, 50, 86),
    (Patch::Flute, 60, 91),
    (Patch::SquareLead, 52, 84),
    (Patch::SawLead, 52, 84),
    (Patch::SineLead, 52, 84),
];

const KITS: [Patch; 11] = [
    Patch::AcousticKit,
    Patch::RockKit,
    Patch::BrushKit,
    Patch::JazzKit,
    Patch::LatinKit,
    Patch::LoFiKit,
    Patch::BoomBapKit,
    Patch::OrchestralKit,
    Patch::House909Kit,
    Patch::Trap808Kit,
    Patch::TechnoKit,
];

fn part_of(patch: Patch) -> Part {
    let low = matches!(
        patch,
        Patch::FingerBass
            | Patch::PickBass
            | Patch::UprightBass
            | Patch::AcousticBass
            | Patch::SubBass
            | Patch::SynthBass
            | Patch::AcidBass
    );
    if low { Part::Bass } else { Part::Chords }
}

/// Levels of single notes over the patch's range, each over its loudest 0.3 seconds, both sides together.
fn levels(patch: Patch, low: u8, high: u8) -> Vec<f32> {
    (0..5u8)
        .map(|step| {
            let pitch = low + (high - low) * step / 4;
            // Detuned oscillators begin anywhere in their beat: three notes tell more than one.
            let tries = [1, 2, 3].map(|variation| {
                let notes = vec![Note { variation, ..note(0.1, 0.6, pitch, 0.8) }];
                loudest_db(&play(part_of(patch), patch, notes, 0.7, SECOND))
            });
            tries.iter().sum::<f32>() / 3.0
        })
        .collect()
}

fn loudest_db([left, right]: &[Vec<f32>; 2]) -> f32 {
    let level = |from: usize| {
        let range = from..from + SECOND * 3 / 10;
        let power = |side: &[f32]| side[range.clone()].iter().map(|sample| sample * sample).sum::<f32>();
        10.0 * ((power(left) + power(right)) / (SECOND as f32 * 0.6)).log10()
    };
    (2..8).map(|twentieth| level(twentieth * SECOND / 20)).fold(-99.0, f32::max)
}

#[test]
fn every_patch_is_equally_loud_over_its_range() {
    for (patch, low, high) in PITCHED {
        let levels = levels(*patch, *low, *high);
        println!("{patch:?} {levels:.1?}");
        let off = levels.iter().map(|level| (level + 20.0).abs()).fold(0.0, f32::max);
        // The two oscillators of this one beat slowly, so that its level is no matter of three notes.
        let most = if *patch == Patch::SquareLead { 5.0 } else { 4.0 };
        assert!(off <= most, "{patch:?}: {levels:.1?}");
    }
}

/// A bar of kick, snare and hats in eighths, two seconds long.
fn bar() -> Vec<Note> {
    let mut notes: Vec<Note> = (0..8u8)
        .flat_map(|eighth| {
            let at = f32::from(eighth) * 0.25;
            let drum = if eighth % 4 == 2 { Some(Drum::Snare) } else { None };
            let drum = if eighth % 4 == 0 { Some(Drum::Kick) } else { drum };
            let hat = note(at, 0.1, Drum::ClosedHat.key(), 0.75);
            drum.map(|drum| note(at, 0.1, drum.key(), 0.85)).into_iter().chain([hat])
        })
        .collect();
    notes.sort_by_key(|note| note.start);
    notes
}

/// Loudness by ITU-R BS.1770, in LUFS.
fn loudness([left, right]: &[Vec<f32>; 2]) -> f64 {
    let mut meter = ebur128::EbuR128::new(2, crate::SAMPLE_RATE, ebur128::Mode::I).expect("a meter");
    meter.add_frames_planar_f32(&[left, right]).expect("a meter");
    meter.loudness_global().expect("a meter")
}

#[test]
fn every_kit_is_equally_loud() {
    for kit in KITS {
        let sound = play(Part::Drums, kit, bar(), 2.0, SECOND);
        let peak = sound.iter().flatten().fold(0.0_f32, |peak, sample| peak.max(sample.abs()));
        let loudness = loudness(&sound);
        println!("{kit:?} {loudness:.1} LUFS, peak {:.1} dB", 20.0 * peak.log10());
        // Sticks on jazz drums are played more softly, and brushes always.
        let wanted = if matches!(kit, Patch::JazzKit | Patch::BrushKit) { -18.0 } else { -16.0 };
        assert!((loudness - wanted).abs() < 1.0, "{kit:?}: {loudness} LUFS");
    }
}

/// Levels in nine bands of an octave from 60 Hz on against their mean, the crest, and what rings before each eighth, in dB.
fn colour(samples: &[f32]) -> Vec<f32> {
    use crate::synth::filter::{Filter, Pass};
    let mut features: Vec<f32> = (0..9)
        .map(|octave| {
            let mut filter = Filter::new(60.0 * 2.0_f32.powi(octave), 1.4);
            let heard: Vec<f32> =
                samples.iter().map(|sample| filter.tick([*sample; 2], Pass::Band)[0]).collect();
            level_db(&heard)
        })
        .collect();
    let mean = features.iter().sum::<f32>() / 9.0;
    features.iter_mut().for_each(|band| *band -= mean);
    let peak = samples.iter().fold(0.0_f32, |peak, sample| peak.max(sample.abs()));
    features.push(20.0 * peak.log10() - level_db(samples));
    let tails = samples.chunks(SECOND / 4).flat_map(|eighth| &eighth[eighth.len() * 2 / 3..]);
    features.push(level_db(&tails.copied().collect::<Vec<_>>()) - level_db(samples));
    features
}

#[test]
fn kits_differ_in_colour() {
    let colours: Vec<Vec<f32>> =
        KITS.iter().map(|kit| colour(&play(Part::Drums, *kit, bar(), 2.0, SECOND)[0])).collect();
    let mut alike = Vec::new();
    for (number, one) in colours.iter().enumerate() {
        println!("{:?} {one:.0?}", KITS[number]);
        for (other, two) in colours.iter().enumerate().skip(number + 1) {
            let apart = one.iter().zip(two).map(|(a, b)| (a - b).powi(2)).sum::<f32>() / one.len() as f32;
            if apart.sqrt() < 1.5 {
                alike.push(format!("{:?} and {:?}: {:.1} dB", KITS[number], KITS[other], apart.sqrt()));
            }
        }
    }
    assert!(alike.is_empty(), "{alike:?}");
}

#[test]
fn chunks_of_any_size_give_the_same_samples() {
    let chord =
        |at: f32| [note(at, 0.4, 60, 0.8), note(at + 0.01, 0.4, 64, 0.7), note(at + 0.02, 0.9, 67, 0.6)];
    let chords: Vec<Note> = [0.0, 0.35, 0.7].into_iter().flat_map(chord).collect();
    for patch in [Patch::GrandPiano, Patch::Strings, Patch::Marimba, Patch::Violin, Patch::SawPad] {
        let whole = play(Part::Chords, patch, chords.clone(), 2.0, 2 * SECOND);
        for chunk in [32_768, 1000, 77] {
            assert_eq!(whole, play(Part::Chords, patch, chords.clone(), 2.0, chunk), "{patch:?}, {chunk}");
        }
    }
    let whole = play(Part::Drums, Patch::RockKit, bar(), 2.0, 2 * SECOND);
    assert_eq!(whole, play(Part::Drums, Patch::RockKit, bar(), 2.0, 1001));
}

#[test]
fn a_long_part_is_never_cut_short_by_its_chunk() {
    // More notes than sound at once, one after the other.
    let notes: Vec<Note> = (0..80).map(|step| note(step as f32 * 0.1, 0.05, 60, 0.8)).collect();
    let [left, _] = play(Part::Arp, Patch::Marimba, notes, 8.2, 9 * SECOND);
    assert!(level_db(&left[7 * SECOND..8 * SECOND]) > -40.0);
}

#[test]
fn a_closed_hat_silences_the_open_one() {
    for kit in [Patch::AcousticKit, Patch::House909Kit, Patch::OrchestralKit] {
        let open = note(0.0, 0.1, Drum::OpenHat.key(), 0.9);
        let alone = play(Part::Drums, kit, vec![open], 0.5, SECOND)[0].clone();
        let closed = note(0.1, 0.1, Drum::ClosedHat.key(), 0.0);
        let silenced = play(Part::Drums, kit, vec![open, closed], 0.5, SECOND)[0].clone();
        let struck = (0.1 * RATE) as usize;
        assert_eq!(alone[..struck], silenced[..struck], "{kit:?}");
        let after = struck + (0.009 * RATE) as usize;
        assert!(level_db(&alone[after..after + 4000]) > -55.0, "{kit:?} rings too little to tell");
        assert!(silenced[after..].iter().all(|sample| *sample == 0.0), "{kit:?} rings on");
        // Other drums leave the hat alone.
        let kick = note(0.1, 0.1, Drum::Kick.key(), 0.0);
        assert_eq!(alone, play(Part::Drums, kit, vec![open, kick], 0.5, SECOND)[0], "{kit:?}");
    }
}

#[test]
fn a_note_sounds_while_held_and_ends_when_let_go() {
    for (patch, low, high) in PITCHED {
        let pitch = low + (high - low) / 2;
        let [left, right] = play(part_of(*patch), *patch, vec![note(0.1, 0.5, pitch, 0.8)], 3.6, SECOND);
        assert!(level_db(&left[..SECOND / 20]) < -60.0, "{patch:?} begins before its time");
        assert!(level_db(&left[SECOND / 5..SECOND * 3 / 10]) > -36.0, "{patch:?} does not sound");
        assert!(level_db(&left[SECOND * 3..]) < -60.0, "{patch:?} never ends");
        for side in [left, right] {
            let offset = side.iter().sum::<f32>() / side.len() as f32;
            let power = (side.iter().map(|sample| sample * sample).sum::<f32>() / side.len() as f32).sqrt();
            assert!(offset.abs() < 0.01 * power, "{patch:?}: DC {offset} of {power}");
        }
    }
}

#[test]
fn loud_notes_are_louder_and_brighter() {
    for patch in [Patch::GrandPiano, Patch::SteelGuitar, Patch::Trumpet, Patch::NylonGuitar, Patch::Strings] {
        let sound =
            |velocity| play(Part::Chords, patch, vec![note(0.1, 0.5, 64, velocity)], 0.7, SECOND)[0].clone();
        let (soft, loud) = (sound(0.4), sound(0.95));
        assert!(level_db(&loud) > level_db(&soft) + 5.0, "{patch:?}");
        // The share of what changes from one sample to the next grows with brightness.
        let edge = |samples: &[f32]| {
            let edges: Vec<f32> = samples.windows(2).map(|pair| pair[1] - pair[0]).collect();
            level_db(&edges) - level_db(samples)
        };
        assert!(edge(&loud) > edge(&soft) + 0.5, "{patch:?}: {} {}", edge(&loud), edge(&soft));
    }
}
