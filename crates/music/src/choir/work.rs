//! Spreads readings over threads; the calling one works too, reports, and may break off.

use super::cast::{Cue, Reading, VoiceOf};
use super::{Heard, pool, timed};
use crate::perform::Cancelled;
use crate::sing::{FormantSinger, LineToSing, ReadLine, Singer, Sung};
use std::ops::ControlFlow;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::Duration;

/// While others finish, the caller reports as often.
const REPORT_EVERY: Duration = Duration::from_millis(100);

/// What all threads share.
struct Work<'a> {
    readings: &'a [Reading<'a>],
    next: AtomicUsize,
    stop: AtomicBool,
    /// Pieces done, of as many as [`pieces`] counts.
    done: AtomicUsize,
}

/// Every line as it was sung, in any order.
pub(super) fn all<'a>(
    readings: &'a [Reading<'a>],
    threads: usize,
    report: &mut dyn FnMut(f32) -> ControlFlow<()>,
) -> Result<Vec<Heard<'a>>, Cancelled> {
    let work =
        Work { readings, next: AtomicUsize::new(0), stop: AtomicBool::new(false), done: AtomicUsize::new(0) };
    let all = readings.iter().map(pieces).sum::<usize>().max(1);
    let (results, finished) = channel();
    std::thread::scope(|scope| {
        for _ in 1..threads.min(readings.len()) {
            let (work, results) = (&work, results.clone());
            scope.spawn(move || work.run(&results, &mut || ()));
        }
        let mut tell = || {
            if report(work.done.load(Relaxed) as f32 / all as f32).is_break() {
                work.stop.store(true, Relaxed);
            }
        };
        work.run(&results, &mut tell);
        drop(results);
        collect(&finished, &mut tell)
    })
    .into_iter()
    .collect::<Option<Vec<_>>>()
    .filter(|_| !work.stop.load(Relaxed))
    .map(|heard| heard.into_iter().flatten().collect())
    .ok_or(Cancelled)
}

/// Waits for what the others sing.
fn collect<T>(finished: &Receiver<T>, tell: &mut dyn FnMut()) -> Vec<T> {
    let mut all = Vec::new();
    loop {
        match finished.recv_timeout(REPORT_EVERY) {
            Ok(result) => all.push(result),
            Err(RecvTimeoutError::Timeout) => tell(),
            Err(RecvTimeoutError::Disconnected) => return all,
        }
    }
}

/// One for reading it, one for each take.
fn pieces(reading: &Reading<'_>) -> usize {
    1 + reading.lines.iter().map(|cue| cue.voices.len()).sum::<usize>()
}

impl<'a> Work<'a> {
    /// Sings one reading after the other until there is none; `tell` is called after each piece.
    fn run(&self, results: &Sender<Option<Vec<Heard<'a>>>>, tell: &mut dyn FnMut()) {
        let singer = pool::hire();
        while let Some(reading) = self.readings.get(self.next.fetch_add(1, Relaxed)) {
            let mut step = || {
                self.done.fetch_add(1, Relaxed);
                tell();
                (!self.stop.load(Relaxed)).then_some(())
            };
            let heard = sing(reading, singer.as_ref(), &mut step);
            let is_over = heard.is_none();
            // Whoever listens outlives this thread.
            drop(results.send(heard));
            if is_over {
                return;
            }
        }
    }
}

/// All lines of a reading; none if it was broken off.
fn sing<'a>(
    reading: &'a Reading<'a>,
    singer: Option<&crate::sing::NeuralSinger>,
    step: &mut dyn FnMut() -> Option<()>,
) -> Option<Vec<Heard<'a>>> {
    let tones = reading.tones();
    let first = reading.lines.first().and_then(|cue| cue.voices.first());
    let read = singer.zip(first).and_then(|(singer, voice)| singer.read(&reading.line(&tones, voice)).ok());
    step()?;
    let mut all = Vec::new();
    for cue in &reading.lines {
        all.extend(sing_cue(reading, read.as_ref(), cue, step)?);
    }
    Some(all)
}

/// One line with its doubles; nothing within if nobody can sing it.
fn sing_cue<'a>(
    reading: &Reading<'_>,
    read: Option<&ReadLine>,
    cue: &Cue<'a>,
    step: &mut dyn FnMut() -> Option<()>,
) -> Option<Option<Heard<'a>>> {
    let mut heard: Option<Heard> = None;
    for voice in &cue.voices {
        let tones = cue.tones(voice);
        if let Some(sung) = take(read, &reading.line(&tones, voice)) {
            heard
                .get_or_insert_with(|| Heard {
                    index: cue.index,
                    line: cue.line,
                    takes: Vec::new(),
                    words: timed(reading, cue.line, &sung.words, cue.onset()),
                })
                .takes
                .push(placed(cue, voice, sung));
        }
        step()?;
    }
    Some(heard)
}

fn placed(cue: &Cue<'_>, voice: &VoiceOf, sung: Sung) -> super::Take {
    voice.take(cue.onset() + sung.start, sung.samples)
}

/// What the model has not read, formulas sing.
fn take(read: Option<&ReadLine>, line: &LineToSing<'_>) -> Option<Sung> {
    match read {
        Some(read) => Some(read.sing(line)),
        None => FormantSinger.sing(line).ok(),
    }
}
