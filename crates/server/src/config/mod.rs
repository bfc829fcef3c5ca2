//! The settings: flags, then `BACKLINE_SECTION__KEY` variables, then the settings file, then `default.toml`.
//! Only this module reads the environment.

mod environment;
mod prices;
mod sections;

use std::path::Path;

use figment::Figment;
use figment::providers::{Env, Format as _, Serialized, Toml};

pub use environment::{handed_over_socket, otlp_headers};
pub use prices::{Price, PriceRuleSetting, PriceSettings};
pub use sections::{
    AccountSettings, EngineName, MetricsSettings, Registration, RetentionSettings, Settings, SimulatedRule,
    SimulatedSettings, TelemetrySettings, UploadSettings, WebhookSettings, WhenBusy, WorkerSettings,
};
pub use sections::{CacheSettings, EngineSettings, HttpSettings, LimitSettings, LogFormat, LogSettings};

/// The defaults, which are also the settings' manual.
pub const DEFAULTS: &str = include_str!("default.toml");

/// The settings file's name in the data folder.
const FILE_NAME: &str = "backline.toml";

/// What the names of variables that are settings begin with.
pub(crate) const PREFIX: &str = "BACKLINE_";

/// A setting that is unknown or not of its type.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The named file is not there.
    #[error("there is no settings file {0}")]
    NoFile(String),
    /// Something in it is wrong; names the source, the key and what was expected.
    #[error("{}", explain(.0))]
    Wrong(Box<figment::Error>),
    /// A value is of its type, but of no use.
    #[error("setting {key}: {message}")]
    Useless {
        /// The setting.
        key: &'static str,
        /// What was wrong, and what is expected.
        message: String,
    },
}

fn explain(error: &figment::Error) -> String {
    let one = |error: figment::Error| {
        let source =
            error.metadata.as_ref().map_or("the settings".into(), |metadata| match &metadata.source {
                Some(figment::Source::Code(_)) => "the flag --listen".to_owned(),
                Some(source) => source.to_string(),
                None if metadata.name.contains("environment") => {
                    format!("the variable {}", environment::variable(&error.path))
                }
                None => metadata.name.to_string(),
            });
        match error.path.join(".") {
            whole_file if whole_file.is_empty() => format!("{source}: {}", error.kind),
            setting => format!("setting {setting} in {source}: {}", error.kind),
        }
    };
    error.clone().into_iter().map(one).collect::<Vec<_>>().join("\n")
}

/// Reads the settings that are in force for `data_dir`. `listen` is the flag of that name.
///
/// # Errors
/// When a setting is unknown, ill-typed or useless, or the named `file` is not there.
pub fn load(file: Option<&Path>, data_dir: &Path, listen: Option<&str>) -> Result<Settings, ConfigError> {
    let in_data_dir = data_dir.join(FILE_NAME);
    let mut figment = Figment::from(Toml::string(DEFAULTS));
    figment = match file {
        Some(file) if !file.is_file() => return Err(ConfigError::NoFile(file.display().to_string())),
        Some(file) => figment.merge(Toml::file_exact(file)),
        None if in_data_dir.is_file() => figment.merge(Toml::file_exact(&in_data_dir)),
        None => figment,
    };
    // Other `BACKLINE_…` variables, such as those that Kubernetes injects, are no settings.
    figment = figment.merge(Env::prefixed(PREFIX).filter(|key| key.as_str().contains("__")).split("__"));
    if let Some(listen) = listen {
        figment = figment.merge(Serialized::default("http.listen", listen));
    }
    let settings: Settings = figment.extract().map_err(|error| ConfigError::Wrong(Box::new(error)))?;
    settings.check()?;
    Ok(settings)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_defaults_are_settings() {
        let home = tempfile::tempdir().expect("a folder");
        let settings = load(None, home.path(), None).expect("valid");
        assert_eq!(settings.limits.requests_per_second, 60);
        let span: u64 = settings.webhooks.retry_schedule_seconds.iter().sum();
        assert!(span >= 24 * 60 * 60, "the schedule spans {span} s");
    }

    #[test]
    fn a_file_wins_over_the_defaults_and_a_flag_over_both() {
        let home = tempfile::tempdir().expect("a folder");
        std::fs::write(home.path().join(FILE_NAME), "[http]\nthreads = 3\nlisten = \"127.0.0.1:1\"\n")
            .expect("written");
        let settings = load(None, home.path(), Some("127.0.0.1:2")).expect("valid");
        assert_eq!((settings.http.threads, settings.http.listen.port()), (3, 2));
    }

    #[test]
    fn a_wrong_setting_is_named_with_its_file_and_what_was_expected() {
        let home = tempfile::tempdir().expect("a folder");
        let file = home.path().join("mine.toml");
        for (text, expected) in [
            ("[http]\nthread = 3", ["http.thread", "mine.toml", "unknown field"]),
            ("[http]\nthreads = \"many\"", ["http.threads", "mine.toml", "u32"]),
            ("[htp]\nthreads = 3", ["htp", "mine.toml", "unknown field"]),
            ("[engine]\ndefault = \"kazoo\"", ["engine.default", "mine.toml", "embedded"]),
            (
                "[[engine.simulated.rules]]\nscript = \"latency=1s\"\n[[engine.simulated.rules]]\nscript = \"fail=1\"",
                ["engine.simulated.rules", "rule 2", "api_error, bad_request"],
            ),
        ] {
            std::fs::write(&file, text).expect("written");
            let error = load(Some(&file), home.path(), None).expect_err(text).to_string();
            for word in expected {
                assert!(error.contains(word), "{word} is not in: {error}");
            }
        }
    }

    #[test]
    fn a_key_is_kept_for_a_day_at_least() {
        let home = tempfile::tempdir().expect("a folder");
        std::fs::write(home.path().join(FILE_NAME), "[retention]\nidempotency_hours = 23\n")
            .expect("written");
        let error = load(None, home.path(), None).expect_err("too short").to_string();
        assert!(error.contains("retention.idempotency_hours") && error.contains("24"), "{error}");
    }

    #[test]
    fn a_settings_file_that_is_named_must_be_there() {
        let home = tempfile::tempdir().expect("a folder");
        let error = load(Some(Path::new("/nowhere.toml")), home.path(), None).expect_err("missing");
        assert!(matches!(error, ConfigError::NoFile(_)));
    }
}
