//! What the stems promise: whole samples that add up to the master.

use music::{
    Brief, Master, Model, Part, Plan, Stem, StemSound, Stems, perform, perform_held, perform_on,
    perform_stems,
};
use std::ops::ControlFlow;

const LYRIC: &str = "[verse]\nWalking down the silver road\nEvery light is burning low\n\
                     [chorus]\nStay with me until the morning comes";
const GROUPS: [Stem; 5] = [Stem::Vocals, Stem::Instrumental, Stem::Drums, Stem::Bass, Stem::Other];

/// The shortest song that has every part.
fn plan(style: &str) -> Plan {
    let lyric = Some(LYRIC.to_owned());
    let mut plan = Plan::from_brief(&Brief { style: style.to_owned(), lyric, seed: 4, ..Brief::default() });
    plan.sections.retain(|section| !section.lines.is_empty());
    plan.sections.iter_mut().for_each(|section| section.bars = 4);
    plan.sections.truncate(2);
    plan
}

fn split(threads: usize, plan: &Plan, which: &[Stem]) -> Stems {
    perform_stems(threads, plan, which, &mut |_| ControlFlow::Continue(())).expect("a song with stems")
}

fn whole(master: &Master) -> [Vec<i32>; 2] {
    [&master.left, &master.right]
        .map(|channel| channel.iter().map(|sample| (sample * 32_768.0) as i32).collect())
}

fn sum<'a>(stems: impl Iterator<Item = &'a StemSound>) -> [Vec<i32>; 2] {
    let mut sums = [Vec::new(), Vec::new()];
    for stem in stems {
        for (sum, channel) in sums.iter_mut().zip([&stem.left, &stem.right]) {
            sum.resize(channel.len(), 0);
            sum.iter_mut().zip(channel).for_each(|(sum, sample)| *sum += i32::from(*sample));
        }
    }
    sums
}

fn loudest(stem: &StemSound) -> u16 {
    stem.left.iter().map(|sample| sample.unsigned_abs()).max().unwrap_or(0)
}

#[test]
fn stems_add_up_to_the_master_sample_by_sample() {
    let plan = plan("pop");
    let stems = split(2, &plan, &GROUPS);
    let master = perform(&plan, &mut |_| ControlFlow::Continue(())).expect("a song");
    assert_eq!(stems.master, master);
    assert_eq!(sum(stems.stems[..2].iter()), whole(&master), "vocals and instrumental");
    assert_eq!(sum(stems.stems[2..].iter()), sum(stems.stems[1..2].iter()), "drums, bass and other");
    for stem in &stems.stems {
        assert!(loudest(stem) > 1_000, "{:?} is silent", stem.stem);
    }
}

#[test]
fn parts_add_up_too_and_groups_stay_as_they_are() {
    let plan = plan("house");
    let parts: Vec<Stem> = plan.instruments.iter().map(|choice| Stem::Part(choice.part)).collect();
    let alone = split(1, &plan, &GROUPS);
    let all = split(5, &plan, &[&GROUPS[..], &parts].concat());
    assert_eq!(all.stems[..5], alone.stems, "threads or parts change a group");
    assert_eq!(sum(all.stems[5..].iter()), whole(&all.master));
    let voices =
        all.stems[5..].iter().filter(|stem| matches!(stem.stem, Stem::Part(Part::Lead | Part::Harmony)));
    assert_eq!(sum(voices), sum(all.stems[..1].iter()));
}

#[test]
fn the_remainder_is_within_two_steps_of_the_stem_that_was_rendered() {
    // Two orders of the same sum: what is the remainder here is rendered there.
    let mut plan = plan("ballad");
    let stems = split(2, &plan, &[Stem::Other, Stem::Part(Part::Counter), Stem::Part(Part::Chords)]);
    let last = plan.instruments.iter().rposition(|choice| choice.part == Part::Counter).expect("a counter");
    let counter = plan.instruments.remove(last);
    let first = plan.instruments.iter().position(|choice| choice.part == Part::Chords).expect("chords");
    plan.instruments.insert(first, counter);
    let moved = split(2, &plan, &[Stem::Part(Part::Counter)]);
    let (remainder, rendered) = (&stems.stems[1], &moved.stems[0]);
    let strays = remainder.left.iter().zip(&rendered.left).map(|(one, other)| (one - other).unsigned_abs());
    // Each is rounded once, and the remainder takes the dither as well.
    assert!(strays.clone().max().unwrap_or(0) <= 3);
    let far = strays.filter(|stray| *stray > 2).count();
    assert!(far * 1000 < remainder.left.len(), "{far} samples are far");
    assert!(loudest(rendered) > 300);
}

#[test]
fn without_a_voice_the_instrumental_is_the_master() {
    let mut plan = plan("rock");
    plan.instruments.retain(|choice| !matches!(choice.part, Part::Lead | Part::Harmony));
    let stems = split(1, &plan, &[Stem::Vocals, Stem::Instrumental, Stem::Part(Part::Lead)]);
    assert_eq!((loudest(&stems.stems[0]), loudest(&stems.stems[2])), (0, 0));
    assert_eq!(sum(stems.stems[1..2].iter()), whole(&stems.master));
}

#[test]
fn an_edit_may_hold_the_levels_of_its_parent() {
    let parent = plan("synthwave");
    let mut report = |_| ControlFlow::Continue(());
    let (master, curves) = perform_held(1, &parent, None, &mut report).expect("a song");
    let (again, same) = perform_held(2, &parent, Some(&curves), &mut report).expect("a song");
    assert!(again == master && same == curves, "the same song under its own levels is another");
    // Without drums the song would be turned up; under its parent's levels its voice stays as loud.
    let mut edit = parent;
    edit.instruments.retain(|choice| choice.part != Part::Drums);
    let (held, _) = perform_held(1, &edit, Some(&curves), &mut report).expect("a song");
    let free = perform_on(1, &edit, &mut report).expect("a song");
    let power = |master: &Master| master.left.iter().map(|sample| f64::from(sample * sample)).sum::<f64>();
    assert!(power(&held) < 0.8 * power(&free), "{} and {}", power(&held), power(&free));
}

#[test]
fn the_raw_model_has_stems_too() {
    let brief = Brief { style: "metal".to_owned(), model: Model::Fuzz20Raw, ..Brief::default() };
    let mut plan = Plan::from_brief(&brief);
    plan.sections.truncate(1);
    let stems = split(1, &plan, &GROUPS);
    assert_eq!(sum(stems.stems[..2].iter()), whole(&stems.master));
}
