//! The words that steer, in English and Chinese. All in lower case, with spaces for punctuation.

use super::{Part, Patch};

/// Words that make a song slow.
pub(super) const SLOW: &[&str] = &["slow", "slowly", "downtempo", "gentle", "慢", "舒缓", "缓慢"];
/// Words that make a song fast.
pub(super) const FAST: &[&str] =
    &["fast", "upbeat", "uptempo", "up tempo", "energetic", "driving", "快", "欢快", "动感", "激烈", "高能"];
/// Words that ask for minor.
pub(super) const MINOR: &[&str] = &[
    "minor",
    "sad",
    "dark",
    "melancholy",
    "melancholic",
    "gloomy",
    "moody",
    "mournful",
    "lonely",
    "heartbreak",
    "tragic",
    "haunting",
    "小调",
    "悲伤",
    "伤感",
    "忧郁",
    "忧伤",
    "黑暗",
    "孤独",
    "失恋",
];
/// Words that ask for major.
pub(super) const MAJOR: &[&str] = &[
    "major",
    "happy",
    "joyful",
    "cheerful",
    "bright",
    "uplifting",
    "sunny",
    "joy",
    "playful",
    "大调",
    "快乐",
    "开心",
    "欢乐",
    "阳光",
    "明亮",
    "喜庆",
];

/// Words that name a whole part, mostly to leave it out.
pub(super) const PARTS: &[(&[&str], Part)] = &[
    (&["drums", "drum", "percussion", "beats", "鼓", "鼓点", "打击乐"], Part::Drums),
    (&["bass", "贝斯", "低音"], Part::Bass),
    (&["pad", "pads", "铺底"], Part::Pad),
    (&["arpeggio", "arp", "琶音"], Part::Arp),
    (&["vocals", "vocal", "singing", "voice", "人声"], Part::Lead),
    (&["harmony", "harmonies", "backing vocals", "和声"], Part::Harmony),
];

/// Words that leave the drums out without a "no".
pub(super) const DRUMLESS: &[&str] = &["drumless", "a cappella", "无鼓", "免鼓"];

/// Words that name an instrument, and the part that then plays it.
pub(super) const INSTRUMENTS: &[(&[&str], Part, Patch)] = &[
    (&["electric piano", "rhodes", "wurlitzer", "电钢琴"], Part::Chords, Patch::ElectricPiano),
    (&["piano", "钢琴"], Part::Chords, Patch::GrandPiano),
    (&["distorted guitar", "distortion", "heavy guitar", "失真吉他"], Part::Chords, Patch::DistortedGuitar),
    (&["electric guitar", "电吉他"], Part::Counter, Patch::LeadGuitar),
    (&["nylon guitar", "classical guitar", "spanish guitar", "古典吉他"], Part::Chords, Patch::NylonGuitar),
    (&["acoustic guitar", "guitar", "guitars", "ukulele", "banjo", "吉他"], Part::Chords, Patch::SteelGuitar),
    (&["organ", "hammond", "管风琴", "风琴"], Part::Chords, Patch::Organ),
    (&["koto", "guzheng", "pipa", "古筝", "琵琶"], Part::Chords, Patch::Koto),
    (&["harp", "竖琴"], Part::Arp, Patch::Harp),
    (
        &["strings", "string", "violin", "violins", "cello", "orchestra", "弦乐", "小提琴", "大提琴"],
        Part::Pad,
        Patch::Strings,
    ),
    (&["synth pad", "合成铺底"], Part::Pad, Patch::SawPad),
    (&["supersaw", "super saw"], Part::Chords, Patch::Supersaw),
    (
        &["brass", "trumpet", "saxophone", "sax", "horns", "小号", "萨克斯", "铜管"],
        Part::Counter,
        Patch::Brass,
    ),
    (&["flute", "bamboo flute", "dizi", "笛子", "长笛", "箫"], Part::Counter, Patch::Flute),
    (&["bell", "bells", "glockenspiel", "chimes", "铃", "钟琴"], Part::Counter, Patch::Bell),
    (&["vibraphone", "marimba", "vibes", "颤音琴"], Part::Counter, Patch::Vibraphone),
    (&["music box", "kalimba", "八音盒", "拇指琴"], Part::Arp, Patch::MusicBox),
    (&["808 bass", "sub bass"], Part::Bass, Patch::SubBass),
    (&["synth bass"], Part::Bass, Patch::SynthBass),
    (&["acid"], Part::Bass, Patch::AcidBass),
    (&["upright bass", "double bass", "低音提琴"], Part::Bass, Patch::UprightBass),
    (&["brushes"], Part::Drums, Patch::BrushKit),
    (&["909"], Part::Drums, Patch::House909Kit),
    (&["808"], Part::Drums, Patch::Trap808Kit),
];
