//! A short song, and what is done to it.

use music::{
    Brief, Change, EditRefusal, Master, Model, Plan, Recipe, Stem, StemSound, Stereo, edit, perform_edit,
    perform_held,
};
use std::ops::ControlFlow;

pub const LYRIC: &str = "[Verse]\nWalking down the silver road\nEvery light is burning low\n\
                         [Chorus]\nStay with me until the morning comes\nHold me while the river runs";
pub const LONGEST: f32 = 600.0;

/// A song as the engine keeps it: its recipe with the levels that it came to, and its master.
pub struct Song {
    pub recipe: Recipe,
    pub sound: Stereo,
    pub plan: Plan,
}

pub fn brief(style: &str, seed: u32) -> Brief {
    Brief { style: style.to_owned(), seed, ..Brief::default() }
}

/// A verse and a chorus of four bars each.
pub fn song(style: &str, seed: u32) -> Song {
    made(short(&Brief { lyric: Some(LYRIC.to_owned()), ..brief(style, seed) }))
}

pub fn wordless(style: &str, seed: u32) -> Song {
    made(short(&Brief { instrumental: true, ..brief(style, seed) }))
}

pub fn raw(style: &str, seed: u32) -> Song {
    made(short(&Brief { lyric: Some(LYRIC.to_owned()), model: Model::Fuzz20Raw, ..brief(style, seed) }))
}

fn short(brief: &Brief) -> Plan {
    let mut plan = Plan::from_brief(brief);
    plan.sections.retain(|section| brief.instrumental || !section.lines.is_empty());
    plan.sections.truncate(2);
    plan.sections.iter_mut().for_each(|section| section.bars = 4);
    plan
}

pub fn made(mut plan: Plan) -> Song {
    let (master, curves) = perform_held(2, &plan, None, &mut go_on).expect("a song");
    plan.levels = Some(curves.levels());
    Song { recipe: Recipe::fresh(plan.clone()), sound: sound(master), plan }
}

pub fn go_on(_: f32) -> ControlFlow<()> {
    ControlFlow::Continue(())
}

pub fn sound(master: Master) -> Stereo {
    Stereo { left: master.left, right: master.right }
}

/// The edited song, made from the song's master.
pub fn edited(song: &Song, change: Change<'_>, brief: &Brief) -> Song {
    try_edit(song, change, brief).expect("an edit")
}

pub fn try_edit(song: &Song, change: Change<'_>, brief: &Brief) -> Result<Song, EditRefusal> {
    let recipe = edit(&song.recipe, &song.sound, change, brief, LONGEST)?;
    let sound = performed(&recipe, &song.sound);
    let plan = song.plan.clone();
    Ok(Song { recipe, sound, plan })
}

pub fn performed(recipe: &Recipe, before: &Stereo) -> Stereo {
    sound(perform_edit(2, recipe, before.clone(), &mut go_on).expect("a performance"))
}

/// Where two sounds differ: the first and the last sample, if they do.
pub fn differ(one: &Stereo, other: &Stereo) -> Option<(usize, usize)> {
    let samples = one.left.len().min(other.left.len());
    let differs = |at: &usize| one.left[*at] != other.left[*at] || one.right[*at] != other.right[*at];
    Some(((0..samples).find(differs)?, (0..samples).rfind(differs)?))
}

/// Of a stretch, root mean square.
pub fn level(samples: &[f32]) -> f32 {
    (samples.iter().map(|sample| sample * sample).sum::<f32>() / samples.len().max(1) as f32).sqrt()
}

pub fn whole(sound: &Stereo) -> bool {
    let fits = |sample: &f32| (sample * 32_768.0).fract() == 0.0 && (-1.0..1.0).contains(sample);
    sound.left.len() == sound.right.len() && sound.left.iter().chain(&sound.right).all(fits)
}

pub fn peak(sound: &Stereo) -> f32 {
    sound.left.iter().chain(&sound.right).fold(0.0, |peak, sample| peak.max(sample.abs()))
}

pub fn samples(seconds: f64) -> usize {
    (seconds * f64::from(music::SAMPLE_RATE)).round() as usize
}

pub fn stem(stems: &[StemSound], wanted: Stem) -> &StemSound {
    stems.iter().find(|stem| stem.stem == wanted).expect("a stem")
}

/// Whether some stems add up to a master.
pub fn adds_up(stems: &[&StemSound], whole: &Stereo) -> bool {
    let side = |channel: fn(&StemSound) -> &Vec<i16>, whole: &[f32]| {
        (0..whole.len()).all(|at| {
            let sum: i32 = stems.iter().map(|stem| i32::from(channel(stem)[at])).sum();
            sum == (whole[at] * 32_768.0) as i32
        }) && stems.iter().all(|stem| channel(stem).len() == whole.len())
    };
    side(|stem| &stem.left, &whole.left) && side(|stem| &stem.right, &whole.right)
}
