//! A page for each endpoint: what it takes, the code that calls it, and a try.

use maud::{Markup, html};

use crate::console::fields::rich;
use crate::console::frame::Page;
use crate::console::operations::{self, Operation};
use crate::console::words::{Language, Words};

/// Every page.
pub(super) fn pages(words: &Words) -> Vec<(String, String)> {
    operations::all().iter().map(|shown| (format!("apis/{}", shown.id), page(words, shown))).collect()
}

/// What an endpoint does, in a few words.
pub(super) fn summary(words: &Words, operation: &Operation) -> String {
    told(words, operation, "summary", &operation.summary)
}

/// What an endpoint does, in a sentence.
pub(super) fn first_sentence(words: &Words, operation: &Operation) -> Markup {
    let about = told(words, operation, "about", &operation.about);
    rich(about.split("\n\n").next().unwrap_or_default())
}

/// The document's own words, or the catalogue's.
fn told(words: &Words, operation: &Operation, what: &str, english: &str) -> String {
    match words.language {
        Language::English => english.to_owned(),
        Language::Chinese => words.say(&format!("doc-{}-{what}", operation.id.replace('_', "-"))),
    }
}

fn page(words: &Words, operation: &Operation) -> String {
    let title = summary(words, operation);
    let content = html! {
        div.with-aside {
            (menu(words, operation))
            api-page.api data-operation=(operation.id) data-method=(operation.method) data-path=(operation.path) {
                section.api-form aria-labelledby="title" {
                    h1 #title { (title) }
                    p.path { span.verb { (operation.method) } " " code { (operation.path) } }
                    @for paragraph in told(words, operation, "about", &operation.about).split("\n\n") {
                        p { (rich(paragraph)) }
                    }
                    (form(words, operation))
                }
                (code_pane(words))
            }
        }
    };
    let scripts = &["api-page.js", "code.js", "code-values.js", "json-view.js"];
    Page { words, title, place: "apis", scripts, content }.html()
}

fn menu(words: &Words, current: &Operation) -> Markup {
    html! {
        nav.side aria-label=(words.say("api-menu")) {
            @for operation in operations::all() {
                a href={ "/console/apis/" (operation.id) } aria-current=[(operation.id == current.id).then_some("page")] {
                    span { (summary(words, operation)) }
                    code { (operation.path.trim_start_matches("/producer")) }
                }
            }
        }
    }
}

fn form(words: &Words, operation: &Operation) -> Markup {
    html! {
        form autocomplete="off" novalidate {
            fieldset {
                legend { (words.say("group-caller")) }
                div.field {
                    div.field-head { label for="credential" { code { "authorization" } }
                        span.tag.needed { (words.say("form-needed")) } }
                    credential-choice { select #credential disabled { option { "{token}" } } }
                    p.hint { (words.say("api-credential-about")) }
                }
            }
            @for group in &operation.groups {
                fieldset {
                    legend { (words.say(&format!("group-{}", group.name))) }
                    @for field in &group.fields { (field.show(words, operation.id)) }
                }
            }
        }
    }
}

fn code_pane(words: &Words) -> Markup {
    html! {
        section.api-code aria-labelledby="code-title" {
            div.code-head {
                h2 #code-title { (words.say("api-code")) }
                button.quiet type="button" data-copies { (words.say("copy")) }
                button type="button" data-tries { (words.say("api-try")) }
            }
            div.tabs role="tablist" aria-labelledby="code-title" {}
            pre.code #code role="tabpanel" tabindex="0" { code { noscript { (words.say("api-needs-scripts")) } } }
            section.result hidden aria-live="polite" {}
        }
    }
}
