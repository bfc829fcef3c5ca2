//! What may be in an archive. Every name is compared with what we write: there is no `..`, no absolute path and no
//! link among them, whoever made the archive.

use crate::{FileStore, FolderName};

pub(super) const ABOUT: &str = "backline-backup.json";
pub(super) const DATABASE: &str = "backline.db";
pub(super) const SETTINGS: &str = "backline.toml";
pub(super) const SUMS: &str = "SHA256SUMS";

/// Whether a data folder has a file in this place that a backup keeps.
pub(super) fn is_ours(name: &str) -> bool {
    matches!(name, DATABASE | SETTINGS) || is_song_file(name)
}

/// `files/ab/ab…/NAME` or `masters/ab/ab…/NAME`.
pub(super) fn is_song_file(name: &str) -> bool {
    let mut parts = name.split('/');
    let (Some(root), Some(parent), Some(folder), Some(file), None) =
        (parts.next(), parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return false;
    };
    matches!(root, "files" | "masters")
        && FolderName::parse(folder).is_some_and(|folder| folder.as_str()[..2] == *parent)
        && FileStore::is_plain(file)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_our_own_places_are_taken() {
        let folder = "ab".repeat(16);
        for ours in ["backline.db".to_owned(), format!("files/ab/{folder}/song.m4a")] {
            assert!(is_ours(&ours), "{ours}");
        }
        let wrong = [
            String::new(),
            "server.lock".to_owned(),
            "/etc/passwd".to_owned(),
            "../backline.db".to_owned(),
            "./backline.db".to_owned(),
            format!("files/ab/{folder}/../song.m4a"),
            format!("files/ab/{folder}/.."),
            format!("files/ab/{folder}/.song.m4a"),
            format!("files/cd/{folder}/song.m4a"),
            format!("/files/ab/{folder}/song.m4a"),
            format!("other/ab/{folder}/song.m4a"),
            format!("files/ab/{folder}/song.m4a/x"),
        ];
        for wrong in wrong {
            assert!(!is_ours(&wrong), "{wrong}");
        }
    }
}
