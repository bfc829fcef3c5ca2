//! What stands in the bank's `index.json`: where each recorded note lies in its stream and how it wants to be played.

use serde::Deserialize;
use std::collections::BTreeMap;
use std::sync::OnceLock;

/// The whole index; positions are in samples of the decoded streams.
#[derive(Deserialize)]
pub(super) struct Index {
    /// How many samples before a loop's end are mended.
    pub(super) seal_samples: usize,
    pub(super) instruments: BTreeMap<String, Instrument>,
    pub(super) drums: Drums,
}

/// One pitched instrument.
#[derive(Deserialize)]
pub(super) struct Instrument {
    pub(super) sample_rate: u32,
    /// Samples that its stream decodes to.
    pub(super) samples: usize,
    pub(super) playable_keys: [u8; 2],
    pub(super) attack_s: f32,
    pub(super) release_s: f32,
    /// Highest velocity (of 127) of a band, and how far the low-pass is open there, in hertz.
    pub(super) velocity_cutoff_hz: Vec<(f32, f32)>,
    pub(super) zones: Vec<Zone>,
}

/// One recorded note and the keys that it plays.
#[derive(Deserialize)]
pub(super) struct Zone {
    pub(super) start: usize,
    pub(super) length: usize,
    pub(super) root_key: f32,
    /// To add when playing.
    pub(super) tune_cents: f32,
    pub(super) keys: [u8; 2],
    /// First sample of the loop and the one after its last, from `start` on; without one the note plays once.
    #[serde(rename = "loop")]
    pub(super) looped: Option<(usize, usize)>,
    /// Time until the note has reached 30 % of its peak.
    pub(super) onset_ms: f32,
    pub(super) hold_s: f32,
    pub(super) decay_db_per_s: Option<f32>,
    /// Where the decay ends; without one it goes on.
    pub(super) sustain_db: Option<f32>,
    pub(super) gain_db: f32,
}

/// All kits, which share one stream.
#[derive(Deserialize)]
pub(super) struct Drums {
    pub(super) samples: usize,
    /// By kit, then by key of General MIDI's percussion map.
    pub(super) kits: BTreeMap<String, BTreeMap<u8, Stroke>>,
}

/// One drum.
#[derive(Deserialize)]
pub(super) struct Stroke {
    pub(super) start: usize,
    pub(super) length: usize,
    pub(super) tune_cents: f32,
    pub(super) gain_db: f32,
}

/// The index, read when first asked for; `None` can only be a damaged build, and a test would have told.
pub(super) fn index() -> Option<&'static Index> {
    static INDEX: OnceLock<Option<Index>> = OnceLock::new();
    let text = include_str!("../../../assets/samples/index.json");
    INDEX.get_or_init(|| serde_json::from_str(text).ok()).as_ref()
}
