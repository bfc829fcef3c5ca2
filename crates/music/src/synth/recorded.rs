//! Which patches are recorded, and how each is played. What machines make (pads, saws, bells, 808) stays synthesised.

use super::sampler::SampledTone;
use crate::plan::Patch;

/// Struck or plucked: the bank's own law of velocity.
const fn struck(name: &'static str) -> SampledTone {
    SampledTone { name, dynamics: 2.0, vibrato: 0.0, spread: 0.0, release: 1.0 }
}

/// Bowed or blown by one player: narrower in loudness; vibrato makes up for loops of a fifth of a second.
const fn held(name: &'static str, vibrato: f32) -> SampledTone {
    SampledTone { name, dynamics: 1.5, vibrato, spread: 0.0, release: 1.0 }
}

/// Many players, slightly apart on both sides.
const fn many(name: &'static str, spread: f32) -> SampledTone {
    SampledTone { name, dynamics: 1.5, vibrato: 0.0, spread, release: 1.0 }
}

/// How a patch is played if it is recorded.
pub(super) fn tone(patch: Patch) -> Option<SampledTone> {
    let tone = match patch {
        Patch::GrandPiano => struck("acoustic_grand"),
        Patch::Marimba => struck("marimba"),
        Patch::Harp => struck("harp"),
        Patch::Pizzicato => SampledTone { spread: 0.03, ..struck("pizzicato") },
        Patch::Timpani => struck("timpani"),
        Patch::NylonGuitar => struck("nylon_guitar"),
        Patch::SteelGuitar => struck("steel_guitar"),
        // Clean electric guitars come with a chorus.
        Patch::CleanGuitar => SampledTone { spread: 0.03, ..struck("clean_guitar") },
        Patch::JazzGuitar => struck("jazz_guitar"),
        Patch::MutedGuitar => struck("muted_guitar"),
        // Two takes, left and right; an amplifier at its limit hardly gets louder.
        Patch::DistortedGuitar => SampledTone { dynamics: 1.0, spread: 0.04, ..struck("distorted_guitar") },
        Patch::OverdrivenGuitar => SampledTone { dynamics: 1.2, ..struck("overdriven_guitar") },
        Patch::LeadGuitar => SampledTone { dynamics: 1.2, vibrato: 0.12, ..struck("overdriven_guitar") },
        Patch::UprightBass | Patch::AcousticBass => struck("acoustic_bass"),
        Patch::FingerBass => SampledTone { dynamics: 1.5, ..struck("fingered_bass") },
        // Keys of organs know on and off.
        Patch::Organ => SampledTone { dynamics: 0.4, ..struck("rock_organ") },
        Patch::ChurchOrgan => SampledTone { dynamics: 0.3, spread: 0.02, ..struck("church_organ") },
        Patch::Accordion => SampledTone { dynamics: 0.8, ..struck("accordion") },
        Patch::Harmonica => held("harmonica", 0.12),
        Patch::Violin => held("violin", 0.14),
        Patch::Cello => held("cello", 0.1),
        Patch::Strings => SampledTone { release: 1.3, ..many("strings", 0.05) },
        Patch::Choir => many("choir_aahs", 0.06),
        Patch::Brass => many("brass_section", 0.025),
        Patch::BrassSection => many("brass_section", 0.05),
        Patch::FrenchHorns => many("french_horns", 0.03),
        Patch::Trumpet => held("trumpet", 0.1),
        Patch::Trombone => held("trombone", 0.06),
        Patch::TenorSax => held("tenor_sax", 0.1),
        Patch::Oboe => held("oboe", 0.1),
        Patch::Clarinet => held("clarinet", 0.05),
        Patch::Flute => held("flute", 0.12),
        _ => return None,
    };
    Some(tone)
}
