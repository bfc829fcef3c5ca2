//! Every page, written when the first one is asked for.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::assets::Shelved;
use super::pages;
use super::words::{Language, Words};

type Pages = HashMap<(String, Language), Shelved>;

static PAGES: LazyLock<Pages> = LazyLock::new(|| {
    let mut shelved = Pages::new();
    for language in Language::ALL {
        for (path, html) in pages::all(Words::of(language)) {
            shelved.insert((path, language), Shelved::new(html));
        }
    }
    shelved
});

/// The page at this path below `/console/`, in this language.
pub(super) fn page(path: &str, language: Language) -> Option<&'static Shelved> {
    let name = match path.strip_prefix("tasks/") {
        // One shell serves every task: which one it is of, the address tells the script.
        Some(id) if uuid::Uuid::try_parse(id).is_ok() => "task",
        Some(_) => return None,
        None if path == "task" => return None,
        None => path,
    };
    PAGES.get(&(name.to_owned(), language))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_page_is_there_in_every_language_and_holds_nothing_that_runs_or_styles_within() {
        for language in Language::ALL {
            for (path, html) in pages::all(Words::of(language)) {
                assert!(
                    html.starts_with(&format!("<!DOCTYPE html><html lang=\"{}\"", language.tag())),
                    "{path}"
                );
                for within in
                    ["<style", " style=", "javascript:", " onclick", " onload", "http://", "https://"]
                {
                    let shown = html.replace("https://example.com", "");
                    assert!(!shown.contains(within), "{path} in {language:?} has {within}");
                }
                assert_eq!(
                    html.matches("<script").count(),
                    html.matches("<script type=\"module\" src=").count()
                );
                assert_eq!(html.matches("<h1").count(), 1, "{path} has one heading of the first level");
            }
        }
    }

    #[test]
    fn a_task_has_a_page_and_what_is_no_id_has_none() {
        assert!(page("tasks/1a6ac2ad-10f2-4e2b-b500-66ec27fe82ad", Language::English).is_some());
        assert!(page("", Language::Chinese).is_some());
        for nothing in ["tasks/x", "task", "nowhere", "tasks/"] {
            assert!(page(nothing, Language::English).is_none(), "{nothing}");
        }
    }
}
