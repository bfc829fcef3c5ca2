//! `backline reproduce`: renders a song's plan again, and compares.

use clap::Args;
use domain::TaskId;
use engines::{EMBEDDED_VERSION, EngineError, make_again};
use store::{NewSong, TaskStore as _};

use super::access::with_existing;
use super::{Failure, Place, say};
use crate::api::wire::assets::hexadecimal;
use crate::workers::fingerprint;

#[derive(Args)]
pub(super) struct Arguments {
    /// The task whose song is made again.
    #[arg(value_name = "TASK_ID")]
    task: TaskId,
    #[command(flatten)]
    place: Place,
    /// Threads to render on; 0: one for each core. The samples are the same.
    #[arg(long, value_name = "N", default_value_t = 0)]
    threads: usize,
}

/// Prints the SHA-256 of the master that was stored and of the one that was made again; fails unless they are equal.
pub(super) fn run(arguments: &Arguments) -> Result<(), Failure> {
    let task = arguments.task;
    let song = with_existing(&arguments.place, async |store| Ok(store.song_of(task).await?))?;
    let missing = || Failure(format!("the data folder has no song of task {task}: nothing to compare with"));
    let song = song.ok_or_else(missing)?;
    say(&format!("stored    {}", hexadecimal(&song.master_sha256)))?;
    let threads = match arguments.threads {
        0 => std::thread::available_parallelism().map_or(1, std::num::NonZero::get),
        threads => threads,
    };
    let rendered = again(&song, threads)?;
    say(&format!("rendered  {}", hexadecimal(&rendered)))?;
    judged(&song, &rendered)
}

/// The fingerprint of what the plan gives now.
fn again(song: &NewSong, threads: usize) -> Result<[u8; 32], Failure> {
    let engine = &song.engine;
    if family(engine) != family(EMBEDDED_VERSION) {
        return Err(Failure(format!(
            "it was made by {engine}; only songs of {} can be made again",
            family(EMBEDDED_VERSION)
        )));
    }
    if song.plan.trim().is_empty() {
        return Err(Failure("no plan is stored with it: it cannot be made again".to_owned()));
    }
    let (left, right) = make_again(&song.plan, threads).map_err(|error| match error {
        EngineError::Refused(why) => Failure(format!("it was made by {engine}, and {why}")),
        other => Failure(other.to_string()),
    })?;
    Ok(fingerprint(&left, &right))
}

/// The engine's name without its version.
fn family(engine: &str) -> &str {
    engine.rsplit_once('-').map_or(engine, |(family, _)| family)
}

fn judged(song: &NewSong, rendered: &[u8; 32]) -> Result<(), Failure> {
    let engine = &song.engine;
    if *rendered == song.master_sha256 {
        Ok(())
    } else if engine == EMBEDDED_VERSION {
        Err(Failure(format!(
            "the samples differ although both are of {engine}: the plan was changed, or the machine is of another kind"
        )))
    } else {
        Err(Failure(format!(
            "the samples differ: it was made by {engine}, and this program has {EMBEDDED_VERSION}"
        )))
    }
}

#[cfg(test)]
mod tests {
    use domain::AudioId;
    use store::FolderName;

    use super::*;

    fn song(engine: &str, plan: &str) -> NewSong {
        NewSong {
            audio_id: AudioId::from_bytes([1; 16]),
            title: String::new(),
            lyric: String::new(),
            engine: engine.to_owned(),
            plan: plan.to_owned(),
            folder: FolderName::from_random([1; 16]),
            shared: false,
            samples: 1,
            master_sha256: [7; 32],
        }
    }

    #[test]
    fn what_cannot_be_made_again_is_told_with_its_reason() {
        let why = |song: NewSong| again(&song, 1).expect_err("not made").to_string();
        assert!(why(song("simulated-1", "{}")).contains("made by simulated-1"));
        assert!(why(song(EMBEDDED_VERSION, " ")).contains("no plan"));
        assert!(why(song("embedded-0.0", "{}")).contains("embedded-0.0"));
    }

    #[test]
    fn equal_samples_are_all_that_counts() {
        judged(&song("embedded-0.0", "{}"), &[7; 32]).expect("equal");
        let why = |engine| judged(&song(engine, "{}"), &[8; 32]).expect_err("they differ").to_string();
        assert!(why("embedded-0.0").contains("made by embedded-0.0"));
        assert!(why(EMBEDDED_VERSION).contains("although"));
    }
}
