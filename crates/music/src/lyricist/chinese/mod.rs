//! Writes a Chinese lyric: lines of one length in each section, rhymed by finals.

pub(super) mod reading;
mod rhyme;
mod script;

use super::table::{self, Heading, named};
use super::{Written, add_section};
use crate::random::Stream;
use reading::{Subject, read};
use std::collections::BTreeSet;
use std::sync::OnceLock;

/// Candidates of one section.
const POOL: usize = 400;
/// Candidates of a line about a topic.
const TOLD: usize = 60;

// In templates `S` is what happens, `L` a quality, `N` a noun, `P` a place, `A` what somebody does, `D` a dream, `T` a time,
// `E` how a thing is, `G` how a deed is, `F` a feeling, `U` a call, `I` whoever sings, `K` the topic; all else is itself.

/// Lines of a verse.
const VERSE: &[&str] = &[
    "PS",
    "L的S",
    "TIA",
    "PIA",
    "SS",
    "SE",
    "L的N在P",
    "谁在PA",
    "I在PA",
    "TS",
    "LN在P",
    "TPS",
    "NNE",
    "I还在PA",
    "L的NE",
    "TI又A",
    "PLNE",
    "看PS",
    "PL的S",
    "I想起D",
    "T想起D",
    "TI在PA",
    "IAG",
    "PIAG",
    "LN静静在P",
    "IA看S",
    "IA等S",
];
/// Before the chorus.
const PRE: &[&str] = &[
    "F",
    "UF",
    "I想要D",
    "只要D",
    "TIA",
    "多想D",
    "给ID",
    "UIA",
    "心里有D",
    "IAG",
    "TI想要D",
    "PIAG",
    "当SI还A",
];
/// Around the hook.
const REFRAIN: &[&str] = &[
    "F",
    "UA",
    "那是D",
    "I想要D",
    "TIA",
    "D在P",
    "一起A",
    "让IA",
    "UIA",
    "DE",
    "再一次A",
    "AG",
    "PAG",
    "让I在PA",
    "UF",
    "SIA",
    "TIAG",
    "SIAG",
    "PIAG",
    "心里有D",
    "L的DE",
    "L的ND",
    "SDE",
];
/// Where the song turns.
const BRIDGE: &[&str] = &[
    "F",
    "如果S",
    "也许F",
    "即使S",
    "当SI还A",
    "没有N没有N",
    "等到S",
    "NNE",
    "总有D",
    "就让IA",
    "如果SI就A",
    "即使SI也A",
    "心里有D",
];
/// With the topic, in the chorus.
const HOOK: &[&str] = &[
    "KE",
    "K啊K",
    "K在I心上",
    "唱给K听",
    "I的K",
    "为了KAG",
    "KKE",
    "忘不了K",
    "最爱是K",
    "UK",
    "T的K",
    "一想起K",
    "K和D",
    "这首歌给K",
    "K陪IA",
    "L的K",
    "T唱给K",
    "K在I身旁",
    "K住在I心里",
];
/// With a topic, elsewhere.
const TOLD_TOPIC: &[&str] = &[
    "想起K",
    "PKE",
    "K的NE",
    "I说起K",
    "T的K",
    "L的K",
    "关于K",
    "又见到K",
    "K的S",
    "I记得K",
    "看见K",
    "有K的P",
    "KE",
    "说起KS",
    "KS",
    "K就在眼前",
];
/// A hook without a topic.
const OPEN_HOOK: &[&str] = &["DE", "UD", "I的D", "D在P", "T的D", "D啊D", "L的D", "只要D", "一想起D"];

/// A line that might be sung.
#[derive(Clone)]
struct Candidate {
    text: String,
    length: usize,
    class: usize,
    last: char,
    fillers: Vec<&'static str>,
    template: &'static str,
}

fn tables() -> &'static [Heading] {
    static TABLES: OnceLock<Vec<Heading>> = OnceLock::new();
    TABLES.get_or_init(|| table::read(include_str!("../../../assets/lyricist/chinese.txt")))
}

/// A word of one or two characters says as much as one of five letters.
const LETTERS_OF_A_CHARACTER: usize = 3;

/// Is this prompt answered in Chinese? It is if the greater part of it is written so.
pub(super) fn is_asked(prompt: &str) -> bool {
    let is_east = |letter: &char| reading::is_han(*letter) || ('\u{3040}'..='\u{30FF}').contains(letter);
    let east = prompt.chars().filter(is_east).count();
    let others = prompt.chars().filter(|letter| letter.is_alphabetic() && !is_east(letter)).count();
    east > 0 && east * LETTERS_OF_A_CHARACTER >= others
}

