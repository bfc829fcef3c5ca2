//! What was ordered and what it cost.

use maud::html;

use crate::console::frame::Page;
use crate::console::words::Words;

/// The page.
pub(super) fn page(words: &Words) -> String {
    let title = words.say("usage-title");
    let content = html! {
        caller-needed {
            usage-view {
                div.page-head { h1 { (title) } button.quiet type="button" data-saves { (words.say("usage-save")) } }
                form.filters {
                    label { span { (words.say("filter-from")) } input type="date" name="from"; }
                    label { span { (words.say("filter-to")) } input type="date" name="to"; }
                }
                div.figures {}
                div.chart {}
                div.scrolls role="region" tabindex="0" aria-label=(title) { table {
                    thead { tr {
                        th { (words.say("usage-day")) } th { (words.say("filter-type")) }
                        th.amount { (words.say("usage-orders")) } th.amount { (words.say("js-state-succeeded")) }
                        th.amount { (words.say("js-state-failed")) } th.amount { (words.say("js-state-cancelled")) }
                        th.amount { (words.say("usage-amount")) }
                    } }
                    tbody {}
                } }
                p.hint.none hidden { (words.say("usage-none")) }
            }
        }
    };
    Page { words, title, place: "usage", scripts: &["usage.js"], content }.html()
}
