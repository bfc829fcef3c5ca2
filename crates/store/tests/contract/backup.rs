//! A backup is a folder at one moment, whole or not at all.

use std::io::{Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

use domain::{Crew, TaskId};
use store::backup::{Backup, Step, make, restore, verify};
use store::{DataFolder, EventStore as _, SqliteStore, StoreError, TaskStore as _};
use tempfile::TempDir;

use super::support::{Caller, NO_BOUNDS, World, at, made};

/// A world with two songs, one task in work and one that waits, and a place for its backup.
struct Story {
    world: World,
    ann: Caller,
    songs: Vec<(TaskId, store::FolderName)>,
    unfinished: Vec<TaskId>,
    home: TempDir,
}

impl Story {
    async fn begin() -> Self {
        let world = World::new();
        let ann = world.caller("ann@example.com", "songs").await;
        let songs = vec![world.kept_song(ann, 10).await, world.kept_song(ann, 20).await];
        let unfinished = vec![world.song(ann).await, world.song(ann).await];
        world.claim(30).await.expect("waits");
        Self { world, ann, songs, unfinished, home: tempfile::tempdir().expect("a folder") }
    }

    fn file(&self) -> PathBuf {
        self.home.path().join("backup.tar")
    }

    fn back_up(&self, force: bool) -> Result<Backup, StoreError> {
        make(&self.world.database.folder(), &self.file(), force, "1.2.3", at(40), &mut |_| ())
    }

    fn verify(&self, file: &Path) -> Result<Backup, StoreError> {
        verify(file, self.home.path(), &mut |_| ())
    }

    fn restore(&self, file: &Path) -> Result<PathBuf, StoreError> {
        let into = self.home.path().join("restored");
        restore(file, &into, at(45), &mut |_| ()).map(|_| into)
    }

    /// What lies beside the backup.
    fn beside(&self) -> Vec<String> {
        names(self.home.path())
    }
}

fn names(folder: &Path) -> Vec<String> {
    let entries = folder.read_dir().expect("readable");
    let mut names: Vec<String> =
        entries.map(|entry| entry.expect("readable").file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

#[tokio::test]
async fn a_restored_folder_holds_what_was_backed_up_and_work_goes_on() {
    let story = Story::begin().await;
    std::fs::write(story.world.database.folder().path().join("backline.toml"), "[http]\nthreads = 3\n")
        .expect("written");
    let backup = story.back_up(false).expect("made");
    assert_eq!((backup.files, backup.missing, backup.about.version.as_str()), (4, 0, "1.2.3"));
    // What happens afterwards is not in it.
    story.world.song(story.ann).await;

    let into = story.restore(&story.file()).expect("restored");
    assert_eq!(names(&into), ["backline.db", "backline.toml", "files", "masters", "server.lock"]);
    let folder = DataFolder::existing(&into).expect("one");
    let again = SqliteStore::open(&folder.database(), NO_BOUNDS).expect("opens");
    for (task, folder_name) in &story.songs {
        let kept = again.task(story.ann.user, *task).await.expect("readable");
        assert_eq!(kept, Some(story.world.record(story.ann, *task).await));
        let sound = folder.files().public_path(folder_name, "song.m4a").expect("a name");
        assert_eq!(std::fs::read(sound).expect("there"), task.as_bytes());
        assert_eq!(folder.files().master(folder_name).expect("there"), b"master");
    }
    let bounds = domain::Bounds { max_attempts: 3, max_crashes: 3 };
    again.void_leases(bounds, at(50)).await.expect("voided");
    let mut handed_out = Vec::new();
    while let Some(claimed) =
        again.claim_next(Crew::Makers, at(50), at(60), story.world.folder()).await.expect("answered")
    {
        handed_out.push(claimed.claim.task);
    }
    assert_eq!(handed_out, story.unfinished, "what was in work waits again");
    again.close();
}

#[tokio::test]
async fn a_rehearsal_is_one_also_after_a_restore() {
    let story = Story::begin().await;
    for rehearsed in [true, false] {
        story.world.database.folder().note_rehearsed(rehearsed).expect("noted");
        assert_eq!(story.back_up(true).expect("made").about.rehearsed, rehearsed);
        let restored = story.restore(&story.file()).expect("restored");
        let folder = DataFolder::existing(&restored).expect("whole");
        assert_eq!(folder.is_rehearsed(), rehearsed);
        // A clock that is moved goes on where it was.
        let said = folder.last_sign().expect("readable").map(|(said, _)| said);
        assert_eq!(said, rehearsed.then_some(at(40)));
        std::fs::remove_dir_all(restored).expect("removed");
    }
}

#[tokio::test]
async fn a_backup_is_for_its_owners_eyes_and_replaces_nothing_unasked() {
    use std::os::unix::fs::PermissionsExt as _;
    let story = Story::begin().await;
    story.back_up(false).expect("made");
    assert_eq!(story.beside(), ["backup.tar"]);
    let mode = story.file().metadata().expect("there").permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let error = story.back_up(false).expect_err("it is there").to_string();
    assert!(error.contains("--force"), "{error}");
    story.back_up(true).expect("replaced");
    assert_eq!(story.verify(&story.file()).expect("whole").files, 4);
    assert_eq!(story.beside(), ["backup.tar"], "nothing is left beside it");
}

#[tokio::test]
async fn a_backup_that_cannot_be_written_leaves_nothing_behind() {
    let story = Story::begin().await;
    let nowhere = story.home.path().join("nowhere/backup.tar");
    let folder = story.world.database.folder();
    let error = make(&folder, &nowhere, false, "1.2.3", at(40), &mut |_| ()).expect_err("no such folder");
    assert!(error.to_string().contains("cannot write the backup"), "{error}");
    assert_eq!(story.beside(), Vec::<String>::new());
}

#[tokio::test]
async fn a_flipped_byte_anywhere_in_a_backup_is_found() {
    let story = Story::begin().await;
    story.back_up(false).expect("made");
    let whole = std::fs::read(story.file()).expect("readable");
    let broken = story.home.path().join("broken.tar");
    // Within the two empty blocks at the end there is nothing to be lost.
    for place in (700..whole.len() - 1_024).step_by(whole.len() / 60) {
        // The rest of an entry's last block is no part of it.
        if whole[place] == 0 {
            continue;
        }
        let mut bytes = whole.clone();
        bytes[place] ^= 0x20;
        std::fs::write(&broken, &bytes).expect("written");
        let told = story.verify(&broken);
        assert!(matches!(told, Err(StoreError::BadBackup(_))), "at {place}: {told:?}");
        let error = story.restore(&broken).expect_err("damaged");
        assert!(matches!(error, StoreError::BadBackup(_)), "{error}");
        assert!(!story.home.path().join("restored").exists(), "nothing is left of it");
    }
}

#[tokio::test]
async fn a_backup_that_was_cut_off_is_refused_wherever_it_was_cut() {
    let story = Story::begin().await;
    story.back_up(false).expect("made");
    let whole = std::fs::read(story.file()).expect("readable");
    let cut = story.home.path().join("cut.tar");
    // The last two blocks are empty: without them it is whole, too.
    for length in (0..whole.len() - 1_536).step_by(whole.len() / 40) {
        std::fs::write(&cut, &whole[..length]).expect("written");
        let told = story.verify(&cut);
        assert!(matches!(told, Err(StoreError::BadBackup(_))), "{length} bytes of {}: {told:?}", whole.len());
    }
}

#[tokio::test]
async fn a_hostile_archive_writes_nothing_outside_and_nothing_inside() {
    let story = Story::begin().await;
    story.back_up(false).expect("made");
    let about = {
        let bytes = std::fs::read(story.file()).expect("readable");
        let mut archive = tar::Archive::new(&bytes[..]);
        let mut first = archive.entries().expect("an archive").next().expect("an entry").expect("whole");
        let mut text = String::new();
        std::io::Read::read_to_string(&mut first, &mut text).expect("UTF-8");
        text
    };
    let folder = "ab".repeat(16);
    let inside = format!("files/ab/{folder}/song.m4a");
    for (name, kind) in [
        ("../outside", tar::EntryType::Regular),
        ("/tmp/outside", tar::EntryType::Regular),
        ("files/../../outside", tar::EntryType::Regular),
        ("server.lock", tar::EntryType::Regular),
        (inside.as_str(), tar::EntryType::Symlink),
        (inside.as_str(), tar::EntryType::Link),
        (inside.as_str(), tar::EntryType::Directory),
        (inside.as_str(), tar::EntryType::GNUSparse),
        (inside.as_str(), tar::EntryType::GNULongName),
        ("backline.db", tar::EntryType::Fifo),
    ] {
        let mut builder = tar::Builder::new(Vec::new());
        for (name, kind, content) in
            [("backline-backup.json", tar::EntryType::Regular, about.as_str()), (name, kind, "outside")]
        {
            let mut header = tar::Header::new_gnu();
            let field = &mut header.as_old_mut().name;
            field[..name.len()].copy_from_slice(name.as_bytes());
            header.set_entry_type(kind);
            header.set_mode(0o600);
            header.set_size(content.len() as u64);
            header.set_cksum();
            builder.append(&header, content.as_bytes()).expect("written");
        }
        let hostile = story.home.path().join("hostile.tar");
        std::fs::write(&hostile, builder.into_inner().expect("ended")).expect("written");
        let error = story.restore(&hostile).expect_err(name).to_string();
        assert!(error.contains("no backup of backline does"), "{name} {kind:?}: {error}");
        assert_eq!(story.beside(), ["backup.tar", "hostile.tar"], "{name}");
    }
}

#[tokio::test]
async fn a_file_that_was_missing_is_told_and_hinders_nothing() {
    let story = Story::begin().await;
    let (_, folder) = &story.songs[0];
    let master = story.world.database.folder().path().join("masters").join(&folder.as_str()[..2]);
    std::fs::remove_dir_all(master.join(folder.as_str())).expect("removed");
    let backup = story.back_up(false).expect("made");
    assert_eq!((backup.files, backup.missing), (3, 1));
    assert!(backup.first_missing[0].ends_with("/master.flac"), "{backup:?}");
    assert_eq!(story.verify(&story.file()).expect("readable").missing, 1);
    story.restore(&story.file()).expect("the rest is restored");
}

#[tokio::test]
async fn only_a_new_or_empty_folder_becomes_a_backup() {
    let story = Story::begin().await;
    story.back_up(false).expect("made");
    let into = story.home.path().join("restored");
    std::fs::create_dir(&into).expect("made");
    std::fs::write(into.join("mine"), "mine").expect("written");
    let error = story.restore(&story.file()).expect_err("not empty").to_string();
    assert!(error.contains("is not empty") && error.contains("mine"), "{error}");
    assert_eq!(names(&into), ["mine"]);
    std::fs::remove_file(into.join("mine")).expect("removed");
    story.restore(&story.file()).expect("it is empty now");
}

#[tokio::test]
async fn a_restored_folder_gives_no_event_cursor_again() {
    let story = Story::begin().await;
    story.back_up(false).expect("made");
    // A consumer has read what came after the backup, and keeps the cursor of it.
    story.world.song(story.ann).await;
    let kept = story.world.store.last_event_cursor().await.expect("readable");

    let into = story.restore(&story.file()).expect("restored");
    let folder = DataFolder::existing(&into).expect("one");
    let again = SqliteStore::open(&folder.database(), NO_BOUNDS).expect("opens");
    again
        .claim_next(Crew::Makers, at(50), at(60), story.world.folder())
        .await
        .expect("answered")
        .expect("waits");
    let new = again.events(story.ann.user, None, kept, 9).await.expect("readable");
    assert_eq!(new.len(), 1, "the consumer passed over what is new");
    assert_eq!(again.last_event_cursor().await.expect("readable"), new[0].cursor);
    again.close();
}

#[tokio::test]
async fn two_restores_of_one_backup_give_no_cursor_both() {
    let story = Story::begin().await;
    story.back_up(false).expect("made");
    let mut given = Vec::new();
    for (name, now) in [("first", 1_800_000_000_000), ("second", 1_800_000_001_000)] {
        let into = story.home.path().join(name);
        restore(&story.file(), &into, at(now), &mut |_| ()).expect("restored");
        let again = SqliteStore::open(&into.join("backline.db"), NO_BOUNDS).expect("opens");
        let before = again.last_event_cursor().await.expect("readable");
        again
            .claim_next(Crew::Makers, at(50), at(60), story.world.folder())
            .await
            .expect("answered")
            .expect("waits");
        given.push((before, again.last_event_cursor().await.expect("readable")));
        again.close();
    }
    assert!(given[0].1 > given[0].0 && given[1].0 > given[0].1, "{given:?}");
}

#[tokio::test]
async fn two_restores_of_what_was_just_restored_give_no_cursor_both() {
    let story = Story::begin().await;
    // As after a restore: the cursors run ahead of the events.
    let n = 2_000_000_000_000_000_i64;
    story.world.database.raw().execute("UPDATE event_cursor SET n = ?1", [n]).expect("written");
    story.back_up(false).expect("made");
    let mut begins = Vec::new();
    for (name, now) in [("first", 1_800_000_000_000), ("second", 1_800_000_001_000)] {
        let into = story.home.path().join(name);
        restore(&story.file(), &into, at(now), &mut |_| ()).expect("restored");
        let again = SqliteStore::open(&into.join("backline.db"), NO_BOUNDS).expect("opens");
        begins.push(again.last_event_cursor().await.expect("readable"));
        again.close();
    }
    assert!(begins[0] > 2_001_000_000_000_000 && begins[1] - begins[0] >= 100_000, "{begins:?}");
    assert!(begins[1] < 1 << 53);
}

#[tokio::test]
async fn a_restore_that_fails_at_its_very_end_leaves_nothing_of_itself() {
    let story = Story::begin().await;
    story.back_up(false).expect("made");
    // Somebody is in the way of the last thing that is moved to its place, or of another.
    for name in ["backline.db", "masters"] {
        let into = story.home.path().join(format!("in the way of {name}"));
        let in_the_way = into.join(name);
        let error = restore(&story.file(), &into, at(45), &mut |_| {
            std::fs::create_dir_all(in_the_way.join("mine")).expect("made");
        })
        .expect_err("in the way");
        assert!(error.to_string().contains("cannot write"), "{error}");
        assert_eq!(names(&into), [name]);
        assert_eq!(names(&in_the_way), ["mine"]);
    }
}

#[tokio::test]
async fn a_database_that_changes_while_it_is_copied_is_copied_again() {
    let story = Story::begin().await;
    let database = story.world.end();
    let folder = database.folder();
    // Somebody opens it, writes, and closes it, which empties the log.
    let write = |n: i64| {
        let raw = database.raw();
        raw.execute("UPDATE event_cursor SET n = ?1", [n]).expect("written");
    };
    let target = story.home.path().join("backup.tar");
    let mut left = 1;
    make(&folder, &target, false, "1.2.3", at(40), &mut |step| {
        if matches!(step, Step::Database(..)) && left > 0 {
            left -= 1;
            write(5_000);
        }
    })
    .expect("made");
    let into = story.home.path().join("restored");
    restore(&target, &into, at(45), &mut |_| ()).expect("restored");
    let again = DataFolder::existing(&into).expect("one").database();
    let again = SqliteStore::open(&again, NO_BOUNDS).expect("opens");
    assert_eq!(again.last_event_cursor().await.expect("readable"), 1_000_005_000);
    again.close();

    let mut n = 6_000;
    let error = make(&folder, &target, true, "1.2.3", at(40), &mut |step| {
        if matches!(step, Step::Database(..)) {
            n += 1;
            write(n);
        }
    });
    let error = error.expect_err("never one moment").to_string();
    assert!(error.contains("was changed each time"), "{error}");
    assert_eq!(n, 6_003, "it is tried three times");
}

#[tokio::test]
async fn a_damaged_database_makes_no_backup() {
    let story = Story::begin().await;
    let database = story.world.end();
    let folder = database.folder();
    let mut file = std::fs::OpenOptions::new().write(true).open(folder.database()).expect("there");
    file.seek(SeekFrom::Start(8_192 * 3)).expect("there");
    file.write_all(&[0xff; 8_192]).expect("written");
    let target = story.home.path().join("backup.tar");
    let error = make(&folder, &target, false, "1.2.3", at(40), &mut |_| ()).expect_err("damaged");
    assert!(matches!(error, StoreError::Damaged(_)), "{error}");
    assert_eq!(names(story.home.path()), Vec::<String>::new());
}

#[tokio::test]
async fn a_database_or_a_backup_of_a_newer_version_is_refused() {
    let story = Story::begin().await;
    story.back_up(false).expect("made");
    let raw = story.world.database.raw();
    raw.pragma_update(None, "user_version", 99).expect("set");
    let target = story.home.path().join("newer.tar");
    let folder = story.world.database.folder();
    let error = make(&folder, &target, false, "9.9.9", at(40), &mut |_| ()).expect_err("newer");
    assert!(matches!(error, StoreError::TooNew(_)), "{error}");

    let text =
        String::from_utf8_lossy(&std::fs::read(story.file()).expect("readable")[512..1_024]).into_owned();
    assert!(text.contains("\"format\": 1"), "{text}");
    let mut bytes = std::fs::read(story.file()).expect("readable");
    let place = 512 + text.find("\"format\": 1").expect("there") + 10;
    bytes[place] = b'7';
    std::fs::write(&target, bytes).expect("written");
    assert!(matches!(story.restore(&target), Err(StoreError::TooNew(_))));
}

#[tokio::test]
async fn while_a_backup_is_made_orders_are_taken_and_it_shows_one_moment() {
    let story = Story::begin().await;
    let (store, mut placed) = (story.world.store.clone(), Vec::new());
    let order = || story.world.order(story.ann);
    let orders: Vec<_> = (0..3).map(|_| order()).collect();
    let mut orders = orders.into_iter();
    let folder = story.world.database.folder();
    let backup = std::thread::scope(|scope| {
        let making = scope.spawn(|| {
            let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
            make(&folder, &story.file(), false, "1.2.3", at(40), &mut |_| {
                // In the middle of the copy another order is committed.
                if let Some(order) = orders.next() {
                    placed.push(order.id);
                    runtime.block_on(store.accept(order)).expect("taken");
                }
            })
        });
        making.join().expect("no panic").expect("made")
    });
    assert_eq!(placed.len(), 3, "orders were taken meanwhile");
    assert_eq!(backup.files, 4);
    let into = story.restore(&story.file()).expect("restored");
    let again = SqliteStore::open(&into.join("backline.db"), NO_BOUNDS).expect("opens");
    for task in placed {
        assert_eq!(again.task(story.ann.user, task).await.expect("readable"), None, "it came later");
        assert!(story.world.store.task(story.ann.user, task).await.expect("readable").is_some());
    }
    again.close();
}

#[tokio::test]
async fn tasks_that_end_after_the_backup_are_unfinished_in_it() {
    let story = Story::begin().await;
    story.back_up(false).expect("made");
    let claimed = story.world.claim(50).await.expect("waits");
    story.world.finish(&claimed, made("{}"), 60).await;
    let into = story.restore(&story.file()).expect("restored");
    let again = SqliteStore::open(&into.join("backline.db"), NO_BOUNDS).expect("opens");
    let then = again.task(story.ann.user, claimed.claim.task).await.expect("readable").expect("there");
    assert_eq!(then.standing.as_str(), "pending");
    again.close();
}
