//! The words that steer, in English and Chinese. All in lower case, with spaces for punctuation.

use super::StyleName;

/// Words that make a song slow.
pub(super) const SLOW: &[&str] = &[
    "slow",
    "slowly",
    "downtempo",
    "down tempo",
    "gentle",
    "leisurely",
    "unhurried",
    "慢",
    "舒缓",
    "缓慢",
    "悠缓",
    "慢节奏",
    "低速",
];
/// Words that make a song fast.
pub(super) const FAST: &[&str] = &[
    "fast",
    "upbeat",
    "uptempo",
    "up tempo",
    "energetic",
    "driving",
    "high energy",
    "frantic",
    "lively",
    "quick",
    "快",
    "欢快",
    "轻快",
    "动感",
    "激烈",
    "高能",
    "快节奏",
    "急促",
    "劲爆",
];
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
    "heartbroken",
    "tragic",
    "haunting",
    "sorrow",
    "sorrowful",
    "angry",
    "ominous",
    "bittersweet",
    "小调",
    "悲伤",
    "伤感",
    "忧郁",
    "忧伤",
    "黑暗",
    "孤独",
    "失恋",
    "悲壮",
    "凄凉",
    "心碎",
    "愤怒",
    "阴郁",
    "悲情",
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
    "feel good",
    "optimistic",
    "triumphant",
    "carefree",
    "大调",
    "快乐",
    "开心",
    "欢乐",
    "阳光",
    "明亮",
    "喜庆",
    "欢快",
    "轻快",
    "甜蜜",
    "温暖",
    "俏皮",
    "幸福",
];

/// The old names of tempi with their usual quarters per minute.
pub(super) const TEMPO_WORDS: &[(&[&str], f32)] = &[
    (&["largo", "grave", "广板"], 52.0),
    (&["adagio", "lento", "柔板"], 66.0),
    (&["andante", "行板"], 82.0),
    (&["moderato", "中板"], 106.0),
    (&["allegro", "快板"], 132.0),
    (&["vivace"], 150.0),
    (&["presto", "急板"], 172.0),
];

/// Words that leave the drums out without a "no".
pub(super) const DRUMLESS: &[&str] = &["drumless", "beatless", "unpercussive"];
/// Words that leave everybody out but voices.
pub(super) const UNACCOMPANIED: &[&str] =
    &["a cappella", "acapella", "a capella", "acappella", "无伴奏", "清唱", "阿卡贝拉"];
/// Words that leave the voice out when there is no lyric.
pub(super) const WORDLESS: &[&str] =
    &["instrumental", "karaoke", "backing track", "background music", "纯音乐", "伴奏", "背景音乐", "轻音乐"];
/// Words before an instrument that send the others home.
pub(super) const ALONE: &[&str] =
    &["solo", "only", "just", "only have", "unaccompanied", "只有", "只要", "只用", "仅", "纯", "独奏"];

/// Scenes and feelings with the style that suits them when none is named; the first of equals.
pub(super) const MOODS: &[(&[&str], StyleName)] = &[
    (
        &[
            "epic",
            "adventure",
            "war",
            "hero",
            "majestic",
            "triumphant",
            "dragon",
            "kingdom",
            "壮丽",
            "热血",
            "战争",
            "英雄",
            "磅礴",
        ],
        StyleName::Orchestral,
    ),
    (
        &[
            "romantic",
            "love song",
            "tender",
            "heartfelt",
            "emotional",
            "breakup",
            "wedding",
            "sad",
            "heartbreak",
            "深情",
            "浪漫",
            "温柔",
            "伤感",
            "悲伤",
            "失恋",
            "心碎",
            "婚礼",
            "催泪",
        ],
        StyleName::Ballad,
    ),
    (
        &[
            "peaceful",
            "serene",
            "tranquil",
            "dreamy",
            "ocean waves",
            "stars at night",
            "宁静",
            "安静",
            "平静",
            "梦幻",
            "星空",
            "海浪",
        ],
        StyleName::Ambient,
    ),
    (
        &["dance floor", "dancing", "workout", "gym", "high energy", "跳舞", "健身", "运动", "嗨"],
        StyleName::House,
    ),
    (&["angry", "rebellious", "rebel", "愤怒", "叛逆", "呐喊"], StyleName::Rock),
    (&["brutal", "aggressive", "evil", "demon", "狂暴", "恶魔", "地狱"], StyleName::Metal),
    (&["rainy", "rain", "late night", "coffee", "cafe", "下雨", "雨天", "深夜", "咖啡"], StyleName::LoFi),
    (
        &["futuristic", "future", "outer space", "robot", "未来", "太空", "科幻", "机器人"],
        StyleName::Synthwave,
    ),
    (&["road trip", "truck", "whiskey", "farm", "horse", "公路", "草原", "马背"], StyleName::Country),
    (&["nostalgic", "campus", "hometown", "怀旧", "校园", "故乡", "乡愁", "回忆"], StyleName::Folk),
    (&["cocktail", "nightclub", "speakeasy", "late night bar", "酒吧", "鸡尾酒"], StyleName::Jazz),
    (&["ballroom", "princess", "舞会", "公主", "旋转木马"], StyleName::Waltz),
    (&["beach", "island", "海滩", "海岛", "沙滩"], StyleName::Reggae),
    (&["street", "swagger", "hustle", "街头"], StyleName::HipHop),
    (&["snow", "winter", "gift", "雪花", "礼物"], StyleName::Christmas),
    (
        &["happy", "summer", "joyful", "cheerful", "fun", "upbeat", "快乐", "开心", "夏天", "阳光", "甜蜜"],
        StyleName::Pop,
    ),
];
