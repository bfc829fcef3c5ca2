//! The studio: a song without knowing JSON.

use domain::Model;
use maud::{Markup, html};

use crate::console::frame::Page;
use crate::console::words::Words;

/// Marks of sections, as they are written into a lyric.
const SECTIONS: [&str; 7] = ["Intro", "Verse", "Pre-Chorus", "Chorus", "Bridge", "Instrumental", "Outro"];
/// Words of style to begin with.
const STYLES: [&str; 14] = [
    "pop",
    "rock",
    "folk",
    "jazz",
    "waltz",
    "synthwave",
    "hip hop",
    "r&b",
    "country",
    "bossa nova",
    "lo-fi",
    "ballad",
    "house",
    "orchestral",
];
/// Sliders: the field, and where it stands.
const SLIDERS: [(&str, &str, &str); 3] =
    [("weirdness", "0", "0.5"), ("lyrics_strength", "0", "0.7"), ("sound_strength", "0.2", "0.7")];

/// The page.
pub(super) fn page(words: &Words) -> String {
    let title = words.say("studio-title");
    let content = html! {
        caller-needed {
            song-studio.studio {
                form.card { h1 { (title) } (words_of_song(words)) (sound(words)) (ordering(words)) }
                section aria-labelledby="takes" {
                    h2 #takes { (words.say("studio-takes")) }
                    p.hint.no-takes { (words.say("studio-no-takes")) }
                    div.takes aria-live="polite" {}
                }
            }
        }
    };
    let scripts = &["studio.js", "player.js", "tasks-shared.js", "code.js", "code-values.js"];
    Page { words, title, place: "studio", scripts, content }.html()
}

fn words_of_song(words: &Words) -> Markup {
    html! {
        fieldset.choice {
            legend { (words.say("studio-by")) }
            label { input type="radio" name="by" value="idea" checked; span { (words.say("studio-by-idea")) } }
            label { input type="radio" name="by" value="lyric"; span { (words.say("studio-by-lyric")) } }
        }
        div.field data-by="idea" {
            label for="prompt" { (words.say("studio-prompt")) }
            textarea #prompt name="prompt" rows="4" maxlength="2000" placeholder=(words.say("js-begin-prompt")) {}
        }
        div data-by="lyric" hidden {
            div.field {
                label for="subject" { (words.say("studio-subject")) }
                div.with-button {
                    input #subject type="text" name="subject" maxlength="2000";
                    button.quiet type="button" data-writes { (words.say("studio-write")) }
                }
            }
            div.field {
                label for="lyric" { (words.say("studio-lyric")) }
                div.sections role="group" aria-label=(words.say("studio-sections")) {
                    @for section in SECTIONS { button.quiet type="button" data-section=(section) { (section) } }
                }
                textarea #lyric name="lyric" rows="12" maxlength="10000" {}
            }
        }
        div.field {
            label for="title" { (words.say("studio-name")) }
            input #title type="text" name="title" maxlength="200" placeholder=(words.say("studio-name-else"));
        }
    }
}

fn sound(words: &Words) -> Markup {
    html! {
        div.field {
            label for="style" { (words.say("studio-style")) }
            input #style type="text" name="style" maxlength="2000" list="styles" placeholder="synthwave, 100 bpm";
            datalist #styles { @for style in STYLES { option value=(style) {} } }
        }
        div.pair {
            div.field {
                label for="voice" { (words.say("studio-voice")) }
                select #voice name="voice" {
                    option value="" { (words.say("studio-voice-any")) }
                    option value="f" { (words.say("studio-voice-f")) }
                    option value="m" { (words.say("studio-voice-m")) }
                }
            }
            div.field {
                label for="instrumental" { (words.say("studio-instrumental")) }
                input.switch #instrumental type="checkbox" name="instrumental";
            }
        }
        @for (name, least, usual) in SLIDERS {
            div.field {
                label for=(name) { (words.say(&format!("studio-{}", name.replace('_', "-")))) " " output for=(name) { (usual) } }
                input id=(name) type="range" name=(name) min=(least) max="1" step="0.05" value=(usual);
            }
        }
    }
}

fn ordering(words: &Words) -> Markup {
    html! {
        div.pair {
            div.field {
                label for="model" { (words.say("studio-model")) }
                select #model name="model" { @for model in Model::ALL { option value=(model.as_str()) selected[model == Model::Fuzz20] { (model.as_str()) } } }
            }
            div.field {
                label for="takes-wanted" { (words.say("studio-how-many")) }
                select #takes-wanted name="takes" { @for count in 1..=4 { option value=(count) { (count) } } }
            }
        }
        div.field {
            label for="seed" { (words.say("studio-seed")) }
            div.with-button {
                input #seed type="text" inputmode="numeric" pattern="[0-9]*" maxlength="10" name="seed" placeholder=(words.say("studio-seed-else"));
                button.quiet type="button" data-draws="seed" { (words.say("form-draw")) }
            }
        }
        p.hint.forecast aria-live="polite" {}
        button.big type="submit" { (words.say("studio-make")) }
    }
}
