//! `bench song`: the demo's song, stage by stage, and what an idle server has in memory.

use std::time::Duration;

use clap::Args;
use domain::AudioOrder;
use engines::{Embedded, Engine as _, Made, Song, Sources, Watch};
use media::cover::{CoverBrief, cover};
use media::encode::{Tags, flac, m4a};
use store::DataFolder;

use super::child::{ChildServer, cpu_seconds};
use super::figures::{number, print_table, root_mean_square, row};
use super::folder;
use crate::api::wire::audios;
use crate::cli::{Failure, say};
use crate::clock::{Clock as _, SystemClock};
use crate::demo::order;
use crate::stopwatch::Stopwatch;

/// Arguments of `bench song`.
#[derive(Args)]
pub struct Arguments {}

/// The seed of the document's song.
const SEED: u32 = 1_490_770_667;
/// How long a new server is left alone before its memory is read.
const SETTLE: Duration = Duration::from_secs(1);
/// How many steps of loudness a cover is drawn from, as the server does.
const STEPS: usize = 128;

/// A stage, by the clock and by the processor's time of this process.
struct Stage {
    name: &'static str,
    seconds: f64,
    cpu: f64,
}

pub(super) async fn run() -> Result<(), Failure> {
    idle_memory().await?;
    let body = serde_json::from_str(order::SAMPLE)?;
    let (order, _) = audios::order(&body, SEED).map_err(|error| Failure(format!("{error:?}")))?;
    let (watch, cpu) = (Stopwatch::start(), cpu_seconds("self"));
    let made = Embedded::default().make(order.clone(), Sources::default(), Watch::default()).await;
    let Made::Song(song) = made.map_err(|error| Failure(error.to_string()))? else {
        return Err(Failure("the engine made no song".to_owned()));
    };
    let engine =
        Stage { name: "composed, rendered", seconds: watch.seconds(), cpu: cpu_seconds("self") - cpu };
    let mut stages = vec![engine];
    encode(&order, &song, &mut stages)?;
    let sum = |of: fn(&Stage) -> f64| stages.iter().map(of).sum();
    stages.push(Stage { name: "in all", seconds: sum(|stage| stage.seconds), cpu: sum(|stage| stage.cpu) });
    report(&stages, number(song.left.len()) / f64::from(song.sample_rate))
}

fn encode(order: &AudioOrder, song: &Song, stages: &mut Vec<Stage>) -> Result<(), Failure> {
    let title = order.song_title();
    let energy = energy(song);
    let brief = CoverBrief {
        title: &title,
        subtitle: "",
        seed: order.seed,
        energy: &energy,
        warmth: 0.7,
        brightness: 0.3,
    };
    let picture = stage(stages, "cover", || Ok(cover(&brief)?))?;
    let tags = Tags {
        title: &title,
        lyrics: &song.lyric,
        cover: Some(&picture),
        tool: "Backline",
        ..Tags::default()
    };
    stage(stages, "m4a", || Ok(m4a(&song.left, &song.right, song.sample_rate, &tags)?))?;
    stage(stages, "flac", || Ok(flac(&song.left, &song.right, song.sample_rate)?))?;
    Ok(())
}

fn stage<T>(
    stages: &mut Vec<Stage>,
    name: &'static str,
    work: impl FnOnce() -> Result<T, Failure>,
) -> Result<T, Failure> {
    let (watch, cpu) = (Stopwatch::start(), cpu_seconds("self"));
    let result = work()?;
    stages.push(Stage { name, seconds: watch.seconds(), cpu: cpu_seconds("self") - cpu });
    Ok(result)
}

#[expect(clippy::cast_possible_truncation, reason = "a loudness from 0 to 1")]
fn energy(song: &Song) -> Vec<f32> {
    let stretch = song.left.len().div_ceil(STEPS).max(1);
    let stretches = song.left.chunks(stretch).zip(song.right.chunks(stretch));
    stretches.map(|(left, right)| root_mean_square(left, right) as f32).collect()
}

fn report(stages: &[Stage], length: f64) -> Result<(), Failure> {
    say(&format!("the demo's song, {length:.1} s long, made by one thread after the other in this process"))?;
    let mut rows = vec![row(["", "seconds", "times real time", "CPU seconds"])];
    rows.extend(stages.iter().map(|stage| {
        let (seconds, speed) = (format!("{:.2}", stage.seconds), format!("{:.1}", length / stage.seconds));
        vec![stage.name.to_owned(), seconds, speed, format!("{:.2}", stage.cpu)]
    }));
    print_table(&rows)?;
    say(
        "Compared with: the song's own length. The engine's thread gives way to other work, as it does in a server.",
    )
}

async fn idle_memory() -> Result<(), Failure> {
    let folder = folder::temporary(None)?;
    folder::open(&DataFolder::open(folder.path())?)?.close();
    let server = ChildServer::serve(folder.path(), &[]).await?;
    SystemClock::default().sleep_until(SystemClock::default().now().plus(SETTLE)).await;
    let memory = server.memory();
    say(&format!(
        "an idle server: {:.1} MB of its own (RssAnon), {:.1} MB with the pages of its program (VmRSS)",
        memory.anonymous_mb, memory.resident_mb
    ))?;
    server.stop().await
}
