//! The instruments of General MIDI (level 1, program numbers from 0) that come nearest to ours; kits by the drum sets
//! of Roland's GS, which players without them take for the standard one.

use crate::plan::{Part, Patch};

/// What sings: Voice Oohs.
pub(super) const VOICE: u8 = 53;

/// What plays a track.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Player {
    /// A program of a channel of its own.
    Program(u8),
    /// A set of the drum channel.
    Kit(u8),
}

/// Who plays a patch.
pub(super) fn player(patch: Patch) -> Player {
    use Patch::*;
    let program = match patch {
        AcousticKit | LoFiKit | LatinKit | BoomBapKit => return Player::Kit(0),
        RockKit => return Player::Kit(16),
        House909Kit | TechnoKit => return Player::Kit(24),
        Trap808Kit => return Player::Kit(25),
        JazzKit => return Player::Kit(32),
        BrushKit => return Player::Kit(40),
        OrchestralKit => return Player::Kit(48),
        GrandPiano => 0,
        ElectricPiano => 4,
        MusicBox => 10,
        Vibraphone => 11,
        Marimba => 12,
        Bell => 14,
        Organ => 16,
        ChurchOrgan => 19,
        Accordion => 21,
        Harmonica => 22,
        NylonGuitar => 24,
        SteelGuitar => 25,
        JazzGuitar => 26,
        CleanGuitar => 27,
        MutedGuitar => 28,
        OverdrivenGuitar | LeadGuitar => 29,
        DistortedGuitar => 30,
        UprightBass | AcousticBass => 32,
        FingerBass => 33,
        PickBass => 34,
        SynthBass | AcidBass => 38,
        SubBass => 39,
        Violin => 40,
        Cello => 42,
        Pizzicato => 45,
        Harp => 46,
        Timpani => 47,
        Strings => 48,
        Choir => 52,
        Trumpet => 56,
        Trombone => 57,
        FrenchHorns => 60,
        BrassSection => 61,
        Brass => 62,
        TenorSax => 66,
        Oboe => 68,
        Clarinet => 71,
        Flute => 73,
        SineLead => 79,
        SquareLead | PluckSynth => 80,
        SawLead => 81,
        WarmPad => 89,
        Supersaw => 90,
        SawPad => 95,
        Koto => 107,
    };
    Player::Program(program)
}

/// What a track is called.
pub(super) fn track_name(part: Part) -> &'static str {
    match part {
        Part::Drums => "Drums",
        Part::Bass => "Bass",
        Part::Chords => "Chords",
        Part::Arp => "Arpeggio",
        Part::Pad => "Pad",
        Part::Lead => "Lead",
        Part::Harmony => "Harmony",
        Part::Counter => "Counter",
    }
}
