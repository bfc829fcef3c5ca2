//! The joint n-grams of letters and sounds (`lts.bin`), unpacked once.

use crate::words::phoneme::Phoneme;
use std::sync::OnceLock;

static TABLE: &[u8] = include_bytes!("../../../assets/g2p/lts.bin");
const ORDER: usize = 6;
/// The child of a node is this where there is none.
const NONE: u32 = u32::MAX;
/// Low bits of a record are its token, the six above its cost in 1/6 nat.
const TOKEN: u16 = 0x3FF;
/// Of a token that even the shortest history has not, in 1/12 nat.
const UNSEEN_COST: i32 = 200;

/// The node of each suffix of the history, from none to five tokens.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Nodes([u32; ORDER]);

impl Nodes {
    /// Is the history known in its full length?
    pub(super) fn has_longest(&self) -> bool {
        self.0[ORDER - 1] != NONE
    }
}

/// The n-grams of one length.
struct Level {
    records: Vec<u16>,
    /// In 1/12 nat.
    backoff: Vec<i32>,
    /// Where the children of each node begin on the next level; one more than there are nodes.
    children: Vec<u32>,
}

/// Letters with the sounds they may have, and what follows what at which cost.
pub(super) struct Model {
    tokens: Vec<Vec<u16>>,
    sounds: Vec<Vec<Phoneme>>,
    levels: Vec<Level>,
}

impl Model {
    /// Stands before a word.
    const BEGIN: u16 = 0;
    /// Stands after a word.
    pub(super) const END: u16 = 1;

    /// The one model.
    pub(super) fn get() -> &'static Self {
        static MODEL: OnceLock<Model> = OnceLock::new();
        MODEL.get_or_init(Self::unpack)
    }

    fn unpack() -> Self {
        let mut bytes = Bytes(TABLE.get(6..).unwrap_or_default());
        let count = bytes.u16();
        let mut tokens = vec![Vec::new(); 256];
        let mut sounds = vec![Vec::new(); 2];
        for token in 2..count + 2 {
            let letter = bytes.u8();
            let length = usize::from(bytes.u8());
            tokens[usize::from(letter)].push(token);
            sounds.push((0..length).filter_map(|_| Phoneme::from_code(bytes.u8())).collect());
        }
        let levels = (1..=ORDER).map(|length| Level::unpack(&mut bytes, length)).collect();
        Self { tokens, sounds, levels }
    }

    /// Every reading of a letter; `None` for what is no letter.
    pub(super) fn tokens_of(&self, letter: u8) -> Option<&[u16]> {
        Some(self.tokens[usize::from(letter)].as_slice()).filter(|tokens| !tokens.is_empty())
    }

    /// What a token sounds like; often nothing.
    pub(super) fn sounds(&self, token: u16) -> &[Phoneme] {
        &self.sounds[usize::from(token)]
    }

    /// The history before the first letter.
    pub(super) fn start(&self) -> Nodes {
        let mut nodes = [NONE; ORDER];
        nodes[0] = 0;
        nodes[1] = self.find(0, 0, Self::BEGIN);
        Nodes(nodes)
    }

    /// The history with one more token, and what the token costs in 1/12 nat.
    /// From the longest suffix down: the child's cost if there is one, else that node's backoff and on.
    pub(super) fn step(&self, history: &Nodes, token: u16) -> (Nodes, i32) {
        let mut nodes = [NONE; ORDER];
        nodes[0] = 0;
        let (mut cost, mut found) = (0, false);
        for length in (0..ORDER).rev().filter(|length| history.0[*length] != NONE) {
            let node = history.0[length] as usize;
            let child = self.find(length, node, token);
            if length + 1 < ORDER {
                nodes[length + 1] = child;
            }
            if !found && child != NONE {
                cost += i32::from(self.levels[length].records[child as usize] >> 10) * 2;
                found = true;
            } else if !found && length > 0 {
                cost += self.levels[length - 1].backoff[node];
            }
        }
        (Nodes(nodes), if found { cost } else { cost + UNSEEN_COST })
    }

    /// The child of a node whose history is `length` tokens long.
    fn find(&self, length: usize, node: usize, token: u16) -> u32 {
        let records = &self.levels[length].records;
        let (low, high) = match length.checked_sub(1).map(|shorter| &self.levels[shorter].children) {
            Some(children) => (children[node] as usize, children[node + 1] as usize),
            None => (0, records.len()),
        };
        match records[low..high].binary_search_by_key(&token, |record| record & TOKEN) {
            Ok(at) => (low + at) as u32,
            Err(_) => NONE,
        }
    }
}

impl Level {
    fn unpack(bytes: &mut Bytes, length: usize) -> Self {
        let count = bytes.u32() as usize;
        let records = (0..count).map(|_| bytes.u16()).collect();
        if length == ORDER {
            return Self { records, backoff: Vec::new(), children: Vec::new() };
        }
        let backoff = (0..count).map(|_| i32::from(bytes.u8()) - 128).collect();
        let mut counts: Vec<u32> = (0..count).map(|_| u32::from(bytes.u8())).collect();
        for _ in 0..bytes.u32() {
            let node = bytes.u32() as usize;
            counts[node] = bytes.u32();
        }
        let mut children = vec![0];
        let mut sum = 0;
        children.extend(counts.into_iter().map(|count| {
            sum += count;
            sum
        }));
        Self { records, backoff, children }
    }
}

/// Little-endian numbers, one after the other; 0 past the end.
struct Bytes(&'static [u8]);

impl Bytes {
    fn take<const N: usize>(&mut self) -> [u8; N] {
        let (head, rest) = self.0.split_first_chunk::<N>().unwrap_or((&[0; N], &[]));
        self.0 = rest;
        *head
    }

    fn u8(&mut self) -> u8 {
        let [byte] = self.take();
        byte
    }

    fn u16(&mut self) -> u16 {
        u16::from_le_bytes(self.take())
    }

    fn u32(&mut self) -> u32 {
        u32::from_le_bytes(self.take())
    }
}
