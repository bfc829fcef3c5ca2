//! What belongs to an account: its credentials and its callbacks.

use domain::Api;
use maud::{Markup, html};

use crate::console::frame::Page;
use crate::console::words::Words;

/// Credentials: made, replaced, revoked.
pub(super) fn credentials(words: &Words) -> String {
    let title = words.say("credentials-title");
    let content = html! {
        credential-list {
            h1 { (title) }
            p.lead { (words.say("credentials-about")) }
            p.hint.signed-out hidden { a href="/console/log-in?to=/console/credentials" { (words.say("log-in")) } }
            div.fresh.card hidden role="status" {
                h2 { (words.say("credential-fresh")) }
                p { (words.say("credential-fresh-about")) }
                div.with-button { code.token {} button type="button" data-copies { (words.say("copy")) } }
            }
            (new_credential(words))
            div.scrolls role="region" tabindex="0" aria-label=(title) { table {
                thead { tr {
                    th { (words.say("credential-name")) } th { (words.say("credential-token")) } th { (words.say("credential-apis")) }
                    th { (words.say("credential-used")) } th { (words.say("credential-until")) } th { span.unseen { (words.say("credential-acts")) } }
                } }
                tbody {}
            } }
        }
    };
    Page { words, title, place: "credentials", scripts: &["credentials.js"], content }.html()
}

fn new_credential(words: &Words) -> Markup {
    html! {
        form.card.inline hidden {
            h2 { (words.say("credential-new")) }
            div.field { label for="application" { (words.say("credential-application")) } select #application name="application" required {} }
            div.field { label for="name" { (words.say("credential-name")) } input #name type="text" name="name" maxlength="100"; }
            div.field { label for="until" { (words.say("credential-until")) } input #until type="date" name="until"; }
            fieldset.checks { legend { (words.say("credential-apis")) }
                @for api in Api::ALL { label { input type="checkbox" name="apis" value=(api.as_str()) checked; " " (api.as_str()) } }
            }
            button type="submit" { (words.say("credential-make")) }
        }
    }
}

/// Callbacks: where they went, and sending them again.
pub(super) fn callbacks(words: &Words) -> String {
    let title = words.say("callbacks-title");
    let content = html! {
        caller-needed {
            callback-list {
                div.page-head { h1 { (title) } button.quiet type="button" data-replays-all { (words.say("callbacks-replay-all")) } }
                p.lead { (words.say("callbacks-about")) }
                div.filters { label { span { (words.say("filter-state")) }
                    select {
                        option value="" { (words.say("filter-any")) }
                        @for state in ["waiting", "under_way", "delivered", "given_up"] {
                            option value=(state) { (words.say(&format!("js-callback-{state}"))) }
                        }
                    }
                } }
                div.scrolls role="region" tabindex="0" aria-label=(title) { table {
                    thead { tr {
                        th { (words.say("callbacks-task")) } th { (words.say("filter-state")) } th { (words.say("callbacks-to")) }
                        th { (words.say("callbacks-attempts")) } th { (words.say("callbacks-last")) } th { (words.say("callbacks-due")) }
                        th { span.unseen { (words.say("credential-acts")) } }
                    } }
                    tbody {}
                } }
                p.hint.none hidden { (words.say("callbacks-none")) }
                button.quiet.more type="button" hidden { (words.say("callbacks-more")) }
            }
        }
    };
    Page { words, title, place: "callbacks", scripts: &["callbacks.js"], content }.html()
}
