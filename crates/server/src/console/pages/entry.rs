//! Coming in: log in, register, and choose a new password.

use maud::{Markup, html};

use crate::console::frame::Page;
use crate::console::words::Words;

/// The pages.
pub(super) fn pages(words: &Words) -> Vec<(String, String)> {
    ["log-in", "register", "reset", "password"].map(|name| (name.to_owned(), page(words, name))).into()
}

fn page(words: &Words, name: &str) -> String {
    let title = match name {
        "log-in" => words.say("log-in-title"),
        "register" => words.say("register-title"),
        "password" => words.say("password-title"),
        _ => words.say("reset-title"),
    };
    let content = html! {
        div.narrow {
            h1 { (title) }
            @match name {
                "log-in" => (log_in(words)),
                "register" => (register(words)),
                "password" => (another_password(words)),
                _ => (reset(words)),
            }
        }
    };
    Page { words, title, place: "entry", scripts: &["entry.js"], content }.html()
}

fn log_in(words: &Words) -> Markup {
    html! {
        entry-form data-does="log-in" {
            form method="post" {
                (email(words)) (password(words, "current-password"))
                p.wrong role="alert" hidden {}
                button type="submit" { (words.say("log-in")) }
            }
        }
        p { a href="/console/register" { (words.say("entry-no-account")) } }
        p { a href="/console/reset" { (words.say("entry-forgot")) } }
        (token_instead(words))
    }
}

fn register(words: &Words) -> Markup {
    html! {
        entry-form data-does="register" {
            form method="post" {
                (email(words)) (password(words, "new-password"))
                p.wrong role="alert" hidden {}
                button type="submit" { (words.say("entry-register")) }
            }
        }
        p { a href="/console/log-in" { (words.say("entry-has-account")) } }
    }
}

fn reset(words: &Words) -> Markup {
    html! {
        entry-form data-does="reset" {
            form method="post" {
                p { (words.say("reset-about")) }
                div data-without-token { (email(words)) }
                div data-with-token hidden { (password(words, "new-password")) }
                p.wrong role="alert" hidden {}
                p.right role="status" hidden {}
                button type="submit" { (words.say("reset-go")) }
            }
        }
    }
}

fn another_password(words: &Words) -> Markup {
    html! {
        entry-form data-does="password" {
            form method="post" {
                (password(words, "current-password"))
                div.field {
                    label for="new-password" { (words.say("password-new")) }
                    input #new-password type="password" name="new_password" required autocomplete="new-password";
                }
                p.wrong role="alert" hidden {}
                p.right role="status" hidden {}
                button type="submit" { (words.say("password-go")) }
            }
        }
    }
}

/// Whoever has a token needs no account to look around with it.
fn token_instead(words: &Words) -> Markup {
    html! {
        section.apart aria-labelledby="token-title" {
            h2 #token-title { (words.say("entry-token-title")) }
            p.hint { (words.say("entry-token-about")) }
        }
    }
}

fn email(words: &Words) -> Markup {
    html! {
        div.field {
            label for="email" { (words.say("entry-email")) }
            input #email type="email" name="email" required autocomplete="username" spellcheck="false";
        }
    }
}

fn password(words: &Words, autocomplete: &str) -> Markup {
    html! {
        div.field {
            label for="password" { (words.say("entry-password")) }
            input #password type="password" name="password" required autocomplete=(autocomplete);
        }
    }
}
