//! The settings' types. What each means stands in `default.toml`.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use domain::Timestamp;
use serde::{Deserialize, Serialize};
use store::Ages;

use super::{ConfigError, PriceSettings};
use crate::api::InOurForm;
use crate::api::http::Manners;
use crate::simulate::Script;

/// All settings.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "default.toml documents each setting")]
pub struct Settings {
    pub http: HttpSettings,
    pub limits: LimitSettings,
    pub prices: PriceSettings,
    pub worker: WorkerSettings,
    pub webhooks: WebhookSettings,
    pub uploads: UploadSettings,
    pub retention: RetentionSettings,
    pub accounts: AccountSettings,
    pub engine: EngineSettings,
    pub cache: CacheSettings,
    pub metrics: MetricsSettings,
    pub telemetry: TelemetrySettings,
    pub log: LogSettings,
}

/// `[http]`
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "default.toml documents each setting")]
pub struct HttpSettings {
    pub listen: SocketAddr,
    pub threads: u32,
    pub public_url: String,
    pub max_body_bytes: usize,
    pub max_connections: u32,
    pub read_timeout_seconds: u64,
    pub handover_seconds: u64,
    pub write_timeout_seconds: u64,
    pub idle_timeout_seconds: u64,
    pub wait_limit_seconds: u64,
    pub allowed_origins: Vec<String>,
    pub trusted_proxies: Vec<IpAddr>,
}

/// `[limits]`
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "default.toml documents each setting")]
pub struct LimitSettings {
    pub requests_per_second: u32,
    pub orders_in_flight: u32,
    pub when_busy: WhenBusy,
    pub orders_waiting: u32,
    pub cancel_after_seconds: u64,
    pub song_seconds: u32,
}

/// What becomes of an order whose token has as many under way as it may.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum WhenBusy {
    /// It waits.
    Queue,
    /// It is refused with 429.
    Reject,
}

/// `[worker]`
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "default.toml documents each setting")]
pub struct WorkerSettings {
    pub concurrency: u32,
    pub lease_seconds: u64,
    pub max_attempts: u32,
    pub max_crashes: u32,
    pub retry_seconds: u64,
    pub stall_seconds: u64,
    pub stop_seconds: u64,
}

/// `[webhooks]`
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "default.toml documents each setting")]
pub struct WebhookSettings {
    pub allow_private_addresses: bool,
    pub timeout_seconds: u64,
    pub retry_schedule_seconds: Vec<u64>,
    pub concurrency_per_destination: u32,
    pub concurrency: u32,
}

/// `[uploads]`
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "default.toml documents each setting")]
pub struct UploadSettings {
    pub allow_private_addresses: bool,
    pub concurrency: u32,
    pub max_bytes: u64,
    pub timeout_seconds: u64,
    pub max_redirects: u32,
    pub kept_days: u32,
    pub bytes_per_user: u64,
}

/// `[retention]`
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "default.toml documents each setting")]
pub struct RetentionSettings {
    pub tasks_days: u32,
    pub failed_tasks_days: u32,
    pub callback_attempts_days: u32,
    pub events_days: u32,
    pub idempotency_hours: u32,
}

/// `[accounts]`
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "default.toml documents each setting")]
pub struct AccountSettings {
    pub registration: Registration,
    pub session_days: u32,
    pub login_attempts: u32,
    pub login_attempts_per_address: u32,
    pub reset_minutes: u32,
    pub invitation_days: u32,
    pub mail_command: Vec<String>,
    pub free_quota: u32,
    pub further_quota: u32,
    pub rotation_overlap_seconds: u32,
}

/// Who may become a user.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Registration {
    /// Everyone.
    Open,
    /// Whoever has an invitation; the first user needs none.
    Invitation,
    /// Nobody: the operator makes users.
    Closed,
}

impl Registration {
    /// Its word.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Invitation => "invitation",
            Self::Closed => "closed",
        }
    }
}

/// `[engine]`
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "default.toml documents each setting")]
pub struct EngineSettings {
    pub default: EngineName,
    pub simulated: SimulatedSettings,
}

/// `[engine.simulated]`
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "default.toml documents each setting")]
pub struct SimulatedSettings {
    pub enabled: bool,
    pub seed: u64,
    pub rules: Vec<SimulatedRule>,
}

/// `[[engine.simulated.rules]]`
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "default.toml documents each setting")]
pub struct SimulatedRule {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub prompt: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub every: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub probability: Option<f64>,
    pub script: String,
}

/// An engine that songs can be made with.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum EngineName {
    /// Composes and renders on this machine.
    Embedded,
    /// Makes no music: a short tone, or what a script says.
    Simulated,
}

/// `[cache]`
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "default.toml documents each setting")]
pub struct CacheSettings {
    pub records_bytes: u64,
    pub idempotency_keys: u32,
}

