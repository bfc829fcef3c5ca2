//! Random histories of the queue, told to the store and to the model side by side.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use domain::{Credits, Crew, Ended, GaveBack, Outcome, TaskId, TaskKind};
use proptest::prelude::*;
use proptest::sample::Index;
use store::{
    Accepted, AfterAttempt, Attempt, Claimed, Delivery, Filter, Finish, FolderName, GivenBack, GrantAmount,
    Granted, IdempotencyKey, NewGrant, NewSong, NewTask, Page, QueueRules, Standing, TaskState,
};

use crate::model::{Model, State};
use crate::support::{Caller, NO_BOUNDS, TRIES, World, at, callback, cancelled, failed, made, tell, whole};

const LEASE: i64 = 100;
/// How long a key stands for its order.
const KEY_HOLDS: i64 = 150;
/// Where songs are that have all the same sound.
const SHARED: [u8; 16] = [0xee; 16];
const DESTINATIONS: [&str; 2] = ["https://radio.example", "https://film.example"];

#[derive(Clone, Debug)]
enum Step {
    Order(Ordered),
    Claim(Crew),
    Renew(Index, Option<u8>),
    Finish(Index, u8),
    GiveBack(Index, u8, i64),
    Release,
    Wait(i64),
    Restart(u32),
    Send(usize),
    Record(Index, u8),
    Cancel(Index, bool),
    Delete(Index, bool),
    Bury(bool, usize),
    Grant(i64),
}

/// What is ordered, and how.
#[derive(Clone, Debug)]
struct Ordered {
    lane: usize,
    kind: TaskKind,
    cost: u32,
    calls: Option<usize>,
    within: Option<i64>,
    key: Option<(u8, u8)>,
}

fn step() -> impl Strategy<Value = Step> {
    let within = prop::option::weighted(0.3, 1..3 * LEASE);
    let key = prop::option::weighted(0.4, (0_u8..3, 0_u8..2));
    let kind =
        prop::sample::select(vec![TaskKind::Audios, TaskKind::Audios, TaskKind::Wav, TaskKind::Upload]);
    let order = (0_usize..3, kind, 0_u32..3, prop::option::of(0_usize..2), within, key)
        .prop_map(|(lane, kind, cost, calls, within, key)| Ordered { lane, kind, cost, calls, within, key });
    prop_oneof![
        8 => order.prop_map(Step::Order),
        6 => Just(Step::Claim(Crew::Makers)),
        3 => Just(Step::Claim(Crew::Fetchers)),
        2 => (any::<Index>(), prop::option::of(0_u8..=100)).prop_map(|(which, told)| Step::Renew(which, told)),
        5 => (any::<Index>(), 0_u8..4).prop_map(|(which, outcome)| Step::Finish(which, outcome)),
        5 => (any::<Index>(), 0_u8..3, 0_i64..90).prop_map(|(which, why, wait)| Step::GiveBack(which, why, wait - 30)),
        3 => Just(Step::Release),
        4 => prop_oneof![0..LEASE, Just(LEASE)].prop_map(Step::Wait),
        1 => (0_u32..3).prop_map(Step::Restart),
        4 => (0_usize..4).prop_map(Step::Send),
        4 => (any::<Index>(), 0_u8..3).prop_map(|(which, after)| Step::Record(which, after)),
        3 => (any::<Index>(), prop::bool::weighted(0.9)).prop_map(|(which, own)| Step::Cancel(which, own)),
        3 => (any::<Index>(), prop::bool::weighted(0.9)).prop_map(|(which, own)| Step::Delete(which, own)),
        1 => (any::<bool>(), 0_usize..4).prop_map(|(at_start, most)| Step::Bury(at_start, most)),
        2 => (-3_i64..5).prop_map(Step::Grant),
    ]
}

/// The store and the model, with everything that workers and senders ever held, in force or not.
struct History {
    world: World,
    model: Model,
    callers: [Caller; 3],
    rules: QueueRules,
    books: rusqlite::Connection,
    claims: Vec<Claimed>,
    deliveries: Vec<Delivery>,
    arrived: HashSet<TaskId>,
    /// What each task that ended was first seen to have ended as.
    outcomes: HashMap<TaskId, Ended>,
    /// Tasks that were deleted, with their lane.
    gone: Vec<(TaskId, usize)>,
    now: i64,
}

impl History {
    async fn begin() -> Self {
        let world = World::new();
        let one = world.caller_with_quota("ada@example.org", 6).await;
        let two = world.caller("ada@example.org", "songs").await;
        let free = world.caller("bob@example.org", "songs").await;
        let model = Model::new(vec![0, 0, 1], vec![Some(6), None]);
        let books = world.database.raw();
        Self {
            world,
            model,
            callers: [one, two, free],
            rules: NO_BOUNDS,
            books,
            claims: Vec::new(),
            deliveries: Vec::new(),
            arrived: HashSet::new(),
            outcomes: HashMap::new(),
            gone: Vec::new(),
            now: 0,
        }
    }

