//! Phrases of customers, and what they mean.

use super::super::{Part, Part::*, Patch, StyleName};
use super::Wishes;
use crate::brief::Brief;
use crate::theory::{Mode, Mode::*};

fn read(style: &str) -> Wishes {
    Wishes::read(&Brief { style: style.to_owned(), ..Brief::default() })
}

#[test]
fn styles_are_found_in_both_languages() {
    use StyleName::*;
    for (text, style) in [
        ("a catchy radio pop song", Pop),
        ("华语流行", Pop),
        ("pop rock with big guitars", Rock),
        ("慢摇滚", Rock),
        ("punk, loud and fast", Rock),
        ("indie folk around a campfire", Folk),
        ("一首快乐的民谣", Folk),
        ("funky disco groove", Funk),
        ("r&b", Soul),
        ("节奏布鲁斯", Soul),
        ("deep house", House),
        ("夜店舞曲", House),
        ("uplifting trance", Trance),
        ("80s synthwave, neon lights", Synthwave),
        ("赛博朋克", Synthwave),
        ("dark trap with 808s", Trap),
        ("陷阱说唱", Trap),
        ("boom bap hip-hop", HipHop),
        ("old school rap", HipHop),
        ("中文说唱", HipHop),
        ("lo-fi hip hop to study to", LoFi),
        ("适合学习的低保真音乐", LoFi),
        ("Drum & Bass, drum and bass", DrumAndBass),
        ("liquid dnb", DrumAndBass),
        ("piano ballad", Ballad),
        ("power ballad, rock guitars later", Ballad),
        ("抒情慢歌", Ballad),
        ("ambient drone for meditation", Ambient),
        ("冥想放松", Ambient),
        ("smoky jazz", Jazz),
        ("爵士乐三重奏", Jazz),
        ("jazz waltz", Waltz),
        ("圆舞曲", Waltz),
        ("bossa nova", Bossa),
        ("巴萨诺瓦", Bossa),
        ("roots reggae", Reggae),
        ("雷鬼", Reggae),
        ("古风 琵琶", Guofeng),
        ("Chinese style ballad with guzheng and erhu", Guofeng),
        ("country road song with banjo", Country),
        ("乡村音乐", Country),
        ("twelve-bar blues", Blues),
        ("布鲁斯", Blues),
        ("blues rock", Rock),
        ("warehouse techno", Techno),
        ("铁克诺", Techno),
        ("epic orchestral trailer", Orchestral),
        ("史诗管弦乐", Orchestral),
        ("Merry Christmas everyone", Christmas),
        ("圣诞节的歌", Christmas),
        ("heavy metal, double kick", Metal),
        ("重金属", Metal),
        ("symphonic metal", Metal),
        ("something epic about a dragon", Orchestral),
        ("a tender song for a wedding", Ballad),
        ("rainy night in a cafe", LoFi),
        ("校园的回忆", Folk),
        ("不要摇滚，要爵士", Jazz),
    ] {
        assert_eq!(read(text).style, Some(style), "{text}");
    }
    assert_eq!(read("").style, None);
}

#[test]
fn tempo_is_read_from_numbers_and_names() {
    for (text, bpm) in [
        ("house, 128 BPM", 128.0),
        ("90bpm", 90.0),
        ("bpm: 140", 140.0),
        ("tempo of 100", 100.0),
        ("♩=96", 96.0),
        ("92.5 bpm", 92.5),
        ("110-120 bpm", 115.0),
        ("between 90 to 100 bpm", 95.0),
        ("速度120，流行", 120.0),
        ("每分钟120拍", 120.0),
        ("每分钟一百二十拍", 120.0),
        ("九十拍", 90.0),
        ("１２０ＢＰＭ", 120.0),
        ("andante", 82.0),
        ("快板", 132.0),
    ] {
        assert_eq!(read(text).bpm, Some(bpm), "{text}");
    }
    for text in ["1980s, 808, 3/4", "top 100 pop", "bpm", "999 bpm", "三拍子"] {
        assert_eq!(read(text).bpm, None, "{text}");
    }
    for (text, sign) in [
        ("a slow song", -1),
        ("舒缓", -1),
        ("not too fast", -1),
        ("upbeat and energetic", 1),
        ("欢快的歌", 1),
        ("mid-tempo", 0),
    ] {
        assert_eq!(read(text).speed.signum(), sign, "{text}");
    }
}

