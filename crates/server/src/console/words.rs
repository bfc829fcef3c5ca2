//! What pages say, in every language: one catalogue in Fluent (projectfluent.org), `words/*.ftl`.

use std::fmt::Write as _;
use std::sync::LazyLock;

use axum::http::{HeaderMap, header};
use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource};
use fluent_syntax::ast::Entry;
use serde_json::{Map, Value};
use unic_langid::LanguageIdentifier;

/// The cookie with the language that was chosen; there is no other before somebody logs in.
const COOKIE: &str = "backline_language";
/// A year, in seconds.
const KEPT_SECONDS: u32 = 365 * 86_400;
/// What begins so is said by scripts.
const FOR_SCRIPTS: &str = "js-";

/// A language of the console.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(super) enum Language {
    /// English.
    English,
    /// Traditional Chinese.
    Chinese,
}

impl Language {
    /// Every language.
    pub(super) const ALL: [Self; 2] = [Self::English, Self::Chinese];

    /// Its tag (BCP 47).
    pub(super) const fn tag(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::Chinese => "zh-TW",
        }
    }

    /// Its name, in itself.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::English => "English",
            Self::Chinese => "正體中文",
        }
    }

    /// The language of a tag of ours.
    pub(super) fn of_tag(tag: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|language| language.tag() == tag)
    }

    /// What a browser is to remember it by.
    pub(super) fn cookie(self) -> String {
        format!("{COOKIE}={}; Path=/; Max-Age={KEPT_SECONDS}; SameSite=Lax", self.tag())
    }

    /// The language of a request: what was chosen, else what the browser would like best.
    pub(super) fn chosen(headers: &HeaderMap) -> Self {
        let text = |name| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let cookies = text(header::COOKIE).split(';').filter_map(|cookie| cookie.trim().split_once('='));
        let remembered = cookies.filter(|(name, _)| *name == COOKIE).find_map(|(_, tag)| Self::of_tag(tag));
        remembered.or_else(|| Self::liked(text(header::ACCEPT_LANGUAGE))).unwrap_or(Self::English)
    }

    /// The first of ours in order of preference (RFC 9110, section 12.5.4). Any Chinese is nearer to ours than English.
    fn liked(accepted: &str) -> Option<Self> {
        let mut best = None;
        for range in accepted.split(',') {
            let (tag, weight) = range.split_once(';').unwrap_or((range, "q=1"));
            let weight: f32 = weight.trim().strip_prefix("q=").and_then(|q| q.parse().ok()).unwrap_or(0.0);
            let primary = tag.trim().split('-').next().unwrap_or_default().to_ascii_lowercase();
            let known = match primary.as_str() {
                "zh" => Self::Chinese,
                "en" => Self::English,
                _ => continue,
            };
            if weight > 0.0 && best.is_none_or(|(_, other)| weight > other) {
                best = Some((known, weight));
            }
        }
        best.map(|(language, _)| language)
    }

    const fn text(self) -> &'static str {
        match self {
            Self::English => include_str!("words/en.ftl"),
            Self::Chinese => include_str!("words/zh-TW.ftl"),
        }
    }

    /// What stands in the OpenAPI document, which is English itself.
    const fn document(self) -> &'static str {
        match self {
            Self::English => "",
            Self::Chinese => include_str!("words/zh-TW-document.ftl"),
        }
    }
}

/// The catalogue of one language.
pub(super) struct Words {
    /// Which.
    pub(super) language: Language,
    bundle: FluentBundle<FluentResource>,
    ids: Vec<String>,
}

impl Words {
    /// The catalogue of this language.
    pub(super) fn of(language: Language) -> &'static Self {
        static ENGLISH: LazyLock<Words> = LazyLock::new(|| Words::read(Language::English));
        static CHINESE: LazyLock<Words> = LazyLock::new(|| Words::read(Language::Chinese));
        match language {
            Language::English => &ENGLISH,
            Language::Chinese => &CHINESE,
        }
    }

    fn read(language: Language) -> Self {
        // What is wrong in it is found by the tests; here the rest is still of use.
        let read = |text: &str| FluentResource::try_new(text.to_owned()).unwrap_or_else(|(rest, _)| rest);
        let resource = read(language.text());
        let ids = ids(&resource);
        let tag: LanguageIdentifier = language.tag().parse().unwrap_or_default();
        let mut bundle = FluentBundle::new_concurrent(vec![tag]);
        // Whatever is put in is a number or a word of ours, never text of the other direction.
        bundle.set_use_isolating(false);
        bundle.add_resource_overriding(resource);
        bundle.add_resource_overriding(read(language.document()));
        Self { language, bundle, ids }
    }

    /// Whether there is a message of this id.
    pub(super) fn has(&self, id: &str) -> bool {
        self.bundle.has_message(id)
    }

    /// A message; its id if there is none, which a test would have told.
    pub(super) fn say(&self, id: &str) -> String {
        self.say_with(id, &[])
    }

    /// A message with something put in.
    pub(super) fn say_with(&self, id: &str, given: &[(&str, &str)]) -> String {
        let message = self.bundle.get_message(id).and_then(|message| message.value());
        let Some(pattern) = message else { return id.to_owned() };
        let arguments: FluentArgs<'_> = given.iter().copied().collect();
        // A variable that is not given stays as `{$name}`, which is how scripts get theirs.
        self.bundle.format_pattern(pattern, Some(&arguments), &mut Vec::new()).into_owned()
    }

    /// What scripts say: a module with the messages by their ids.
    pub(super) fn module(&self) -> String {
        let own = self.ids.iter().filter_map(|id| Some((id.strip_prefix(FOR_SCRIPTS)?, id)));
        let messages: Map<String, Value> =
            own.map(|(short, id)| (short.to_owned(), Value::String(self.say(id)))).collect();
        let mut module = String::new();
        // Writing to a String cannot fail.
        let _ = writeln!(module, "export default {};", Value::Object(messages));
        module
    }
}

