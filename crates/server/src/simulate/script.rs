//! What is to become of an order, as `Backline-Simulate` and the rules of the settings say it:
//! `latency=40s, fail=api_error, times=2`.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use domain::ErrorCode;
use engines::ScriptedFailure;

/// What is to become of an order.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Script {
    /// What the engine does.
    pub engine: engines::Script,
    /// How the order's request is answered, if not as usual.
    pub answer: Option<ScriptedAnswer>,
    /// What becomes of its callback.
    pub callback: CallbackFate,
}

/// An answer that the server would not have given of itself.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ScriptedAnswer {
    /// Which.
    pub status: ScriptedStatus,
    /// When to come again; told with 429 and 503.
    pub retry_after: Duration,
    /// Whether the order is durable first: the answer then carries its task's id.
    pub accepted: bool,
    /// So many requests with the same bytes are answered so; `None`: all.
    pub times: Option<u32>,
}

/// A status that can be scripted.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ScriptedStatus {
    /// 429, `too_many_requests`
    TooManyRequests,
    /// 500, `api_error`
    ServerError,
    /// 503, `api_error`
    Unavailable,
    /// 504, `timeout`
    Timeout,
}

/// What becomes of a callback.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum CallbackFate {
    /// It is sent.
    #[default]
    Sent,
    /// It is never posted, and noted as given up.
    Lost,
    /// It is posted twice.
    Duplicate,
    /// It is posted so much later, so that others overtake it.
    Late(Duration),
}

/// What is wrong with a script.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct WrongScript {
    /// The part that is wrong.
    pub part: String,
    /// What is expected instead.
    pub expected: String,
}

