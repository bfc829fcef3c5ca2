//! One half as it was, and another one beside it.

use super::{Flow, STRETCH, Work, empty, hand_over};
use crate::edit::RecipeError;
use crate::edit::fit::Fit;
use crate::perform::{Half, Stem, StemSound};
use crate::sing::TimedLine;

pub(super) struct Swapped {
    half: Half,
    old: Box<dyn Flow>,
    new: Box<dyn Flow>,
    /// All of the old stems, and the new ones, as far as they were read and not heard.
    old_stems: Vec<StemSound>,
    new_stems: Vec<StemSound>,
    fit: Fit,
    /// Samples that were read, and that were heard.
    read: usize,
    at: usize,
}

impl Swapped {
    pub(super) fn new(
        half: Half,
        which: &[Stem],
        wanted: &[Stem],
        old: Box<dyn Flow>,
        new: Box<dyn Flow>,
    ) -> Self {
        let (old_stems, new_stems) = (empty(which), empty(wanted));
        Self { half, old, new, old_stems, new_stems, fit: Fit::default(), read: 0, at: 0 }
    }

    /// Reads the next stretch, and what its cells allow.
    fn read(&mut self, work: &mut Work) -> Result<(), RecipeError> {
        let samples = self.old.samples();
        let count = STRETCH.min(samples.saturating_sub(self.read));
        // The old song first: the new half plays under the gains that it came to.
        self.old.pour(count, &mut self.old_stems, work)?;
        self.new.pour(count, &mut self.new_stems, work)?;
        let from = self.read - self.at;
        let half = self.half;
        let held = self.old_stems.iter().filter(|stem| !half.has_stem(stem.stem));
        self.fit.listen(held, &self.new_stems, from..from + count);
        self.read += count;
        if self.read >= samples {
            self.fit.end();
        }
        Ok(())
    }
}

impl Flow for Swapped {
    fn samples(&self) -> usize {
        self.old.samples()
    }

    fn pour(&mut self, samples: usize, out: &mut [StemSound], work: &mut Work) -> Result<(), RecipeError> {
        let count = samples.min(self.samples() - self.at);
        while !self.fit.knows(self.at + count) {
            self.read(work)?;
        }
        let half = self.half;
        let held = self.old_stems.iter().filter(|stem| !half.has_stem(stem.stem));
        self.fit.turn(self.at, count, held, &mut self.new_stems);
        let mut new = self.new_stems.chunks_mut(1);
        for (old, out) in self.old_stems.chunks_mut(1).zip(out.chunks_mut(1)) {
            if half.has_stem(old[0].stem) {
                old[0].left.drain(..count);
                old[0].right.drain(..count);
                hand_over(new.next().unwrap_or_default(), count, out);
            } else {
                hand_over(old, count, out);
            }
        }
        self.at += count;
        super::rest(samples - count, out);
        Ok(())
    }

    fn words(&self) -> Vec<TimedLine> {
        if self.half == Half::Voice { self.new.words() } else { self.old.words() }
    }

    fn close(&mut self) {
        self.old.close();
        self.new.close();
    }
}
