//! Foreign bytes never take more memory than their sound deserves. A test program of its own, because it counts what the
//! whole process has; so its tests take turns.

mod bombs;

use std::sync::{Mutex, PoisonError};

use media::decode::{Limits, Sound, decode, to_master};
use peak_alloc::PeakAlloc;

#[global_allocator]
static MEMORY: PeakAlloc = PeakAlloc;

static TURN: Mutex<()> = Mutex::new(());

const MEGABYTE: usize = 1_000_000;
/// Three seconds of sound at any rate are at most this much, and readers keep some buffers.
const FEW_SECONDS: Limits = Limits { max_seconds: 3, max_samples: 200_000, max_channels: 8 };
const ENOUGH: usize = 12 * MEGABYTE;

const FILES: [(&str, &[u8]); 9] = [
    ("mp3", include_bytes!("../it/fixtures/tone.mp3")),
    ("ogg", include_bytes!("../it/fixtures/tone.ogg")),
    ("m4a", include_bytes!("../it/fixtures/tone.m4a")),
    ("wav", include_bytes!("../it/fixtures/mono.wav")),
    ("flac", include_bytes!("../it/fixtures/tone.flac")),
    ("aac", include_bytes!("../it/fixtures/tone.aac")),
    ("aiff", include_bytes!("../it/fixtures/tone.aiff")),
    ("opus", include_bytes!("../it/fixtures/tone.opus")),
    ("caf", include_bytes!("../it/fixtures/tone.caf")),
];

/// What `work` had at most, beside what was there before.
fn peak_of<T>(work: impl FnOnce() -> T) -> (T, usize) {
    let before = MEMORY.current_usage();
    MEMORY.reset_peak_usage();
    let result = work();
    (result, MEMORY.peak_usage().saturating_sub(before))
}

/// Bytes of chance, the same every time.
struct Chance(u64);

impl Chance {
    fn next(&mut self) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize
    }

    fn below(&mut self, end: usize) -> usize {
        self.next() % end.max(1)
    }
}

/// Flips, forges, cuts and doubles, mostly where files describe themselves.
fn spoil(file: &[u8], chance: &mut Chance) -> Vec<u8> {
    let mut file = file.to_vec();
    for _ in 0..=chance.below(6) {
        let reach = if chance.below(3) > 0 { file.len().min(300) } else { file.len() };
        let at = chance.below(reach);
        match chance.below(5) {
            0 => file[at] ^= 1 << chance.below(8),
            1 => file[at] = chance.next() as u8,
            2 => {
                let forged = [u32::MAX, 1 << 31, 1 << 28, 1 << 24, 0xFFFF, 0][chance.below(6)].to_be_bytes();
                let swapped = chance.below(2) == 0;
                let bytes = forged.iter().enumerate().map(|(i, _)| forged[if swapped { 3 - i } else { i }]);
                file[at..].iter_mut().zip(bytes).for_each(|(place, byte)| *place = byte);
            }
            3 if at > 16 => file.truncate(at),
            _ => {
                let end = (at + chance.below(200)).min(file.len());
                let piece = file[at..end].to_vec();
                file.splice(at..at, piece);
            }
        }
    }
    file
}

#[test]
fn spoiled_files_take_no_more_than_their_sound() {
    let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    let mut chance = Chance(7);
    for (name, file) in FILES {
        for round in 0..400 {
            let spoiled = spoil(file, &mut chance);
            let (_, peak) = peak_of(|| decode(&spoiled, &FEW_SECONDS));
            assert!(peak < ENOUGH, "{name}, round {round}: {peak} bytes");
        }
    }
}

#[test]
fn bombs_take_no_more_than_their_sound() {
    let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    for (name, bomb) in bombs::all() {
        let (_, peak) = peak_of(|| decode(&bomb, &FEW_SECONDS));
        // A reader may keep a picture or a word that is truly there.
        assert!(peak < ENOUGH + 2 * bomb.len(), "{name}: {peak} bytes for {}", bomb.len());
    }
}

#[test]
fn ten_minutes_take_what_is_promised() {
    let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    let file = bombs::wav(1, 48_000, &vec![200; 600 * 48_000]);
    let (sound, peak) = peak_of(|| decode(&file, &Limits::default()).expect("sound"));
    assert_eq!(sound.left.len(), 600 * 48_000);
    // This allocator copies whatever grows, so that one channel is there twice for a moment.
    assert!(peak < 340 * MEGABYTE, "decoding took {peak} bytes");
    let held = 8 * sound.left.capacity();
    let (master, peak): (Sound, usize) = peak_of(|| to_master(sound).expect("a master"));
    assert_eq!(master.left.len(), 600 * 44_100);
    assert!(held + peak < 380 * MEGABYTE, "{peak} bytes on top of {held}");
}