    async fn take(self, step: Step) -> Self {
        let mut history = self;
        match step {
            Step::Order(ordered) => history.order(ordered).await,
            Step::Claim(crew) => history.claim(crew).await,
            Step::Restart(bound) => history = history.restart(bound).await,
            Step::Release => history.release().await,
            Step::Wait(millis) => history.now += millis,
            Step::Send(most) => history.send(most).await,
            Step::Record(which, after) if !history.deliveries.is_empty() => {
                history.record(which, after).await
            }
            Step::Renew(which, told) if !history.claims.is_empty() => history.renew(which, told).await,
            Step::Finish(which, outcome) if !history.claims.is_empty() => {
                history.finish(which, outcome).await
            }
            Step::GiveBack(which, why, wait) if !history.claims.is_empty() => {
                history.give_back(which, why, wait).await;
            }
            Step::Cancel(which, own) if !history.model.tasks.is_empty() => history.cancel(which, own).await,
            Step::Delete(which, own) if !history.model.tasks.is_empty() => history.delete(which, own).await,
            Step::Bury(at_start, most) => history.bury(at_start, most).await,
            Step::Grant(by) => history.grant(by).await,
            Step::Record(..) | Step::Renew(..) | Step::Finish(..) | Step::GiveBack(..) => (),
            Step::Cancel(..) | Step::Delete(..) => (),
        }
        history
    }

    async fn order(&mut self, ordered: Ordered) {
        let Ordered { lane, kind, cost, calls, within, key } = ordered;
        let (now, holds_since) = (at(self.now), at(self.now - KEY_HOLDS));
        let callback_url = calls.and_then(|which| callback(DESTINATIONS[which]));
        let deadline = within.map(|within| at(self.now + within));
        let sent_key = key.map(|(key, order)| IdempotencyKey {
            key_hash: [key; 16],
            order_hash: [order; 16],
            holds_since,
        });
        let order = self.world.order(self.callers[lane]);
        let price = Credits::whole(cost);
        let order = NewTask { kind, price, callback_url, deadline, key: sent_key, created_at: now, ..order };
        let known = key.and_then(|(key, order)| self.model.keyed(lane, key, order, holds_since));
        let expected = match known {
            Some(known) => known,
            None => self.model.accept(order.id, (lane, kind.crew()), cost, calls.is_some(), deadline),
        };
        if let (Accepted::New, Some((key, body))) = (expected, key) {
            self.model.give_key(lane, key, body, order.id, now);
        }
        assert_eq!(self.world.try_place(order).await, expected);
    }

    /// Someone names a task: its owner, or the other user.
    fn name(&self, which: Index, own: bool) -> (usize, Caller) {
        let number = which.index(self.model.tasks.len());
        let lane = self.model.tasks[number].lane;
        let whose = if own { lane } else { 2 - (lane / 2) * 2 };
        (number, self.callers[whose])
    }

    async fn cancel(&mut self, which: Index, own: bool) {
        let (number, caller) = self.name(which, own);
        let task = self.model.tasks[number].id;
        let answer = self.world.store.cancel(caller.user, task, at(self.now)).await.expect("answered");
        let answer = answer.map(|called_off| (called_off.state, called_off.now));
        assert_eq!(answer, own.then(|| self.model.cancel(number, at(self.now))));
    }

    async fn delete(&mut self, which: Index, own: bool) {
        let (number, caller) = self.name(which, own);
        let (task, lane) = (self.model.tasks[number].id, self.model.tasks[number].lane);
        let answer = self.world.store.delete(caller.user, task, at(self.now)).await.expect("answered");
        let expected = own.then(|| Vec::from_iter(self.model.delete(number, at(self.now))));
        assert_eq!(answer.map(|deleted| deleted.folders), expected);
        if own {
            self.gone.push((task, lane));
        }
    }

    /// Someone removes what is doomed: a server that starts, all of it; later, what no worker has a claim to.
    async fn bury(&mut self, at_start: bool, most: usize) {
        let doomed = self.world.store.doomed(at_start, None, 9).await.expect("readable");
        let gone: Vec<_> = doomed.into_iter().map(|doomed| doomed.folder).take(most).collect();
        gone.iter().for_each(|folder| _ = self.model.doomed.remove(folder));
        self.world.store.buried(gone).await.expect("written");
    }

