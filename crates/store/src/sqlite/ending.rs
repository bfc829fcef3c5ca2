//! Ends tasks: the outcome, the song, the callback that was asked for and the end of the hold on the price are one
//! transaction.

use domain::{Ended, Outcome, Timestamp};

use super::writer::Batch;
use super::{credentials, doomed, events, ledger, outbox, queue, usage};
use crate::failpoint::pass;
use crate::{Claim, Finish, FolderName, Kept, NewSong, QueueRules, StoreError, TaskState};

pub(super) fn finish(
    batch: &mut Batch<'_>,
    rules: &QueueRules,
    claim: Claim,
    ended: &Ended,
    kept: &Kept,
) -> Result<Finish, StoreError> {
    match queue::held(batch, claim)? {
        // Asked again after a commit of which nobody knew whether it took: it did.
        None => Ok(if is_kept(batch, kept)? { Finish::Stored } else { Finish::Stale }),
        Some(held) => {
            end(batch, rules, &held, ended, kept)?;
            Ok(Finish::Stored)
        }
    }
}

/// Whether this very song, or folder, is the outcome of its task: no two have the same id, or name.
fn is_kept(batch: &Batch<'_>, kept: &Kept) -> Result<bool, StoreError> {
    let found = match kept {
        Kept::Nothing => None,
        Kept::Files(folder) => {
            batch.one("SELECT 1 FROM task_folders WHERE folder = ?1", [folder.as_str()], |_| Ok(()))?
        }
        Kept::Song(song) => {
            batch.one("SELECT 1 FROM songs WHERE audio_id = ?1", [song.audio_id.as_bytes()], |_| Ok(()))?
        }
    };
    Ok(found.is_some())
}

/// Gives a held task its outcome.
pub(super) fn end(
    batch: &mut Batch<'_>,
    rules: &QueueRules,
    held: &queue::Held,
    ended: &Ended,
    kept: &Kept,
) -> Result<(), StoreError> {
    write_outcome(batch, held.lane.application_no, held.task_no, ended)?;
    pass("result", "outcome")?;
    batch.run("DELETE FROM queue WHERE task_no = ?1", [held.task_no])?;
    queue::let_go(batch, rules, held)?;
    if !matches!(ended.outcome, Outcome::Succeeded(_)) {
        doomed::claim_lost(batch, &held.folder)?;
    }
    match kept {
        Kept::Nothing => (),
        Kept::Files(folder) => keep_folder(batch, held.task_no, folder)?,
        Kept::Song(song) => keep_song(batch, held.task_no, song)?,
    }
    pass("result", "song")?;
    outbox::owe(batch, rules, held.task_no, ended.finished_at)
}

/// Gives a task its outcome, other than success, that no worker holds.
pub(super) fn end_unclaimed(
    batch: &mut Batch<'_>,
    rules: &QueueRules,
    task: &queue::Unclaimed,
    ended: &Ended,
) -> Result<(), StoreError> {
    write_outcome(batch, task.lane.application_no, task.task_no, ended)?;
    queue::leave(batch, rules, task)?;
    outbox::owe(batch, rules, task.task_no, ended.finished_at)
}

fn write_outcome(
    batch: &mut Batch<'_>,
    application_no: i64,
    task_no: i64,
    ended: &Ended,
) -> Result<(), StoreError> {
    let (number, text, failure) = match &ended.outcome {
        Outcome::Succeeded(text) => (2, Some(text), None),
        Outcome::Failed(failure) => (3, None, Some(failure)),
        Outcome::Cancelled(failure) => (4, None, Some(failure)),
    };
    let base_at: Option<Vec<u8>> = text.map(|t| t.base_at().iter().flat_map(|at| at.to_le_bytes()).collect());
    let written = batch.one(
        "UPDATE tasks SET outcome = ?2, started_ms = ?3, finished_ms = ?4, response = ?5, base_at = ?6, \
         error_code = ?7, error_message = ?8 WHERE no = ?1 AND outcome IS NULL \
         RETURNING credential_no, kind, created_ms",
        (
            task_no,
            number,
            ended.started_at.map(Timestamp::as_millis),
            ended.finished_at.as_millis(),
            text.map(|text| text.json()),
            base_at,
            failure.map(|failure| failure.code.as_str()),
            failure.map(|failure| &failure.message),
        ),
        |row| {
            let created_at = Timestamp::from_millis(row.get(2)?);
            Ok(usage::Account { application_no, credential_no: row.get(0)?, kind: row.get(1)?, created_at })
        },
    )?;
    let account =
        written.ok_or_else(|| super::rows::corrupt("tasks", "outcome", task_no, "already ended"))?;
    let succeeded = matches!(ended.outcome, Outcome::Succeeded(_));
    let spent = ledger::end_hold(batch, task_no, succeeded, ended.finished_at)?;
    if !succeeded {
        credentials::give_back(batch, task_no, account.credential_no)?;
    }
    batch.usage.ended(account, &ended.outcome, spent);
    events::note(batch, application_no, task_no, TaskState::of(&ended.outcome), ended.finished_at)
}

fn keep_folder(batch: &Batch<'_>, task_no: i64, folder: &FolderName) -> Result<(), StoreError> {
    batch
        .run("INSERT INTO task_folders (task_no, folder) VALUES (?1, ?2)", (task_no, folder.as_str()))
        .map(drop)
}

fn keep_song(batch: &Batch<'_>, task_no: i64, song: &NewSong) -> Result<(), StoreError> {
    batch.run(
        "INSERT INTO songs (audio_id, task_no, engine, plan, folder, samples, master_sha256, title, lyric) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
        (
            song.audio_id.as_bytes(),
            task_no,
            &song.engine,
            &song.plan,
            song.folder.as_str(),
            i64::try_from(song.samples).unwrap_or(i64::MAX),
            song.master_sha256,
            &song.title,
            &song.lyric,
        ),
    )?;
    if song.shared { doomed::is_shared(batch, &song.folder) } else { Ok(()) }
}
