//! A plan that plays, or one half of it.

use super::{Flow, Work, empty, hand_over, rest};
use crate::compose::compose;
use crate::edit::RecipeError;
use crate::mix::MasterCurves;
use crate::perform::{First, Half, Stem, StemPlayer, StemSound};
use crate::plan::Plan;
use crate::sing::TimedLine;
use std::cell::OnceCell;
use std::rc::Rc;

/// A plan's stems. It is composed, sung and mastered when its first samples are asked for.
pub(super) struct Piece {
    plan: Plan,
    /// If only a half is played, which.
    half: Option<Half>,
    /// What the whole plan came to: found by whoever plays all of it, who is always asked first.
    curves: Rc<OnceCell<MasterCurves>>,
    samples: usize,
    player: Option<StemPlayer>,
    is_open: bool,
    /// What was played and not heard yet.
    ready: Vec<StemSound>,
    words: Vec<TimedLine>,
}

impl Piece {
    /// All of a plan.
    pub(super) fn whole(plan: Plan, which: &[Stem], curves: Rc<OnceCell<MasterCurves>>) -> Self {
        let samples = compose(&plan).samples as usize;
        let (half, player, ready) = (None, None, empty(which));
        Self { plan, half, curves, samples, player, is_open: false, ready, words: Vec::new() }
    }

    /// One half of a plan.
    pub(super) fn half(plan: Plan, half: Half, which: &[Stem], curves: Rc<OnceCell<MasterCurves>>) -> Self {
        Self { half: Some(half), ..Self::whole(plan, which, curves) }
    }

    fn open(&mut self, work: &mut Work) -> Result<(), RecipeError> {
        self.is_open = true;
        let which: Vec<Stem> = self.ready.iter().map(|stem| stem.stem).collect();
        let player = match self.half {
            None => {
                let open =
                    |threads, report: super::Report| StemPlayer::of_plan(threads, &self.plan, &which, report);
                let (First { curves, words }, player) = work.part(self.samples, open)?;
                self.words = words;
                // It is played once.
                let _ = self.curves.set(curves);
                player
            }
            Some(half) => {
                let curves = self.curves.get().ok_or(RecipeError::NoScore)?;
                let open = |threads, report: super::Report| {
                    StemPlayer::of_half(threads, &self.plan, half, &which, curves, report)
                };
                let (words, player) = work.part(self.samples / 2, open)?;
                self.words = words;
                player
            }
        };
        self.player = Some(player);
        Ok(())
    }

    /// Plays the next chunk; `false` after the end.
    fn play(&mut self, work: &mut Work) -> Result<bool, RecipeError> {
        if !self.is_open {
            self.open(work)?;
        }
        let Some(player) = self.player.as_mut().filter(|player| !player.is_over()) else {
            return Ok(false);
        };
        let before = self.ready[0].left.len();
        let curves = self.curves.get().ok_or(RecipeError::NoScore)?;
        player.next(work.threads, curves, &mut self.ready);
        let played = self.ready[0].left.len() - before;
        work.add(if self.half.is_some() { played / 2 } else { played })?;
        Ok(true)
    }
}

impl Flow for Piece {
    fn samples(&self) -> usize {
        self.samples
    }

    fn pour(&mut self, samples: usize, out: &mut [StemSound], work: &mut Work) -> Result<(), RecipeError> {
        let mut wanted = samples;
        while wanted > 0 && !self.ready.is_empty() {
            let ready = self.ready[0].left.len();
            if ready == 0 && !self.play(work)? {
                break;
            }
            let count = wanted.min(self.ready[0].left.len());
            hand_over(&mut self.ready, count, out);
            wanted -= count;
        }
        rest(wanted, out);
        Ok(())
    }

    fn words(&self) -> Vec<TimedLine> {
        self.words.clone()
    }

    fn close(&mut self) {
        self.player = None;
        self.is_open = true;
        self.ready.iter_mut().for_each(|stem| *stem = StemSound::empty(stem.stem));
    }
}
