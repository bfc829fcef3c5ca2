//! Files: what a record names is there, and nothing else is.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use serde_json::Value;
use store::sqlite::audit::Audit;

use super::report::Report;
use crate::cli::Failure;

/// Whether the files under `place` are those that records name.
pub(super) fn check(
    report: &mut Report,
    audit: &Audit,
    place: &Path,
    records: &[Value],
) -> Result<(), Failure> {
    let known: HashSet<&str> = audit
        .songs
        .iter()
        .map(|(_, folder)| folder)
        .chain(&audit.other_folders)
        .map(|folder| folder.as_str())
        .collect();
    let Found { folders, half_written } = found(place)?;
    // With fewer, all that is said of files would be true of itself.
    let enough = folders.len() >= 2;
    report.line(enough, &format!("songs have files of their own: there are {} folders", folders.len()))?;
    let orphans: Vec<_> = folders.iter().filter(|(_, name)| !known.contains(name.as_str())).collect();
    let orphans: Vec<_> = orphans.iter().map(|(root, name)| format!("{root}/{name}")).collect();
    report.none(&format!("{} folders of files all belong to songs; strays:", folders.len()), &orphans)?;
    report.line(half_written == 0, &format!("no file is half-written: {half_written} are"))?;
    let names: Vec<&str> = records.iter().flat_map(named).collect();
    let gone: Vec<_> = names.iter().filter(|name| !is_there(place, name)).collect();
    report.none(&format!("{} files that records name are all there; missing:", names.len()), &gone)
}

/// The names of the files that a record tells.
pub(super) fn named(record: &Value) -> Vec<&str> {
    let mut names = Vec::new();
    name_files(&record["response"], &mut names);
    names
}

/// The files of ours that are named anywhere within a value.
fn name_files<'a>(value: &'a Value, names: &mut Vec<&'a str>) {
    match value {
        Value::String(text) => names.extend(text.split_once("/files/").map(|(_, name)| name)),
        Value::Array(items) => items.iter().for_each(|item| name_files(item, names)),
        Value::Object(fields) => fields.values().for_each(|field| name_files(field, names)),
        Value::Null | Value::Bool(_) | Value::Number(_) => (),
    }
}

/// Whether there is a file of this name with something in it.
pub(super) fn is_there(place: &Path, name: &str) -> bool {
    let path = place.join("files").join(name.get(..2).unwrap_or_default()).join(name);
    std::fs::metadata(path).is_ok_and(|file| file.len() > 0)
}

/// What there is.
#[derive(Default)]
struct Found {
    /// Folders of files, with what they are in.
    folders: HashSet<(&'static str, String)>,
    /// Files under a name that nobody is told.
    half_written: usize,
}

fn found(place: &Path) -> Result<Found, Failure> {
    let mut found = Found::default();
    let name_of = |path: &Path| path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    for root in ["files", "masters"] {
        for parent in entries(&place.join(root))? {
            for folder in entries(&parent)? {
                let hidden = |file: &PathBuf| name_of(file).starts_with('.');
                found.half_written += entries(&folder)?.iter().filter(|file| hidden(file)).count();
                found.folders.insert((root, name_of(&folder)));
            }
        }
    }
    Ok(found)
}

fn entries(folder: &Path) -> Result<Vec<PathBuf>, Failure> {
    match std::fs::read_dir(folder) {
        Ok(entries) => Ok(entries.map(|entry| Ok(entry?.path())).collect::<Result<_, std::io::Error>>()?),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Vec::new()),
        Err(error) => Err(error.into()),
    }
}
