//! [`BroughtFileStore`] in SQLite.

use async_trait::async_trait;

use super::SqliteStore;
use super::writer::Batch;
use crate::{BroughtFileStore, FolderName, NewBroughtFile, StoreError};

#[async_trait]
impl BroughtFileStore for SqliteStore {
    async fn bring(&self, file: NewBroughtFile) -> Result<bool, StoreError> {
        self.writer.write(move |batch| bring(batch, &file)).await
    }

    async fn brought(&self, folder: FolderName, bytes: u64) -> Result<(), StoreError> {
        let bytes = i64::try_from(bytes).unwrap_or(i64::MAX);
        let note = move |batch: &mut Batch<'_>| {
            let sql = "UPDATE brought_files SET bytes = ?2 WHERE folder = ?1";
            match batch.run(sql, (folder.as_str(), bytes))? {
                1 => Ok(()),
                _ => Err(StoreError::Missing(format!("file in {}", folder.as_str()))),
            }
        };
        self.writer.write(note).await
    }

    async fn not_brought(&self, folder: FolderName) -> Result<(), StoreError> {
        let forget = move |batch: &mut Batch<'_>| {
            batch.run("DELETE FROM brought_files WHERE folder = ?1", [folder.as_str()])?;
            doom(batch, folder.as_str())
        };
        self.writer.write(forget).await
    }
}

fn bring(batch: &Batch<'_>, file: &NewBroughtFile) -> Result<bool, StoreError> {
    let old = "DELETE FROM brought_files WHERE created_ms < ?1 RETURNING folder";
    for folder in batch.all(old, [file.kept_since.as_millis()], |row| row.get::<_, String>(0))? {
        doom(batch, &folder)?;
    }
    let number = "SELECT no FROM users WHERE id = ?1";
    let missing = || StoreError::Missing(format!("user {}", file.user));
    let user_no: i64 = batch.one(number, [file.user.as_bytes()], |row| row.get(0))?.ok_or_else(missing)?;
    let sum = "SELECT coalesce(sum(bytes), 0) FROM brought_files WHERE user_no = ?1";
    let bytes: u64 = batch.one(sum, [user_no], |row| row.get(0))?.unwrap_or_default();
    if file.most_bytes.is_some_and(|most| bytes >= most) {
        return Ok(false);
    }
    let sql = "INSERT INTO brought_files (folder, user_no, bytes, created_ms) VALUES (?1, ?2, 0, ?3)";
    batch.run(sql, (file.folder.as_str(), user_no, file.now.as_millis()))?;
    Ok(true)
}

fn doom(batch: &Batch<'_>, folder: &str) -> Result<(), StoreError> {
    let sql = "INSERT INTO doomed_folders (folder, claimed) VALUES (?1, 0) ON CONFLICT DO NOTHING";
    batch.run(sql, [folder]).map(drop)
}
