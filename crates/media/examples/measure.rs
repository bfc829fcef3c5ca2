//! Prints how fast each promise of this crate is kept: `cargo run --release --example measure -- [folder to keep files in]`.
#![expect(clippy::print_stdout, reason = "a measurement is for reading")]
#![expect(clippy::disallowed_methods, reason = "measuring needs the clock")]

#[path = "../tests/it/music.rs"]
mod music;

use std::time::Instant;

use media::cover::{CoverBrief, cover};
use media::decode::{Limits, decode};
use media::encode::{Tags, flac, m4a};

const SECONDS: usize = 135;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder = std::env::args().nth(1);
    let keep = |name: &str, bytes: &[u8]| match &folder {
        Some(folder) => std::fs::write(format!("{folder}/{name}"), bytes),
        None => Ok(()),
    };
    let energy: Vec<f32> = (0..SECONDS).map(|second| (second % 17) as f32 / 17.0).collect();
    let brief = CoverBrief {
        title: "在陽光照耀下醒來",
        subtitle: "Backline",
        seed: 0,
        energy: &energy,
        warmth: 0.5,
        brightness: 0.5,
    };
    let picture = timed("cover", || cover(&brief))?;
    for seed in 1..6 {
        timed("cover", || cover(&CoverBrief { seed, ..brief }))?;
    }

    let (left, right) = music::music(SECONDS * 44_100);
    let tags = Tags {
        title: brief.title,
        artist: "Backline",
        lyrics: "la\nla",
        cover: Some(&picture),
        ..Tags::default()
    };

    let file = timed("AAC encode", || m4a(&left, &right, 44_100, &tags))?;
    keep("song.m4a", &file.bytes)?;
    timed("AAC decode", || decode(&file.bytes, &Limits::default()))?;
    println!("           {:.2} MB", file.bytes.len() as f64 / 1e6);

    let master = timed("FLAC encode", || flac(&left, &right, 44_100))?;
    keep("song.flac", &master)?;
    timed("FLAC decode", || decode(&master, &Limits::default()))?;
    println!("           {:.2} MB", master.len() as f64 / 1e6);
    Ok(())
}

fn timed<T>(what: &str, work: impl FnOnce() -> T) -> T {
    let start = Instant::now();
    let result = work();
    let seconds = start.elapsed().as_secs_f64();
    println!("{what:12} {:7.1} ms  {:6.1} x realtime", seconds * 1e3, SECONDS as f64 / seconds);
    result
}
