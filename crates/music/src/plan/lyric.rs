//! Reads a lyric into stanzas: by its marks where it has them, by blank lines and repetition where not.

use super::SectionKind;
use super::found::{found_kinds, refrain_out_of};
use super::setting::parted;
use serde::{Deserialize, Serialize};

/// More stanzas than a song of four minutes can hold are left out.
const MAX_STANZAS: usize = 48;
/// A longer stanza is split.
const MAX_LINES: usize = 8;
/// A longer line is cut; a shorter one is parted if it is more than one breath.
const MAX_LINE_CHARACTERS: usize = 400;

/// A lyric in its parts.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lyric {
    /// In the order of the text.
    pub stanzas: Vec<Stanza>,
}

/// The lines under one mark.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stanza {
    /// From the mark, or found.
    pub kind: SectionKind,
    /// Without marks and blank lines; may be empty, as under `[Instrumental]`.
    pub lines: Vec<String>,
}

impl Lyric {
    /// Reads any text. A literal `\n` counts as a line break.
    pub fn parse(text: &str) -> Self {
        let text = text.replace("\\r\\n", "\n").replace("\\n", "\n").replace('\r', "\n");
        let marked = text.lines().any(|line| read_mark(line).is_some_and(|(kind, _)| kind.is_some()));
        let stanzas = if marked { by_marks(&text) } else { by_blank_lines(&text) };
        Self { stanzas: split_long(stanzas) }
    }
}

fn by_marks(text: &str) -> Vec<Stanza> {
    let mut stanzas: Vec<Stanza> = Vec::new();
    for line in text.lines() {
        let rest = match read_mark(line) {
            Some((Some(kind), rest)) => {
                if stanzas.len() > MAX_STANZAS {
                    break;
                }
                stanzas.push(Stanza { kind, lines: Vec::new() });
                rest
            }
            // A mark that names no section, such as "[softly]", is a stage direction.
            Some((None, rest)) => rest,
            None => line,
        };
        if let Some(words) = sung_words(rest) {
            match stanzas.last_mut() {
                Some(stanza) => stanza.lines.extend(words),
                None => stanzas.push(Stanza { kind: SectionKind::Verse, lines: words }),
            }
        }
    }
    stanzas
}

fn by_blank_lines(text: &str) -> Vec<Stanza> {
    let mut blocks: Vec<Vec<String>> = vec![Vec::new()];
    for line in text.lines() {
        let line = read_mark(line).map_or(line, |(_, rest)| rest);
        match (sung_words(line), blocks.last_mut()) {
            (Some(words), Some(block)) => block.extend(words),
            (None, Some(block)) if !block.is_empty() && line.trim().is_empty() => blocks.push(Vec::new()),
            _ => (),
        }
        if blocks.len() > MAX_STANZAS {
            break;
        }
    }
    blocks.retain(|block| !block.is_empty());
    if let [only] = blocks.as_slice()
        && only.len() > 6
    {
        blocks = refrain_out_of(only, MAX_LINES)
            .unwrap_or_else(|| only.chunks(4).map(<[String]>::to_vec).collect());
    }
    let kinds = found_kinds(&blocks);
    blocks.into_iter().zip(kinds).map(|(lines, kind)| Stanza { kind, lines }).collect()
}

fn split_long(stanzas: Vec<Stanza>) -> Vec<Stanza> {
    let mut split = Vec::new();
    for stanza in stanzas {
        if stanza.lines.len() <= MAX_LINES {
            split.push(stanza);
            continue;
        }
        let pieces = stanza.lines.len().div_ceil(MAX_LINES);
        let length = stanza.lines.len().div_ceil(pieces);
        split.extend(
            stanza.lines.chunks(length).map(|lines| Stanza { kind: stanza.kind, lines: lines.to_vec() }),
        );
    }
    split.truncate(MAX_STANZAS);
    split
}

/// The words of a line, if anything in it can be sung; more than one if it is too long for a breath.
fn sung_words(line: &str) -> Option<Vec<String>> {
    let line: String = line.trim().chars().take(MAX_LINE_CHARACTERS).collect();
    (super::syllables_in(&line) > 0).then(|| parted(&line))
}

/// Splits a mark from what follows it. The kind is `None` when the mark names no section.
fn read_mark(line: &str) -> Option<(Option<SectionKind>, &str)> {
    let line = line.trim();
    for (open, close) in [('[', ']'), ('【', '】'), ('［', '］')] {
        if let Some(inner) = line.strip_prefix(open) {
            let (mark, rest) = inner.split_once(close)?;
            return Some((kind_of(mark), rest));
        }
    }
    for (open, close) in [('(', ')'), ('（', '）')] {
        if let Some(mark) = line.strip_prefix(open).and_then(|inner| inner.strip_suffix(close)) {
            return kind_of(mark).filter(|_| mark.chars().count() <= 16).map(|kind| (Some(kind), ""));
        }
    }
    let mark = line.strip_suffix(':').or_else(|| line.strip_suffix('：'))?;
    kind_of(mark).filter(|_| mark.chars().count() <= 16).map(|kind| (Some(kind), ""))
}

