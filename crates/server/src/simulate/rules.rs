//! Scripts that the settings give to orders.

use std::sync::atomic::{AtomicU64, Ordering};

use domain::Order;
use sha2::{Digest as _, Sha256};

use super::Script;
use crate::config::{SimulatedRule, SimulatedSettings};

/// The rules, first to last.
pub(super) struct Rules {
    seed: u64,
    rules: Vec<Rule>,
}

struct Rule {
    matching: SimulatedRule,
    script: Script,
    /// Orders that had everything else that the rule asks for: `every` and `probability` go by it.
    seen: AtomicU64,
}

impl Rules {
    pub(super) fn new(settings: &SimulatedSettings) -> Self {
        // The settings were checked when they were read: a script that is none is in no rule.
        let rules = settings.rules.iter().filter_map(|rule| {
            let script = rule.script.parse().ok()?;
            Some(Rule { matching: rule.clone(), script, seen: AtomicU64::new(0) })
        });
        Self { seed: settings.seed, rules: rules.collect() }
    }

    /// The script of the first rule that the order falls under.
    pub(super) fn first_for(&self, order: &Order) -> Option<(String, Script)> {
        let found = (0_u64..).zip(&self.rules).find(|(at, rule)| rule.takes(order, self.seed, *at));
        found.map(|(_, rule)| (rule.matching.script.clone(), rule.script.clone()))
    }
}

impl Rule {
    fn takes(&self, order: &Order, seed: u64, at: u64) -> bool {
        let SimulatedRule { model, prompt, title, every, probability, script: _ } = &self.matching;
        let (song, of_order) = match order {
            Order::Audio(song) => (Some(song), song.prompt.as_deref()),
            Order::Lyric(lyric) => (None, Some(lyric.prompt.as_str())),
            Order::Upload(_) | Order::Video(_) | Order::Wav(_) => (None, None),
        };
        let named = model.as_ref().is_none_or(|model| song.is_some_and(|song| song.model.as_str() == model))
            && prompt.as_ref().is_none_or(|part| of_order.is_some_and(|text| text.contains(part)))
            && title.as_ref().is_none_or(|title| song.is_some_and(|song| song.song_title() == *title));
        if !named {
            return false;
        }
        let number = self.seen.fetch_add(1, Ordering::Relaxed) + 1;
        every.is_none_or(|every| number.is_multiple_of(every.max(1)))
            && probability.is_none_or(|probability| draw([seed, at, number]) < probability)
    }
}

/// A number from 0 to 1, the same for the same numbers.
fn draw(of: [u64; 3]) -> f64 {
    let digest: [u8; 32] = of
        .iter()
        .fold(Sha256::new(), |digest, number| digest.chain_update(number.to_be_bytes()))
        .finalize()
        .into();
    let [a, b, c, d, ..] = digest;
    f64::from(u32::from_be_bytes([a, b, c, d])) / (f64::from(u32::MAX) + 1.0)
}

#[cfg(test)]
mod tests {
    use domain::TaskKind;
    use serde_json::json;

    use super::*;
    use crate::api::wire::orders;

    fn rule(script: &str) -> SimulatedRule {
        SimulatedRule {
            model: None,
            prompt: None,
            title: None,
            every: None,
            probability: None,
            script: script.to_owned(),
        }
    }

    fn order(body: serde_json::Value) -> Order {
        of_kind(TaskKind::Audios, body)
    }

    fn of_kind(kind: TaskKind, body: serde_json::Value) -> Order {
        orders::order(kind, body.as_object().expect("an object"), 0).expect("an order").0
    }

    fn rules(seed: u64, rules: Vec<SimulatedRule>) -> Rules {
        Rules::new(&SimulatedSettings { enabled: true, seed, rules })
    }

    #[test]
    fn the_first_rule_that_fits_an_order_is_its_script() {
        let rules = rules(
            0,
            vec![
                SimulatedRule { prompt: Some("waltz".to_owned()), ..rule("latency=1s") },
                SimulatedRule { title: Some("Rain".to_owned()), ..rule("latency=2s") },
                SimulatedRule { model: Some("FUZZ-1.0".to_owned()), ..rule("latency=3s") },
            ],
        );
        let text = |body| rules.first_for(&order(body)).map(|(text, _)| text);
        let both = json!({ "prompt": "a slow waltz", "title": "Rain" });
        assert_eq!(text(both).as_deref(), Some("latency=1s"));
        assert_eq!(text(json!({ "prompt": "a march", "title": "Rain" })).as_deref(), Some("latency=2s"));
        assert_eq!(text(json!({ "prompt": "a", "model": "FUZZ-1.0" })).as_deref(), Some("latency=3s"));
        assert_eq!(text(json!({ "prompt": "a march" })), None);
    }

    #[test]
    fn a_rule_fits_orders_of_every_kind_that_have_what_it_names() {
        let rules = rules(
            0,
            vec![
                SimulatedRule { title: Some("Rain".to_owned()), ..rule("latency=1s") },
                SimulatedRule { prompt: Some("rain".to_owned()), ..rule("latency=2s") },
                rule("latency=3s"),
            ],
        );
        let text = |kind, body| rules.first_for(&of_kind(kind, body)).map(|(text, _)| text);
        let wav = json!({ "audio_id": "1dd08826-478e-43a6-868f-aff5ababac2c" });
        assert_eq!(text(TaskKind::Lyrics, json!({ "prompt": "of rain" })).as_deref(), Some("latency=2s"));
        assert_eq!(text(TaskKind::Lyrics, json!({ "prompt": "of sun" })).as_deref(), Some("latency=3s"));
        assert_eq!(text(TaskKind::Wav, wav).as_deref(), Some("latency=3s"));
    }

    #[test]
    fn every_nth_order_that_fits_is_taken() {
        let rules = rules(0, vec![SimulatedRule { every: Some(2), ..rule("fail=api_error") }]);
        let taken: Vec<bool> =
            (0..6).map(|_| rules.first_for(&order(json!({ "prompt": "a" }))).is_some()).collect();
        assert_eq!(taken, [false, true, false, true, false, true]);
    }

    #[test]
    fn chance_comes_from_the_seed() {
        let drawn = |seed| -> Vec<bool> {
            let rules = rules(seed, vec![SimulatedRule { probability: Some(0.3), ..rule("fail=api_error") }]);
            (0..1_000).map(|_| rules.first_for(&order(json!({ "prompt": "a" }))).is_some()).collect()
        };
        assert_eq!(drawn(7), drawn(7));
        assert_ne!(drawn(7), drawn(8));
        let taken = drawn(7).iter().filter(|taken| **taken).count();
        assert!((250..350).contains(&taken), "{taken} of 1,000");
    }
}
