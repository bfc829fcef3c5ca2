//! An engine that follows a script, and notes what it was asked for.

use std::collections::VecDeque;
use std::sync::Mutex;

use async_trait::async_trait;
use domain::{Action, AudioOrder, LyricOrder};
use engines::{
    Chapter, Engine, EngineError, Extras, Lyric, Made, Origin, Other, Song, SongFile, Source, Sources,
    StemTrack, Stems, Watch,
};
use tokio::sync::{oneshot, watch};

use crate::client::PATIENCE;

/// What the engine does with an order.
#[derive(Clone, Debug)]
pub enum Turn {
    /// It makes a very short song.
    Sing,
    /// It makes one that it tells more of: files, and a chorus that can go round.
    SingAndTell,
    /// It makes one of forty seconds, of which a film takes a while.
    SingLong,
    /// It fails, and may do better another time.
    Retry(&'static str),
    /// It will not make this.
    Refuse(&'static str),
    /// It works until it is told how to end, or to stop.
    Hold,
    /// It neither ends nor stops.
    Hang,
    /// It has a fault.
    Panic,
}

pub struct ScriptedEngine {
    script: Mutex<Script>,
    orders: watch::Sender<Vec<AudioOrder>>,
    sources: Mutex<Vec<Source>>,
    others: Mutex<Vec<Other>>,
}

struct Script {
    turns: VecDeque<Turn>,
    usual: Turn,
    held: Vec<Held>,
}

struct Held {
    prompt: String,
    watch: Watch,
    end: oneshot::Sender<Turn>,
}

impl ScriptedEngine {
    pub fn new() -> Self {
        let script = Script { turns: VecDeque::new(), usual: Turn::Sing, held: Vec::new() };
        let orders = watch::Sender::new(Vec::new());
        Self { script: Mutex::new(script), orders, sources: Mutex::default(), others: Mutex::default() }
    }

    /// What it does next, after what it was told before.
    pub fn next(&self, turn: Turn) {
        self.script.lock().expect("whole").turns.push_back(turn);
    }

    /// What it does when the script is over.
    pub fn always(&self, turn: Turn) {
        self.script.lock().expect("whole").usual = turn;
    }

    /// The prompts of the orders that reached it.
    pub fn prompts(&self) -> Vec<String> {
        self.orders.borrow().iter().map(prompt).collect()
    }

    /// The last order that reached it.
    pub fn last_order(&self) -> AudioOrder {
        self.orders.borrow().last().cloned().expect("an order")
    }

    /// The songs that the orders since the last look started from.
    pub fn take_sources(&self) -> Vec<Source> {
        std::mem::take(&mut self.sources.lock().expect("whole"))
    }

    /// The songs whose parts the orders since the last look were to take.
    pub fn take_others(&self) -> Vec<Other> {
        std::mem::take(&mut self.others.lock().expect("whole"))
    }

    /// Waits until this many orders have reached it.
    #[track_caller]
    pub fn until_orders(&self, count: usize) -> impl Future<Output = ()> {
        let mut orders = self.orders.subscribe();
        async move {
            let reached =
                tokio::time::timeout(PATIENCE, orders.wait_for(|orders| orders.len() >= count)).await;
            assert!(reached.is_ok(), "the engine never had {count} orders");
        }
    }

    /// Ends the held order with this prompt.
    #[track_caller]
    pub fn end(&self, prompt: &str, turn: Turn) {
        let mut script = self.script.lock().expect("whole");
        let at = script.held.iter().position(|held| held.prompt == prompt && !held.end.is_closed());
        let held = script.held.remove(at.expect("a held order with this prompt"));
        held.end.send(turn).expect("the engine is at work on it");
    }

    /// Reports progress on the held order with this prompt.
    #[track_caller]
    pub fn report(&self, prompt: &str, done: f32) {
        let script = self.script.lock().expect("whole");
        let held = script.held.iter().find(|held| held.prompt == prompt && !held.end.is_closed());
        held.expect("a held order with this prompt").watch.report(done);
    }

    fn hold(&self, prompt: String, watch: Watch) -> oneshot::Receiver<Turn> {
        let (end, ended) = oneshot::channel();
        self.script.lock().expect("whole").held.push(Held { prompt, watch, end });
        ended
    }
}

fn prompt(order: &AudioOrder) -> String {
    order.prompt.clone().unwrap_or_default()
}

#[async_trait]
impl Engine for ScriptedEngine {
    fn version(&self) -> &str {
        VERSION
    }

    fn can(&self, action: Action, from: Origin) -> bool {
        match from {
            Origin::Nothing => action == Action::Generate,
            Origin::OwnSong => action.needs_source(),
            Origin::OtherSound => {
                let swaps = matches!(action, Action::SwapVocals | Action::SwapInstrumentals);
                action.needs_source() && !action.makes_stems() && !swaps
            }
        }
    }

    fn origin(&self, made_by: &str, plan: &str) -> Origin {
        let has_own_plan = plan == OWN_PLAN;
        Origin::of_song(VERSION, made_by, has_own_plan)
    }

    async fn write_lyric(&self, order: LyricOrder, _: Watch) -> Result<Lyric, EngineError> {
        Ok(Lyric { title: "Words".to_owned(), text: format!("[Verse]\n{}", order.prompt) })
    }

    async fn make(&self, order: AudioOrder, sources: Sources, watch: Watch) -> Result<Made, EngineError> {
        let parts = order.action.makes_stems().then(|| stems(sources.song.as_ref().expect("a source")));
        let of_upload = sources.song.as_ref().is_some_and(|song| song.engine == "upload");
        self.sources.lock().expect("whole").extend(sources.song);
        self.others.lock().expect("whole").extend(sources.swap);
        let turn = {
            let mut script = self.script.lock().expect("whole");
            script.turns.pop_front().unwrap_or_else(|| script.usual.clone())
        };
        // Held before it is told, so that whoever waits for the order can end it.
        let held = matches!(turn, Turn::Hold).then(|| self.hold(prompt(&order), watch.clone()));
        self.orders.send_modify(|orders| orders.push(order.clone()));
        let turn = match held {
            None => turn,
            Some(ended) => tokio::select! {
                turn = ended => turn.expect("an end"),
                () = watch.cancelled() => return Err(EngineError::Cancelled),
            },
        };
        match turn {
            Turn::Sing | Turn::SingAndTell if parts.is_some() => {
                Ok(Made::Stems(Stems::of(parts.expect("parts"))))
            }
            Turn::Sing if of_upload => {
                Ok(Made::Song(Song { plan: PLAN_OF_UPLOAD.to_owned(), ..song(&order) }))
            }
            Turn::Sing => Ok(Made::Song(song(&order))),
            Turn::SingLong => {
                let silence = vec![0.0; 40 * 44_100];
                Ok(Made::Song(Song { left: silence.clone(), right: silence, ..song(&order) }))
            }
            Turn::SingAndTell => Ok(Made::Song(Song { extras: told(), ..song(&order) })),
            Turn::Retry(cause) => Err(EngineError::Retry(cause.to_owned())),
            Turn::Refuse(why) => Err(EngineError::Refused(why.to_owned())),
            Turn::Hang => std::future::pending().await,
            Turn::Panic => panic!("as this test wants it"),
            Turn::Hold => panic!("held twice"),
        }
    }
}

/// Vocals that are all there is.
fn stems(source: &Source) -> Vec<StemTrack> {
    #[expect(clippy::cast_possible_truncation, reason = "whole multiples of 1/32768")]
    let whole = |channel: &[f32]| channel.iter().map(|value| (value * 32_768.0) as i16).collect::<Vec<_>>();
    let none = vec![0; source.left.len()];
    let part = |name: &str, left, right| StemTrack { name: name.to_owned(), left, right };
    vec![part("vocals", whole(&source.left), whole(&source.right)), part("instrumental", none.clone(), none)]
}

const VERSION: &str = "scripted-1";
/// The plan of a song that can be made again.
const OWN_PLAN: &str = "{}";
/// That of one that holds a recording.
const PLAN_OF_UPLOAD: &str = r#"{"recorded":true}"#;

/// A tenth of a second of a saw, so that encoding takes no time.
fn song(order: &AudioOrder) -> Song {
    #[expect(clippy::cast_precision_loss, reason = "a small number")]
    let left: Vec<f32> = (0..4_410).map(|n| ((n * 64) % 8_192 - 4_096) as f32 / 32_768.0).collect();
    Song {
        engine: VERSION.to_owned(),
        plan: OWN_PLAN.to_owned(),
        title: None,
        lyric: order.lyric.clone().unwrap_or_default(),
        right: left.clone(),
        left,
        sample_rate: 44_100,
        shared: false,
        extras: Extras::default(),
    }
}

/// The samples of the song that [`Turn::SingAndTell`] calls its chorus.
pub const CHORUS: std::ops::Range<usize> = 1_000..3_500;

fn told() -> Extras {
    let sections = format!(
        r#"{{"title":"One","style":"pop","tempo_bpm":120.0,"key":"C major","time_signature":"4/4","seconds":0.1,
            "sections":[],"chorus_loop":{{"section":"chorus-1","start_sample":{},"end_sample":{}}}}}"#,
        CHORUS.start, CHORUS.end
    );
    let file = |name, bytes: &[u8]| SongFile { name, bytes: bytes.to_vec() };
    Extras {
        files: vec![
            file("song.mid", b"MThd"),
            file("sections.json", sections.as_bytes()),
            file("words.json", b"{}"),
            file("lyric.lrc", b"[00:00.00]One"),
            file("lyric.vtt", b"WEBVTT"),
            file("waveform.json", b"{}"),
        ],
        chapters: vec![Chapter { start_seconds: 0.0, title: "Chorus".to_owned() }],
    }
}