fn ids(resource: &FluentResource) -> Vec<String> {
    let names = resource.entries().filter_map(|entry| match entry {
        Entry::Message(message) => Some(message.id.name.to_owned()),
        _ => None,
    });
    names.collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::path::Path;

    use axum::http::HeaderValue;

    use super::*;

    fn chosen(cookie: &'static str, accepted: &'static str) -> Language {
        let mut headers = HeaderMap::new();
        headers.insert(header::COOKIE, HeaderValue::from_static(cookie));
        headers.insert(header::ACCEPT_LANGUAGE, HeaderValue::from_static(accepted));
        Language::chosen(&headers)
    }

    #[test]
    fn a_language_is_the_one_that_was_chosen_else_the_one_that_is_liked_best() {
        assert_eq!(chosen("", ""), Language::English);
        assert_eq!(chosen("", "fr, zh-TW;q=0.8, en;q=0.7"), Language::Chinese);
        assert_eq!(chosen("", "en-GB,en;q=0.9,zh;q=0.8"), Language::English);
        assert_eq!(chosen("", "zh-Hans, en;q=0.1"), Language::Chinese);
        assert_eq!(chosen("", "zh;q=0, en;q=0.1"), Language::English);
        assert_eq!(chosen("a=b; backline_language=zh-TW", "en"), Language::Chinese);
        assert_eq!(chosen("backline_language=tlh", "zh"), Language::Chinese);
    }

    /// Every message with the variables that it takes.
    fn messages(language: Language) -> BTreeSet<(String, BTreeSet<String>)> {
        let words = Words::of(language);
        let variables = |id: &String| {
            let said = words.say(id);
            said.split("{$").skip(1).filter_map(|rest| Some(rest.split_once('}')?.0.to_owned())).collect()
        };
        words.ids.iter().map(|id| (id.clone(), variables(id))).collect()
    }

    #[test]
    fn the_catalogue_is_complete_in_every_language() {
        for language in Language::ALL {
            let read = FluentResource::try_new(language.text().to_owned());
            assert!(read.is_ok(), "{language:?}: {:?}", read.err().map(|(_, errors)| errors));
            assert!(FluentResource::try_new(language.document().to_owned()).is_ok(), "{language:?}");
            let words = Words::of(language);
            let once: BTreeSet<_> = words.ids.iter().collect();
            assert_eq!(once.len(), words.ids.len(), "a message of {language:?} is there twice");
        }
        let (english, chinese) = (messages(Language::English), messages(Language::Chinese));
        let apart: Vec<_> = english.symmetric_difference(&chinese).collect();
        assert!(apart.is_empty(), "in one language only, or with other variables: {apart:?}");
    }

    #[test]
    fn chinese_messages_are_chinese() {
        let chinese = Words::of(Language::Chinese);
        let english = Words::of(Language::English);
        let same: Vec<_> = chinese.ids.iter().filter(|id| chinese.say(id) == english.say(id)).collect();
        // Names, and what is the same in both.
        let names = ["brand", "menu-apis", "home-service"];
        assert!(same.iter().all(|id| names.contains(&id.as_str())), "{same:?}");
    }

    /// The ids that files of this folder say; those put together are told by how they begin.
    fn said_in(folder: &str, extension: &str) -> BTreeSet<String> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/console").join(folder);
        let mut found = BTreeSet::new();
        for file in std::fs::read_dir(folder).expect("a folder").map(|file| file.expect("a file").path()) {
            if file.extension().is_some_and(|known| known == extension) && !file.ends_with("words.rs") {
                // An id has no blanks, so lines may break wherever they like.
                let text = std::fs::read_to_string(&file).expect("text");
                let text: String = text.split_whitespace().collect();
                for call in ["say(\"", "say_with(\"", "say(&format!(\"", "say('", "say(`"] {
                    let ids = text
                        .split(call)
                        .skip(1)
                        .filter_map(|rest| rest.split(['"', '\'', '`', '{', '$']).next());
                    found.extend(ids.map(str::to_owned));
                }
            }
        }
        found
    }

    #[test]
    fn whatever_pages_and_scripts_say_is_in_the_catalogue_and_nothing_else() {
        let words = Words::of(Language::English);
        let mut asked = said_in("", "rs");
        asked.extend(said_in("pages", "rs"));
        asked.extend(said_in("assets", "js").into_iter().map(|id| format!("{FOR_SCRIPTS}{id}")));
        asked.retain(|id| !id.is_empty() && !id.starts_with("doc-"));
        let whole: Vec<_> = asked.iter().filter(|id| !id.ends_with('-')).collect();
        let missing: Vec<_> = whole.iter().filter(|id| !words.has(id)).collect();
        assert!(missing.is_empty(), "not in the catalogue: {missing:?}");
        let families: Vec<&String> = asked.iter().filter(|id| id.ends_with('-')).collect();
        let is_asked =
            |id: &String| asked.contains(id) || families.iter().any(|family| id.starts_with(*family));
        let idle: Vec<_> = words.ids.iter().filter(|id| !is_asked(id)).collect();
        assert!(idle.is_empty(), "nobody says: {idle:?}");
    }
}
