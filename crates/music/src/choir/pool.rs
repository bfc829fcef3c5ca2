//! Singers are kept for the process: making one costs a thread.

use crate::sing::NeuralSinger;
use std::ops::Deref;
use std::sync::{Mutex, PoisonError};

/// No more than these wait; a machine with more processors makes the others anew for each song.
const MOST_IDLE: usize = 8;

static IDLE: Mutex<Vec<NeuralSinger>> = Mutex::new(Vec::new());

/// A singer that goes back when it is dropped.
pub(super) struct Hired(Option<NeuralSinger>);

/// A singer; none if the voice cannot be loaded.
pub(super) fn hire() -> Hired {
    let idle = IDLE.lock().unwrap_or_else(PoisonError::into_inner).pop();
    Hired(idle.or_else(|| NeuralSinger::new().ok()))
}

impl Deref for Hired {
    type Target = Option<NeuralSinger>;

    fn deref(&self) -> &Self::Target {
        &self.0
    }
}

impl Drop for Hired {
    fn drop(&mut self) {
        let mut idle = IDLE.lock().unwrap_or_else(PoisonError::into_inner);
        if idle.len() < MOST_IDLE {
            idle.extend(self.0.take());
        }
    }
}
