//! Rehearsals: an engine that makes no music, scripts for what goes wrong, and a clock that can be moved.

mod callbacks;
mod keeper;
mod prepare;
mod rules;
mod script;
mod seeded;
mod virtual_clock;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use axum::http::{HeaderMap, HeaderName};
use domain::{Model, Order};
use engines::{Engine, EngineError, Simulated, Sleep, Watch};
use serde_json::Value;
use store::Claimed;

pub use callbacks::{Held, held_back, is_doubled, posted_before};
pub use keeper::keep_time;
pub use prepare::Rehearsal;
pub(crate) use script::time;
pub use script::{CallbackFate, Script, ScriptedAnswer, ScriptedStatus, WrongScript};
pub use seeded::SeededRandom;
pub use virtual_clock::{Dial, VirtualClock};

use crate::api::ApiError;
use crate::api::repeats::Fingerprint;
use crate::api::wire::Problem;
use crate::clock::Clock;
use crate::config::{EngineName, EngineSettings};
use crate::workers::SharedMedia;
use rules::Rules;

/// The header with an order's script.
pub const HEADER: HeaderName = HeaderName::from_static("backline-simulate");

/// The script of an order that names the model and nothing more.
const NOTHING_SPECIAL: &str = "latency=0s";

/// Requests that were given a scripted answer are forgotten when there are this many.
const MOST_ANSWERED: usize = 10_000;

/// What a server simulates.
pub struct Simulation {
    enabled: bool,
    always: bool,
    rules: Rules,
    engine: Arc<Simulated>,
    /// Media that many songs share.
    pub media: SharedMedia,
    answered: Mutex<HashMap<Fingerprint, u32>>,
}

/// The engine waits by the server's clock.
struct ByClock(Arc<dyn Clock>);

#[async_trait]
impl Sleep for ByClock {
    async fn sleep(&self, wait: std::time::Duration) {
        self.0.work_until(self.0.now().plus(wait)).await;
    }
}

/// The simulated engine, waiting by this clock.
#[must_use]
pub fn engine(clock: Arc<dyn Clock>) -> Simulated {
    Simulated::new(Arc::new(ByClock(clock)))
}

impl Simulation {
    /// What the settings ask for.
    #[must_use]
    pub fn new(settings: &EngineSettings, clock: &Arc<dyn Clock>) -> Self {
        let always = settings.default == EngineName::Simulated;
        Self {
            enabled: always || settings.simulated.enabled,
            always,
            rules: Rules::new(&settings.simulated),
            engine: Arc::new(engine(Arc::clone(clock))),
            media: SharedMedia::default(),
            answered: Mutex::default(),
        }
    }

    /// The script of an order, as it is kept with it: that of its header, else that of the first rule it falls under.
    /// `None`: nothing about it is scripted.
    ///
    /// # Errors
    /// When it asks for a simulation and this server allows none, or the header cannot be understood.
    pub fn script(
        &self,
        headers: &HeaderMap,
        order: &Order,
        draws: bool,
    ) -> Result<Option<(String, Script)>, ApiError> {
        let simulated = matches!(order, Order::Audio(order) if order.model == Model::Simulated);
        let Some(header) = headers.get(HEADER) else {
            if simulated && !self.enabled {
                return Err(model_is_invalid());
            }
            let rule = if draws && (self.always || simulated) { self.rules.first_for(order) } else { None };
            let plain = || simulated.then(|| (NOTHING_SPECIAL.to_owned(), Script::default()));
            return Ok(rule.or_else(plain));
        };
        let text = header.to_str().unwrap_or("unreadable").trim();
        if !self.enabled {
            return Err(wrong_header(text, NOT_ENABLED, "no such header"));
        }
        match text.parse() {
            Ok(script) => Ok(Some((text.to_owned(), script))),
            Err(wrong) => Err(wrong_header(&wrong.part, &format!("`{HEADER}`: {wrong}"), &wrong.expected)),
        }
    }

    /// The scripted answer to this request, unless it had been given as often as it was to be.
    #[must_use]
    pub fn answer(&self, script: &Script, request: Fingerprint) -> Option<ScriptedAnswer> {
        let answer = script.answer?;
        let Some(times) = answer.times else { return Some(answer) };
        let mut answered = self.answered.lock().unwrap_or_else(PoisonError::into_inner);
        if answered.len() >= MOST_ANSWERED {
            answered.clear();
        }
        let given = answered.entry(request).or_default();
        *given = given.saturating_add(1);
        (*given <= times).then_some(answer)
    }

    /// Whether a task is simulated.
    #[must_use]
    pub fn plays(&self, task: &Claimed) -> bool {
        self.always || task.headers.simulate.is_some()
    }

    /// The engine that an order would get, `scripted` or not, on a server whose own is `real`.
    #[must_use]
    pub fn engine(&self, scripted: bool, real: &Arc<dyn Engine>) -> Arc<dyn Engine> {
        if scripted { Arc::clone(&self.engine) as Arc<dyn Engine> } else { Arc::clone(real) }
    }

    /// The engine for a task: the simulated one, if the task is simulated, else `real`.
    #[must_use]
    pub fn engine_for(&self, task: &Claimed, real: &Arc<dyn Engine>) -> Arc<dyn Engine> {
        if self.plays(task) { Arc::new(self.rehearsal(task)) } else { Arc::clone(real) }
    }

    /// Plays the script of a task that no engine makes: its time passes, or it fails. Of one that is not simulated,
    /// nothing is played.
    ///
    /// # Errors
    /// The failure, or that `watch` was told to stop.
    pub async fn play(&self, task: &Claimed, watch: &Watch) -> Result<(), EngineError> {
        if self.plays(task) { self.rehearsal(task).play(watch).await } else { Ok(()) }
    }

    fn rehearsal(&self, task: &Claimed) -> engines::Rehearsal {
        let script: Script =
            task.headers.simulate.as_deref().and_then(|text| text.parse().ok()).unwrap_or_default();
        self.engine.rehearse(script.engine, task.state.counts.failures)
    }
}

const NOT_ENABLED: &str = "This server simulates nothing. Leave the header `Backline-Simulate` out, or allow it: set \
                           engine.simulated.enabled = true, or start the server with `backline serve --simulate`.";

fn wrong_header(value: &str, message: &str, expected: &str) -> ApiError {
    ApiError::BadRequest(vec![Problem {
        field: HEADER.to_string(),
        message: message.to_owned(),
        value: Value::String(value.chars().take(80).collect()),
        expected: expected.to_owned(),
    }])
}

fn model_is_invalid() -> ApiError {
    let known = Model::ALL.map(Model::as_str).join(", ");
    ApiError::BadRequest(vec![Problem {
        field: "model".to_owned(),
        message: format!(
            "model is invalid. Expected one of {known}; `simulated` is one where engine.simulated.enabled is set."
        ),
        value: Value::String(Model::Simulated.as_str().to_owned()),
        expected: format!("one of {known}"),
    }])
}
