//! A backup: one file with everything that a data folder holds, as it was at one moment.
//!
//! It is a plain tar archive. First comes `backline-backup.json` (what wrote it, and when), then the database, the
//! settings file and the files of songs, last `SHA256SUMS` in the form that `sha256sum --check` reads: an archive
//! without it was cut off.

mod archive;
mod make;
mod names;
mod restore;

use serde::{Deserialize, Serialize};

pub use make::make;
pub use restore::{restore, verify};

/// The form of archive that this version writes.
const FORMAT: u32 = 1;

/// What a backup says about itself.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize, Serialize)]
pub struct About {
    /// The form of the archive.
    pub format: u32,
    /// The version of Backline that wrote it.
    pub version: String,
    /// The schema of its database.
    pub schema: i64,
    /// When it was begun, in milliseconds since the Unix epoch, by the folder's clock.
    pub made_ms: i64,
    /// Whether its folder is that of a rehearsal, whose times are not those of the world.
    #[serde(default)]
    pub rehearsed: bool,
}

/// How far a backup or a restore is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Step {
    /// Pages of the database copied, and all of them.
    Database(u64, u64),
    /// Folders of songs written, and all of them.
    Folders(u64, u64),
    /// Bytes of the archive read, and all of them.
    Read(u64, u64),
}

/// A backup that was written or read through.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Backup {
    /// What it says about itself.
    pub about: About,
    /// How many files are in it, beside the database and the settings.
    pub files: u64,
    /// How many bytes they all have.
    pub bytes: u64,
    /// How many files its records name that are not in it.
    pub missing: u64,
    /// The first of those.
    pub first_missing: Vec<String>,
}
