//! `[prices]`: what orders cost.

use std::fmt;

use domain::{Action, Api, Credits, Model, PriceList, PriceRule, TaskKind};
use serde::de::{Error, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// `[prices]`
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "default.toml documents each setting")]
pub struct PriceSettings {
    pub audios: Price,
    pub lyrics: Price,
    pub upload: Price,
    pub videos: Price,
    pub wav: Price,
    pub rules: Vec<PriceRuleSetting>,
}

/// `[[prices.rules]]`
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "default.toml documents each setting")]
pub struct PriceRuleSetting {
    pub api: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub action: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    pub credits: Price,
}

/// A price: a number, or a text that is one. A float is taken by its shortest decimal form, which is what was written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Price(pub Credits);

impl Serialize for Price {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let text = self.0.to_string();
        match text.parse::<u64>() {
            Ok(whole) => to.serialize_u64(whole),
            Err(_) => to.serialize_str(&text),
        }
    }
}

impl<'de> Deserialize<'de> for Price {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(Written)
    }
}

/// Reads what was written in whichever form.
struct Written;

fn price<E: Error>(text: &str) -> Result<Price, E> {
    let credits: Credits = text.parse().map_err(E::custom)?;
    if credits.is_negative() { Err(E::custom("a price is not below zero")) } else { Ok(Price(credits)) }
}

impl Visitor<'_> for Written {
    type Value = Price;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a number of credits with at most six decimals")
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<Price, E> {
        price(&number.to_string())
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Price, E> {
        price(&number.to_string())
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<Price, E> {
        price(&number.to_string())
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Price, E> {
        price(text)
    }
}

impl PriceSettings {
    /// The prices in force: the rules, and behind them what each endpoint usually costs.
    ///
    /// # Errors
    /// What is wrong with the first rule that is of no use.
    pub fn list(&self) -> Result<PriceList, String> {
        let rules = (1..)
            .zip(&self.rules)
            .map(|(number, rule)| rule.read().map_err(|what| format!("rule {number}: {what}")));
        let mut rules = rules.collect::<Result<Vec<_>, String>>()?;
        rules.extend(TaskKind::ALL.map(|kind| PriceRule {
            kind,
            action: None,
            model: None,
            price: self.usual(kind).0,
        }));
        Ok(PriceList { rules })
    }

    const fn usual(&self, kind: TaskKind) -> Price {
        match kind {
            TaskKind::Audios => self.audios,
            TaskKind::Lyrics => self.lyrics,
            TaskKind::Upload => self.upload,
            TaskKind::Videos => self.videos,
            TaskKind::Wav => self.wav,
        }
    }
}

impl PriceRuleSetting {
    fn read(&self) -> Result<PriceRule, String> {
        let kind = match self.api.parse() {
            Ok(Api::Makes(kind)) => kind,
            _ => {
                let known = TaskKind::ALL.map(TaskKind::as_str).join(", ");
                return Err(format!("`api` is \"{}\", expected one of {known}", self.api));
            }
        };
        if kind != TaskKind::Audios && (self.action.is_some() || self.model.is_some()) {
            return Err("only `audios` have an `action` and a `model`".to_owned());
        }
        let unknown = |what: &str, word: &str, known: String| {
            format!("`{what}` is \"{word}\", expected one of {known}")
        };
        let action = self.action.as_deref().map(|word| {
            word.parse::<Action>()
                .map_err(|()| unknown("action", word, Action::ALL.map(Action::as_str).join(", ")))
        });
        let model = self.model.as_deref().map(|word| {
            word.parse::<Model>()
                .map_err(|()| unknown("model", word, Model::ALL.map(Model::as_str).join(", ")))
        });
        let (action, model) = (action.transpose()?, model.transpose()?);
        Ok(PriceRule { kind, action, model, price: self.credits.0 })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<PriceSettings, toml::de::Error> {
        toml::from_str(&format!("audios = 1\nlyrics = 0\nupload = 0\nvideos = 0\nwav = 0\n{text}"))
    }

    fn with_rule(rule: &str) -> Result<PriceList, String> {
        read(&format!("rules = [{rule}]")).map_err(|error| error.to_string())?.list()
    }

    #[test]
    fn a_price_is_exact_however_it_is_written() {
        for (written, millionths) in
            [("0.1", 100_000), ("\"0.1\"", 100_000), ("2", 2_000_000), ("0.000001", 1), ("1e2", 100_000_000)]
        {
            let list = with_rule(&format!(r#"{{ api = "wav", credits = {written} }}"#)).expect(written);
            assert_eq!(list.rules[0].price, Credits::from_millionths(millionths), "{written}");
        }
        for wrong in ["-1", "0.0000001", "\"one\"", "true", "nan", "1e13"] {
            assert!(with_rule(&format!(r#"{{ api = "wav", credits = {wrong} }}"#)).is_err(), "{wrong}");
        }
    }

    #[test]
    fn what_is_wrong_with_a_rule_is_told() {
        for (rule, word) in [
            (r#"{ api = "tasks", credits = 1 }"#, "api"),
            (r#"{ api = "audios", action = "hum", credits = 1 }"#, "generate"),
            (r#"{ api = "audios", model = "FUZZ-9", credits = 1 }"#, "FUZZ-2.0 Pro"),
            (r#"{ api = "wav", action = "cover", credits = 1 }"#, "only `audios`"),
        ] {
            let error = with_rule(rule).expect_err(rule);
            assert!(error.contains("rule 1") && error.contains(word), "{error}");
        }
    }

    #[test]
    fn prices_are_written_as_they_are_read() {
        let rule = r#"rules = [{ api = "audios", action = "stems", credits = 0.25 }]"#;
        let settings = read(rule).expect("read");
        let written = toml::to_string(&settings).expect("written");
        let again: PriceSettings = toml::from_str(&written).expect("read again");
        assert_eq!(again.list(), settings.list());
        assert!(written.contains("audios = 1"), "{written}");
    }
}
