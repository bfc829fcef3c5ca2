//! The words that name instruments and parts.

use super::{Part, Part::*, Patch};

/// What a word of an instrument means.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Meaning {
    /// A part, whatever it plays on.
    Plays(Part),
    /// An instrument and the parts that it takes, the first that is free.
    Patch(&'static [Part], Patch),
    /// Nothing: the word only looks like an instrument's.
    Nothing,
}
use Meaning::{Nothing, Patch as On, Plays};

/// Words that name an instrument or a part.
pub(super) const INSTRUMENTS: &[(&[&str], Meaning)] = &[
    (
        &[
            "drum and bass",
            "drum n bass",
            "drum & bass",
            "drum bass",
            "bass house",
            "future bass",
            "brass knuckles",
            "鼓打贝斯",
        ],
        Nothing,
    ),
    (
        &[
            "drums",
            "drum",
            "drum kit",
            "drumming",
            "percussion",
            "beats",
            "beat",
            "鼓",
            "鼓点",
            "鼓声",
            "架子鼓",
            "打击乐",
        ],
        Plays(Drums),
    ),
    (&["bass", "bassline", "贝斯", "低音", "贝司"], Plays(Bass)),
    (&["pad", "pads", "铺底"], Plays(Pad)),
    (&["arpeggio", "arp", "arpeggiator", "琶音"], Plays(Arp)),
    (&["vocals", "vocal", "singing", "voice", "singer", "人声", "唱", "演唱"], Plays(Lead)),
    (&["harmony", "harmonies", "backing vocals", "和声"], Plays(Harmony)),
    (
        &["electric piano", "rhodes", "wurlitzer", "电钢琴", "电钢"],
        On(&[Chords, Arp, Counter], Patch::ElectricPiano),
    ),
    (&["piano", "grand piano", "keys", "钢琴"], On(&[Chords, Arp, Counter], Patch::GrandPiano)),
    (
        &["distorted guitar", "distortion", "heavy guitar", "heavy riff", "失真吉他", "失真"],
        On(&[Chords, Arp], Patch::DistortedGuitar),
    ),
    (
        &["overdriven guitar", "overdrive", "crunchy guitar", "过载吉他"],
        On(&[Chords, Counter], Patch::OverdrivenGuitar),
    ),
    (&["electric guitar", "lead guitar", "guitar solo", "电吉他"], On(&[Counter, Chords], Patch::LeadGuitar)),
    (&["clean guitar", "clean electric guitar", "清音吉他"], On(&[Chords, Arp], Patch::CleanGuitar)),
    (&["jazz guitar", "爵士吉他"], On(&[Chords, Arp], Patch::JazzGuitar)),
    (&["muted guitar", "palm muted", "palm mute"], On(&[Arp, Chords], Patch::MutedGuitar)),
    (
        &["nylon guitar", "classical guitar", "spanish guitar", "flamenco guitar", "古典吉他", "尼龙吉他"],
        On(&[Chords, Arp], Patch::NylonGuitar),
    ),
    (
        &[
            "acoustic guitar",
            "guitar",
            "ukulele",
            "banjo",
            "mandolin",
            "吉他",
            "木吉他",
            "民谣吉他",
            "尤克里里",
        ],
        On(&[Chords, Arp, Counter], Patch::SteelGuitar),
    ),
    (&["church organ", "pipe organ", "cathedral organ", "管风琴"], On(&[Chords, Pad], Patch::ChurchOrgan)),
    (&["organ", "hammond", "风琴", "电风琴", "哈蒙德"], On(&[Chords, Pad], Patch::Organ)),
    (&["accordion", "手风琴"], On(&[Chords, Counter, Pad], Patch::Accordion)),
    (&["harmonica", "mouth organ", "口琴"], On(&[Counter], Patch::Harmonica)),
    (
        &["koto", "guzheng", "pipa", "guqin", "zither", "古筝", "琵琶", "古琴", "扬琴", "阮"],
        On(&[Chords, Arp, Counter], Patch::Koto),
    ),
    (&["harp", "竖琴"], On(&[Arp, Chords], Patch::Harp)),
    (&["pizzicato", "plucked strings", "拨弦"], On(&[Arp, Chords], Patch::Pizzicato)),
    (&["violin", "fiddle", "erhu", "小提琴", "二胡"], On(&[Counter, Pad], Patch::Violin)),
    (&["cello", "cellos", "viola", "大提琴", "中提琴"], On(&[Counter, Pad], Patch::Cello)),
    (
        &["strings", "string section", "string", "orchestra", "弦乐", "弦乐队"],
        On(&[Pad, Chords], Patch::Strings),
    ),
    (&["choir", "chorus of voices", "choral", "合唱", "唱诗班", "合唱团"], On(&[Pad, Chords], Patch::Choir)),
    (&["synth pad", "合成铺底", "ambient pad"], On(&[Pad], Patch::SawPad)),
    (&["supersaw", "super saw"], On(&[Chords], Patch::Supersaw)),
    (
        &["brass", "brass section", "horn section", "horns", "铜管", "管乐"],
        On(&[Counter, Chords], Patch::BrassSection),
    ),
    (&["trumpet", "cornet", "小号"], On(&[Counter, Arp], Patch::Trumpet)),
    (&["trombone", "长号"], On(&[Counter, Arp], Patch::Trombone)),
    (&["french horn", "圆号", "法国号"], On(&[Counter, Pad], Patch::FrenchHorns)),
    (
        &["saxophone", "sax", "tenor sax", "alto sax", "萨克斯", "萨克斯风"],
        On(&[Counter, Arp], Patch::TenorSax),
    ),
    (&["oboe", "bassoon", "双簧管", "唢呐"], On(&[Counter, Arp], Patch::Oboe)),
    (&["clarinet", "单簧管", "黑管"], On(&[Counter, Arp], Patch::Clarinet)),
    (
        &[
            "flute",
            "bamboo flute",
            "dizi",
            "xiao",
            "pan flute",
            "whistle",
            "笛子",
            "长笛",
            "箫",
            "竹笛",
            "洞箫",
        ],
        On(&[Counter, Arp], Patch::Flute),
    ),
    (
        &["bell", "glockenspiel", "chimes", "sleigh bells", "铃", "钟琴", "铃铛"],
        On(&[Counter, Arp], Patch::Bell),
    ),
    (&["marimba", "xylophone", "木琴", "马林巴"], On(&[Arp, Counter], Patch::Marimba)),
    (&["vibraphone", "vibes section", "颤音琴"], On(&[Counter, Arp], Patch::Vibraphone)),
    (&["music box", "kalimba", "celesta", "八音盒", "拇指琴"], On(&[Arp, Counter], Patch::MusicBox)),
    (&["pluck synth", "plucky synth", "plucks"], On(&[Arp], Patch::PluckSynth)),
    (&["808 bass", "sub bass", "超低音"], On(&[Bass], Patch::SubBass)),
    (&["synth bass", "moog bass", "合成贝斯"], On(&[Bass], Patch::SynthBass)),
    (&["acid", "acid bass", "303"], On(&[Bass], Patch::AcidBass)),
    (&["slap bass", "bass guitar", "fingered bass", "电贝斯"], On(&[Bass], Patch::FingerBass)),
    (
        &[
            "upright bass",
            "double bass",
            "contrabass",
            "acoustic bass",
            "walking bass",
            "低音提琴",
            "倍大提琴",
        ],
        On(&[Bass], Patch::AcousticBass),
    ),
    (&["brushes", "brushed drums", "鼓刷"], On(&[Drums], Patch::BrushKit)),
    (&["timpani", "taiko", "war drums", "定音鼓", "太鼓", "大鼓"], On(&[Drums], Patch::OrchestralKit)),
    (&["conga", "bongo", "djembe", "hand percussion", "手鼓"], On(&[Drums], Patch::LatinKit)),
    (&["909"], On(&[Drums], Patch::House909Kit)),
    (&["808", "808 drums"], On(&[Drums], Patch::Trap808Kit)),
];
