//! For whoever runs the server: its users, and invitations.

use maud::html;

use crate::console::frame::Page;
use crate::console::words::Words;

/// The page.
pub(super) fn page(words: &Words) -> String {
    let title = words.say("operator-title");
    let content = html! {
        operator-view {
            h1 { (title) }
            p.hint.refused hidden { (words.say("operator-refused")) }
            section.operators hidden {
                form.card.inline {
                    h2 { (words.say("operator-invite")) }
                    div.field { label for="email" { (words.say("operator-invite-email")) } input #email type="email" name="email"; }
                    button type="submit" { (words.say("operator-invite-go")) }
                    div.fresh hidden role="status" {
                        p { (words.say("operator-invite-link")) }
                        div.with-button { code.token {} button.quiet type="button" data-copies { (words.say("copy")) } }
                    }
                }
                h2 { (words.say("operator-users")) }
                div.scrolls role="region" tabindex="0" aria-label=(words.say("operator-users")) { table {
                    thead { tr {
                        th { (words.say("entry-email")) } th { (words.say("operator-role")) } th { (words.say("filter-state")) }
                        th { (words.say("operator-since")) } th { span.unseen { (words.say("credential-acts")) } }
                    } }
                    tbody {}
                } }
                button.quiet.more type="button" hidden { (words.say("callbacks-more")) }
            }
        }
    };
    Page { words, title, place: "operator", scripts: &["operator.js"], content }.html()
}
