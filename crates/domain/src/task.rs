//! What a task may become.
//!
//! ```text
//! pending ──start──▶ processing ──end──▶ succeeded | failed | cancelled
//!    ▲                   │
//!    └────give_back──────┘     (or failed, once a bound is passed)
//! ```
//! Each state holds only what is true in it. A move consumes the state it leaves, so nothing moves twice, and no
//! move leads out of an ended task.

use crate::{ResponseText, Timestamp};

/// How often a task was tried, by what ended the try. Soft stops and a full disk are not counted.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Counts {
    /// Tries that the engine ended with an error worth another try.
    pub failures: u32,
    /// Tries that ended with the process, or with a lease that ran out.
    pub crashes: u32,
}

/// How often a task may be tried.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Bounds {
    /// Most tries that end with the engine's own retryable error.
    pub max_attempts: u32,
    /// Most tries that end with the process.
    pub max_crashes: u32,
}

/// Why a try ended without a result.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum GaveBack {
    /// The engine reported an error worth another try; the text is for our log, never for the caller.
    Retryable(String),
    /// The process ended, or the lease ran out.
    Crashed,
    /// The server was stopped softly.
    SoftStop,
    /// There was no room to keep the result.
    NoRoom,
}

/// A task that waits for a worker.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Pending {
    /// The tries so far.
    pub counts: Counts,
}

/// A task that a worker holds.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Processing {
    /// The tries so far, without this one.
    pub counts: Counts,
    /// When this try began.
    pub started_at: Timestamp,
}

/// A task that has its one outcome.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Ended {
    /// What came of it.
    pub outcome: Outcome,
    /// When the try that ended it began; `None` if it never reached an engine.
    pub started_at: Option<Timestamp>,
    /// When it ended.
    pub finished_at: Timestamp,
}

/// What came of a task.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Outcome {
    /// It was made; the text is the record's `response`.
    Succeeded(ResponseText),
    /// It could not be made.
    Failed(Failure),
    /// It was called off.
    Cancelled(Failure),
}

/// Why a task has no result, as its caller is told.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Failure {
    /// The wire's word for it.
    pub code: ErrorCode,
    /// What was wrong and what to do; never a cause inside the server.
    pub message: String,
}

impl Failure {
    /// The task was called off.
    #[must_use]
    pub fn cancelled() -> Self {
        let message = "The task was cancelled before it had ended. Order again if it is still wanted.";
        Self { code: ErrorCode::Canceled, message: message.to_owned() }
    }

    /// The task had not ended when its deadline came.
    #[must_use]
    pub fn deadline_exceeded() -> Self {
        let message = "The task had not ended by its deadline. Order again with a longer `Cancel-After`.";
        Self { code: ErrorCode::DeadlineExceeded, message: message.to_owned() }
    }
}

/// The codes with which a task can fail.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ErrorCode {
    /// Our fault, or the engine's.
    ApiError,
    /// The engine refuses this order as it stands.
    BadRequest,
    /// The engine cannot do this.
    NotImplemented,
    /// It was called off.
    Canceled,
    /// It missed its deadline.
    DeadlineExceeded,
}

impl ErrorCode {
    /// Every code.
    pub const ALL: [Self; 5] =
        [Self::ApiError, Self::BadRequest, Self::NotImplemented, Self::Canceled, Self::DeadlineExceeded];

    /// The code's word on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ApiError => "api_error",
            Self::BadRequest => "bad_request",
            Self::NotImplemented => "api_not_implemented",
            Self::Canceled => "canceled",
            Self::DeadlineExceeded => "deadline_exceeded",
        }
    }
}

impl Pending {
    /// A worker takes the task.
    #[must_use]
    pub fn start(self, now: Timestamp) -> Processing {
        Processing { counts: self.counts, started_at: now }
    }

    /// The task ends without ever reaching an engine (again).
    #[must_use]
    pub fn end(self, outcome: Outcome, now: Timestamp) -> Ended {
        Ended { outcome, started_at: None, finished_at: now }
    }
}

impl Processing {
    /// The task gets its outcome.
    #[must_use]
    pub fn end(self, outcome: Outcome, now: Timestamp) -> Ended {
        Ended { outcome, started_at: Some(self.started_at), finished_at: now }
    }

    /// The try ended without a result: the task waits again, or fails once `bounds` are passed.
    ///
    /// # Errors
    /// The ended task, when it has been tried too often.
    pub fn give_back(self, why: &GaveBack, bounds: Bounds, now: Timestamp) -> Result<Pending, Ended> {
        let mut counts = self.counts;
        let spent = match why {
            GaveBack::SoftStop | GaveBack::NoRoom => None,
            GaveBack::Retryable(_) => {
                counts.failures += 1;
                (counts.failures >= bounds.max_attempts)
                    .then(|| format!("The engine failed {} times at this order.", counts.failures))
            }
            GaveBack::Crashed => {
                counts.crashes += 1;
                (counts.crashes >= bounds.max_crashes).then(|| {
                    format!(
                        "The server ended, or lost its hold on this order, {} times while it worked on it.",
                        counts.crashes
                    )
                })
            }
        };
        match spent {
            None => Ok(Pending { counts }),
            Some(message) => {
                let failure = Failure { code: ErrorCode::ApiError, message };
                Err(self.end(Outcome::Failed(failure), now))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const NOW: Timestamp = Timestamp::from_millis(1_000);
    const BOUNDS: Bounds = Bounds { max_attempts: 3, max_crashes: 20 };

    fn tried(times: usize, why: &GaveBack) -> Result<Pending, Ended> {
        let first = Pending { counts: Counts::default() };
        (0..times).try_fold(first, |pending, _| pending.start(NOW).give_back(why, BOUNDS, NOW))
    }

    #[test]
    fn the_engines_own_errors_end_a_task_at_the_bound() {
        let error = GaveBack::Retryable("out of tune".to_owned());
        assert_eq!(tried(2, &error).expect("waits again").counts.failures, 2);
        let ended = tried(3, &error).expect_err("fails at the third");
        let Outcome::Failed(failure) = ended.outcome else { panic!("not failed: {ended:?}") };
        assert_eq!(failure.code, ErrorCode::ApiError);
        assert!(failure.message.contains("3 times") && !failure.message.contains("out of tune"));
    }

    #[test]
    fn crashes_are_counted_apart() {
        assert!(tried(19, &GaveBack::Crashed).is_ok());
        assert!(tried(20, &GaveBack::Crashed).is_err());
    }

    #[test]
    fn soft_stops_and_a_full_disk_are_never_counted() {
        assert_eq!(tried(1_000, &GaveBack::SoftStop), Ok(Pending { counts: Counts::default() }));
        assert_eq!(tried(1_000, &GaveBack::NoRoom), Ok(Pending { counts: Counts::default() }));
    }

    proptest! {
        #[test]
        fn a_task_waits_again_exactly_while_both_counts_are_below_their_bounds(
            history in proptest::collection::vec(0..3_u8, 0..40),
        ) {
            let mut task = Ok(Pending { counts: Counts::default() });
            let (mut failures, mut crashes) = (0, 0);
            for step in history {
                let Ok(pending) = task else { break };
                let why = match step {
                    0 => { failures += 1; GaveBack::Retryable(String::new()) }
                    1 => { crashes += 1; GaveBack::Crashed }
                    _ => GaveBack::SoftStop,
                };
                task = pending.start(NOW).give_back(&why, BOUNDS, NOW);
            }
            prop_assert_eq!(task.is_ok(), failures < 3 && crashes < 20);
        }
    }
}
