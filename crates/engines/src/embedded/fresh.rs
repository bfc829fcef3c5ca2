//! A new song.

use domain::AudioOrder;
use music::{Plan, Recipe};

use super::brief::brief;
use super::edits::{Report, song};
use super::threads;
use crate::{EngineError, Song};

pub(super) fn make(order: &AudioOrder, report: Report<'_>) -> Result<Song, EngineError> {
    let mut plan = Plan::from_brief(&brief(order));
    let made = music::perform_held(threads(), &plan, None, report);
    let (master, curves) = made.map_err(|_| EngineError::Cancelled)?;
    // What is added to the song later stands beside it; performed with them again, it is the same.
    plan.levels = Some(curves.levels());
    song(&Recipe::fresh(plan), master, lyric(order), None)
}

/// The words that the song shows: those that were ordered. This engine writes none of its own.
fn lyric(order: &AudioOrder) -> String {
    match &order.lyric {
        _ if order.instrumental => "[Instrumental]".to_owned(),
        Some(lyric) => lyric.clone(),
        None => String::new(),
    }
}
