//! `backline demo`: a song is ordered, made, called back and found again, in one command.

mod checks;
mod client;
mod data;
pub(crate) mod order;
mod output;
mod receiver;
mod story;

use std::io::Write as _;
use std::path::{Path, PathBuf};

use clap::Args;
use store::{DataFolder, SqliteStore};
use tempfile::{NamedTempFile, TempDir};
use tokio::runtime::Builder;
use tokio::signal::unix::{SignalKind, signal};

use self::client::Client;
use self::output::Output;
use self::story::Story;
use crate::app::queue_rules;
use crate::bench::new_token;
use crate::cli::{Failure, Server, say, start_logging, tell};
use crate::config::{self, Settings};

/// Arguments of `backline demo`.
#[derive(Args)]
pub struct Arguments {
    /// The folder for song.m4a, cover.jpg, the song as data, task.json, batch.json and callback.json; made if missing.
    #[arg(long, value_name = "DIR", default_value = "demo")]
    out: PathBuf,
    /// Keep the server running afterwards, and its data folder for good; print its address and its token.
    #[arg(long)]
    keep: bool,
}

/// Whose song it is.
const EMAIL: &str = "demo@example.com";
/// Quiet, unless the environment says otherwise. The decoder would warn of the four bytes that stand before `ftyp`
/// in every MP4 file.
const QUIET: &str = "[log]\nfilter = \"warn,symphonia_core=error\"\n";

/// Orders the sample song from a server of its own, checks everything that comes back, and keeps it.
///
/// # Errors
/// When something did not hold; says what, what was expected and what came.
pub fn run(arguments: &Arguments) -> Result<(), Failure> {
    // Before a song is made in vain.
    let output = Output::open(&arguments.out)?;
    let home = Home::new(arguments.keep)?;
    let settings = settings(home.path())?;
    start_logging(&settings);
    let runtime = Builder::new_current_thread().enable_all().build()?;
    let token = runtime.block_on(make_token(&settings, home.path()))?;
    let server = Server::start(settings, home.path())?;
    let url = format!("http://{}", server.address());
    tell(&format!("a server listens on {url}; ordering the sample song from it"));
    let result = runtime.block_on(async {
        let story = stoppable(story::tell(&Client::new(&url, &token)?)).await?;
        write(&output, &story)?;
        report(&output, &story, &url)?;
        if arguments.keep { stay(home.path(), &url, &token).await } else { Ok(()) }
    });
    server.stop();
    server.join().and(result)
}

/// The data folder: a temporary one, unless it is to stay.
enum Home {
    Removed(TempDir),
    Kept(PathBuf),
}

impl Home {
    fn new(keep: bool) -> Result<Self, Failure> {
        let folder = tempfile::Builder::new().prefix("backline-demo-").tempdir()?;
        Ok(if keep { Self::Kept(folder.keep()) } else { Self::Removed(folder) })
    }

    fn path(&self) -> &Path {
        match self {
            Self::Removed(folder) => folder.path(),
            Self::Kept(path) => path,
        }
    }
}

/// The usual settings, but that the callback may come to this machine, and that media are fetched from it.
fn settings(data_dir: &Path) -> Result<Settings, Failure> {
    let mut file = NamedTempFile::new()?;
    file.write_all(QUIET.as_bytes())?;
    let mut settings = config::load(Some(file.path()), data_dir, Some("127.0.0.1:0"))?;
    settings.webhooks.allow_private_addresses = true;
    settings.http.public_url.clear();
    settings.worker.stop_seconds = settings.worker.stop_seconds.min(1);
    Ok(settings)
}

async fn make_token(settings: &Settings, data_dir: &Path) -> Result<String, Failure> {
    let store = SqliteStore::open_beside(&DataFolder::open(data_dir)?, queue_rules(settings))?;
    let token = new_token(&store, EMAIL, None).await;
    store.close();
    Ok(token?.secret)
}

/// Gives up on a signal, so that the server is stopped and its folder removed.
async fn stoppable<T>(work: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
    tokio::select! {
        result = work => result,
        stopped = stop_signal() => Err(stopped.err().unwrap_or_else(|| Failure("stopped on the way".to_owned()))),
    }
}

async fn stop_signal() -> Result<(), Failure> {
    let (mut terminate, mut interrupt) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    tokio::select! { _ = terminate.recv() => (), _ = interrupt.recv() => () }
    Ok(())
}

fn write(output: &Output, story: &Story) -> Result<(), Failure> {
    output.write("song.m4a", &story.audio)?;
    output.write("cover.jpg", &story.cover)?;
    story.data.files.iter().try_for_each(|(name, bytes)| output.write(name, bytes))?;
    output.write_json("task.json", &story.record)?;
    output.write_json("batch.json", &story.batch)?;
    output.write_json("callback.json", &story.callback)
}

fn report(output: &Output, story: &Story, url: &str) -> Result<(), Failure> {
    let Story { record, song_seconds, cover_side, ready_after, called_after, .. } = story;
    let title = checks::song(record)["title"].as_str().unwrap_or_default();
    let id = record["id"].as_str().unwrap_or_default();
    let (ready, called) = (ready_after.as_secs_f64(), called_after.as_secs_f64());
    say(&format!(
        "ordered   the sample song from {url}: task {id}, accepted after {} ms",
        story.answered_after.as_millis()
    ))?;
    say(&format!(
        "made      \"{title}\", {song_seconds:.1} s long, in {ready:.1} s ({:.0} times real time)",
        song_seconds / ready
    ))?;
    say(&format!("called    back after {called:.1} s, with the same as the task's record"))?;
    say("found     by retrieve, and twice by retrieve_batch with the id twice, all alike")?;
    say(&format!(
        "checked   the song decodes, lasts exactly what its record says and sounds throughout; the cover is a picture \
         of {cover_side} x {cover_side}"
    ))?;
    say(&format!("sung      every line of the lyric, {} words, each with its time", story.data.words))?;
    let names: Vec<_> = story.data.files.iter().map(|(name, _)| *name).collect();
    say(&format!(
        "kept      song.m4a ({} kB), cover.jpg ({} kB), {}, task.json, batch.json and callback.json in {}",
        story.audio.len() / 1_000,
        story.cover.len() / 1_000,
        names.join(", "),
        output.path().display()
    ))
}

/// Leaves the server to whoever wants to try it.
async fn stay(data_dir: &Path, url: &str, token: &str) -> Result<(), Failure> {
    say(&format!("data      {}", data_dir.display()))?;
    say(&format!("url       {url}"))?;
    say(&format!("token     {token}"))?;
    tell("the server runs until Ctrl-C; the data folder stays");
    stop_signal().await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_server_is_quiet_local_and_may_call_this_machine() {
        let home = tempfile::tempdir().expect("a folder");
        let settings = settings(home.path()).expect("valid");
        assert!(settings.log.filter.starts_with("warn"));
        assert!(settings.webhooks.allow_private_addresses && settings.http.listen.ip().is_loopback());
        assert_eq!(std::fs::read_dir(home.path()).expect("readable").count(), 0, "nothing of it stays");
    }

    #[test]
    fn a_folder_that_is_not_kept_is_removed() {
        let removed = Home::new(false).expect("made");
        let path = removed.path().to_owned();
        assert!(path.is_dir());
        drop(removed);
        assert!(!path.exists());
    }
}
