//! `POST /api/v1/files/`: takes a file, so that `/producer/upload` can fetch it from here.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::multipart::{Field, MultipartRejection};
use axum::extract::{Multipart, State};
use axum::response::Response;
use bytes::Bytes;
use serde_json::{Value, json};
use store::{FileStore, FolderName, NewBroughtFile, StoreError};
use tokio::sync::mpsc;

use super::actor::Actor;
use super::answer;
use crate::api::ApiError;
use crate::api::files::media_type;
use crate::api::wire::Problem;
use crate::app::App;
use crate::config::UploadSettings;

/// Pieces that wait to be written: what is in memory of a file.
const PIECES: usize = 8;
/// Longest extension of a file's name that is kept.
const LONGEST_EXTENSION: usize = 8;

/// Keeps the part `file` of a form, for some days.
pub async fn bring(
    State(app): State<Arc<App>>,
    actor: Actor,
    form: Result<Multipart, MultipartRejection>,
) -> Result<Response, ApiError> {
    let mut form = form.map_err(|_| no_file())?;
    let settings = &app.settings.uploads;
    let patience = Duration::from_secs(settings.timeout_seconds);
    let taking = async {
        while let Some(part) = form.next_field().await.map_err(|_| no_file())? {
            if part.name() == Some("file") {
                return take(&app, &actor, part).await;
            }
        }
        Err(no_file())
    };
    tokio::time::timeout(patience, taking).await.map_err(|_| ApiError::TooSlow(patience))?
}

fn no_file() -> ApiError {
    let expected = "a file, in a body of the type multipart/form-data";
    ApiError::BadRequest(vec![Problem {
        field: "file".to_owned(),
        message: format!("`file` is expected to be {expected}."),
        value: Value::Null,
        expected: expected.to_owned(),
    }])
}

async fn take(app: &Arc<App>, actor: &Actor, part: Field<'_>) -> Result<Response, ApiError> {
    let name = name_of(part.file_name().unwrap_or_default());
    let folder = FolderName::from_random(app.random.bytes());
    let UploadSettings { kept_days, bytes_per_user, .. } = app.settings.uploads;
    let now = app.clock.machine_now();
    let file = NewBroughtFile {
        folder: folder.clone(),
        user: actor.user_id,
        most_bytes: (bytes_per_user > 0).then_some(bytes_per_user),
        now,
        kept_since: now.minus(Duration::from_secs(u64::from(kept_days) * 24 * 60 * 60)),
    };
    if !app.store.bring(file).await? {
        let why = "Your files take as much room as they may; they go after some days.";
        return Err(ApiError::Forbidden(why));
    }
    let mut unwritten = Unwritten { app: Arc::clone(app), folder: Some(folder.clone()) };
    let bytes = write(app, &folder, &name, part).await?;
    app.store.brought(folder.clone(), bytes).await?;
    unwritten.folder = None;
    tracing::info!(user_id = %actor.user_id, bytes, "took a file");
    let url = format!("{}files/{}/{name}", app.public_base, folder.as_str());
    let mime = media_type(&name);
    Ok(answer(&json!({ "file_url": url, "url": url, "mime": mime, "size": bytes })))
}

/// A file that does not become whole, whatever keeps it from that: also a client that hangs up.
struct Unwritten {
    app: Arc<App>,
    folder: Option<FolderName>,
}

impl Drop for Unwritten {
    fn drop(&mut self) {
        let Some(folder) = self.folder.take() else { return };
        let app = Arc::clone(&self.app);
        tokio::spawn(async move {
            if let Err(error) = app.store.not_brought(folder).await {
                tracing::error!(%error, "could not forget a file that did not become whole");
            }
        });
    }
}

/// Writes a part as it comes, and gives its length.
async fn write(app: &App, folder: &FolderName, name: &str, mut part: Field<'_>) -> Result<u64, ApiError> {
    let limit = app.settings.uploads.max_bytes;
    let (pieces, incoming) = mpsc::channel(PIECES);
    let (files, folder, name) = (app.files.clone(), folder.clone(), name.to_owned());
    let writing = tokio::task::spawn_blocking(move || put(&files, &folder, &name, incoming));
    let mut bytes = 0;
    let refused = loop {
        match part.chunk().await {
            Ok(Some(piece)) => {
                bytes += piece.len() as u64;
                if bytes > limit {
                    break Some(ApiError::TooLarge(usize::try_from(limit).unwrap_or(usize::MAX)));
                }
                // Whoever writes has failed, and says so below.
                if pieces.send(Piece::Bytes(piece)).await.is_err() {
                    break None;
                }
            }
            Ok(None) => {
                drop(pieces.send(Piece::End).await);
                break None;
            }
            Err(error) => break Some(ApiError::Malformed(error.to_string())),
        }
    };
    drop(pieces);
    let written = writing.await.map_err(|error| ApiError::Internal(error.to_string(), None))?;
    match refused {
        Some(refusal) => Err(refusal),
        None => written.map(|()| bytes).map_err(ApiError::from),
    }
}

enum Piece {
    Bytes(Bytes),
    /// It is whole. Without this, it is not kept.
    End,
}

fn put(
    files: &FileStore,
    folder: &FolderName,
    name: &str,
    mut incoming: mpsc::Receiver<Piece>,
) -> Result<(), StoreError> {
    use std::io::Write as _;
    let fill = |mut file: &std::fs::File| {
        while let Some(piece) = incoming.blocking_recv() {
            match piece {
                Piece::Bytes(bytes) => file.write_all(&bytes)?,
                Piece::End => return Ok(()),
            }
        }
        Err(StoreError::Failed("the file did not come to its end".to_owned()))
    };
    files.put_public_by(folder, name, fill).map(drop)
}

/// `file`, with the extension of the name that it came with, if that is a plain one.
fn name_of(given: &str) -> String {
    let extension = given.rsplit_once('.').map(|(_, extension)| extension.to_ascii_lowercase());
    let is_plain = |text: &String| {
        (1..=LONGEST_EXTENSION).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_alphanumeric())
    };
    extension.filter(is_plain).map_or_else(|| "file".to_owned(), |extension| format!("file.{extension}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_name_only_a_plain_extension_is_kept() {
        for (given, kept) in [
            ("song.MP3", "file.mp3"),
            ("../../etc/passwd", "file"),
            ("a.<script>", "file"),
            ("x.tar.gz", "file.gz"),
            ("", "file"),
            ("歌.wav", "file.wav"),
            ("a.averylongextension", "file"),
        ] {
            assert_eq!(name_of(given), kept, "{given}");
        }
    }
}