    /// An operator gives the application that has a quota some credits, or takes some back.
    async fn grant(&mut self, by: i64) {
        let grant = NewGrant {
            application: self.callers[0].application,
            amount: GrantAmount::By(Credits::from_millionths(by * 1_000_000)),
            reason: "a birthday".to_owned(),
            author: "ann".to_owned(),
            now: at(self.now),
        };
        let granted = self.world.store.grant(grant).await.expect("answered");
        assert_eq!(matches!(granted, Granted::Done(_)), self.model.grant(0, by), "{granted:?}");
    }

    async fn claim(&mut self, crew: Crew) {
        let expected = self.model.next(crew);
        let claimed = self.world.claim_of(crew, self.now).await;
        assert_eq!(claimed.is_some(), !expected.is_empty());
        let Some(claimed) = claimed else { return };
        assert!(expected.contains(&claimed.claim.task), "{:?} is not in {expected:?}", claimed.claim);
        self.model.claimed(&claimed, at(self.now), at(self.now + LEASE));
        self.claims.push(claimed);
    }

    async fn renew(&mut self, which: Index, told: Option<u8>) {
        let claim = which.get(recent(&self.claims)).claim;
        let until = at(self.now + LEASE);
        let number = self.model.in_force(claim);
        let renewed = self.world.store.renew(claim, until, told).await.expect("answered");
        assert_eq!(renewed, number.is_some());
        number.into_iter().for_each(|number| self.model.renew(number, until, told));
    }

