//! Finished tasks of the seed's size: the seed's order with its lines in another sequence, and a response of the
//! shape that a song's task has.

use std::f64::consts::TAU;
use std::time::Duration;

use domain::{
    AudioId, AudioOrder, CredentialId, Credits, Ended, Outcome, TaskId, TaskKind, Timestamp, TraceId,
};
use store::{FolderName, NewTask, OrderHeaders};

use super::figures::number;
use super::requests::Dice;
use crate::api::wire::audios;
use crate::api::wire::result::{SongItem, song_response};
use crate::cli::Failure;
use crate::demo::order;
use crate::ids::Random;

/// The span that filled tasks are spread over.
const YEAR: Duration = Duration::from_secs(365 * 24 * 60 * 60);
/// How long a filled task took, as the seed's did.
const TOOK: Duration = Duration::from_millis(40_065);
/// How long it waited for a worker.
const WAITED: Duration = Duration::from_millis(12);

/// Makes rows, each unlike the others.
pub(super) struct Rows<'r> {
    random: &'r dyn Random,
    dice: Dice,
    credential: CredentialId,
    order: AudioOrder,
    /// The lines of the lyric that are words, and where section marks stand between them.
    words: Vec<String>,
    lines: Vec<Line>,
    callback: String,
}

enum Line {
    Mark(String),
    Words,
}

impl<'r> Rows<'r> {
    /// Rows that `credential` ordered.
    pub fn new(random: &'r dyn Random, credential: CredentialId) -> Result<Self, Failure> {
        let body = serde_json::from_str(order::SAMPLE)?;
        let (order, _) = audios::order(&body, 0).map_err(|error| Failure(format!("{error:?}")))?;
        let (mut words, mut lines) = (Vec::new(), Vec::new());
        for line in order.lyric.iter().flat_map(|lyric| lyric.lines()) {
            if line.starts_with('[') {
                lines.push(Line::Mark(line.to_owned()));
            } else {
                words.push(line.to_owned());
                lines.push(Line::Words);
            }
        }
        let dice = Dice(u64::from_le_bytes(random.bytes()));
        let callback = "https://webhook.site/0d73431d-f833-4be4-9276-b6e1690d55c1".to_owned();
        Ok(Self { random, dice, credential, order, words, lines, callback })
    }

    /// The finished task that was ordered at `created_at`.
    pub fn finished(&mut self, created_at: Timestamp) -> Result<(NewTask, Ended), Failure> {
        self.turn_lyric();
        let finished_at = created_at.plus(TOOK);
        let id = TaskId(self.random.uuid(created_at));
        let trace_id = TraceId(self.random.uuid(created_at));
        let folder = FolderName::from_random(self.random.bytes());
        let lyric = self.order.lyric.clone().unwrap_or_default();
        let item = SongItem {
            id: AudioId(self.random.uuid(finished_at)),
            order: &self.order,
            title: &self.order.song_title(),
            lyric: &lyric,
            image: &format!("files/{}/cover.jpg", folder.as_str()),
            audio: &format!("files/{}/song.m4a", folder.as_str()),
            made_at: finished_at,
            duration: number(self.dice.below(4_000) + 4_000) * 1_024.0 / 44_100.0,
        };
        let mark = format!("{:032x}", u128::from_le_bytes(self.random.bytes()));
        let response = song_response(id, trace_id, &item, &mark).map_err(Failure)?;
        let started_at = Some(created_at.plus(WAITED));
        let task =
            self.waiting(id, trace_id, created_at, order::with_callback(&lyric, Some(&self.callback))?);
        Ok((task, Ended { outcome: Outcome::Succeeded(response), started_at, finished_at }))
    }

    /// The task that an order with this body becomes.
    pub fn ordered(&self, created_at: Timestamp, body: &str) -> NewTask {
        let (id, trace_id) = (self.random.uuid(created_at), self.random.uuid(created_at));
        self.waiting(TaskId(id), TraceId(trace_id), created_at, body.to_owned())
    }

    fn waiting(&self, id: TaskId, trace_id: TraceId, created_at: Timestamp, request: String) -> NewTask {
        NewTask {
            id,
            trace_id,
            credential_id: self.credential,
            kind: TaskKind::Audios,
            created_at,
            request,
            callback_url: None,
            price: Credits::ZERO,
            waits: false,
            fingerprint: self.random.bytes(),
            repeat_of: None,
            key: None,
            deadline: None,
            headers: OrderHeaders::default(),
        }
    }

    /// Puts the lines of the lyric in another sequence, which leaves its length as it is, and draws another seed.
    fn turn_lyric(&mut self) {
        for last in (1..self.words.len()).rev() {
            let other = self.dice.below(last + 1);
            self.words.swap(last, other);
        }
        let mut words = self.words.iter();
        let line = |line: &Line| match line {
            Line::Mark(mark) => mark.clone(),
            Line::Words => words.next().cloned().unwrap_or_default(),
        };
        self.order.lyric = Some(self.lines.iter().map(line).collect::<Vec<_>>().join("\n"));
        self.order.seed = u32::try_from(self.dice.roll() >> 32).unwrap_or_default();
    }
}

/// When the `index`-th of `count` tasks was ordered: ascending over the year before `end`, more and more of them as
/// the year goes on, and in each week a busy and a quiet part.
pub(super) fn ordered_at(index: usize, count: usize, end: Timestamp) -> Timestamp {
    let share = number(index) / number(count.max(1));
    let week = share * 52.0 * TAU;
    let wavy = share + 0.8 * week.sin() / (52.0 * TAU);
    end.minus(YEAR).plus(YEAR.mul_f64(wavy.clamp(0.0, 1.0).sqrt()))
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use crate::ids::SystemRandom;

    #[test]
    fn rows_have_the_seeds_size_and_are_all_different() {
        let random: &dyn Random = &SystemRandom;
        let mut rows = Rows::new(random, CredentialId(uuid::Uuid::nil())).expect("rows");
        let seed = include_str!("../demo/order.json").trim_end().len();
        let mut seen = HashSet::new();
        for _ in 0..50 {
            let (task, ended) = rows.finished(Timestamp::from_millis(1_767_119_745_524)).expect("a row");
            let Outcome::Succeeded(response) = ended.outcome else { panic!("not succeeded") };
            assert!(task.request.len() > seed, "{}", task.request);
            let size = task.request.len() + response.json().len();
            assert!((2_300..3_000).contains(&size), "{size}");
            let body: serde_json::Value = serde_json::from_str(&task.request).expect("JSON");
            assert!(seen.insert(body["lyric"].to_string()) && seen.insert(task.id.to_string()));
        }
    }

    #[test]
    fn times_ascend_over_a_year_and_are_uneven() {
        let end = Timestamp::from_millis(1_767_119_745_524);
        let times: Vec<Timestamp> = (0..1_000).map(|index| ordered_at(index, 1_000, end)).collect();
        assert!(times.is_sorted());
        assert_eq!(times[0], end.minus(YEAR));
        assert!(times[999] <= end);
        let first_half = times.iter().filter(|time| **time < end.minus(YEAR / 2)).count();
        assert!((200..300).contains(&first_half), "{first_half}");
    }
}
