//! The tables of the lyric writer: text assets of headings with indented rows `key: entries`.

/// One heading with its rows.
#[derive(Debug, Default)]
pub(super) struct Heading {
    pub(super) name: &'static str,
    rows: Vec<(&'static str, &'static str)>,
}

impl Heading {
    /// A row's text; empty if there is no such row.
    pub(super) fn row(&self, key: &str) -> &'static str {
        self.rows.iter().find(|(name, _)| *name == key).map_or("", |(_, text)| *text)
    }

    /// A row of single words, with gaps between them.
    pub(super) fn words(&self, key: &str) -> Vec<&'static str> {
        self.row(key).split_whitespace().collect()
    }

    /// A row of phrases, with semicolons or commas between them.
    pub(super) fn phrases(&self, key: &str, between: char) -> Vec<&'static str> {
        self.row(key).split(between).map(str::trim).filter(|phrase| !phrase.is_empty()).collect()
    }

    /// All rows, in order.
    pub(super) fn rows(&self) -> impl Iterator<Item = (&'static str, &'static str)> + '_ {
        self.rows.iter().copied()
    }
}

/// Reads an asset. Lines that begin with # are for its readers.
pub(super) fn read(text: &'static str) -> Vec<Heading> {
    let mut headings: Vec<Heading> = Vec::new();
    for line in text.lines().filter(|line| !line.trim().is_empty() && !line.starts_with('#')) {
        match (line.starts_with(' '), line.split_once(':'), headings.last_mut()) {
            (true, Some((key, entries)), Some(heading)) => heading.rows.push((key.trim(), entries.trim())),
            _ => headings.push(Heading { name: line.trim(), rows: Vec::new() }),
        }
    }
    headings
}

/// The heading of that name; an empty one if there is none.
pub(super) fn named<'table>(table: &'table [Heading], name: &str) -> Option<&'table Heading> {
    table.iter().find(|heading| heading.name == name)
}
