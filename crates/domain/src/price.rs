//! What an order costs.

use crate::{Action, Credits, Model, Order, TaskKind};

/// A price for some of the orders of an endpoint.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PriceRule {
    /// The endpoint.
    pub kind: TaskKind,
    /// Orders of this action alone, by whichever of its names; `None` is any. Only songs have one.
    pub action: Option<Action>,
    /// Orders of this model alone; `None` is any. Only songs have one.
    pub model: Option<Model>,
    /// What they cost; never negative.
    pub price: Credits,
}

impl PriceRule {
    fn fits(&self, order: &Order) -> bool {
        let (action, model) = match order {
            Order::Audio(audio) => (Some(audio.action), Some(audio.model)),
            Order::Lyric(_) | Order::Upload(_) | Order::Video(_) | Order::Wav(_) => (None, None),
        };
        let is_action =
            |wanted: Action| action.is_some_and(|given| given == wanted || given.plain() == wanted);
        self.kind == order.kind()
            && self.action.is_none_or(is_action)
            && self.model.is_none_or(|wanted| model == Some(wanted))
    }
}

/// The prices in force: the first rule that fits an order tells its price. What no rule fits is free.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct PriceList {
    /// The rules, the most particular first.
    pub rules: Vec<PriceRule>,
}

impl PriceList {
    /// What `order` costs if it succeeds.
    #[must_use]
    pub fn price_of(&self, order: &Order) -> Credits {
        self.rules.iter().find(|rule| rule.fits(order)).map_or(Credits::ZERO, |rule| rule.price)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{AudioOrder, LyricOrder};

    fn song(action: Action, model: Model) -> Order {
        Order::Audio(AudioOrder {
            action,
            model,
            prompt: None,
            lyric: None,
            custom: false,
            title: None,
            instrumental: false,
            style: None,
            style_negative: None,
            vocal_gender: None,
            lyrics_strength: 0.7,
            sound_strength: 0.7,
            weirdness: 0.5,
            audio_id: None,
            swap_audio_id: None,
            continue_at: None,
            window: None,
            cover_strength: 1.0,
            lyric_prompt: None,
            seed: 0,
        })
    }

    fn rule(action: Option<Action>, model: Option<Model>, price: u32) -> PriceRule {
        PriceRule { kind: TaskKind::Audios, action, model, price: Credits::whole(price) }
    }

    #[test]
    fn the_first_rule_that_fits_tells_the_price() {
        let list = PriceList {
            rules: vec![
                rule(Some(Action::Extend), Some(Model::Fuzz20Pro), 5),
                rule(Some(Action::Extend), None, 2),
                rule(None, Some(Model::Fuzz08), 0),
                rule(None, None, 1),
            ],
        };
        for (action, model, price) in [
            (Action::Extend, Model::Fuzz20Pro, 5),
            (Action::UploadExtend, Model::Fuzz20Pro, 5),
            (Action::Extend, Model::Fuzz08, 2),
            (Action::Generate, Model::Fuzz08, 0),
            (Action::Generate, Model::Fuzz20, 1),
        ] {
            assert_eq!(list.price_of(&song(action, model)), Credits::whole(price), "{action:?} {model:?}");
        }
    }

    #[test]
    fn a_rule_for_the_name_of_an_uploads_action_leaves_the_plain_one_alone() {
        let list = PriceList { rules: vec![rule(Some(Action::UploadCover), None, 3), rule(None, None, 1)] };
        assert_eq!(list.price_of(&song(Action::UploadCover, Model::Fuzz20)), Credits::whole(3));
        assert_eq!(list.price_of(&song(Action::Cover, Model::Fuzz20)), Credits::whole(1));
    }

    #[test]
    fn what_no_rule_fits_is_free() {
        let list = PriceList { rules: vec![rule(None, None, 1)] };
        let words = Order::Lyric(LyricOrder { prompt: "rain".to_owned(), seed: 0 });
        assert_eq!(list.price_of(&words), Credits::ZERO);
    }
}
