//! The queue as simply as it can be told: a list of tasks that is searched through at every step.

use std::collections::{BTreeSet, HashMap};

use domain::{
    Bounds, Counts, Crew, Ended, Failure, GaveBack, Outcome, Pending, Processing, TaskId, Timestamp, TraceId,
};
use store::{Accepted, Claim, Claimed, FolderName, GivenBack, Released, Standing, TaskState};

/// Where a task stands.
#[derive(Clone, Debug)]
pub enum State {
    Waits(Counts),
    Runs { state: Processing, lease_end: Timestamp, progress: Option<u8>, folder: FolderName },
    Later { counts: Counts, retry_at: Timestamp },
    Ended(Ended),
}

#[derive(Clone, Debug)]
pub struct Task {
    pub id: TaskId,
    pub lane: usize,
    pub crew: Crew,
    pub calls_back: bool,
    pub state: State,
    pub deadline: Option<Timestamp>,
    /// Where its song is, if no other song can be there.
    pub song: Option<FolderName>,
    charged: u32,
    attempt: u32,
}

/// Lanes belong to applications; an application may have a quota.
#[derive(Debug)]
pub struct Model {
    pub tasks: Vec<Task>,
    pub quotas: Vec<Option<u32>>,
    /// By application: what songs have cost that were made, and whatever was granted.
    pub spent: Vec<u32>,
    /// At most so many of one lane run; 0 is no bound.
    pub bound: usize,
    /// Folders that are to be removed; true: a worker may still write there.
    pub doomed: HashMap<FolderName, bool>,
    /// By application and key: the order, its task, and when it was given the key.
    keys: HashMap<(usize, u8), (u8, TaskId, Timestamp)>,
    lanes: Vec<usize>,
    /// When each application last had a turn, at each crew.
    served: HashMap<(usize, Crew), u64>,
    claims: u64,
}

impl Model {
    /// `lanes` tells the application of each lane, `quotas` the quota of each application.
    pub fn new(lanes: Vec<usize>, quotas: Vec<Option<u32>>) -> Self {
        let (doomed, keys, served) = (HashMap::new(), HashMap::new(), HashMap::new());
        let spent = vec![0; quotas.len()];
        Self { tasks: Vec::new(), quotas, spent, bound: 0, doomed, keys, lanes, served, claims: 0 }
    }

    /// A key is free again when it was given to an order before `holds_since`.
    pub fn keyed(&self, lane: usize, key: u8, order: u8, holds_since: Timestamp) -> Option<Accepted> {
        let (same, task, given) = *self.keys.get(&(self.lanes[lane], key))?;
        (given >= holds_since).then_some(if same == order {
            Accepted::Repeat(task)
        } else {
            Accepted::KeyTaken
        })
    }

    pub fn give_key(&mut self, lane: usize, key: u8, order: u8, task: TaskId, now: Timestamp) {
        self.keys.insert((self.lanes[lane], key), (order, task, now));
    }

    pub fn accept(
        &mut self,
        id: TaskId,
        (lane, crew): (usize, Crew),
        cost: u32,
        calls_back: bool,
        deadline: Option<Timestamp>,
    ) -> Accepted {
        let quota = &mut self.quotas[self.lanes[lane]];
        let charged = if quota.is_some() { cost } else { 0 };
        match quota.map(|left| left.checked_sub(charged)) {
            Some(None) => return Accepted::UsedUp,
            Some(left) => *quota = left,
            None => (),
        }
        let state = State::Waits(Counts::default());
        self.tasks.push(Task {
            id,
            lane,
            crew,
            calls_back,
            state,
            deadline,
            song: None,
            charged,
            attempt: 0,
        });
        Accepted::New
    }

    /// Gives credits, or takes some back; `false` if there are not so many.
    pub fn grant(&mut self, application: usize, by: i64) -> bool {
        let Some(left) = &mut self.quotas[application] else { return false };
        let after = u32::try_from(i64::from(*left) + by);
        after.is_ok_and(|after| {
            *left = after;
            true
        })
    }

