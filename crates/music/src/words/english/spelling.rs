//! The sounds of words that no dictionary has, from their letters.
//!
//! A model of joint 6-grams: each letter gives 0 to 2 sounds, and the cost of a choice depends on the five before it.
//! All costs are whole numbers (1/12 nat), so that every machine chooses alike.

use super::model::{Model, Nodes};
use crate::words::phoneme::{Phoneme, Stress};
use std::collections::BTreeMap;

/// How many hypotheses stay after each letter.
const BEAM: usize = 24;
/// For a word that ends without a stressed vowel.
const UNSTRESSED_COST: i32 = 60;

/// One way to say the letters so far.
#[derive(Clone)]
struct Hypothesis {
    cost: i32,
    nodes: Nodes,
    primary_stresses: usize,
    sounds: Vec<Phoneme>,
}

/// Says a word of a-z and '; `None` where a letter is unknown or nothing comes out that can be sung.
pub(super) fn say(word: &str) -> Option<Vec<Phoneme>> {
    let model = Model::get();
    let start = Hypothesis { cost: 0, nodes: model.start(), primary_stresses: 0, sounds: Vec::new() };
    let mut beam = vec![start];
    for letter in word.bytes() {
        beam = extend(model, &beam, letter)?;
    }
    let mut ends: Vec<(i32, Vec<Phoneme>)> = beam
        .into_iter()
        .filter(|hypothesis| hypothesis.sounds.iter().any(|sound| sound.is_vowel()))
        .map(|hypothesis| (hypothesis.cost + end_cost(model, &hypothesis), hypothesis.sounds))
        .collect();
    ends.sort();
    let mut sounds = ends.into_iter().next()?.1;
    stress_one(&mut sounds);
    Some(sounds)
}

fn end_cost(model: &Model, hypothesis: &Hypothesis) -> i32 {
    let unstressed = if hypothesis.primary_stresses == 0 { UNSTRESSED_COST } else { 0 };
    model.step(&hypothesis.nodes, Model::END).1 + unstressed
}

/// Every hypothesis with every reading of the next letter; of two that the model cannot tell apart the cheaper stays.
fn extend(model: &Model, beam: &[Hypothesis], letter: u8) -> Option<Vec<Hypothesis>> {
    let tokens = model.tokens_of(letter)?;
    let mut kept: BTreeMap<(Nodes, usize, Option<u16>), usize> = BTreeMap::new();
    let mut next: Vec<Hypothesis> = Vec::new();
    for before in beam {
        for &token in tokens {
            let Some(hypothesis) = said(model, before, token) else { continue };
            // Without a node for the longest history, the last token still tells two histories apart.
            let told = (!hypothesis.nodes.has_longest()).then_some(token);
            let key = (hypothesis.nodes, hypothesis.primary_stresses, told);
            match kept.get(&key) {
                Some(&at) if hypothesis.cost < next[at].cost => next[at] = hypothesis,
                Some(_) => (),
                None => {
                    kept.insert(key, next.len());
                    next.push(hypothesis);
                }
            }
        }
    }
    next.sort_by(|left, right| left.cost.cmp(&right.cost).then_with(|| left.sounds.cmp(&right.sounds)));
    next.truncate(BEAM);
    Some(next)
}

/// One more token; `None` if that were a second primary stress.
fn said(model: &Model, before: &Hypothesis, token: u16) -> Option<Hypothesis> {
    let added = model.sounds(token);
    let stresses = added.iter().filter(|sound| sound.stress() == Stress::Primary).count();
    let primary_stresses = before.primary_stresses + stresses;
    if primary_stresses > 1 {
        return None;
    }
    let (nodes, cost) = model.step(&before.nodes, token);
    let mut sounds = before.sounds.clone();
    sounds.extend_from_slice(added);
    Some(Hypothesis { cost: before.cost + cost, nodes, primary_stresses, sounds })
}

/// A word that came out weak is stressed on its first vowel.
fn stress_one(sounds: &mut [Phoneme]) {
    if sounds.iter().any(|sound| sound.stress() == Stress::Primary) {
        return;
    }
    if let Some(vowel) = sounds.iter_mut().find(|sound| sound.is_vowel()) {
        *vowel = vowel.with_stress(Stress::Primary);
    }
}