#[test]
fn keys_are_read_in_english_and_chinese() {
    for (text, tonic, mode) in [
        ("in D minor", 2, Some(Minor)),
        ("F# major", 6, Some(Major)),
        ("C♯ minor", 1, Some(Minor)),
        ("E♭ major", 3, Some(Major)),
        ("B flat minor", 10, Some(Minor)),
        ("E-flat major", 3, Some(Major)),
        ("key of G", 7, None),
        ("key: Am", 9, Some(Minor)),
        ("a ballad in Am", 9, Some(Minor)),
        ("D dorian", 2, Some(Minor)),
        ("A小调", 9, Some(Minor)),
        ("降E大调", 3, Some(Major)),
        ("升F小调", 6, Some(Minor)),
        ("bB大调", 10, Some(Major)),
        ("#C小调", 1, Some(Minor)),
        ("C调", 0, None),
        ("a major hit that I am in love with", 9, Some(Major)),
    ] {
        let wishes = read(text);
        assert_eq!((wishes.tonic, wishes.mode), (Some(tonic), mode), "{text}");
    }
    for text in ["I am a rocker", "in a minor key", "be happy", "悲伤的小调"] {
        assert_eq!(read(text).tonic, None, "{text}");
    }
    for (text, mode) in
        [("in a minor key", Minor), ("悲伤的歌", Minor), ("阳光明亮", Major), ("not sad at all", Major)]
    {
        assert_eq!(read(text).mode, Some::<Mode>(mode), "{text}");
    }
}

#[test]
fn instruments_find_their_parts() {
    let cases: [(&str, &[(Part, Patch)]); 14] = [
        ("electric piano", &[(Chords, Patch::ElectricPiano)]),
        ("电钢琴", &[(Chords, Patch::ElectricPiano)]),
        ("piano and guitar", &[(Chords, Patch::GrandPiano), (Arp, Patch::SteelGuitar)]),
        (
            "piano, violin and cello",
            &[(Chords, Patch::GrandPiano), (Counter, Patch::Violin), (Pad, Patch::Cello)],
        ),
        ("小提琴和大提琴", &[(Counter, Patch::Violin), (Pad, Patch::Cello)]),
        ("bass guitar", &[(Bass, Patch::FingerBass)]),
        ("walking bass, brushes", &[(Bass, Patch::AcousticBass), (Drums, Patch::BrushKit)]),
        ("drum and bass", &[]),
        ("古筝与笛子", &[(Chords, Patch::Koto), (Counter, Patch::Flute)]),
        ("二胡", &[(Counter, Patch::Violin)]),
        ("saxophone solo", &[(Counter, Patch::TenorSax)]),
        ("萨克斯", &[(Counter, Patch::TenorSax)]),
        ("choir and church organ", &[(Pad, Patch::Choir), (Chords, Patch::ChurchOrgan)]),
        ("no piano, but a harp", &[(Arp, Patch::Harp)]),
    ];
    for (text, asked) in cases {
        assert_eq!(read(text).asked, asked, "{text}");
    }
    assert_eq!(read("no piano, but a harp").unwanted, [Patch::GrandPiano]);
}

#[test]
fn what_is_refused_is_left_out() {
    let cases: [(&str, &[Part]); 16] = [
        ("folk, no drums", &[Drums]),
        ("folk with drums", &[]),
        ("without any drums", &[Drums]),
        ("no heavy drums please", &[Drums]),
        ("no drums or bass", &[Drums, Bass]),
        ("without drums and bass", &[Drums, Bass]),
        ("no drums and piano", &[Drums]),
        ("drumless lofi", &[Drums]),
        ("drum-free", &[Drums]),
        ("no vocals", &[Lead, Harmony]),
        ("民谣，不要鼓", &[Drums]),
        ("没有鼓和贝斯", &[Drums, Bass]),
        ("无鼓 钢琴", &[Drums]),
        ("不要鼓，只要钢琴", &[Drums]),
        ("不要人声", &[Lead, Harmony]),
        ("纯音乐", &[Lead, Harmony]),
    ];
    for (text, without) in cases {
        assert_eq!(read(text).without, without, "{text}");
    }
    let brief = Brief {
        style_negative: "rock, piano, drums".to_owned(),
        style: "rock or jazz".to_owned(),
        ..Brief::default()
    };
    let wishes = Wishes::read(&brief);
    assert_eq!(wishes.style, Some(StyleName::Jazz));
    assert_eq!((wishes.unwanted, wishes.without), (vec![Patch::GrandPiano], vec![Drums]));
    let chinese =
        Brief { style_negative: "鼓，吉他".to_owned(), style: "民谣".to_owned(), ..Brief::default() };
    let wishes = Wishes::read(&chinese);
    assert_eq!((wishes.unwanted, wishes.without), (vec![Patch::SteelGuitar], vec![Drums]));
}

#[test]
fn an_instrument_may_stand_alone() {
    for text in ["solo piano", "piano only", "just a piano", "钢琴独奏", "只有钢琴"] {
        let wishes = read(text);
        assert!(wishes.alone && wishes.asked == [(Chords, Patch::GrandPiano)], "{text}: {wishes:?}");
    }
    assert!(!read("piano and strings").alone && !read("a saxophone solo over a band").alone);
    assert_eq!(read("a cappella").asked, [(Pad, Patch::Choir)]);
}
