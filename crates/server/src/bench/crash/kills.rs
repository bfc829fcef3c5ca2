//! Kills: of servers at work, and of servers that have only begun to open their folder.

use std::fmt;
use std::path::Path;
use std::time::Duration;

use store::DataFolder;
use store::sqlite::audit::audit;

use super::ledger::World;
use super::pause;
use super::report::Report;
use crate::bench::child::{Reached, Starting};
use crate::bench::folder;
use crate::bench::requests::Dice;
use crate::cli::Failure;
use crate::stopwatch::Stopwatch;

/// Every third kill does not wait until the server is there, and of the others one in so many, so that some servers find
/// what was left by one that had only begun.
const EVERY: u32 = 3;
const EARLY: usize = 6;
/// Milliseconds between the spawn and such a kill, at most; or the time of the last start, if that was longer.
const EARLY_MS: usize = 50;
/// On a slow machine a server is left alone until it has accepted so many orders, or has been looked at so often: else
/// every order would wait for songs that no server lives to make.
const ENOUGH: usize = 4;
const MOST_LOOKS: u32 = 40;
const LOOK: Duration = Duration::from_millis(50);
/// Folders that are killed while they are made: one for so many kills, within bounds.
const KILLS_TO_A_NEW_FOLDER: u32 = 4;
const NEW_FOLDERS: std::ops::RangeInclusive<u32> = 2..=12;

/// Whoever kills.
pub(super) struct Kills<'a> {
    settings: &'a [(&'a str, &'a str)],
    dice: Dice,
    most_ms: u32,
    last_start: Duration,
    slowest_start: Duration,
    counts: Counts,
}

/// How many servers had come how far.
#[derive(Clone, Copy, Default)]
struct Counts {
    nothing: u32,
    database: u32,
    serving: u32,
}

impl Counts {
    fn all(self) -> u32 {
        self.nothing + self.database + self.serving
    }

    fn add(&mut self, reached: Reached) {
        *match reached {
            Reached::Nothing => &mut self.nothing,
            Reached::Database => &mut self.database,
            Reached::Serving => &mut self.serving,
        } += 1;
    }
}

impl<'a> Kills<'a> {
    pub fn new(settings: &'a [(&'a str, &'a str)], dice: Dice, most_ms: u32) -> Self {
        let (last_start, slowest_start) = (Duration::ZERO, Duration::ZERO);
        Self { settings, dice, most_ms, last_start, slowest_start, counts: Counts::default() }
    }

    /// Starts a server and kills it: at work, or before it is there.
    pub async fn one(&mut self, world: &World, place: &Path) -> Result<(), Failure> {
        let watch = Stopwatch::start();
        let starting = Starting::serve(place, self.settings)?;
        if self.counts.all() % EVERY == EVERY - 1 || self.dice.below(EARLY) == 0 {
            let reached = self.kill_early(starting).await?;
            self.counts.add(reached);
            return Ok(());
        }
        let server = starting.ready().await?;
        self.started(watch.elapsed());
        world.server_is_at(Some(server.address()));
        let accepted = world.tasks().len();
        pause(Duration::from_millis(self.dice.below(self.most_ms as usize) as u64)).await;
        for _ in 0..MOST_LOOKS {
            if world.tasks().len() >= accepted + ENOUGH || !world.has_room() {
                break;
            }
            pause(LOOK).await;
        }
        server.kill().await?;
        world.server_is_at(None);
        self.counts.add(Reached::Serving);
        Ok(())
    }

    async fn kill_early(&mut self, starting: Starting) -> Result<Reached, Failure> {
        let last = usize::try_from(self.last_start.as_millis()).unwrap_or(EARLY_MS);
        pause(Duration::from_millis(self.dice.below(last.max(EARLY_MS) + 1) as u64)).await;
        starting.kill().await
    }

    fn started(&mut self, within: Duration) {
        self.last_start = within;
        self.slowest_start = self.slowest_start.max(within);
    }

    /// Kills servers while they make their folders. Whoever opens each next must find or make it whole.
    pub async fn of_new_folders(&mut self, kills: u32) -> Result<NewFolders, Failure> {
        let mut born = NewFolders::default();
        let count = (kills / KILLS_TO_A_NEW_FOLDER).clamp(*NEW_FOLDERS.start(), *NEW_FOLDERS.end());
        for _ in 0..count {
            let parent = folder::temporary(None)?;
            let place = parent.path().join("data");
            let watch = Stopwatch::start();
            if self.last_start.is_zero() {
                // How long a start takes here is not known before there was one.
                Starting::serve(&place, self.settings)?.ready().await?.kill().await?;
                self.started(watch.elapsed());
                born.counts.add(Reached::Serving);
            } else {
                let starting = Starting::serve(&place, self.settings)?;
                born.counts.add(self.kill_early(starting).await?);
            }
            if let Some(what) = wrong_with(&place) {
                born.broken.push(what);
            }
        }
        Ok(born)
    }
}

/// What is wrong with a folder for whoever opens it now.
fn wrong_with(place: &Path) -> Option<String> {
    let open = || -> Result<_, Failure> {
        let data = DataFolder::open(place)?;
        folder::open(&data)?.close();
        Ok(audit(&data.database())?)
    };
    match open() {
        Ok(audit) if audit.integrity == ["ok"] && audit.rules.iter().all(|(_, broken)| *broken == 0) => None,
        Ok(audit) => Some(format!("{audit:?}")),
        Err(failure) => Some(failure.to_string()),
    }
}

impl fmt::Display for Kills<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Counts { nothing, database, serving } = self.counts;
        write!(
            f,
            "{serving} servers were killed at work, {database} between the opening of their database and their first \
             line, and {nothing} before it (the slowest start took {} ms)",
            self.slowest_start.as_millis()
        )
    }
}

/// Folders that were killed while they were made.
#[derive(Default)]
pub(super) struct NewFolders {
    counts: Counts,
    broken: Vec<String>,
}

impl NewFolders {
    pub fn check(&self, report: &mut Report) -> Result<(), Failure> {
        let Counts { nothing, database, serving } = self.counts;
        let text = format!(
            "a server that is killed while it makes its folder leaves one that the next can use: {nothing} had no \
             database, {database} were opening it, {serving} served; broken:"
        );
        report.none(&text, &self.broken)
    }
}
