//! Random histories of the queue, told to the store and to the model side by side.

use std::collections::HashSet;
use std::time::Duration;

use domain::{GaveBack, TaskId};
use proptest::prelude::*;
use proptest::sample::Index;
use store::{AfterAttempt, Attempt, Claimed, Delivery, Finish, GivenBack, NewTask, QueueRules};

use crate::model::{Model, State};
use crate::support::{Caller, NO_BOUNDS, TRIES, World, at, callback, cancelled, failed, made, tell};

const LEASE: i64 = 100;
const DESTINATIONS: [&str; 2] = ["https://radio.example", "https://film.example"];

#[derive(Clone, Debug)]
enum Step {
    Order { lane: usize, cost: u32, calls: Option<usize> },
    Claim,
    Renew(Index, Option<u8>),
    Finish(Index, u8),
    GiveBack(Index, u8, i64),
    Release,
    Wait(i64),
    Restart(u32),
    Send(usize),
    Record(Index, u8),
}

fn step() -> impl Strategy<Value = Step> {
    let order = (0_usize..3, 0_u32..3, prop::option::of(0_usize..2));
    prop_oneof![
        8 => order.prop_map(|(lane, cost, calls)| Step::Order { lane, cost, calls }),
        8 => Just(Step::Claim),
        2 => (any::<Index>(), prop::option::of(0_u8..=100)).prop_map(|(which, told)| Step::Renew(which, told)),
        5 => (any::<Index>(), 0_u8..3).prop_map(|(which, outcome)| Step::Finish(which, outcome)),
        5 => (any::<Index>(), 0_u8..3, 0_i64..90).prop_map(|(which, why, wait)| Step::GiveBack(which, why, wait - 30)),
        3 => Just(Step::Release),
        4 => prop_oneof![0..LEASE, Just(LEASE)].prop_map(Step::Wait),
        1 => (0_u32..3).prop_map(Step::Restart),
        4 => (0_usize..4).prop_map(Step::Send),
        4 => (any::<Index>(), 0_u8..3).prop_map(|(which, after)| Step::Record(which, after)),
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
            now: 0,
        }
    }

    async fn take(self, step: Step) -> Self {
        let mut history = self;
        match step {
            Step::Order { lane, cost, calls } => history.order(lane, cost, calls).await,
            Step::Claim => history.claim().await,
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
            Step::Record(..) | Step::Renew(..) | Step::Finish(..) | Step::GiveBack(..) => (),
        }
        history
    }

    async fn order(&mut self, lane: usize, cost: u32, calls: Option<usize>) {
        let callback_url = calls.and_then(|which| callback(DESTINATIONS[which]));
        let order = NewTask { cost, callback_url, ..self.world.order(self.callers[lane]) };
        let expected = self.model.accept(order.id, lane, cost, calls.is_some());
        assert_eq!(self.world.try_place(order).await, expected);
    }

    async fn claim(&mut self) {
        let expected = self.model.next();
        let claimed = self.world.claim(self.now).await;
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
        let outcome = match outcome {
            0 => made(&format!(r#"{{"made_by":{}}}"#, claimed.claim.attempt)),
            1 => failed(),
            _ => cancelled(),
        };
        let number = self.model.in_force(claimed.claim);
        let expected = if number.is_some() { Finish::Stored } else { Finish::Stale };
        assert_eq!(self.world.finish(&claimed, outcome.clone(), self.now).await, expected);
        if let Some(number) = number {
            self.model.end(number, claimed.state.end(outcome, at(self.now)));
        }
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
    }

    async fn restart(self, bound: u32) -> Self {
        let rules =
            QueueRules { in_flight_per_credential: bound, in_flight_per_destination: 1 + bound, ..NO_BOUNDS };
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
        let attempt = Attempt { at: at(self.now), duration, status: None, error: None, answer: Vec::new() };
        self.world.store.record_attempt(delivery, attempt, after).await.expect("kept");
        if after == AfterAttempt::Delivered {
            self.arrived.insert(delivery.task);
        }
    }

    /// What callers, workers and the tables see is what the model says.
    async fn compare(&self) {
        for task in &self.model.tasks {
            let caller = self.callers[task.lane];
            assert_eq!(self.world.standing(caller, task.id).await, task.standing());
            let owed = self.world.store.deliveries(task.id).await.expect("readable").len();
            assert_eq!(owed, usize::from(task.calls_back && matches!(task.state, State::Ended(_))));
        }
        assert_eq!(self.world.remaining(self.callers[0]).await, self.model.quotas[0]);
        assert_eq!(self.world.remaining(self.callers[2]).await, self.model.quotas[1]);
        assert_eq!(self.world.store.next_due().await.expect("readable"), self.model.next_due());
        assert_eq!(crate::support::wrong_sums(&self.books, &self.rules), Vec::<String>::new());
    }
}

/// What was handed out lately: some of it is still in force, some is not.
fn recent<T>(all: &[T]) -> &[T] {
    &all[all.len().saturating_sub(4)..]
}

fn sorted(mut released: Vec<store::Released>) -> Vec<store::Released> {
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
            }
        });
    }
}
