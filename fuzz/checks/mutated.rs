//! What stands in for the fuzzer where it cannot run: each seed as it is, then seeds that chance has changed. It does not
//! see which code they reach, as the fuzzer does; that is what the seeds are for, which it has found and thinned out.

use std::path::Path;

use proptest::prelude::*;
use proptest::sample::Index;
use proptest::test_runner::{Config, TestRunner};

/// One change.
#[derive(Clone, Debug)]
enum Change {
    Set(Index, u8),
    Flip(Index, u8),
    /// Four bytes become a number that lengths and counts are often wrong at.
    Number(Index, u32, bool),
    Insert(Index, Vec<u8>),
    Remove(Index, usize),
    Double(Index, usize),
    /// A piece of another seed.
    Borrow(Index, Index, Index, usize),
    Cut(Index),
}

fn any_change() -> impl Strategy<Value = Change> {
    let place = any::<Index>;
    let number = prop::sample::select(vec![0, 1, 0x7f, 0x80, 0xff, 0x7fff, 0xffff, 0x7fff_ffff, u32::MAX]);
    prop_oneof![
        4 => (place(), any::<u8>()).prop_map(|(at, byte)| Change::Set(at, byte)),
        4 => (place(), 0..8_u8).prop_map(|(at, bit)| Change::Flip(at, 1 << bit)),
        2 => (place(), number, any::<bool>()).prop_map(|(at, number, big)| Change::Number(at, number, big)),
        2 => (place(), prop::collection::vec(any::<u8>(), 1..8)).prop_map(|(at, new)| Change::Insert(at, new)),
        2 => (place(), 1..64_usize).prop_map(|(at, length)| Change::Remove(at, length)),
        2 => (place(), 1..64_usize).prop_map(|(at, length)| Change::Double(at, length)),
        3 => (place(), place(), place(), 1..200_usize)
            .prop_map(|(at, other, from, length)| Change::Borrow(at, other, from, length)),
        1 => place().prop_map(Change::Cut),
    ]
}

impl Change {
    fn make(self, bytes: &mut Vec<u8>, seeds: &[Vec<u8>]) {
        // One more, so that there is a place at the end too.
        let place = |at: Index| at.index(bytes.len() + 1);
        match self {
            Self::Set(at, byte) => replace(bytes, at, &[byte]),
            Self::Flip(at, bit) => {
                let at = place(at);
                bytes.iter_mut().skip(at).take(1).for_each(|byte| *byte ^= bit);
            }
            Self::Number(at, number, big) => {
                replace(bytes, at, &if big { number.to_be_bytes() } else { number.to_le_bytes() });
            }
            Self::Insert(at, new) => {
                let at = place(at);
                bytes.splice(at..at, new);
            }
            Self::Remove(at, length) => {
                let at = place(at);
                bytes.drain(at..bytes.len().min(at + length));
            }
            Self::Double(at, length) => {
                let at = place(at);
                let piece = bytes[at..bytes.len().min(at + length)].to_vec();
                bytes.splice(at..at, piece);
            }
            Self::Borrow(at, other, from, length) => {
                let other = other.get(seeds);
                let from = from.index(other.len() + 1);
                let at = place(at);
                bytes.splice(at..at, other[from..other.len().min(from + length)].iter().copied());
            }
            Self::Cut(at) => bytes.truncate(place(at)),
        }
    }
}

/// Puts `new` over what is there, as far as that reaches.
fn replace(bytes: &mut [u8], at: Index, new: &[u8]) {
    let at = at.index(bytes.len() + 1);
    bytes.iter_mut().skip(at).zip(new).for_each(|(byte, new)| *byte = *new);
}

/// Lets `check` look at each seed of a target, and at `cases` of them that were changed.
pub fn run(target: &str, cases: u32, check: fn(&[u8])) {
    let seeds = seeds(target);
    seeds.iter().for_each(|seed| check(seed));
    let changes = prop::collection::vec(any_change(), 1..12);
    let mut runner = TestRunner::new(Config { cases, failure_persistence: None, ..Config::default() });
    let tested = runner.run(&(any::<Index>(), changes), |(seed, changes)| {
        let mut bytes = seed.get(&seeds).clone();
        changes.into_iter().for_each(|change| change.make(&mut bytes, &seeds));
        check(&bytes);
        Ok(())
    });
    tested.unwrap_or_else(|found| panic!("{found}"));
}

fn seeds(target: &str) -> Vec<Vec<u8>> {
    let folder = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../fuzz/seeds")).join(target);
    let files = folder.read_dir().expect("seeds").map(|file| file.expect("a seed").path());
    let mut files: Vec<_> = files.collect();
    files.sort();
    assert!(files.len() > 1, "there are no seeds in {}", folder.display());
    files.iter().map(|file| std::fs::read(file).expect("a seed")).collect()
}
