//! What is around every page.

use maud::{DOCTYPE, Markup, html};

use super::assets::{ASSETS, words_module};
use super::words::{Language, Words};

/// A page.
pub(super) struct Page<'a> {
    /// In which language.
    pub(super) words: &'a Words,
    /// Its name.
    pub(super) title: String,
    /// The entry of the menu that it belongs to.
    pub(super) place: &'static str,
    /// Its script; the modules that this one needs are named so that they are fetched at once.
    pub(super) scripts: &'static [&'static str],
    /// What is in it.
    pub(super) content: Markup,
}

/// The entry of the menu that only operators are shown.
const FOR_OPERATORS: &str = "operator";

/// The menu: place and address.
const MENU: [(&str, &str); 7] = [
    ("studio", "/console/studio"),
    ("tasks", "/console/tasks"),
    ("apis", "/console/apis/audios"),
    ("credentials", "/console/credentials"),
    ("usage", "/console/usage"),
    ("callbacks", "/console/callbacks"),
    (FOR_OPERATORS, "/console/operator"),
];

/// What every page loads.
const ALWAYS: [&str; 4] = ["shell.js", "client.js", "dom.js", "words.js"];

impl Page<'_> {
    /// The whole document.
    pub(super) fn html(&self) -> String {
        let words = self.words;
        let brand = words.say("brand");
        let spoken = words_module(words.language);
        let needed = ALWAYS.iter().chain(self.scripts).copied().chain([spoken.as_str()]);
        let page = html! {
            (DOCTYPE)
            html lang=(words.language.tag()) {
                head {
                    meta charset="utf-8";
                    meta name="viewport" content="width=device-width, initial-scale=1";
                    meta name="color-scheme" content="light dark";
                    title { (self.title) " · " (brand) }
                    link rel="icon" href=(ASSETS.address("mark.svg")) type="image/svg+xml";
                    link rel="stylesheet" href=(ASSETS.address("console.css"));
                    @for module in needed { link rel="modulepreload" href=(ASSETS.address(module)); }
                    script type="module" src=(ASSETS.address("shell.js")) {}
                    @if let Some(script) = self.scripts.first() { script type="module" src=(ASSETS.address(script)) {} }
                }
                body {
                    a.skip href="#main" { (words.say("skip")) }
                    (self.header(&brand))
                    main #main tabindex="-1" { (self.content) }
                    div #notices role="status" aria-live="polite" {}
                    (self.footer())
                }
            }
        };
        page.into_string()
    }

    fn header(&self, brand: &str) -> Markup {
        let words = self.words;
        html! {
            header.top {
                a.brand href="/console/" aria-current=[self.current("home")] {
                    span.mark aria-hidden="true" { i {} i {} i {} i {} i {} }
                    (brand)
                }
                nav aria-label=(words.say("menu")) {
                    @for (place, address) in MENU {
                        a href=(address) hidden[place == FOR_OPERATORS] data-for-operators[place == FOR_OPERATORS] aria-current=[self.current(place)] {
                            (words.say(&format!("menu-{place}")))
                        }
                    }
                }
                div.corner {
                    @for language in Language::ALL.into_iter().filter(|language| *language != words.language) {
                        a.language href={ "/console/language?to=" (language.tag()) } hreflang=(language.tag()) lang=(language.tag()) {
                            (language.name())
                        }
                    }
                    account-corner { a href="/console/log-in" { (words.say("log-in")) } }
                }
            }
        }
    }

    fn footer(&self) -> Markup {
        let words = self.words;
        html! {
            footer.bottom {
                span { (words.say("brand")) " " (env!("CARGO_PKG_VERSION")) }
                a href="/docs" { (words.say("footer-document")) }
                a href="/openapi.json" { "OpenAPI" }
            }
        }
    }

    fn current(&self, place: &str) -> Option<&'static str> {
        (self.place == place).then_some("page")
    }
}
