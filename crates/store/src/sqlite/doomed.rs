//! [`DoomedStore`] in SQLite.

use async_trait::async_trait;

use super::writer::Batch;
use super::{SqliteStore, rows};
use crate::failpoint::around;
use crate::{Doomed, DoomedStore, FolderName, StoreError};

#[async_trait]
impl DoomedStore for SqliteStore {
    async fn doomed(
        &self,
        at_start: bool,
        after: Option<&FolderName>,
        most: u32,
    ) -> Result<Vec<Doomed>, StoreError> {
        self.readers.read(|connection| {
            let mut statement = connection.prepare_cached(
                "SELECT folder, claimed FROM doomed_folders WHERE claimed <= ?1 AND folder > ?2 \
                 ORDER BY folder LIMIT ?3",
            )?;
            let after = after.map_or("", FolderName::as_str);
            let mut found = statement.query((at_start, after, most))?;
            let mut doomed = Vec::new();
            while let Some(row) = found.next()? {
                doomed.push(Doomed { folder: rows::folder(row.get(0)?, 0)?, claimed: row.get(1)? });
            }
            Ok(doomed)
        })
    }

    async fn will_share(&self, folder: FolderName) -> Result<(), StoreError> {
        self.writer.write(move |batch| around("share", || will_share(batch, &folder))).await
    }

    async fn buried(&self, folders: Vec<FolderName>) -> Result<(), StoreError> {
        if folders.is_empty() {
            return Ok(());
        }
        self.writer
            .write(move |batch| {
                let sql = "DELETE FROM doomed_folders WHERE folder = ?1";
                around("buried", || {
                    folders.iter().try_for_each(|folder| batch.run(sql, [folder.as_str()]).map(drop))
                })
            })
            .await
    }
}

/// A folder that songs share already is made again after a start, and must not go with the next one.
fn will_share(batch: &Batch<'_>, folder: &FolderName) -> Result<(), StoreError> {
    let sql = "INSERT INTO doomed_folders (folder, claimed) SELECT ?1, 1 \
               WHERE NOT EXISTS (SELECT 1 FROM shared_folders WHERE folder = ?1) ON CONFLICT DO NOTHING";
    batch.run(sql, [folder.as_str()])?;
    Ok(())
}

/// A song names a folder that many share: it stays.
pub(super) fn is_shared(batch: &Batch<'_>, folder: &FolderName) -> Result<(), StoreError> {
    let kept = "INSERT INTO shared_folders (folder) VALUES (?1) ON CONFLICT DO NOTHING";
    batch.run(kept, [folder.as_str()])?;
    batch.run("DELETE FROM doomed_folders WHERE folder = ?1", [folder.as_str()])?;
    Ok(())
}

/// Notes that nobody needs the files of a claim any more.
pub(super) fn claim_lost(batch: &Batch<'_>, folder: &FolderName) -> Result<(), StoreError> {
    let sql = "INSERT INTO doomed_folders (folder, claimed) VALUES (?1, 1) ON CONFLICT DO NOTHING";
    batch.run(sql, [folder.as_str()])?;
    Ok(())
}

/// Notes that nobody needs the files of a task any more, but for those that other songs have too.
pub(super) fn files_gone(batch: &Batch<'_>, task_no: i64) -> Result<Vec<FolderName>, StoreError> {
    let folders = batch.all(
        "SELECT DISTINCT folder FROM songs s WHERE task_no = ?1 \
         AND NOT EXISTS (SELECT 1 FROM shared_folders f WHERE f.folder = s.folder) \
         AND NOT EXISTS (SELECT 1 FROM songs o WHERE o.folder = s.folder AND o.task_no <> ?1) \
         UNION SELECT folder FROM task_folders WHERE task_no = ?1",
        [task_no],
        |row| row.get::<_, Option<String>>(0),
    )?;
    let mut gone = Vec::with_capacity(folders.len());
    for folder in folders {
        let folder = rows::folder(folder, task_no)?;
        let sql = "INSERT INTO doomed_folders (folder, claimed) VALUES (?1, 0) ON CONFLICT DO NOTHING";
        batch.run(sql, [folder.as_str()])?;
        gone.push(folder);
    }
    Ok(gone)
}
