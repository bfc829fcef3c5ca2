//! The lines that say which promise held, each with its numbers.

use crate::cli::{Failure, say};

/// Most examples of what breaks one promise.
const MOST_EXAMPLES: usize = 20;

/// Lines of the report, and whether any promise was broken.
#[derive(Default)]
pub(super) struct Report {
    broken: u32,
}

impl Report {
    /// Says whether a promise held.
    pub fn line(&mut self, holds: bool, text: &str) -> Result<(), Failure> {
        self.broken += u32::from(!holds);
        say(&format!("{}  {text}", if holds { "ok    " } else { "BROKEN" }))
    }

    /// Says whether a promise held: it did if there are no examples of what breaks it. `text` ends before their number.
    pub fn none<T: AsRef<str>>(&mut self, text: &str, examples: &[T]) -> Result<(), Failure> {
        self.line(examples.is_empty(), &format!("{text} {}", examples.len()))?;
        examples.iter().take(MOST_EXAMPLES).try_for_each(|one| say(&format!("        {}", one.as_ref())))
    }

    /// The end of it.
    ///
    /// # Errors
    /// When a promise was broken.
    pub fn end(self) -> Result<(), Failure> {
        match self.broken {
            0 => Ok(()),
            broken => Err(Failure(format!("{broken} promises were broken"))),
        }
    }
}