    /// What the unfinished tasks of an application hold.
    pub fn held(&self, application: usize) -> u32 {
        let holds =
            |task: &&Task| self.lanes[task.lane] == application && !matches!(task.state, State::Ended(_));
        self.tasks.iter().filter(holds).map(|task| task.charged).sum()
    }

    /// The tasks of which a worker of this crew must get one: of each application that was served longest ago, the oldest.
    pub fn next(&self, crew: Crew) -> Vec<TaskId> {
        let may_run = |task: &&Task| {
            task.crew == crew && matches!(task.state, State::Waits(_)) && self.has_room(task.lane, crew)
        };
        let ready: BTreeSet<_> =
            self.tasks.iter().filter(may_run).map(|task| self.lanes[task.lane]).collect();
        let served = |application| self.served.get(&(application, crew)).copied().unwrap_or_default();
        let longest_ago = ready.iter().map(|&application| served(application)).min();
        let in_turn = ready.into_iter().filter(|&application| Some(served(application)) == longest_ago);
        in_turn
            .filter_map(|a| self.tasks.iter().filter(may_run).find(|task| self.lanes[task.lane] == a))
            .map(|task| task.id)
            .collect()
    }

    fn has_room(&self, lane: usize, crew: Crew) -> bool {
        let runs =
            |task: &&Task| (task.lane, task.crew) == (lane, crew) && matches!(task.state, State::Runs { .. });
        self.bound == 0 || self.tasks.iter().filter(runs).count() < self.bound
    }

    pub fn claimed(&mut self, claimed: &Claimed, now: Timestamp, lease_end: Timestamp) {
        let task = self.tasks.iter_mut().find(|task| task.id == claimed.claim.task).expect("known");
        let State::Waits(counts) = task.state else { panic!("does not wait: {task:?}") };
        assert!(claimed.claim.attempt > task.attempt, "the numbers of claims rise");
        task.attempt = claimed.claim.attempt;
        let state = Pending { counts }.start(now);
        assert_eq!(claimed.state, state);
        let folder = claimed.folder.clone();
        task.state = State::Runs { state, lease_end, progress: None, folder };
        self.claims += 1;
        self.served.insert((self.lanes[task.lane], task.crew), self.claims);
    }

    /// The number of the task of which this claim is in force.
    pub fn in_force(&self, claim: Claim) -> Option<usize> {
        let holds = |task: &Task| task.id == claim.task && task.attempt == claim.attempt;
        self.tasks.iter().position(|task| holds(task) && matches!(task.state, State::Runs { .. }))
    }

    pub fn renew(&mut self, number: usize, until: Timestamp, told: Option<u8>) {
        if let State::Runs { lease_end, progress, .. } = &mut self.tasks[number].state {
            *lease_end = until;
            *progress = told.or(*progress);
        }
    }

    pub fn end(&mut self, number: usize, ended: Ended) {
        let task = &mut self.tasks[number];
        let application = self.lanes[task.lane];
        if matches!(ended.outcome, Outcome::Succeeded(_)) {
            self.spent[application] += task.charged;
        } else if let Some(left) = &mut self.quotas[application] {
            *left += task.charged;
        }
        if let State::Runs { folder, .. } = &task.state {
            match ended.outcome {
                Outcome::Succeeded(_) => task.song = Some(folder.clone()),
                Outcome::Failed(_) | Outcome::Cancelled(_) => _ = self.doomed.insert(folder.clone(), true),
            }
        }
        task.state = State::Ended(ended);
    }

    fn end_early(&mut self, number: usize, outcome: Outcome, now: Timestamp) {
        let ended = match self.tasks[number].state.clone() {
            State::Waits(counts) | State::Later { counts, .. } => Pending { counts }.end(outcome, now),
            State::Runs { state, .. } => state.end(outcome, now),
            State::Ended(_) => return,
        };
        self.end(number, ended);
    }