    async fn finish(&mut self, which: Index, outcome: u8) {
        let claimed = which.get(recent(&self.claims)).clone();
        let shared = outcome == 3;
        let outcome = match outcome {
            0 | 3 => made(&format!(r#"{{"made_by":{}}}"#, claimed.claim.attempt)),
            1 => failed(),
            _ => cancelled(),
        };
        let song = matches!(outcome, Outcome::Succeeded(_)).then(|| self.song(&claimed, shared));
        let number = self.model.in_force(claimed.claim);
        let expected = if number.is_some() { Finish::Stored } else { Finish::Stale };
        let ended = claimed.state.clone().end(outcome, at(self.now));
        let answer = self.world.store.finish(claimed.claim, ended.clone(), song.into()).await;
        assert_eq!(answer.expect("answered"), expected);
        if let Some(number) = number {
            self.model.end(number, ended);
            if shared {
                self.model.tasks[number].song = None;
            }
        }
    }

    fn song(&self, claimed: &Claimed, shared: bool) -> NewSong {
        let folder = if shared { FolderName::from_random(SHARED) } else { claimed.folder.clone() };
        NewSong { folder, shared, ..self.world.plan() }
    }

    async fn give_back(&mut self, which: Index, why: u8, wait: i64) {
        let claim = which.get(recent(&self.claims)).claim;
        let why = match why {
            0 => GaveBack::Retryable("out of tune".to_owned()),
            1 => GaveBack::Crashed,
            _ => GaveBack::SoftStop,
        };
        let (now, retry_at) = (at(self.now), at(self.now + wait));
        let expected = match self.model.in_force(claim) {
            Some(number) => self.model.give_back(number, &why, TRIES, now, retry_at),
            None => GivenBack::Stale,
        };
        let answer = self.world.store.give_back(claim, why, TRIES, now, retry_at).await.expect("answered");
        assert_eq!(answer, expected);
    }

    async fn release(&mut self) {
        let now = at(self.now);
        let expected = self.model.take_back(TRIES, now, |lease_end| lease_end <= now);
        self.model.wake(now);
        let released = self.world.store.release_due(TRIES, now).await.expect("answered");
        assert_eq!(sorted(released), sorted(expected));
        let mut expected = self.model.end_late(now);
        let late = self.world.store.end_late(now).await.expect("answered");
        let mut late: Vec<_> = late.into_iter().map(|late| late.task).collect();
        expected.sort();
        late.sort();
        assert_eq!(late, expected);
    }

    async fn restart(self, bound: u32) -> Self {
        let rules = QueueRules {
            in_flight_per_credential: bound,
            refuses_when_busy: false,
            in_flight_per_destination: 1 + bound,
            ..NO_BOUNDS
        };
        let Self { world, mut model, now, .. } = self;
        let world = world.restart(rules);
        model.bound = bound as usize;
        let expected = model.take_back(TRIES, at(now), |_| true);
        let released = world.store.void_leases(TRIES, at(now)).await.expect("answered");
        assert_eq!(sorted(released), sorted(expected));
        Self { world, model, rules, ..self }
    }

    async fn send(&mut self, most: usize) {
        let sent = self.world.send(self.now, most).await;
        assert!(sent.len() <= most);
        assert!(sent.iter().all(|delivery| !self.arrived.contains(&delivery.task)), "sent though it arrived");
        self.deliveries.extend(sent);
    }

    async fn record(&mut self, which: Index, after: u8) {
        let delivery = which.get(recent(&self.deliveries));
        let after = match after {
            0 => AfterAttempt::Delivered,
            1 => AfterAttempt::GivenUp,
            _ => AfterAttempt::Retry(at(self.now + 20)),
        };
        let duration = Duration::from_millis(9);
        // One that is given up was answered with 410; one that is tried again got no answer.
        let status = (!matches!(after, AfterAttempt::Retry(_))).then_some(410);
        let attempt = Attempt { at: at(self.now), duration, status, error: None, answer: Vec::new() };
        self.world.record_attempt(delivery, attempt, after).await.expect("kept");
        if after == AfterAttempt::Delivered {
            self.arrived.insert(delivery.task);
        }
    }

    /// The last event of a task tells how it stands, and one that ends it has none behind it.
    async fn compare_events(&self) {
        for task in &self.model.tasks {
            let user = self.callers[task.lane].user;
            let events = self.world.store.events(user, Some(task.id), 0, 1_000).await.expect("readable");
            let states: Vec<_> = events.iter().map(|event| event.state).collect();
            assert_eq!(states.first(), Some(&TaskState::Pending));
            assert_eq!(states.last(), Some(&task.standing().state()), "{states:?}");
            assert!(states.iter().filter(|state| state.is_end()).count() <= 1, "{states:?}");
        }
    }

    /// What callers, workers and the tables see is what the model says.
    async fn compare(&mut self) {
        for task in &self.model.tasks {
            let caller = self.callers[task.lane];
            let standing = self.world.standing(caller, task.id).await;
            assert_eq!(standing, task.standing());
            if let Standing::Ended(ended) = standing {
                let first = self.outcomes.entry(task.id).or_insert_with(|| ended.clone());
                assert_eq!(*first, ended, "an outcome changed");
            }
            let owed = self.world.deliveries(task.id).await.len();
            assert_eq!(owed, usize::from(task.calls_back && matches!(task.state, State::Ended(_))));
        }
        for &(task, lane) in &self.gone {
            let found = self.world.store.task(self.callers[lane].user, task).await.expect("readable");
            assert_eq!(found, None, "it was deleted");
            assert!(self.world.deliveries(task).await.is_empty());
        }
        assert_eq!(self.world.remaining(self.callers[0]).await, self.model.quotas[0]);
        assert_eq!(self.world.remaining(self.callers[2]).await, self.model.quotas[1]);
        let application = self.callers[0].application;
        let account = self.world.store.account(application).await.expect("readable").expect("a quota");
        assert_eq!((whole(account.held), whole(account.spent)), (self.model.held(0), self.model.spent[0]));
        assert_eq!(self.world.store.next_due().await.expect("readable"), self.model.next_due());
        assert_eq!(crate::support::wrong_sums(&self.books, &self.rules), Vec::<String>::new());
        self.compare_counts().await;
        self.compare_folders().await;
    }

    async fn compare_counts(&self) {
        for (caller, lanes) in [(self.callers[0], 0..2), (self.callers[2], 2..3)] {
            let page = Page { limit: 0, offset: 0 };
            let listing =
                self.world.store.list(caller.user, Filter::default(), page).await.expect("readable");
            let tasks = self.model.tasks.iter().filter(|task| lanes.contains(&task.lane));
            assert_eq!(listing.count, tasks.count() as u64);
        }
    }

    /// Every folder of a try that lost is doomed until it is removed, and no other is.
    async fn compare_folders(&self) {
        for at_start in [true, false] {
            let doomed = self.world.store.doomed(at_start, None, 999).await.expect("readable");
            let doomed: HashMap<_, _> =
                doomed.into_iter().map(|doomed| (doomed.folder, doomed.claimed)).collect();
            let mut expected = self.model.doomed.clone();
            expected.retain(|_, claimed| at_start || !*claimed);
            assert_eq!(doomed, expected);
        }
        let songs = self.model.tasks.iter().filter_map(|task| task.song.as_ref());
        let shared = FolderName::from_random(SHARED);
        for folder in songs.chain([&shared]) {
            assert!(!self.model.doomed.contains_key(folder), "a song's folder is doomed");
        }
    }
}

/// What was handed out lately: some of it is still in force, some is not.
fn recent<T>(all: &[T]) -> &[T] {
    &all[all.len().saturating_sub(4)..]
}

fn sorted(mut released: Vec<store::Released>) -> Vec<store::Released> {
    released.iter_mut().for_each(|released| released.trace_id = domain::TraceId(released.task.0));
    released.sort_by_key(|released| released.task);
    released
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_queue_is_what_the_model_says_after_every_step(steps in prop::collection::vec(step(), 1..70)) {
        tell(async {
            let mut history = History::begin().await;
            for step in steps {
                history = history.take(step).await;
                history.compare().await;
                history.compare_events().await;
            }
        });
    }
}