/// `[metrics]`
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "default.toml documents each setting")]
pub struct MetricsSettings {
    pub enabled: bool,
    pub listen: String,
}

impl MetricsSettings {
    /// The address of its own at which it is served, if it has one.
    #[must_use]
    pub fn own_address(&self) -> Option<SocketAddr> {
        if self.enabled { self.listen.parse().ok() } else { None }
    }
}

/// `[telemetry]`
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "default.toml documents each setting")]
pub struct TelemetrySettings {
    pub otlp_endpoint: String,
    pub service_name: String,
    pub sample_ratio: f64,
}

/// `[log]`
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "default.toml documents each setting")]
pub struct LogSettings {
    pub filter: String,
    pub format: LogFormat,
}

/// How a log line is written.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum LogFormat {
    /// For people.
    Text,
    /// For machines.
    Json,
}

/// No song, upload or extension may be longer: it is held in memory whole.
const LONGEST_SONG_SECONDS: u32 = 600;

/// For how long at least a client may repeat an order by its key.
const LEAST_IDEMPOTENCY_HOURS: u32 = 24;

impl RetentionSettings {
    /// What is old enough to go now.
    #[must_use]
    pub fn ages(&self, now: Timestamp) -> Ages {
        const HOUR: u64 = 60 * 60;
        let before = |hours: u64| (hours > 0).then(|| now.minus(Duration::from_secs(hours * HOUR)));
        let days = |days: u32| before(u64::from(days) * 24);
        Ages {
            now,
            tasks: days(self.tasks_days),
            failed_tasks: days(self.failed_tasks_days),
            attempts: days(self.callback_attempts_days),
            events: days(self.events_days),
            keys: before(u64::from(self.idempotency_hours)),
        }
    }
}

/// Simulated songs that are made at the same time if the settings leave it open: they take no processor, and how many
/// there are must not depend on the machine.
const SIMULATED_AT_ONCE: usize = 64;

impl Settings {
    /// Songs that are made at the same time.
    #[must_use]
    pub fn songs_at_once(&self) -> usize {
        match (self.engine.default, self.worker.concurrency) {
            (EngineName::Simulated, 0) => SIMULATED_AT_ONCE,
            (_, concurrency) => or_cores(concurrency),
        }
    }

    pub(super) fn check(&self) -> Result<(), ConfigError> {
        let url = &self.http.public_url;
        let useless = |key, message: &str| Err(ConfigError::Useless { key, message: message.to_owned() });
        if !url.is_empty() && !is_web_address(url) {
            return useless("http.public_url", "expected an http or https URL without query, or nothing");
        }
        if self.http.read_timeout_seconds == 0 || self.http.max_body_bytes == 0 {
            return useless(
                "http.read_timeout_seconds",
                "expected at least 1, and so for http.max_body_bytes",
            );
        }
        let http = &self.http;
        if http.max_connections == 0 || http.write_timeout_seconds == 0 || http.idle_timeout_seconds == 0 {
            return useless(
                "http.max_connections",
                "expected at least 1, and so for http.write_timeout_seconds and http.idle_timeout_seconds",
            );
        }
        if self.webhooks.timeout_seconds == 0 {
            return useless("webhooks.timeout_seconds", "expected at least 1");
        }
        let uploads = &self.uploads;
        if uploads.timeout_seconds == 0 || uploads.max_bytes == 0 || uploads.concurrency == 0 {
            return useless(
                "uploads.timeout_seconds",
                "expected at least 1, and so for uploads.max_bytes and uploads.concurrency",
            );
        }
        if self.uploads.kept_days == 0 {
            return useless("uploads.kept_days", "expected at least 1");
        }
        if !(1..=LONGEST_SONG_SECONDS).contains(&self.limits.song_seconds) {
            return useless("limits.song_seconds", "expected a number from 1 to 600");
        }
        if !self.metrics.listen.is_empty() && self.metrics.listen.parse::<SocketAddr>().is_err() {
            return useless(
                "metrics.listen",
                "expected an address with a port, such as \"127.0.0.1:9187\", or nothing",
            );
        }
        let collector = &self.telemetry.otlp_endpoint;
        if !collector.is_empty() && !is_web_address(collector) {
            return useless(
                "telemetry.otlp_endpoint",
                "expected an http or https URL without query, or nothing",
            );
        }
        if !(0.0..=1.0).contains(&self.telemetry.sample_ratio) {
            return useless("telemetry.sample_ratio", "expected a share between 0.0 and 1.0");
        }
        if self.worker.lease_seconds == 0 {
            return useless("worker.lease_seconds", "expected at least 1");
        }
        if self.retention.idempotency_hours < LEAST_IDEMPOTENCY_HOURS {
            return useless(
                "retention.idempotency_hours",
                "expected at least 24: clients are promised that a key holds for so long",
            );
        }
        self.accounts.check()?;
        if self.webhooks.concurrency == 0 || self.webhooks.concurrency_per_destination == 0 {
            return useless("webhooks.concurrency", "expected at least 1, and so for each destination");
        }
        if let Some(message) = self.engine.simulated.wrong_rule() {
            return useless("engine.simulated.rules", &message);
        }
        if let Err(message) = self.prices.list() {
            return useless("prices.rules", &message);
        }
        if tracing_subscriber::EnvFilter::try_new(&self.log.filter).is_err() {
            return useless(
                "log.filter",
                "expected a level such as \"info\", or directives such as \"store=debug\"",
            );
        }
        Ok(())
    }

