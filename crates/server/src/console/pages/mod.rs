//! The pages, by their paths below `/console/`.

mod account;
mod apis;
mod entry;
mod home;
mod operator;
mod studio;
mod tasks;
mod usage;

use super::words::Words;

/// Every page in this language: its path, and its text.
pub(super) fn all(words: &Words) -> Vec<(String, String)> {
    let one = |path: &str, html: String| (path.to_owned(), html);
    let mut pages = vec![
        one("", home::page(words)),
        one("tasks", tasks::list(words)),
        one("task", tasks::task(words)),
        one("studio", studio::page(words)),
        one("credentials", account::credentials(words)),
        one("callbacks", account::callbacks(words)),
        one("usage", usage::page(words)),
        one("operator", operator::page(words)),
    ];
    pages.extend(entry::pages(words));
    pages.extend(apis::pages(words));
    pages
}
