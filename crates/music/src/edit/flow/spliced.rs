//! Old stems with new ones in them.

use super::{Flow, STRETCH, Work, empty, rest};
use crate::edit::RecipeError;
use crate::edit::splice::Seam;
use crate::edit::whole::spliced_words;
use crate::perform::{Stem, StemSound};
use crate::sing::TimedLine;

pub(super) struct Spliced {
    seam: Seam,
    old: Box<dyn Flow>,
    new: Box<dyn Flow>,
    /// A stretch of each, while they are mixed.
    old_piece: Vec<StemSound>,
    new_piece: Vec<StemSound>,
    at: usize,
}

impl Spliced {
    pub(super) fn new(seam: Seam, which: &[Stem], old: Box<dyn Flow>, new: Box<dyn Flow>) -> Self {
        Self { seam, old, new, old_piece: empty(which), new_piece: empty(which), at: 0 }
    }

    /// New material, and what of the old one crosses with it.
    fn mix(&mut self, samples: usize, out: &mut [StemSound], work: &mut Work) -> Result<(), RecipeError> {
        if self.at == self.seam.from() {
            let mut skipped = self.seam.lead();
            while skipped > 0 {
                let count = skipped.min(STRETCH);
                self.new.pour(count, &mut self.new_piece, work)?;
                clear(&mut self.new_piece);
                skipped -= count;
            }
        }
        if self.seam.hears_old(self.at) {
            self.old.pour(samples, &mut self.old_piece, work)?;
        } else {
            self.old.close();
            rest(samples, &mut self.old_piece);
        }
        self.new.pour(samples, &mut self.new_piece, work)?;
        self.seam.mix_stems(self.at, &self.old_piece, &self.new_piece, out);
        clear(&mut self.old_piece);
        clear(&mut self.new_piece);
        Ok(())
    }
}

impl Flow for Spliced {
    fn samples(&self) -> usize {
        self.seam.samples
    }

    fn pour(&mut self, samples: usize, out: &mut [StemSound], work: &mut Work) -> Result<(), RecipeError> {
        let mut wanted = samples;
        while wanted > 0 {
            let (from, until) = (self.seam.from(), self.seam.until());
            let count = if self.at < from {
                let count = wanted.min(from - self.at);
                self.old.pour(count, out, work)?;
                count
            } else if self.at < until {
                let count = wanted.min(until - self.at).min(STRETCH);
                self.mix(count, out, work)?;
                count
            } else if self.seam.returns() {
                self.new.close();
                self.old.pour(wanted, out, work)?;
                wanted
            } else {
                rest(wanted, out);
                wanted
            };
            self.at += count;
            wanted -= count;
        }
        Ok(())
    }

    fn words(&self) -> Vec<TimedLine> {
        spliced_words(&self.seam, &self.old.words(), &self.new.words())
    }

    fn close(&mut self) {
        self.old.close();
        self.new.close();
    }
}

fn clear(stems: &mut [StemSound]) {
    for stem in stems {
        stem.left.clear();
        stem.right.clear();
    }
}
