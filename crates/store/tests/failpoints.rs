//! At every point in the way of a write, the write fails, the thread panics, or the process ends. Whatever was answered
//! before is there afterwards, once, and what was not is nowhere, or whole.
//!
//! The story is told by this very program, run again as a child, so that an end of the process is a real one.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use domain::{
    ApplicationId, AudioId, Bounds, CredentialId, Credits, Crew, GaveBack, Outcome, ResponseText, TaskId,
    TaskKind, Timestamp, TraceId, UserId,
};
use store::failpoint::{self, Action, POINTS};
use store::sqlite::audit::audit;
use store::{
    Accepted, AccessStore as _, Account, AfterAttempt, Ages, Attempt, CallbackStore as _, CallbackUrl,
    CancelStore as _, Claimed, DataFolder, Delivery, DoomedStore as _, Finish, FolderName, IdempotencyKey,
    MadeAttempt, NewSong, NewTask, NewToken, OrderHeaders, OutboxStore as _, QueueRules, Replay,
    RetentionStore as _, SqliteStore, StoreError, TaskStore as _,
};
use uuid::Uuid;

const RULES: QueueRules = QueueRules {
    in_flight_per_credential: 0,
    refuses_when_busy: false,
    most_waiting: 0,
    in_flight_per_destination: 2,
    deliveries_in_flight: 0,
    // They leave memory in two stretches.
    keys_gathered: 4,
};
const BOUNDS: Bounds = Bounds { max_attempts: 100, max_crashes: 100 };
const QUOTA: u32 = 100;
/// Orders whose songs are kept.
const ORDERS: u64 = 3;
/// Orders that end otherwise.
const CANCELLED: u64 = ORDERS + 1;
const DELETED: u64 = ORDERS + 2;
const LATE: u64 = ORDERS + 3;
/// How often what fails is tried again.
const TRIES: usize = 5;
/// What the child is told: folder, point, action, how often the point is passed before.
const TOLD: &str = "FAILPOINT_STORY";

const fn at(millis: i64) -> Timestamp {
    Timestamp::from_millis(millis)
}

fn id(kind: u64, number: u64) -> Uuid {
    Uuid::from_u64_pair(kind, number)
}

/// Tries a write again until it is done, as callers and the server itself do.
macro_rules! insist {
    ($write:expr) => {{
        let mut tries = 1;
        loop {
            match $write.await {
                Ok(done) => break done,
                Err(error) if tries == TRIES || matches!(error, StoreError::Closed) => return Err(error),
                Err(_) => tries += 1,
            }
        }
    }};
}

struct Server {
    store: SqliteStore,
    folder: DataFolder,
    now: i64,
}

impl Server {
    async fn start(path: &Path) -> Self {
        let folder = DataFolder::open(path).expect("a folder");
        let store = SqliteStore::open(&folder.database(), RULES).expect("opens");
        let mut server = Self { store, folder, now: 1_000 };
        while !path.join("admitted").exists() {
            server.admit(path).await;
        }
        // Claims of a story before this one are told apart by their folders.
        let generation = std::fs::read_dir(path.join("starts")).map_or(0, Iterator::count);
        std::fs::create_dir_all(path.join("starts").join(generation.to_string())).expect("written");
        server.now += i64::try_from(generation).expect("few") * 100_000;
        for released in server.store.void_leases(BOUNDS, at(server.now)).await.expect("released") {
            server.folder.files().remove(&released.folder).expect("removed");
        }
        server.bury().await.expect("buried");
        server
    }

    async fn admit(&self, path: &Path) {
        let token = NewToken {
            email: "ann@example.com".to_owned(),
            application: "default".to_owned(),
            user_id: UserId(id(1, 1)),
            application_id: ApplicationId(id(2, 1)),
            credential_id: CredentialId(id(3, 1)),
            hash: [7; 32],
            last_four: "wxyz".to_owned(),
            apis: None,
            quota: Some(QUOTA),
            requests_per_second: None,
            expires_at: None,
            now: at(0),
        };
        self.store.add_token(token).await.expect("kept");
        std::fs::write(path.join("admitted"), "").expect("written");
    }

    fn tick(&mut self) -> Timestamp {
        self.now += 10;
        at(self.now)
    }

    /// Orders, again and again until it is answered, as a client does. Then another server's order comes with the same
    /// key, of which nothing but the key tells whose it is.
    async fn order(&self, path: &Path, number: u64) {
        let task = self.task(number);
        for _ in 0..TRIES {
            match self.store.accept(task.clone()).await {
                Ok(Accepted::New | Accepted::Repeat(_)) => {
                    std::fs::write(path.join(format!("accepted-{number}")), "").expect("written");
                    return self.ask_for_key(number).await;
                }
                Ok(refused) => panic!("{refused:?}"),
                Err(StoreError::Closed) => return,
                Err(_) => (),
            }
        }
        panic!("order {number} is never answered");
    }

