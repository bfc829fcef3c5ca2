//! What there is, and how to get it.

use maud::html;

use crate::console::frame::Page;
use crate::console::operations;
use crate::console::words::Words;

/// The page.
pub(super) fn page(words: &Words) -> String {
    let content = html! {
        section.hero {
            div {
            h1 { (words.say("home-title")) }
            p.lead { (words.say("home-lead")) }
            acquire-service {
                p { a.button href="/console/register" { (words.say("home-begin")) } " "
                    a.button.quiet href="/console/apis/audios" { (words.say("home-look")) } }
            }
            }
            ol.steps {
                li { strong { (words.say("home-step-account")) } span.hint { (words.say("home-step-account-about")) } }
                li { strong { (words.say("home-step-acquire")) } span.hint { (words.say("home-step-acquire-about")) } }
                li { strong { (words.say("home-step-order")) } span.hint { (words.say("home-step-order-about")) } }
            }
        }
        section aria-labelledby="services" {
            h2 #services { (words.say("home-service")) }
            p.hint { (words.say("home-service-about")) }
            ul.cards {
                @for operation in operations::all().iter().filter(|operation| !operation.ours) {
                    li.card {
                        h3 { a href={ "/console/apis/" (operation.id) } { (super::apis::summary(words, operation)) } }
                        p.path { span.verb { (operation.method) } " " code { (operation.path) } }
                        p { (super::apis::first_sentence(words, operation)) }
                    }
                }
            }
        }
    };
    Page { words, title: words.say("home-name"), place: "home", scripts: &["home.js"], content }.html()
}
