//! The plan of a song: pure data that says everything, so that the same plan sounds the same.

mod casting;
mod form;
mod found;
mod held;
mod instruments;
mod lyric;
mod models;
mod reading;
mod setting;
mod singer;
mod staging;
mod vocabulary;

pub use crate::style::StyleName;
pub use held::{Levels, Writing};
pub use lyric::{Lyric, Stanza};
pub use setting::Delivery;
pub(crate) use setting::bars_for_lines;

use crate::brief::Brief;
use crate::random::Stream;
use crate::sing::{SINGERS, Timbre};
use crate::style::{self, Style};
use crate::theory::{Key, Mode};
use reading::Wishes;
use serde::{Deserialize, Serialize};

/// No ordered song is longer, in seconds.
pub const MAX_SECONDS: f32 = 240.0;
/// What edits may bring a song to, in seconds.
pub const MAX_EDITED_SECONDS: f32 = 600.0;

/// Who plays: one bus of the mixing desk each.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the names say it")]
pub enum Part {
    Drums,
    Bass,
    Chords,
    Arp,
    Pad,
    /// The voice that has the lyric's syllables.
    Lead,
    /// A second voice under the lead.
    Harmony,
    /// An instrument that answers between the lines, and has the tune when nobody sings.
    Counter,
}

impl Part {
    /// All parts in the order of the desk.
    pub const ALL: [Self; 8] = [
        Self::Drums,
        Self::Bass,
        Self::Chords,
        Self::Arp,
        Self::Pad,
        Self::Lead,
        Self::Harmony,
        Self::Counter,
    ];

    /// The word that stands for the part in keys of random streams.
    pub(crate) fn key(self) -> &'static str {
        match self {
            Self::Drums => "drums",
            Self::Bass => "bass",
            Self::Chords => "chords",
            Self::Arp => "arp",
            Self::Pad => "pad",
            Self::Lead => "lead",
            Self::Harmony => "harmony",
            Self::Counter => "counter",
        }
    }
}

/// The instruments; how each is made stands in `synth/patches.rs`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the names say it")]
pub enum Patch {
    AcousticKit,
    RockKit,
    BrushKit,
    LoFiKit,
    House909Kit,
    Trap808Kit,
    LatinKit,
    FingerBass,
    PickBass,
    UprightBass,
    SubBass,
    SynthBass,
    AcidBass,
    GrandPiano,
    ElectricPiano,
    Organ,
    NylonGuitar,
    SteelGuitar,
    MutedGuitar,
    DistortedGuitar,
    LeadGuitar,
    Koto,
    Harp,
    Bell,
    Vibraphone,
    MusicBox,
    PluckSynth,
    Supersaw,
    Brass,
    WarmPad,
    SawPad,
    Strings,
    SquareLead,
    SawLead,
    SineLead,
    Flute,
    CleanGuitar,
    JazzGuitar,
    OverdrivenGuitar,
    AcousticBass,
    Violin,
    Cello,
    Pizzicato,
    Timpani,
    Choir,
    Trumpet,
    Trombone,
    FrenchHorns,
    BrassSection,
    TenorSax,
    Oboe,
    Clarinet,
    Accordion,
    Harmonica,
    ChurchOrgan,
    Marimba,
    JazzKit,
    TechnoKit,
    BoomBapKit,
    OrchestralKit,
}

/// What a section is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the names say it")]
pub enum SectionKind {
    Intro,
    Verse,
    PreChorus,
    Chorus,
    Bridge,
    Instrumental,
    Outro,
}

impl SectionKind {
    /// The word in ids and keys, such as `pre-chorus`.
    pub fn word(self) -> &'static str {
        match self {
            Self::Intro => "intro",
            Self::Verse => "verse",
            Self::PreChorus => "pre-chorus",
            Self::Chorus => "chorus",
            Self::Bridge => "bridge",
            Self::Instrumental => "instrumental",
            Self::Outro => "outro",
        }
    }
}

/// One line of the lyric.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// The words as they were sent, without marks.
    pub text: String,
}

