//! Who sounds in a channel: an instrument's player, or the takes of a voice.

use crate::choir::{Take, Voices};
use crate::compose::Score;
use crate::plan::{InstrumentChoice, Plan};
use crate::synth::Player;

/// What sounds in a channel.
pub(crate) enum Source {
    Player(Player),
    /// A voice; where it has no words, the player has its tune.
    Voice(Vec<Take>, Player),
}

impl Source {
    /// Whoever has the part of this choice.
    pub(crate) fn new(plan: &Plan, score: &Score, choice: &InstrumentChoice, voices: &Voices) -> Self {
        let part = choice.part;
        let player = |notes| Player::new(part, choice.patch, notes);
        if plan.voice(part).is_some() {
            Self::Voice(voices.of(part), player(score.wordless(part)))
        } else {
            Self::Player(player(score.notes(part).copied().collect()))
        }
    }

    /// Adds the samples from `start` on; dry.
    pub(crate) fn render(&mut self, start: u64, left: &mut [f32], right: &mut [f32]) {
        let (Self::Player(player) | Self::Voice(_, player)) = self;
        player.render(start, left, right);
        if let Self::Voice(takes, _) = self {
            takes.iter().for_each(|take| take.add(start, left, right));
        }
    }
}
