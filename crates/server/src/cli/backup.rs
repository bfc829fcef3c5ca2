//! `backline backup` and `backline restore`.

use std::path::{Path, PathBuf};

use clap::Args;
use store::DataFolder;
use store::backup::{self, Backup, Step};

use super::{Failure, rehearsed, say, tell};
use crate::clock::{Clock as _, SystemClock};

#[derive(Args)]
pub(super) struct BackupArguments {
    /// The backup to write. Under this name it is whole or not there.
    file: PathBuf,
    /// The data folder to back up.
    #[arg(long, value_name = "DIR", default_value = "./backline-data")]
    data_dir: PathBuf,
    /// Replace the file if it is there.
    #[arg(long)]
    force: bool,
}

#[derive(Args)]
pub(super) struct RestoreArguments {
    /// The backup to read.
    file: PathBuf,
    /// The new or empty folder to make of it.
    #[arg(long, value_name = "DIR", required_unless_present = "verify")]
    data_dir: Option<PathBuf>,
    /// Check it first: every sum, the database, and whether the files are there that its records name; nothing is
    /// restored if one is not. Without --data-dir it is only checked, and no data folder is written. The database is unpacked to the system's folder for temporary files meanwhile.
    #[arg(long)]
    verify: bool,
}

pub(super) fn backup(arguments: &BackupArguments) -> Result<(), Failure> {
    let BackupArguments { file, data_dir, force } = arguments;
    let folder = DataFolder::existing(data_dir)?;
    let now = rehearsed::now_in(&folder)?;
    let made = backup::make(&folder, file, *force, env!("CARGO_PKG_VERSION"), now, &mut progress())?;
    warn_of_missing(&made);
    say(&summary(file, &made))
}

pub(super) fn restore(arguments: &RestoreArguments) -> Result<(), Failure> {
    let RestoreArguments { file, data_dir, verify } = arguments;
    if *verify {
        let found = backup::verify(file, &std::env::temp_dir(), &mut progress())?;
        warn_of_missing(&found);
        if found.missing > 0 {
            return Err(Failure(format!("{}: {} files are missing", file.display(), found.missing)));
        }
        say(&format!("{} is whole", summary(file, &found)))?;
    }
    match data_dir {
        Some(data_dir) => {
            let restored = backup::restore(file, data_dir, SystemClock::default().now(), &mut progress())?;
            warn_of_missing(&restored);
            say(&format!("restored {} to {}", summary(file, &restored), data_dir.display()))
        }
        None => Ok(()),
    }
}

fn warn_of_missing(backup: &Backup) {
    if backup.missing > 0 {
        let first = backup.first_missing.join(", ");
        tell(&format!("warning: {} files that records name are missing: {first}", backup.missing));
    }
}

fn summary(file: &Path, backup: &Backup) -> String {
    let Backup { about, files, bytes, .. } = backup;
    let made = u64::try_from(about.made_ms).unwrap_or_default();
    let made = std::time::UNIX_EPOCH + std::time::Duration::from_millis(made);
    let made = humantime::format_rfc3339_seconds(made);
    format!(
        "{}: {files} files and the database, {bytes} bytes, of {made}, by backline {}, schema {}",
        file.display(),
        about.version,
        about.schema
    )
}

/// Says on stderr how far it is, a tenth at a time.
fn progress() -> impl FnMut(Step) {
    let mut said = ("", 0);
    move |step| {
        let (what, done, all) = match step {
            Step::Database(done, all) => ("database", done, all),
            Step::Folders(done, all) => ("songs", done, all),
            Step::Read(done, all) => ("read", done, all),
        };
        let tenths = done.saturating_mul(10) / all.max(1);
        if (what, tenths) != said {
            said = (what, tenths);
            tell(&format!("{what}: {} %", tenths * 10));
        }
    }
}
