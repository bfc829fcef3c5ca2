//! Renders a list of orders for the judge (`tools/judge`), each into a folder of its own.
//!
//! `cargo run --release -p music --example render_order -- ORDERS.json OUT_FOLDER`
//!
//! The list holds `{"id": "...", "brief": {...}, "voice": true}`; see [`Brief`] for the fields. Each folder gets
//! `master.wav`, `plan.json`, `score.json`, `render.json` (what it cost) and, where the order asks for it,
//! `voice.wav`: the lead alone, before its strip.

use music::{Brief, Part, Plan, SAMPLE_RATE, compose, perform, render};
use serde::Deserialize;
use std::{error::Error, fs, ops::ControlFlow, path::Path, time::Instant};

#[derive(Deserialize)]
struct Order {
    id: String,
    brief: Brief,
    #[serde(default)]
    voice: bool,
}

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [list, out] = arguments.as_slice() else {
        return Err("usage: render_order ORDERS.json OUT_FOLDER".into());
    };
    let orders: Vec<Order> = serde_json::from_str(&fs::read_to_string(list)?)?;
    for order in &orders {
        render_one(order, &Path::new(out).join(&order.id))?;
    }
    Ok(())
}

#[expect(clippy::disallowed_methods, reason = "a bench measures how long it takes")]
fn render_one(order: &Order, folder: &Path) -> Result<(), Box<dyn Error>> {
    fs::create_dir_all(folder)?;
    let plan = Plan::from_brief(&order.brief);
    let begin = Instant::now();
    let score = compose(&plan);
    let composed = begin.elapsed().as_secs_f64();
    fs::write(folder.join("plan.json"), serde_json::to_vec_pretty(&plan)?)?;
    fs::write(folder.join("score.json"), serde_json::to_vec(&score)?)?;
    if order.voice {
        let voice = render(&plan, Part::Lead);
        write(&folder.join("voice.wav"), &voice.left, &voice.right)?;
    }
    let begin = Instant::now();
    let master = perform(&plan, &mut |_| ControlFlow::Continue(()))?;
    let cost = serde_json::json!({
        "compose_seconds": composed,
        "perform_seconds": begin.elapsed().as_secs_f64(),
        "song_seconds": master.left.len() as f64 / f64::from(SAMPLE_RATE),
    });
    fs::write(folder.join("render.json"), cost.to_string())?;
    // Last, so that a folder with a master is whole.
    write(&folder.join("master.wav"), &master.left, &master.right)
}

/// Writes 16 bits, as the service keeps its masters.
fn write(path: &Path, left: &[f32], right: &[f32]) -> Result<(), Box<dyn Error>> {
    let spec = hound::WavSpec {
        channels: 2,
        sample_rate: SAMPLE_RATE,
        bits_per_sample: 16,
        sample_format: hound::SampleFormat::Int,
    };
    let mut file = hound::WavWriter::create(path, spec)?;
    for (left, right) in left.iter().zip(right) {
        file.write_sample((left * 32_768.0) as i16)?;
        file.write_sample((right * 32_768.0) as i16)?;
    }
    Ok(file.finalize()?)
}