impl fmt::Display for WrongScript {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` is wrong: expected {}.", self.part, self.expected)
    }
}

/// Every key.
pub const KEYS: [&str; 13] = [
    "latency",
    "progress",
    "fail",
    "after",
    "times",
    "duration",
    "media",
    "answer",
    "answer_after",
    "answer_times",
    "retry_after",
    "callback",
    "delay",
];

/// The codes that a task can be made to fail with.
const FAILURES: [ErrorCode; 4] =
    [ErrorCode::ApiError, ErrorCode::BadRequest, ErrorCode::NotImplemented, ErrorCode::DeadlineExceeded];
/// The longest time that a script may name.
const LONGEST: Duration = Duration::from_secs(366 * 24 * 60 * 60);
/// How long the sound may be, and in which steps: each length has files that stay.
const SOUND: (Duration, Duration) = (Duration::from_millis(100), Duration::from_secs(60));
const SOUND_STEP: Duration = Duration::from_millis(100);
/// How late a late callback is, if it is not said.
const LATE: Duration = Duration::from_secs(60);
/// When to come again, if it is not said.
const COME_AGAIN: Duration = Duration::from_secs(1);
/// The longest script, in bytes.
const LONGEST_SCRIPT: usize = 1_000;

impl FromStr for Script {
    type Err = WrongScript;

    fn from_str(text: &str) -> Result<Self, WrongScript> {
        let parts = Parts::read(text)?;
        let script = Self { engine: engine(&parts)?, answer: answer(&parts)?, callback: callback(&parts)? };
        Ok(script)
    }
}

fn engine(parts: &Parts<'_>) -> Result<engines::Script, WrongScript> {
    let usual = engines::Script::default();
    let code = parts.value(
        "fail",
        "one of api_error, bad_request, api_not_implemented, deadline_exceeded",
        |word| FAILURES.into_iter().find(|code| code.as_str() == word),
    )?;
    let times = parts.value("times", "a whole number from 1 to 1000", |word| whole(word, 1_000))?;
    let after = parts.value("after", "a share such as 60%", percent)?;
    let Some(code) = code else {
        parts.needs("times", "fail")?;
        parts.needs("after", "fail")?;
        return finish_engine(parts, usual, None);
    };
    if times.is_some() && code != ErrorCode::ApiError {
        return parts.wrong("times", "no `times` but with fail=api_error: any other failure is final");
    }
    finish_engine(parts, usual, Some(ScriptedFailure { code, times, after: after.unwrap_or(100) }))
}

fn finish_engine(
    parts: &Parts<'_>,
    usual: engines::Script,
    failure: Option<ScriptedFailure>,
) -> Result<engines::Script, WrongScript> {
    let latency = parts.value("latency", "a time such as 40s, 500ms or 2h, up to 366 days", time)?;
    let progress = parts.value("progress", "rising shares such as 30% or 10%/50%/90%", |word| {
        let shares: Option<Vec<u8>> = word.split('/').map(percent).collect();
        shares.filter(|shares| shares.is_sorted())
    })?;
    let duration = parts.value("duration", "a time from 100ms to 60s, in steps of 100ms", |word| {
        let whole = |length: &Duration| length.as_nanos().is_multiple_of(SOUND_STEP.as_nanos());
        time(word).filter(|length| (SOUND.0..=SOUND.1).contains(length)).filter(whole)
    })?;
    let own_media = parts.value("media", "one of shared, own", |word| match word {
        "shared" => Some(false),
        "own" => Some(true),
        _ => None,
    })?;
    Ok(engines::Script {
        latency: latency.unwrap_or(usual.latency),
        progress: progress.unwrap_or(usual.progress),
        failure,
        duration: duration.unwrap_or(usual.duration),
        own_media: own_media.unwrap_or(usual.own_media),
    })
}

fn answer(parts: &Parts<'_>) -> Result<Option<ScriptedAnswer>, WrongScript> {
    use ScriptedStatus::{ServerError, Timeout, TooManyRequests, Unavailable};
    let status = parts.value("answer", "one of 429, 500, 503, 504", |word| match word {
        "429" => Some(TooManyRequests),
        "500" => Some(ServerError),
        "503" => Some(Unavailable),
        "504" => Some(Timeout),
        _ => None,
    })?;
    let accepted = parts.value("answer_after", "accept", |word| (word == "accept").then_some(true))?;
    let times = parts.value("answer_times", "a whole number from 1 to 1000", |word| whole(word, 1_000))?;
    let retry_after = parts.value("retry_after", "a time such as 3s", time)?;
    let Some(status) = status else {
        for key in ["answer_after", "answer_times", "retry_after"] {
            parts.needs(key, "answer")?;
        }
        return Ok(None);
    };
    if accepted.is_some() && status == TooManyRequests {
        return parts
            .wrong("answer_after", "no `answer_after` with answer=429: what is refused so is no order");
    }
    if retry_after.is_some() && !matches!(status, TooManyRequests | Unavailable) {
        return parts.wrong("retry_after", "no `retry_after` but with answer=429 and answer=503");
    }
    let retry_after = retry_after.unwrap_or(COME_AGAIN);
    Ok(Some(ScriptedAnswer { status, retry_after, accepted: accepted.is_some(), times }))
}

fn callback(parts: &Parts<'_>) -> Result<CallbackFate, WrongScript> {
    let delay = parts.value("delay", "a time such as 30s, up to 366 days", time)?;
    let fate = parts.value("callback", "one of lost, duplicate, late", |word| match word {
        "lost" => Some(CallbackFate::Lost),
        "duplicate" => Some(CallbackFate::Duplicate),
        "late" => Some(CallbackFate::Late(delay.unwrap_or(LATE))),
        _ => None,
    })?;
    match fate {
        Some(CallbackFate::Late(_)) => (),
        _ if delay.is_some() => return parts.wrong("delay", "no `delay` but with callback=late"),
        _ => (),
    }
    Ok(fate.unwrap_or_default())
}

/// `key=value` pairs, parted by commas.
struct Parts<'a>(Vec<(&'a str, &'a str)>);

impl<'a> Parts<'a> {
    fn read(text: &'a str) -> Result<Self, WrongScript> {
        let wrong = |part: &str, expected: String| WrongScript { part: shown(part), expected };
        if text.len() > LONGEST_SCRIPT {
            return Err(wrong(text, format!("at most {LONGEST_SCRIPT} bytes")));
        }
        let keys = KEYS.join(", ");
        let mut found: Vec<(&str, &str)> = Vec::new();
        for part in text.split(',').map(str::trim) {
            let pair = part.split_once('=').map(|(key, value)| (key.trim(), value.trim()));
            let Some((key, value)) = pair.filter(|(key, _)| KEYS.contains(key)) else {
                return Err(wrong(part, format!("key=value pairs, parted by commas, with the keys {keys}")));
            };
            if found.iter().any(|(known, _)| *known == key) {
                return Err(wrong(part, format!("`{key}` only once")));
            }
            found.push((key, value));
        }
        Ok(Self(found))
    }

    fn given(&self, key: &str) -> Option<&'a str> {
        self.0.iter().find(|(known, _)| *known == key).map(|(_, value)| *value)
    }

    fn value<T>(
        &self,
        key: &str,
        expected: &str,
        read: impl FnOnce(&str) -> Option<T>,
    ) -> Result<Option<T>, WrongScript> {
        match self.given(key).map(read) {
            None => Ok(None),
            Some(Some(value)) => Ok(Some(value)),
            Some(None) => self.wrong(key, expected),
        }
    }

    fn needs(&self, key: &str, other: &str) -> Result<(), WrongScript> {
        if self.given(key).is_none() { Ok(()) } else { self.wrong(key, &format!("`{other}=…` beside it")) }
    }

    fn wrong<T>(&self, key: &str, expected: &str) -> Result<T, WrongScript> {
        let value = self.given(key).unwrap_or_default();
        Err(WrongScript { part: shown(&format!("{key}={value}")), expected: expected.to_owned() })
    }
}

fn shown(part: &str) -> String {
    part.chars().take(80).collect()
}

/// A time with its unit, or a bare number of seconds.
pub(crate) fn time(word: &str) -> Option<Duration> {
    let seconds = word.parse::<f64>().ok().and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
    seconds.or_else(|| humantime::parse_duration(word).ok()).filter(|time| *time <= LONGEST)
}

fn percent(word: &str) -> Option<u8> {
    word.strip_suffix('%')?.parse().ok().filter(|percent| *percent <= 100)
}

fn whole(word: &str, most: u32) -> Option<u32> {
    word.parse().ok().filter(|number| (1..=most).contains(number))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn script(text: &str) -> Script {
        text.parse().unwrap_or_else(|wrong| panic!("{text}: {wrong}"))
    }

    #[test]
    fn every_key_is_understood() {
        let all = script(
            "latency=1m 30s, progress=30%/80%, fail=api_error, after=60%, times=2, duration=2.5s, media=own",
        );
        assert_eq!(
            all.engine,
            engines::Script {
                latency: Duration::from_secs(90),
                progress: vec![30, 80],
                failure: Some(ScriptedFailure { code: ErrorCode::ApiError, times: Some(2), after: 60 }),
                duration: Duration::from_millis(2_500),
                own_media: true,
            }
        );
        let answer = script("answer=503, answer_after=accept, answer_times=1, retry_after=3").answer;
        let expected = ScriptedAnswer {
            status: ScriptedStatus::Unavailable,
            retry_after: Duration::from_secs(3),
            accepted: true,
            times: Some(1),
        };
        assert_eq!(answer, Some(expected));
        assert_eq!(script("callback=late,delay=10s").callback, CallbackFate::Late(Duration::from_secs(10)));
        assert_eq!(script("callback=late").callback, CallbackFate::Late(LATE));
        assert_eq!(script("latency=0, media=shared, duration=1s"), Script::default());
    }

    #[test]
    fn what_is_wrong_is_named_with_what_is_expected() {
        for (text, part, expected) in [
            ("latncy=40s", "latncy=40s", "latency, progress, fail"),
            ("slow", "slow", "key=value"),
            ("", "", "key=value"),
            ("latency=40s,", "", "key=value"),
            ("latency=1s, latency=2s", "latency=2s", "only once"),
            ("latency=soon", "latency=soon", "40s"),
            ("latency=-1", "latency=-1", "40s"),
            ("latency=9000d", "latency=9000d", "366 days"),
            ("progress=80%/30%", "progress=80%/30%", "rising"),
            ("fail=boom", "fail=boom", "api_error, bad_request"),
            ("fail=api_error, after=60", "after=60", "60%"),
            ("fail=bad_request, times=2", "times=2", "final"),
            ("times=2", "times=2", "`fail=…`"),
            ("fail=api_error, times=0", "times=0", "from 1"),
            ("duration=61s", "duration=61s", "100ms to 60s"),
            ("duration=1.25s", "duration=1.25s", "steps of 100ms"),
            ("media=mine", "media=mine", "shared, own"),
            ("answer=418", "answer=418", "429, 500, 503, 504"),
            ("retry_after=3s", "retry_after=3s", "`answer=…`"),
            ("answer=500, retry_after=3s", "retry_after=3s", "answer=429"),
            ("answer=429, answer_after=accept", "answer_after=accept", "no order"),
            ("callback=eaten", "callback=eaten", "lost, duplicate, late"),
            ("callback=lost, delay=3s", "delay=3s", "callback=late"),
        ] {
            let wrong = text.parse::<Script>().expect_err(text);
            assert_eq!(wrong.part, part, "{text}");
            assert!(wrong.expected.contains(expected), "{text}: {wrong}");
        }
    }

    proptest::proptest! {
        #[test]
        fn no_text_breaks_the_reader(text in "[a-z0-9=,%/ _-]{0,60}|.{0,60}") {
            drop(text.parse::<Script>());
        }
    }
}
