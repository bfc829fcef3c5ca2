//! The folder that the demo's files go to.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::cli::Failure;

/// A folder that can be written.
pub(super) struct Output {
    path: PathBuf,
}

impl Output {
    /// Makes the folder if it is missing, and writes into it once, so that a song is not made in vain.
    pub fn open(path: &Path) -> Result<Self, Failure> {
        let explain = |error: std::io::Error| {
            Failure(format!(
                "cannot write into {}: {error}; choose another folder with --out",
                path.display()
            ))
        };
        fs::create_dir_all(path).map_err(explain)?;
        tempfile::tempfile_in(path).map_err(explain)?;
        Ok(Self { path: path.to_owned() })
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Writes a file, over one that is there.
    pub fn write(&self, name: &str, bytes: &[u8]) -> Result<(), Failure> {
        let path = self.path.join(name);
        fs::write(&path, bytes).map_err(|error| Failure(format!("cannot write {}: {error}", path.display())))
    }

    /// Writes JSON for people to read.
    pub fn write_json(&self, name: &str, json: &Value) -> Result<(), Failure> {
        self.write(name, format!("{json:#}\n").as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_that_cannot_be_one_is_told_at_once() {
        let home = tempfile::tempdir().expect("a folder");
        let file = home.path().join("file");
        fs::write(&file, "").expect("written");
        let failure = Output::open(&file).err().expect("no folder").to_string();
        assert!(failure.contains("file") && failure.contains("--out"), "{failure}");
    }

    #[test]
    fn what_is_there_is_written_over() {
        let home = tempfile::tempdir().expect("a folder");
        let output = Output::open(&home.path().join("a/b")).expect("made");
        output.write("x", b"one").expect("written");
        let again = Output::open(output.path()).expect("there");
        again.write_json("x", &serde_json::json!({ "a": 1 })).expect("written");
        assert_eq!(fs::read_to_string(output.path().join("x")).expect("there"), "{\n  \"a\": 1\n}\n");
        assert_eq!(fs::read_dir(output.path()).expect("readable").count(), 1);
    }
}
