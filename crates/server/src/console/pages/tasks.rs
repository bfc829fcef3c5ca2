//! The list of tasks, and a task.

use domain::TaskKind;
use maud::{Markup, html};

use crate::console::frame::Page;
use crate::console::words::Words;

/// The words of a task's states.
const STATES: [&str; 5] = ["pending", "processing", "succeeded", "failed", "cancelled"];

/// The list.
pub(super) fn list(words: &Words) -> String {
    let title = words.say("tasks-title");
    let content = html! {
        caller-needed {
            task-list {
                div.page-head {
                    h1 { (title) }
                    p.hint.count aria-live="polite" {}
                }
                (filters(words))
                ol.rows aria-label=(title) {}
                p.more.hint hidden { (words.say("tasks-more")) }
            }
        }
    };
    let scripts = &["tasks.js", "tasks-shared.js", "code.js", "code-values.js"];
    Page { words, title, place: "tasks", scripts, content }.html()
}

fn filters(words: &Words) -> Markup {
    html! {
        form.filters role="search" {
            label { span { (words.say("filter-type")) }
                select name="type" {
                    option value="" { (words.say("filter-any")) }
                    @for kind in TaskKind::ALL { option value=(kind.as_str()) { (words.say(&format!("js-type-{}", kind.as_str()))) } }
                }
            }
            label { span { (words.say("filter-state")) }
                select name="state" {
                    option value="" { (words.say("filter-any")) }
                    @for state in STATES { option value=(state) { (words.say(&format!("js-state-{state}"))) } }
                }
            }
            label { span { (words.say("filter-from")) } input type="date" name="from"; }
            label { span { (words.say("filter-to")) } input type="date" name="to"; }
            label { span { (words.say("filter-application")) } input type="text" name="application" maxlength="36" spellcheck="false" placeholder="UUID"; }
            label.wide { span { (words.say("filter-text")) } input type="search" name="text" placeholder=(words.say("filter-text-where")); }
        }
    }
}

/// The shell of a task: which one it is of, its address says.
pub(super) fn task(words: &Words) -> String {
    let title = words.say("task-title");
    let content = html! {
        caller-needed {
            task-page {
                p { a href="/console/tasks" { (words.say("task-back")) } }
                div data-part="head" { h1 { (title) } }
                div.acts data-part="acts" {}
                div.split {
                    div.songs data-part="songs" {}
                    div {
                        section.card aria-labelledby="timeline" {
                            h2 #timeline { (words.say("task-timeline")) }
                            ol.timeline data-part="timeline" {}
                            div data-part="callback" hidden {}
                        }
                        section.card hidden aria-labelledby="files" {
                            h2 #files { (words.say("task-files")) }
                            ul.files data-part="files" {}
                        }
                    }
                }
                div.split.even {
                    section.card aria-labelledby="request" { h2 #request { (words.say("task-request")) } div data-part="request" {} }
                    section.card aria-labelledby="response" { h2 #response { (words.say("task-response")) } div data-part="response" {} }
                }
            }
        }
    };
    let scripts = &["task.js", "player.js", "tasks-shared.js", "json-view.js", "code.js", "code-values.js"];
    Page { words, title, place: "tasks", scripts, content }.html()
}