    pub fn cancel(&mut self, number: usize, now: Timestamp) -> (TaskState, bool) {
        if matches!(self.tasks[number].state, State::Ended(_)) {
            return (self.tasks[number].standing().state(), false);
        }
        self.end_early(number, Outcome::Cancelled(Failure::cancelled()), now);
        (TaskState::Cancelled, true)
    }

    /// Gives the folder that is of no use any more.
    pub fn delete(&mut self, number: usize, now: Timestamp) -> Option<FolderName> {
        self.end_early(number, Outcome::Cancelled(Failure::cancelled()), now);
        let song = self.tasks.remove(number).song;
        song.inspect(|folder| _ = self.doomed.insert(folder.clone(), false))
    }

    pub fn end_late(&mut self, now: Timestamp) -> Vec<TaskId> {
        let is_late = |task: &Task| {
            task.deadline.is_some_and(|deadline| deadline <= now) && !matches!(task.state, State::Ended(_))
        };
        let late: Vec<_> = (0..self.tasks.len()).filter(|&number| is_late(&self.tasks[number])).collect();
        for &number in &late {
            self.end_early(number, Outcome::Failed(Failure::deadline_exceeded()), now);
        }
        late.into_iter().map(|number| self.tasks[number].id).collect()
    }

    pub fn give_back(
        &mut self,
        number: usize,
        why: &GaveBack,
        bounds: Bounds,
        now: Timestamp,
        retry_at: Timestamp,
    ) -> GivenBack {
        let State::Runs { state, folder, .. } = self.tasks[number].state.clone() else {
            return GivenBack::Stale;
        };
        match state.give_back(why, bounds, now) {
            Ok(Pending { counts }) => {
                self.doomed.insert(folder, true);
                let later = retry_at > now;
                self.tasks[number].state =
                    if later { State::Later { counts, retry_at } } else { State::Waits(counts) };
                GivenBack::Waits
            }
            Err(ended) => {
                let Outcome::Failed(failure) = ended.outcome.clone() else { panic!("not failed: {ended:?}") };
                self.end(number, ended);
                GivenBack::Failed(failure)
            }
        }
    }

    /// Takes back what runs and `ran_out`.
    pub fn take_back(
        &mut self,
        bounds: Bounds,
        now: Timestamp,
        ran_out: impl Fn(Timestamp) -> bool,
    ) -> Vec<Released> {
        let mut released = Vec::new();
        for number in 0..self.tasks.len() {
            if let State::Runs { lease_end, folder, .. } = self.tasks[number].state.clone()
                && ran_out(lease_end)
            {
                let given_back = self.give_back(number, &GaveBack::Crashed, bounds, now, now);
                let failed = matches!(given_back, GivenBack::Failed(_));
                let task = self.tasks[number].id;
                // It knows no trace.
                released.push(Released { task, trace_id: TraceId(task.0), folder, failed });
            }
        }
        released
    }

    pub fn wake(&mut self, now: Timestamp) {
        for task in &mut self.tasks {
            if let State::Later { counts, retry_at } = task.state
                && retry_at <= now
            {
                task.state = State::Waits(counts);
            }
        }
    }

    /// When the next lease ends, the next retry is due or the next deadline passes.
    pub fn next_due(&self) -> Option<Timestamp> {
        let due = |task: &Task| match task.state {
            State::Runs { lease_end, .. } => Some(lease_end),
            State::Later { retry_at, .. } => Some(retry_at),
            State::Waits(_) | State::Ended(_) => None,
        };
        let deadline = |task: &Task| match task.state {
            State::Ended(_) => None,
            _ => task.deadline,
        };
        self.tasks.iter().flat_map(|task| [due(task), deadline(task)]).flatten().min()
    }
}

impl Task {
    pub fn standing(&self) -> Standing {
        match &self.state {
            State::Waits(_) | State::Later { .. } => Standing::Pending,
            State::Runs { state, progress, .. } => {
                Standing::Processing { started_at: state.started_at, progress: *progress }
            }
            State::Ended(ended) => Standing::Ended(ended.clone()),
        }
    }
}