/// A stretch of the song.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Section {
    /// Unique within the plan, such as `chorus-2`; the key of the section's random streams.
    pub id: String,
    /// What the section is for; sections of one kind share chords and tune.
    pub kind: SectionKind,
    /// Length in bars; taken as 1 to 64.
    pub bars: u32,
    /// The lines sung in it, spread over its bars by what each wants.
    pub lines: Vec<Line>,
    /// 0 (bare) to 1 (everything plays).
    pub energy: f32,
    /// Semitones that everything in it lies above the song's key; taken as -12 to 12.
    #[serde(default)]
    pub transposition: i8,
    /// How long the band is silent at its end, in sixteenths.
    #[serde(default)]
    pub stop: u32,
}

/// Which patch a part plays; a part without a choice is silent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InstrumentChoice {
    /// Who plays.
    pub part: Part,
    /// On what.
    pub patch: Patch,
}

/// How far the master is finished.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mastering {
    /// Compressed and limited to a loudness of -14 LUFS.
    Full,
    /// Only turned to a safe peak.
    Raw,
}

/// Numbers that steer composition and mix.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Knobs {
    /// 0 to 1; see [`Brief::weirdness`].
    pub weirdness: f32,
    /// 0 to 1; see [`Brief::lyrics_strength`].
    pub lyrics_strength: f32,
    /// 0 to 1; see [`Brief::sound_strength`].
    pub sound_strength: f32,
    /// Whether sections end in drum fills.
    pub fills: bool,
    /// Whether players come and go with the sections; otherwise all play all the time.
    #[serde(default = "yes")]
    pub layers: bool,
    /// 0 (a machine) to 1 (people): how far timing and loudness stray.
    #[serde(default = "fully")]
    pub human: f32,
    /// How far the master is finished.
    pub mastering: Mastering,
}

/// Everything that decides how a song sounds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Plan {
    /// The song's name.
    pub title: String,
    /// The root of every random draw.
    pub seed: u32,
    /// Groove, progressions and room.
    pub style: StyleName,
    /// Quarters per minute; taken as 40 to 220.
    pub tempo_bpm: f32,
    /// The key of the song, but for sections that are transposed.
    pub key: Key,
    /// The form, in order.
    pub sections: Vec<Section>,
    /// Who plays on what.
    pub instruments: Vec<InstrumentChoice>,
    /// Who sings the lyric: the name of one of [`SINGERS`], another is taken as the first of them. With `None` an
    /// instrument has the tune.
    #[serde(default)]
    pub singer: Option<String>,
    /// Numbers that steer composition and mix.
    pub knobs: Knobs,
    /// Whose tune it has; with `None` its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub melody: Option<Writing>,
    /// Whose chords it has, if that song's bars are as long in beats; with `None` its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub harmony: Option<Writing>,
    /// How loud the master is to be; with `None` that is found from the whole of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub levels: Option<Levels>,
}

impl Plan {
    /// Reads an order into a plan. Any text gives a plan; no text gives a pop song.
    pub fn from_brief(brief: &Brief) -> Self {
        let wishes = Wishes::read(brief);
        let style = style::style(wishes.style.unwrap_or_else(|| default_style(brief)));
        let key = choose_key(brief, &wishes, style);
        let tempo_bpm = choose_tempo(brief, &wishes, style);
        let lyric = brief.lyric.as_deref().map(Lyric::parse).unwrap_or_default();
        let means = models::means(brief.model);
        let mut sections = form::sections(&lyric, brief, tempo_bpm, style);
        staging::stage(&mut sections, brief.seed, style, means, wishes.tonic.is_none());
        let instruments = casting::cast(brief, &wishes, style, means);
        let has_lead = instruments.iter().any(|choice| choice.part == Part::Lead);
        Self {
            title: brief.title.clone(),
            seed: brief.seed,
            style: style.name,
            tempo_bpm,
            key,
            sections,
            instruments,
            singer: has_lead.then(|| singer::choose(brief)),
            knobs: Knobs {
                weirdness: share(brief.weirdness) * means.daring,
                lyrics_strength: share(brief.lyrics_strength),
                sound_strength: share(brief.sound_strength),
                fills: means.fills,
                layers: means.layers,
                human: means.human,
                mastering: means.mastering,
            },
            melody: None,
            harmony: None,
            levels: None,
        }
    }

    /// The style that an order's words name, if they name one.
    pub(crate) fn named_style(brief: &Brief) -> Option<StyleName> {
        Wishes::read(brief).style
    }

