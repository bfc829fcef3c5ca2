//! Makes a video of generated music for looking at, and says what it took:
//! `cargo run --release --example video -- <file.mp4> [seconds] [latin|han|none]`.
#![expect(clippy::print_stdout, reason = "a measurement is for reading")]
#![expect(clippy::disallowed_methods, reason = "measuring needs the clock")]

#[path = "../tests/it/music.rs"]
mod music;

use std::time::Instant;

use media::cover::{CoverBrief, cover};
use media::video::{TimedLine, VideoBrief, video};

const LATIN: [&str; 4] = [
    "Sun",
    "I walked home along the river and nobody said a word",
    "The lights went out one by one, and then the long and winding road was only ours to sing about until morning",
    "Déjà vu & Œuvre, (oh) Supercalifragilisticexpialidocious",
];
const HAN: [&str; 4] = [
    "在陽光照耀下醒來",
    "夢裡的臺灣，與你一起走過長長的海岸線",
    "梦里的江南：烟雨、小桥与你，还有那年夏天没有说完的话和没有唱完的歌",
    "愛 Love 你",
];

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let path = arguments.next().ok_or("name a file to write")?;
    let seconds: usize = arguments.next().as_deref().unwrap_or("135").parse()?;
    let (title, texts): (_, &[&str]) = match arguments.next().as_deref() {
        Some("han") => ("在陽光照耀下醒來", &HAN),
        Some("none") => ("The Night We Walked Home Along the River and Nobody Said a Word", &[]),
        _ => ("Morning Light Over the Harbour", &LATIN),
    };
    let lines: Vec<TimedLine<'_>> = texts
        .iter()
        .cycle()
        .take(if texts.is_empty() { 0 } else { seconds / 4 })
        .zip(0..)
        .map(|(text, at)| TimedLine {
            text,
            start_seconds: f64::from(at) * 4.0 + 1.0,
            end_seconds: f64::from(at) * 4.0 + 4.4,
        })
        .collect();
    let energy: Vec<f32> = (0..seconds).map(|second| (second % 17) as f32 / 17.0).collect();
    let picture = cover(&CoverBrief {
        title,
        subtitle: "Backline",
        seed: seconds as u32,
        energy: &energy,
        warmth: 0.4,
        brightness: 0.3,
    })?;
    let (left, right) = music::music(seconds * 44_100);
    let brief =
        VideoBrief { title, cover: &picture, lines: &lines, left: &left, right: &right, sample_rate: 44_100 };
    let start = Instant::now();
    let file = video(&brief)?;
    println!("{:.2} s for {seconds} s, {:.2} MB", start.elapsed().as_secs_f64(), file.len() as f64 / 1e6);
    std::fs::write(path, file)?;
    Ok(())
}
