//! Finds the sections of a lyric without marks: what comes again is the chorus.

use super::SectionKind;

/// A text without blank lines is searched for a refrain this far, in lines.
const MAX_UNPARTED: usize = 120;

/// Parts a text without blank lines around the longest run of lines that comes again.
pub(super) fn refrain_out_of(lines: &[String], most_lines: usize) -> Option<Vec<Vec<String>>> {
    let plain_lines: Vec<String> = lines.iter().take(MAX_UNPARTED).map(|line| plain_line(line)).collect();
    let run = |one: usize, two: usize| {
        let most = (two - one).min(plain_lines.len() - two).min(most_lines);
        (0..most).take_while(|at| plain_lines[one + at] == plain_lines[two + at]).count()
    };
    let pairs =
        (0..plain_lines.len()).flat_map(|one| (one + 1..plain_lines.len()).map(move |two| (one, two)));
    let (length, from) = pairs
        .map(|(one, two)| (run(one, two), one))
        .max_by_key(|(length, from)| (*length, std::cmp::Reverse(*from)))?;
    if length < 2 {
        return None;
    }
    let refrain: Vec<String> = lines[from..from + length].iter().map(|line| plain_line(line)).collect();
    let mut blocks: Vec<Vec<String>> = vec![Vec::new()];
    let mut at = 0;
    while at < lines.len() {
        let here = lines[at..].iter().take(length).map(|line| plain_line(line));
        if here.eq(refrain.iter().cloned()) {
            blocks.push(lines[at..at + length].to_vec());
            blocks.push(Vec::new());
            at += length;
        } else {
            blocks.last_mut()?.push(lines[at].clone());
            at += 1;
        }
    }
    blocks.retain(|block| !block.is_empty());
    Some(blocks)
}

/// A block that comes again is the chorus, one that comes again right before it each time leads to it; without one,
/// every second block is.
pub(super) fn found_kinds(blocks: &[Vec<String>]) -> Vec<SectionKind> {
    let repeats: Vec<Option<usize>> = (0..blocks.len()).map(|index| first_like(blocks, index)).collect();
    let Some(chorus) = chorus_of(&repeats) else { return alternate(blocks.len()) };
    let last = blocks.len() - 1;
    let mut chorus_seen = 0;
    let kinds = (0..blocks.len()).map(|index| {
        chorus_seen += usize::from(repeats[index] == Some(chorus));
        match repeats[index] {
            Some(like) if like == chorus => SectionKind::Chorus,
            Some(like) if leads_to(&repeats, like, chorus) => SectionKind::PreChorus,
            _ if chorus_seen >= 2 && index < last => SectionKind::Bridge,
            _ => SectionKind::Verse,
        }
    });
    kinds.collect()
}

fn alternate(count: usize) -> Vec<SectionKind> {
    let kinds = (0..count).map(|index| match index {
        _ if index % 2 == 1 => SectionKind::Chorus,
        _ if index >= 4 && index + 1 < count => SectionKind::Bridge,
        _ => SectionKind::Verse,
    });
    kinds.collect()
}

/// The first block that says nearly the same, if any other does.
fn first_like(blocks: &[Vec<String>], index: usize) -> Option<usize> {
    let like = |other: &usize| *other != index && is_like(&blocks[*other], &blocks[index]);
    let first = (0..blocks.len()).find(like)?;
    Some(first.min(index))
}

/// Which block is the chorus: of those that come again the one that does so most often, and the later of equals,
/// since a pre-chorus comes before its chorus. None if nothing comes again, or everything is one block.
fn chorus_of(repeats: &[Option<usize>]) -> Option<usize> {
    let count = |like: usize| repeats.iter().filter(|known| **known == Some(like)).count();
    let chorus = repeats.iter().flatten().copied().max_by_key(|like| (count(*like), *like))?;
    (count(chorus) < repeats.len()).then_some(chorus)
}

/// Whether every block like this one has the chorus right behind it.
fn leads_to(repeats: &[Option<usize>], like: usize, chorus: usize) -> bool {
    let mut places = (0..repeats.len()).filter(|index| repeats[*index] == Some(like));
    places.all(|index| repeats.get(index + 1) == Some(&Some(chorus)))
}

/// Whether at least three lines in four are the same, or all but one of fewer.
fn is_like(one: &[String], other: &[String]) -> bool {
    if plain(one) == plain(other) {
        return true;
    }
    let longer = one.len().max(other.len());
    let lines: Vec<String> = other.iter().map(|line| plain_line(line)).collect();
    let same = one.iter().filter(|line| lines.contains(&plain_line(line))).count();
    longer >= 3 && same * 4 >= longer * 3 || longer == 3 && same == 2
}

/// A block without case and punctuation.
fn plain(block: &[String]) -> String {
    block.iter().map(|line| plain_line(line)).collect()
}

fn plain_line(line: &str) -> String {
    line.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}