/// Writes the lyric of a prompt.
pub(super) fn write(prompt: &str, seed: u32) -> Written {
    let mut chance = Stream::keyed(seed, prompt, "subject", 0);
    let subject = read(prompt, tables(), &mut chance);
    let is_traditional = script::is_traditional(prompt);
    let mut song = Song {
        prompt,
        seed,
        subject,
        fillers: BTreeSet::new(),
        lines: BTreeSet::new(),
        told: 0,
        is_traditional,
    };
    song.write()
}

struct Song<'song> {
    prompt: &'song str,
    seed: u32,
    subject: Subject,
    fillers: BTreeSet<&'static str>,
    lines: BTreeSet<String>,
    /// How many topics have had their line.
    told: usize,
    is_traditional: bool,
}

impl Song<'_> {
    fn write(&mut self) -> Written {
        let mut chance = Stream::keyed(self.seed, self.prompt, "form", 0);
        let chorus = self.chorus();
        let has_pre = chance.chance(0.6);
        let mut text = String::new();
        for verse in 1..=2 {
            let lines = self.section("verse", verse, VERSE, 4, 2);
            add_section(&mut text, &format!("Verse {verse}"), &lines);
            if has_pre {
                add_section(&mut text, "Pre-Chorus", &self.section("pre", verse, PRE, 2, 0));
            }
            add_section(&mut text, "Chorus", &chorus);
        }
        add_section(&mut text, "Bridge", &self.section("bridge", 0, BRIDGE, 4, 2));
        add_section(&mut text, "Chorus", &chorus);
        add_section(&mut text, "Outro", &self.section("outro", 0, REFRAIN, 2, 0));
        let hook = chorus.first().cloned().unwrap_or_default();
        let title = self.subject.topics.first().cloned().unwrap_or_else(|| hook.replace(' ', ""));
        Written { title, text }
    }

    fn chorus(&mut self) -> Vec<String> {
        let mut chance = Stream::keyed(self.seed, self.prompt, "chorus", 0);
        let topic = self.subject.topics.first().cloned();
        let templates = if topic.is_some() { HOOK } else { OPEN_HOOK };
        self.told = self.told.max(usize::from(topic.is_some()));
        let hooks = self.candidates(templates, TOLD * 3, topic.as_deref(), &mut chance);
        let told = vec![hooks.clone(), Vec::new(), hooks, Vec::new()];
        let pool = self.candidates(REFRAIN, POOL, None, &mut chance);
        let lines = self.fit(&told, &pool, &[7, 6, 8, 9, 10, 5, 11]);
        if lines.is_empty() {
            // The topic is no word that a line can hold.
            let hooks = self.candidates(OPEN_HOOK, TOLD * 3, None, &mut chance);
            return self.fit(
                &[hooks.clone(), Vec::new(), hooks, Vec::new()],
                &pool,
                &[7, 6, 8, 9, 10, 5, 11],
            );
        }
        lines
    }

    fn section(
        &mut self,
        kind: &str,
        number: u32,
        templates: &[&'static str],
        count: usize,
        topics: usize,
    ) -> Vec<String> {
        let mut chance = Stream::keyed(self.seed, self.prompt, kind, number);
        let pool = self.candidates(templates, POOL, None, &mut chance);
        let mut told: Vec<Vec<Candidate>> = vec![Vec::new(); count];
        for place in 0..topics {
            let Some(topic) = self.subject.topics.get(self.told).cloned() else { break };
            self.told += 1;
            told[place * 2] = self.candidates(TOLD_TOPIC, TOLD, Some(&topic), &mut chance);
        }
        let lengths = if chance.chance(0.5) { [7, 8, 9, 6, 10, 5, 11] } else { [8, 7, 9, 6, 10, 5, 11] };
        let lines = self.fit(&told, &pool, &lengths);
        if lines.is_empty() { self.fit(&vec![Vec::new(); count], &pool, &lengths) } else { lines }
    }

    /// Lines of one length, each pair rhymed; the first length for which there are lines wins.
    fn fit(&mut self, told: &[Vec<Candidate>], pool: &[Candidate], lengths: &[usize]) -> Vec<String> {
        let alike = lengths.iter().map(|length| [*length, *length]);
        // A long topic may need a length of its own: each pair then has its own.
        let apart = lengths.iter().flat_map(|one| lengths.iter().map(move |two| [*one, *two]));
        let pairs: Vec<[usize; 2]> = alike.chain(apart).collect();
        // Rather say something again than nothing.
        let found = [false, true]
            .iter()
            .find_map(|again| pairs.iter().find_map(|pair| self.fit_lengths(told, pool, pair, *again)));
        let lines = found.unwrap_or_default();
        for line in &lines {
            self.fillers.extend(&line.fillers);
            self.lines.insert(line.text.clone());
        }
        lines.into_iter().map(|line| line.text).collect()
    }

    fn fit_lengths(
        &self,
        told: &[Vec<Candidate>],
        pool: &[Candidate],
        lengths: &[usize; 2],
        again: bool,
    ) -> Option<Vec<Candidate>> {
        let mut lines: Vec<Candidate> = Vec::new();
        for (index, pair) in told.chunks(2).enumerate() {
            let of = |at: usize| pair.get(at).filter(|told| !told.is_empty()).map_or(pool, Vec::as_slice);
            let fits = |line: &&Candidate, lines: &[Candidate]| {
                line.length == lengths[index % 2]
                    && (again || self.is_new(line))
                    && lines.iter().all(|there| agree(there, line))
            };
            let (one, two) = of(0).iter().filter(|line| fits(line, &lines)).find_map(|one| {
                let rhymes = |two: &&Candidate| {
                    fits(two, &lines) && one.class == two.class && one.last != two.last && agree(one, two)
                };
                Some((one.clone(), of(1).iter().find(rhymes)?.clone()))
            })?;
            lines.extend([one, two]);
        }
        Some(lines)
    }

    fn is_new(&self, line: &Candidate) -> bool {
        !self.lines.contains(&line.text) && !line.fillers.iter().any(|filler| self.fillers.contains(filler))
    }

    fn candidates(
        &self,
        templates: &[&'static str],
        count: usize,
        topic: Option<&str>,
        chance: &mut Stream,
    ) -> Vec<Candidate> {
        let mut next = |_| {
            let template = *chance.pick(templates);
            self.candidate(template, topic, chance)
        };
        (0..count).filter_map(&mut next).collect()
    }

    fn candidate(
        &self,
        template: &'static str,
        topic: Option<&str>,
        chance: &mut Stream,
    ) -> Option<Candidate> {
        let second = usize::from(self.subject.themes.len() > 1 && chance.chance(0.35));
        let theme = self.subject.themes.get(second)?;
        let common = named(tables(), "common")?;
        let mut fillers: Vec<&'static str> = Vec::new();
        let mut text = String::new();
        for letter in template.chars() {
            let row = match letter {
                'S' => theme.phrases("scenes", ';'),
                'L' => theme.phrases("looks", ';'),
                'N' => theme.phrases("nouns", ';'),
                'P' => theme.phrases("places", ';'),
                'A' => theme.phrases("acts", ';'),
                'D' => theme.phrases("dreams", ';'),
                'T' => common.phrases("times", ';'),
                'E' => common.phrases("ends", ';'),
                'G' => common.phrases("deeds-ends", ';'),
                'F' => common.phrases(self.subject.mood, ';'),
                'U' => common.phrases("turns", ';'),
                _ => Vec::new(),
            };
            match letter {
                'K' => text.push_str(topic?),
                'I' => text.push('我'),
                ' ' => (),
                _ if row.is_empty() => text.push_str(&self.in_script(&letter.to_string())),
                _ => {
                    let free: Vec<&'static str> =
                        row.into_iter().filter(|phrase| !fillers.contains(phrase)).collect();
                    let phrase = *chance.pick(&free);
                    fillers.push(phrase);
                    text.push_str(&self.in_script(phrase));
                }
            }
        }
        // Times and calls may come again.
        let again = |phrase: &&'static str| {
            ["times", "turns"].iter().all(|row| !common.phrases(row, ';').contains(phrase))
        };
        fillers.retain(again);
        self.heard(text, fillers, template)
    }

    /// Our own words in the characters of the prompt; its topics stay as they are.
    fn in_script(&self, text: &str) -> String {
        if self.is_traditional { script::traditional(text) } else { text.to_owned() }
    }

    fn heard(&self, text: String, fillers: Vec<&'static str>, template: &'static str) -> Option<Candidate> {
        let last = text.chars().last().filter(|letter| reading::is_han(*letter))?;
        let class = rhyme::class(crate::words::pinyin(&text).last()?)?;
        let length = crate::words::say(&text).syllable_count();
        if !template.contains('K') && says_twice(&text) {
            return None;
        }
        Some(Candidate { text, length, class, last, fillers, template })
    }
}

/// Does a line have two characters twice in the same order, as in 冰冷屏幕在屏幕前?
fn says_twice(text: &str) -> bool {
    let letters: Vec<char> = text.chars().collect();
    let pairs: Vec<&[char]> = letters.windows(2).collect();
    pairs.iter().enumerate().any(|(at, pair)| pairs[at + 1..].contains(pair))
}

fn agree(one: &Candidate, two: &Candidate) -> bool {
    one.template != two.template
        && one.text != two.text
        && !one.fillers.iter().any(|filler| two.fillers.contains(filler))
}
