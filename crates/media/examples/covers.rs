//! Draws covers into a folder, for looking at: `cargo run --release --example covers -- <folder>`.
#![expect(clippy::print_stdout, reason = "it says what it drew")]

use media::cover::{CoverBrief, cover};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder = std::env::args().nth(1).ok_or("name a folder to draw into")?;
    let energy: Vec<f32> = (0..300).map(song_like).collect();
    let titles = [
        "The Night We Walked Home Along the River and Nobody Said a Word",
        "Sun",
        "在陽光照耀下醒來",
        "🌞 Morning 🎸 Fire 🔥",
        "",
        "夜に咲く花、さよならの歌",
        "Supercalifragilisticexpialidocious",
        "梦里的江南：烟雨、小桥与你",
    ];
    for (index, title) in titles.iter().enumerate() {
        for seed in 0..4 {
            let mood = (index as f32 * 0.37 + seed as f32 * 0.29).fract();
            let brief = CoverBrief {
                title,
                subtitle: if seed % 2 == 0 { "Backline · dream pop" } else { "" },
                seed,
                energy: &energy,
                warmth: mood,
                brightness: (mood * 7.0).fract(),
            };
            let path = format!("{folder}/cover-{index}-{seed}.jpg");
            std::fs::write(&path, cover(&brief)?)?;
            println!("{path}");
        }
    }
    Ok(())
}

/// Quiet at first, two choruses, a breakdown, an ending; with a beat.
fn song_like(step: usize) -> f32 {
    let part = match step {
        0..40 => 0.25,
        40..90 => 0.5,
        90..140 => 0.9,
        140..180 => 0.55,
        180..200 => 0.3,
        200..270 => 1.0,
        _ => 0.35,
    };
    part * (0.75 + 0.25 * ((step * 7919 % 31) as f32 / 31.0))
}