/// Words of marks, the more particular before the more general.
const MARK_WORDS: &[(&str, SectionKind)] = &[
    ("pre-chorus", SectionKind::PreChorus),
    ("pre chorus", SectionKind::PreChorus),
    ("prechorus", SectionKind::PreChorus),
    ("预副歌", SectionKind::PreChorus),
    ("前副歌", SectionKind::PreChorus),
    ("导歌", SectionKind::PreChorus),
    ("chorus", SectionKind::Chorus),
    ("hook", SectionKind::Chorus),
    ("refrain", SectionKind::Chorus),
    ("副歌", SectionKind::Chorus),
    ("verse", SectionKind::Verse),
    ("主歌", SectionKind::Verse),
    ("bridge", SectionKind::Bridge),
    ("桥段", SectionKind::Bridge),
    ("过渡", SectionKind::Bridge),
    ("intro", SectionKind::Intro),
    ("前奏", SectionKind::Intro),
    ("outro", SectionKind::Outro),
    ("ending", SectionKind::Outro),
    ("尾奏", SectionKind::Outro),
    ("尾声", SectionKind::Outro),
    ("结尾", SectionKind::Outro),
    ("instrumental", SectionKind::Instrumental),
    ("interlude", SectionKind::Instrumental),
    ("solo", SectionKind::Instrumental),
    ("break", SectionKind::Instrumental),
    ("drop", SectionKind::Instrumental),
    ("间奏", SectionKind::Instrumental),
    ("独奏", SectionKind::Instrumental),
    ("器乐", SectionKind::Instrumental),
];

fn kind_of(mark: &str) -> Option<SectionKind> {
    let mark: String = mark.chars().take(40).flat_map(char::to_lowercase).collect();
    MARK_WORDS.iter().find(|(word, _)| mark.contains(word)).map(|(_, kind)| *kind)
}

#[cfg(test)]
mod tests {
    use super::*;
    use SectionKind::*;

    fn kinds(text: &str) -> Vec<SectionKind> {
        Lyric::parse(text).stanzas.iter().map(|stanza| stanza.kind).collect()
    }

    #[test]
    fn marks_name_the_sections_in_any_case_and_in_chinese() {
        let text =
            "[VERSE 2]\na\n[pre-Chorus]\nb\n【副歌】\nc\n[主歌]\nd\n[桥段]\ne\n[Instrumental]\n[Outro]\nf";
        assert_eq!(kinds(text), [Verse, PreChorus, Chorus, Verse, Bridge, Instrumental, Outro]);
    }

    #[test]
    fn a_literal_backslash_n_breaks_the_line() {
        let lyric = Lyric::parse("[Verse]\\none\\ntwo\\n[Chorus]\\nthree");
        assert_eq!(lyric.stanzas[0].lines, ["one", "two"]);
        assert_eq!(lyric.stanzas[1].lines, ["three"]);
    }

    #[test]
    fn without_marks_the_repeated_block_is_the_chorus() {
        assert_eq!(kinds("a b\nc\n\nhey hey\n\nd\n\nHey, hey!"), [Verse, Chorus, Verse, Chorus]);
        assert_eq!(kinds("a\n\nb\n\nc\n\nd"), [Verse, Chorus, Verse, Chorus]);
    }

    #[test]
    fn a_refrain_is_found_without_blank_lines() {
        let text = "one day\nall alone\nin the rain\nhold on\nhold me\nwe go\ntwo days\nor more\nHold on,\nhold me!\nwe go";
        assert_eq!(kinds(text), [Verse, Chorus, Verse, Chorus]);
        assert_eq!(Lyric::parse(text).stanzas[1].lines, ["hold on", "hold me", "we go"]);
    }

    #[test]
    fn what_leads_to_every_chorus_is_its_pre_chorus() {
        let text = "a\n\nnow it comes\n\nhey hey\n\nb\n\nnow it comes\n\nhey hey\n\nc\n\nhey hey";
        let found = [Verse, PreChorus, Chorus, Verse, PreChorus, Chorus, Bridge, Chorus];
        assert_eq!(kinds(text), found);
    }

    #[test]
    fn a_chorus_may_end_otherwise_the_last_time() {
        let text = "a\n\nhey\nyou\nthere\nfriend\n\nb\n\nhey\nyou\nthere\nfoe";
        assert_eq!(kinds(text), [Verse, Chorus, Verse, Chorus]);
    }

    #[test]
    fn a_stage_direction_is_not_sung() {
        let lyric = Lyric::parse("[Verse]\n[softly]\nhello\n???");
        assert_eq!(lyric.stanzas[0].lines, ["hello"]);
    }
}