    /// The settings as a settings file that would give the same. There are no secrets among them.
    ///
    /// # Errors
    /// When they cannot be written as TOML.
    pub fn to_toml(&self) -> Result<String, toml::ser::Error> {
        toml::to_string_pretty(self)
    }
}

fn is_web_address(text: &str) -> bool {
    url::Url::parse(text).is_ok_and(|url| {
        matches!(url.scheme(), "http" | "https") && url.query().is_none() && url.fragment().is_none()
    })
}

impl HttpSettings {
    /// Threads that serve requests.
    #[must_use]
    pub fn thread_count(&self) -> usize {
        or_cores(self.threads)
    }

    /// How long a client may take to send headers, and again a body.
    #[must_use]
    pub fn read_timeout(&self) -> Duration {
        Duration::from_secs(self.read_timeout_seconds)
    }

    /// What the server puts up with from its clients.
    #[must_use]
    pub fn manners(&self) -> Manners {
        Manners {
            read_timeout: self.read_timeout(),
            idle_timeout: Duration::from_secs(self.idle_timeout_seconds),
            write_timeout: Duration::from_secs(self.write_timeout_seconds),
            most_connections: self.max_connections as usize,
            refusals: Arc::new(InOurForm::default()),
        }
    }
}

impl AccountSettings {
    fn check(&self) -> Result<(), ConfigError> {
        let least_one = |key, number: u32| match number {
            0 => Err(ConfigError::Useless { key, message: "expected at least 1".to_owned() }),
            _ => Ok(()),
        };
        least_one("accounts.session_days", self.session_days)?;
        least_one("accounts.login_attempts", self.login_attempts)?;
        least_one("accounts.login_attempts_per_address", self.login_attempts_per_address)?;
        least_one("accounts.reset_minutes", self.reset_minutes)?;
        least_one("accounts.invitation_days", self.invitation_days)
    }

    /// How long a browser stays logged in.
    #[must_use]
    pub fn session_length(&self) -> Duration {
        days(self.session_days)
    }

    /// How long a link for a password is good.
    #[must_use]
    pub fn reset_length(&self) -> Duration {
        Duration::from_secs(u64::from(self.reset_minutes) * 60)
    }

    /// How long an invitation is good.
    #[must_use]
    pub fn invitation_length(&self) -> Duration {
        days(self.invitation_days)
    }
}

fn days(number: u32) -> Duration {
    Duration::from_secs(u64::from(number) * 24 * 60 * 60)
}

impl LimitSettings {
    /// How long after it was ordered a task must have ended, if its order does not say.
    #[must_use]
    pub fn cancel_after(&self) -> Option<Duration> {
        (self.cancel_after_seconds > 0).then(|| Duration::from_secs(self.cancel_after_seconds))
    }
}

impl WorkerSettings {
    /// How often a task may be tried.
    #[must_use]
    pub fn bounds(&self) -> domain::Bounds {
        domain::Bounds { max_attempts: self.max_attempts, max_crashes: self.max_crashes }
    }
}

fn or_cores(number: u32) -> usize {
    match number {
        0 => std::thread::available_parallelism().map_or(1, usize::from),
        number => number as usize,
    }
}

impl SimulatedSettings {
    /// What is wrong with the first rule that is of no use.
    fn wrong_rule(&self) -> Option<String> {
        let wrong = |rule: &SimulatedRule| {
            if rule.every == Some(0) {
                return Some("`every` is 0, expected a whole number from 1".to_owned());
            }
            if rule.probability.is_some_and(|probability| !(0.0..=1.0).contains(&probability)) {
                return Some("`probability` is expected to be a number from 0 to 1".to_owned());
            }
            rule.script.parse::<Script>().err().map(|wrong| format!("in `script`, {wrong}"))
        };
        let found = (1..).zip(&self.rules).find_map(|(number, rule)| Some((number, wrong(rule)?)));
        found.map(|(number, what)| format!("rule {number}: {what}"))
    }
}