    /// Whether an order's words name a tempo.
    pub(crate) fn named_tempo(brief: &Brief) -> bool {
        Wishes::read(brief).bpm.is_some()
    }

    /// Whether an order's words name a kind of voice.
    pub(crate) fn named_voice(brief: &Brief) -> bool {
        singer::is_named(brief)
    }

    /// Who plays on what in a style, as an order's words, model and seed say.
    pub(crate) fn band(brief: &Brief, name: StyleName) -> Vec<InstrumentChoice> {
        casting::cast(brief, &Wishes::read(brief), style::style(name), models::means(brief.model))
    }

    /// The patch of a part, if it plays.
    pub fn patch(&self, part: Part) -> Option<Patch> {
        self.instruments.iter().find(|choice| choice.part == part).map(|choice| choice.patch)
    }

    /// Whose voice a part is; none for instruments, and for every part of a song without words or singer.
    pub(crate) fn voice(&self, part: Part) -> Option<&'static Timbre> {
        let has_words = self.sections.iter().any(|section| !section.lines.is_empty());
        let lead = self.singer.as_ref().filter(|_| has_words && self.patch(part).is_some())?;
        let lead = Timbre::named(lead).unwrap_or(&SINGERS[0]);
        match part {
            Part::Lead => Some(lead),
            // The second voice is another of the same kind.
            Part::Harmony => {
                let is_other =
                    |other: &&Timbre| other.sounds_male == lead.sounds_male && other.name != lead.name;
                Some(SINGERS.iter().find(is_other).unwrap_or(lead))
            }
            _ => None,
        }
    }

    /// The tempo that is really played, whatever an edited plan says.
    pub(crate) fn tempo(&self) -> f64 {
        if self.tempo_bpm.is_finite() { f64::from(self.tempo_bpm.clamp(40.0, 220.0)) } else { 110.0 }
    }
}

/// Do the words of an order send the voice home?
pub(crate) fn is_wordless(brief: &Brief) -> bool {
    Wishes::read(brief).without.contains(&Part::Lead)
}

/// How many notes a line of text wants: one for each vowel.
pub(crate) fn syllables_in(text: &str) -> usize {
    crate::words::say(text).syllable_count()
}

/// A number from outside as a share of 0 to 1; what is no number is the middle.
pub(crate) fn share(value: f32) -> f32 {
    if value.is_nan() { 0.5 } else { value.clamp(0.0, 1.0) }
}

/// Without a word of style: what most songs of the charts are.
fn default_style(brief: &Brief) -> StyleName {
    const COMMON: [StyleName; 6] = [
        StyleName::Pop,
        StyleName::Pop,
        StyleName::Pop,
        StyleName::Synthwave,
        StyleName::Folk,
        StyleName::House,
    ];
    *Stream::keyed(brief.seed, "song", "style", 0).pick(&COMMON)
}

fn choose_key(brief: &Brief, wishes: &Wishes, style: &Style) -> Key {
    let mut stream = Stream::keyed(brief.seed, "song", "key", 0);
    let drawn_minor = stream.chance(style.minor);
    let drawn_tonic = *stream.pick(&[0, 2, 4, 5, 7, 9, 10, 3, 11]);
    let mode = wishes.mode.unwrap_or(if drawn_minor { Mode::Minor } else { Mode::Major });
    Key { tonic: wishes.tonic.unwrap_or(drawn_tonic), mode }
}

fn choose_tempo(brief: &Brief, wishes: &Wishes, style: &Style) -> f32 {
    if let Some(bpm) = wishes.bpm {
        return bpm;
    }
    // A sound that may stray takes its tempo from further out, too.
    let reach = (style.tempo.1 - style.tempo.0) * 0.3 * (0.5 - share(brief.sound_strength));
    let (slow, fast) = (style.tempo.0 - reach, style.tempo.1 + reach);
    let draw = Stream::keyed(brief.seed, "song", "tempo", 0).unit();
    let tempo = match wishes.speed {
        speed if speed < 0 => slow * (0.82 + 0.1 * draw),
        speed if speed > 0 => fast * (1.0 + 0.1 * draw),
        _ => slow + (fast - slow) * draw,
    };
    tempo.round().clamp(50.0, 190.0)
}

fn yes() -> bool {
    true
}

fn fully() -> f32 {
    1.0
}