    /// Orders with the key of an order that was accepted, as another task.
    async fn ask_for_key(&self, number: u64) {
        let (id_again, trace_id) = (TaskId(id(9, number)), TraceId(id(10, number)));
        let again = NewTask { id: id_again, trace_id, repeat_of: None, ..self.task(number) };
        for _ in 0..TRIES {
            match self.store.accept(again.clone()).await {
                Ok(answer) => return assert_eq!(answer, Accepted::Repeat(TaskId(id(4, number))), "{number}"),
                Err(StoreError::Closed) => return,
                Err(_) => (),
            }
        }
        panic!("order {number} is never answered");
    }

    fn task(&self, number: u64) -> NewTask {
        NewTask {
            id: TaskId(id(4, number)),
            trace_id: TraceId(id(5, number)),
            credential_id: CredentialId(id(3, 1)),
            kind: TaskKind::Audios,
            created_at: at(self.now),
            request: format!(r#"{{"prompt":"song {number}"}}"#),
            callback_url: Some(CallbackUrl {
                url: "http://host.example/hook".to_owned(),
                destination: "http://host.example".to_owned(),
            }),
            price: Credits::whole(1),
            waits: false,
            fingerprint: [0; 16],
            // Half of those who send again are known by what they sent, half by their key alone.
            repeat_of: number.is_multiple_of(2).then(|| TaskId(id(4, number))),
            key: Some(IdempotencyKey {
                key_hash: [u8::try_from(number).expect("few"); 16],
                order_hash: [1; 16],
                holds_since: at(0),
            }),
            deadline: (number == LATE).then(|| at(self.now)),
            headers: OrderHeaders::default(),
        }
    }

    /// Works everything off, as workers and senders do; ends early when the store takes no more writes.
    async fn work(&mut self) -> Result<(), StoreError> {
        let mut errors = 0;
        let mut bear = |error: StoreError| {
            errors += 1;
            if matches!(error, StoreError::Closed) || errors > 50 { Err(error) } else { Ok(()) }
        };
        let mut gives_back = 2;
        loop {
            let now = self.tick();
            if let Err(error) = self.store.release_due(BOUNDS, now).await.map(|gone| {
                gone.iter().for_each(|gone| self.folder.files().remove(&gone.folder).expect("removed"));
            }) {
                bear(error)?;
            }
            let folder = FolderName::from_random(*id(6, self.now.unsigned_abs()).as_bytes());
            match self.store.claim_next(Crew::Makers, now, now.plus(Duration::from_millis(50)), folder).await
            {
                Ok(Some(claimed)) if gives_back > 0 => {
                    gives_back -= 1;
                    self.give_back(&claimed).await.or_else(&mut bear)?
                }
                Ok(Some(claimed)) => self.make(&claimed).await.or_else(&mut bear)?,
                Ok(None) => match self.send().await {
                    Ok(0) if self.is_idle().await => return Ok(()),
                    Ok(_) => (),
                    Err(error) => bear(error)?,
                },
                Err(error) => bear(error)?,
            }
        }
    }

    /// Calls off what is not to become a song. Each is said twice, as by a caller who had no answer.
    async fn call_off(&mut self) -> Result<(), StoreError> {
        let (owner, cancelled) = (UserId(id(1, 1)), TaskId(id(4, CANCELLED)));
        for _ in 0..2 {
            let now = self.tick();
            insist!(self.store.cancel(owner, cancelled, now));
            insist!(self.store.end_late(now));
        }
        Ok(())
    }

    /// Deletes a song, and has the first one's callback sent once more.
    async fn look_back(&mut self) -> Result<(), StoreError> {
        let owner = UserId(id(1, 1));
        for _ in 0..2 {
            let now = self.tick();
            insist!(self.store.delete(owner, TaskId(id(4, DELETED)), now));
            insist!(self.store.replay(Some(owner), Replay::Task(TaskId(id(4, 1))), now));
        }
        self.bury().await?;
        self.work().await?;
        self.forget().await
    }

    /// Those that became no song go for their age, one at a time; their keys stay.
    async fn forget(&mut self) -> Result<(), StoreError> {
        let now = self.tick();
        let mut next = Some(0);
        while let Some(from) = next {
            let ages = Ages {
                now: now.plus(Duration::from_secs(100)),
                tasks: None,
                failed_tasks: Some(now),
                attempts: None,
                events: None,
                keys: None,
            };
            next = insist!(self.store.forget_tasks(ages, from, 1)).next;
        }
        Ok(())
    }

    /// Removes the files that nobody needs any more, while nothing is claimed.
    async fn bury(&self) -> Result<(), StoreError> {
        let doomed = self.store.doomed(true, None, 100).await?;
        let folders: Vec<_> = doomed.into_iter().map(|doomed| doomed.folder).collect();
        folders.iter().try_for_each(|folder| self.folder.files().remove(folder))?;
        for _ in 0..2 {
            insist!(self.store.buried(folders.clone()));
        }
        Ok(())
    }

    async fn is_idle(&self) -> bool {
        let due = self.store.next_due().await.expect("readable");
        due.is_none() && self.store.next_delivery().await.expect("readable").is_none()
    }

    async fn give_back(&mut self, claimed: &Claimed) -> Result<(), StoreError> {
        let now = self.tick();
        let why = GaveBack::Retryable("out of tune".to_owned());
        self.store.give_back(claimed.claim, why, BOUNDS, now, now).await.map(drop)
    }

    async fn make(&mut self, claimed: &Claimed) -> Result<(), StoreError> {
        let files = self.folder.files();
        // Noted in vain, as by one whose task is called off before a song names it.
        insist!(self.store.will_share(FolderName::from_content([9; 32])));
        let kept = files.put_master(&claimed.folder, b"master").and_then(|()| {
            files.put_public(&claimed.folder, "cover.jpg", b"cover")?;
            files.put_public(&claimed.folder, "song.m4a", b"song")
        });
        let song = match kept {
            Ok(name) => name,
            Err(error) => {
                files.remove(&claimed.folder)?;
                let now = self.tick();
                self.store.give_back(claimed.claim, GaveBack::NoRoom, BOUNDS, now, now).await?;
                return Err(error);
            }
        };
        let outcome = Outcome::Succeeded(ResponseText::plain(format!(r#"{{"audio_url":"{song}"}}"#)));
        let new_song = NewSong {
            audio_id: AudioId(id(7, u64::from(claimed.claim.attempt) << 32 | self.now.unsigned_abs())),
            title: "Rain".to_owned(),
            lyric: String::new(),
            engine: "story 1".to_owned(),
            plan: "{}".to_owned(),
            folder: claimed.folder.clone(),
            samples: 1,
            master_sha256: [7; 32],
            shared: false,
        };
        let ended = claimed.state.clone().end(outcome, self.tick());
        // As the server does: the outcome of work that is done is insisted on.
        let mut last = StoreError::Closed;
        for _ in 0..5 {
            match self.store.finish(claimed.claim, ended.clone(), store::Kept::Song(new_song.clone())).await {
                Ok(Finish::Stored) => return Ok(()),
                Ok(Finish::Stale) => return files.remove(&claimed.folder),
                Err(error) => last = error,
            }
        }
        Err(last)
    }

    async fn send(&mut self) -> Result<usize, StoreError> {
        let now = self.tick();
        let due = self.store.claim_deliveries(now, now.plus(Duration::from_millis(50)), 8).await?;
        let sent = due.len();
        let mut due = due.into_iter();
        // The first as one that is told by itself, the others with what is handed out for them.
        if let Some(first) = due.next() {
            self.store.record_attempt(thanked(first, now)).await?;
        }
        let mut due: Vec<Delivery> = due.collect();
        while !due.is_empty() {
            let now = self.tick();
            let made = due.drain(..).map(|delivery| thanked(delivery, now));
            due = self.store.exchange(made.collect(), now, now.plus(Duration::from_millis(50)), 8).await?;
        }
        Ok(sent)
    }
}

/// An attempt that was answered as it should be.
const fn thanked(delivery: Delivery, at: Timestamp) -> MadeAttempt {
    let attempt =
        Attempt { at, duration: Duration::ZERO, status: Some(200), error: None, answer: Vec::new() };
    MadeAttempt { delivery, attempt, after: AfterAttempt::Delivered, asked: true }
}

fn tell(path: &Path, arm: impl FnOnce()) {
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    runtime.block_on(async {
        let mut server = Server::start(path).await;
        arm();
        for number in 1..=LATE {
            server.order(path, number).await;
        }
        // A store that takes no more writes ends its server.
        let told = async {
            server.call_off().await?;
            server.work().await?;
            server.look_back().await
        };
        drop(told.await);
        server.store.close();
    });
}

/// Asks for every key: whatever became of its task, it is given.
fn ask_for_keys(path: &Path) {
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    runtime.block_on(async {
        let server = Server::start(path).await;
        for number in 1..=LATE {
            server.ask_for_key(number).await;
        }
        server.store.close();
    });
}

/// What must be true after the story was told to its end, however often it was broken off before.
fn check(path: &Path, of: &str) {
    ask_for_keys(path);
    let folder = DataFolder::open(path).expect("a folder");
    let found = audit(&folder.database()).expect("readable");
    assert_eq!(found.integrity, ["ok"], "{of}");
    for (rule, broken) in &found.rules {
        assert_eq!(*broken, 0, "{of}: {rule}");
    }
    assert_eq!(found.songs.len() as u64, ORDERS, "{of}: every accepted order is a song, once");
    // One that was made and deleted has cost what it cost; one that was never made costs nothing.
    let spent = Credits::whole(u32::try_from(ORDERS + 1).expect("few"));
    let granted = Credits::whole(QUOTA);
    let available = granted.minus(spent).expect("less");
    let account = Account { granted, available, held: Credits::ZERO, spent };
    assert_eq!(found.quota, account, "{of}: what songs cost, and no more");
    let known: HashSet<&str> = found.songs.iter().map(|(_, folder)| folder.as_str()).collect();
    for root in ["files", "masters"] {
        let mut there = HashSet::new();
        for file in files_below(&path.join(root)) {
            let name = file.file_name().expect("a name").to_string_lossy().into_owned();
            assert!(!name.starts_with('.'), "{of}: {file:?} is half-written");
            assert!(std::fs::metadata(&file).expect("there").len() > 0, "{of}: {file:?} is empty");
            let folder = file.parent().and_then(Path::file_name).expect("a folder");
            there.insert(folder.to_string_lossy().into_owned());
        }
        assert_eq!(
            there.iter().map(String::as_str).collect::<HashSet<_>>(),
            known,
            "{of}: files of songs in {root}"
        );
    }
}

fn files_below(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).expect("readable").map(|entry| entry.expect("readable").path());
    entries.flat_map(|path| if path.is_dir() { files_below(&path) } else { vec![path] }).collect()
}

/// Tells the story in a child that ends as it will, then here to its end, and checks.
fn break_off(point: &str, action: Action, unharmed: u32) {
    let home = tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir()).expect("a folder");
    let of = format!("{point} {action:?} after {unharmed}");
    let mut child = Command::new(std::env::current_exe().expect("this program"));
    child.args(["--exact", "the_story_that_is_broken_off", "--nocapture", "--test-threads", "1"]);
    let told = format!("{}|{point}|{action:?}|{unharmed}", home.path().display());
    let output = child.env(TOLD, told).output().expect("run");
    let said = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
    let aborted = !output.status.success();
    assert_eq!(aborted, action == Action::Abort, "{of}: {said}");
    assert!(aborted || said.contains("spent"), "{of}: the point was never reached: {said}");
    tell(home.path(), || ());
    check(home.path(), &of);
}

fn at_every_point(action: Action) {
    for point in POINTS {
        // Commits are of every kind of write, one after the other; other points are met first and with more at stake.
        let times = if point.starts_with("commit") { 24 } else { 2 };
        for unharmed in 0..times {
            break_off(point, action, unharmed);
        }
    }
}

/// The child's part; without a folder to tell it in, the story unbroken.
#[test]
#[expect(clippy::disallowed_methods, reason = "how the parent tells its child what to do")]
fn the_story_that_is_broken_off() {
    let Ok(told) = std::env::var(TOLD) else {
        let home = tempfile::tempdir().expect("a folder");
        tell(home.path(), || ());
        return check(home.path(), "unbroken");
    };
    let [path, point, action, unharmed] = told.split('|').collect::<Vec<_>>()[..] else { panic!("{told}") };
    let all = [Action::Fail, Action::Full, Action::Panic, Action::Abort];
    let action = all.into_iter().find(|known| format!("{known:?}") == action).expect("an action");
    let arm = || failpoint::arm(point, action, unharmed.parse().expect("a number"));
    // A panic in a worker's own write to a file ends that worker.
    drop(std::panic::catch_unwind(|| tell(Path::new(path), arm)));
    assert!(failpoint::is_spent(), "never reached");
    println!("spent");
}

#[test]
fn a_write_that_fails_at_any_point_loses_nothing_and_doubles_nothing() {
    at_every_point(Action::Fail);
}

#[test]
fn a_disk_that_is_full_at_any_point_loses_nothing_and_doubles_nothing() {
    at_every_point(Action::Full);
}

#[test]
fn a_panic_at_any_point_loses_nothing_and_doubles_nothing() {
    at_every_point(Action::Panic);
}

#[test]
fn a_process_that_ends_at_any_point_loses_nothing_and_doubles_nothing() {
    at_every_point(Action::Abort);
}
