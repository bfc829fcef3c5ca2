//! The bodies that are taken. Ranges and words are those of the readers in `api::wire`.

use domain::{Action, Model, TaskKind};
use serde_json::{Map, Value, json};

use super::schema::{
    Schema, flag, id, ids, named, number, optional_id, seed, text, web_address, whole_number, word,
};
use crate::api::wire::limits::{LONGEST_LYRIC, LONGEST_PROMPT, LONGEST_TITLE, LONGEST_URL};

/// An id of the examples.
pub(super) const AN_ID: &str = "1dd08826-478e-43a6-868f-aff5ababac2c";

/// Every body by its name.
pub(super) fn all() -> Map<String, Value> {
    let bodies = [
        ("AudioOrder", any_way()),
        ("LyricOrder", lyrics()),
        ("UploadOrder", upload()),
        (
            "VideoOrder",
            conversion("A song as a film: MP4, H.264, with cover, title, waveform and the line being sung."),
        ),
        (
            "WavOrder",
            conversion("A song as uncompressed sound: 16-bit stereo at 44.1 kHz, of the lossless master."),
        ),
        ("TaskQuery", tasks()),
        ("CallbackReplay", callbacks()),
    ];
    bodies.into_iter().chain(ways_to_order()).map(|(name, body)| (name.to_owned(), body)).collect()
}

fn body(description: &str, fields: Vec<(&str, Schema)>) -> Value {
    let properties: Map<String, Value> =
        fields.into_iter().map(|(name, schema)| (name.to_owned(), schema.json())).collect();
    json!({ "type": "object", "description": description, "properties": properties })
}

/// How the result is told, and whether there is to be one: of every order.
fn reply() -> Vec<(&'static str, Schema)> {
    vec![
        (
            "dry_run",
            flag()
                .about("Check the order and tell its price, its engine, its place in the queue and when it would be done. Nothing is made.")
                .example(json!(false))
                .ours(),
        ),
        ("async", flag().about("Answer at once with the task's id; ask /producer/tasks for the result.").example(json!(true))),
        (
            "callback_url",
            web_address(LONGEST_URL)
                .about("An http or https URL to which the result is posted. Given, the answer comes at once, with the task's id.")
                .example(json!("https://example.com/songs/done")),
        ),
    ]
}

/// Every field of an order of a song.
pub(super) fn audios() -> Value {
    let knob = |least: f64, usual: f64, about: &str| {
        number(least, Some(1.0)).default(json!(usual)).about(about).example(json!(usual))
    };
    let mut fields = vec![
        (
            "action",
            word(Action::ALL.map(Action::as_str))
                .default(json!("generate"))
                .about("What is to be done. All but `generate` start from `audio_id`; those with `upload_` are the same of an uploaded sound, and the plain ones take uploads too. An unknown word is `api_not_implemented`.")
                .example(json!("generate")),
        ),
        (
            "model",
            word(Model::ALL.map(Model::as_str))
                .default(json!(Model::Fuzz20.as_str()))
                .about("The newest plays everything; the older, the plainer and stiffer.")
                .example(json!(Model::Fuzz20Pro.as_str())),
        ),
        (
            "prompt",
            text(LONGEST_PROMPT)
                .about("What the song is about and sounds like. `generate` needs this or `lyric`. The hosted service takes 200 characters.")
                .example(json!("a slow waltz about a rainy night in Taipei")),
        ),
        (
            "lyric",
            text(LONGEST_LYRIC)
                .about("The words, with marks such as `[Verse 1]`, `[Pre-Chorus]`, `[Chorus]`, `[Bridge]`, `[Intro]`, `[Outro]`, `[Instrumental]`; a backslash and an n within count as a line break.")
                .example(json!("[Verse]\nRain on the window\n[Chorus]\nSing me home")),
        ),
        ("custom", flag().about("True: by the lyric; false: by the prompt.").example(json!(true))),
        (
            "title",
            text(LONGEST_TITLE).about("The song's name; else the first sung line, else the prompt's first.").example(json!("Rainy Night")),
        ),
        ("instrumental", flag().about("Without a voice.").example(json!(false))),
        ("audio_id", optional_id().about("The song or upload to start from: needed by every action but `generate`. An unknown one is `bad_request`.").example(json!(AN_ID))),
        (
            "continue_at",
            number(0.0, None).about("`extend`: the second from which new material follows; the end of the source if not given, and not past it.").example(json!(42.5)),
        ),
        ("replace_section_start", number(0.0, None).about("`replace_section`: the first second that is made anew.").example(json!(8.0))),
        ("replace_section_end", number(0.0, None).about("`replace_section`: the second after the last, past the start and not past the end of the source.").example(json!(16.0))),
        ("lyrics_strength", knob(0.0, 0.7, "How far the voice stands in front.")),
        ("sound_strength", knob(0.0, 0.7, "How closely instruments and tempo keep to the style. Below 0.2 is taken as 0.2.")),
        ("cover_strength", knob(0.0, 1.0, "`cover`: how far the arrangement leaves the source. Below 0.2 is taken as 0.2.")),
        ("weirdness", knob(0.0, 0.5, "From what everybody expects (0) to borrowed chords, leaps and odd instruments (1).")),
        ("seed", seed()),
    ];
    let style = |about: &str, example: &str| text(LONGEST_PROMPT).about(about).example(json!(example));
    fields.extend([
        ("style", style("Words of style.", "synthwave, 100 bpm")),
        ("style_negative", style("Words of what must not be heard.", "drums, piano")),
        (
            "vocal_gender",
            word(["m", "f", "male", "female"])
                .about("Whose voice sings; else words of style and the seed decide.")
                .example(json!("f")),
        ),
        ("lyric_prompt", style("What new words are about, if it is not the prompt.", "my dog Rex")),
        (
            "swap_audio_id",
            optional_id()
                .about("The swaps: the song whose part is taken; else the part is made anew.")
                .example(json!(AN_ID)),
        ),
    ]);
    fields.extend(reply());
    body("", fields)
}

/// The ways to order a song, by name: what must be given depends on the action.
fn ways_to_order() -> [(&'static str, Value); 4] {
    let (edits, fresh): (Vec<Action>, Vec<Action>) =
        Action::ALL.into_iter().partition(|action| action.needs_source());
    let (windowed, whole): (Vec<Action>, Vec<Action>) =
        edits.into_iter().partition(|action| action.plain() == Action::ReplaceSection);
    let words = |longest: usize| json!({ "type": "string", "minLength": 1, "maxLength": longest });
    let audio_id = ("audio_id", id().json());
    let moment = |field: &'static str| (field, json!({ "type": "number", "minimum": 0 }));
    let window = [audio_id.clone(), moment("replace_section_start"), moment("replace_section_end")];
    let by_prompt = [("prompt", words(LONGEST_PROMPT))];
    let by_lyric = [("lyric", words(LONGEST_LYRIC))];
    [
        ("SongEdit", way_to_order("A song made of another one, or its parts.", &whole, &[audio_id])),
        ("SectionEdit", way_to_order("A song, a section of which is made anew.", &windowed, &window)),
        ("SongByPrompt", way_to_order("A new song, about what a prompt says.", &fresh, &by_prompt)),
        ("SongByLyric", way_to_order("A new song with words of one's own.", &fresh, &by_lyric)),
    ]
}

/// Every field, of which some must be given.
fn way_to_order(about: &str, actions: &[Action], needed: &[(&str, Value)]) -> Value {
    let mut order = audios();
    let mut words: Vec<Value> = actions.iter().map(|action| json!(action.as_str())).collect();
    let mut required: Vec<&str> = needed.iter().map(|(field, _)| *field).collect();
    if actions == [Action::Generate] {
        words.extend([json!(""), Value::Null]);
    } else {
        required.push("action");
        if let Some(action) = order["properties"]["action"].as_object_mut() {
            // Here it must be given.
            action.remove("default");
        }
        order["properties"]["action"]["examples"] = json!([words[0]]);
    }
    order["properties"]["action"]["enum"] = json!(words);
    for (field, schema) in needed {
        let told = std::mem::replace(&mut order["properties"][*field], schema.clone());
        order["properties"][*field]["description"] = told["description"].clone();
        order["properties"][*field]["examples"] = told["examples"].clone();
    }
    order["required"] = json!(required);
    order["description"] = json!(about);
    order
}

fn any_way() -> Value {
    let ways: Vec<Value> = ways_to_order().iter().map(|(name, _)| named(name)).collect();
    json!({
        "description": "A song, or an edit of one. Fields that are not known are ignored, and echoed with the task's record.",
        "anyOf": ways,
    })
}

fn lyrics() -> Value {
    let words = json!({ "type": "string", "maxLength": LONGEST_PROMPT, "pattern": "\\S" });
    let object = json!({ "type": "object", "description": "Taken by its text." });
    let prompt = Schema::new(json!({ "anyOf": [words, object] }))
        .about("What the words are to be about, in English or Chinese.")
        .example(json!("a rainy night in Taipei"));
    let mut fields = vec![("prompt", prompt), ("seed", seed().ours())];
    fields.extend(reply());
    let mut lyric = body("Words for a song.", fields);
    lyric["required"] = json!(["prompt"]);
    lyric
}

fn upload() -> Value {
    let url = Schema::new(json!({ "type": "string", "minLength": 1, "maxLength": LONGEST_URL }))
        .about("An http or https URL of a sound: mp3, m4a, wav, flac or ogg. Addresses within this server's own network are refused, unless its settings allow them; its own files are read directly.")
        .example(json!("https://example.com/demo.mp3"));
    let mut fields = vec![("audio_url", url)];
    fields.extend(reply());
    let mut upload = body("A sound from outside.", fields);
    upload["required"] = json!(["audio_url"]);
    upload
}

fn conversion(what: &str) -> Value {
    let mut fields =
        vec![("audio_id", id().about("A song or upload of the caller's.").example(json!(AN_ID)))];
    fields.extend(reply());
    let mut order = body(what, fields);
    order["required"] = json!(["audio_id"]);
    order
}

fn tasks() -> Value {
    let any = || Schema::new(json!({ "type": ["string", "null"] }));
    let seconds = |about: &str| {
        Schema::new(json!({ "anyOf": [{ "type": "number" }, { "enum": [null, false, ""] }] }))
            .about(about)
            .example(json!(1_767_119_745.524))
    };
    let include = json!({ "type": "array", "items": { "const": "assets" } });
    let fields = vec![
        (
            "action",
            word(["retrieve", "retrieve_batch", "cancel", "delete"])
                .default(json!("retrieve"))
                .about("`retrieve`: one record. `retrieve_batch`: many, or a list. Additions of ours: `cancel` ends a task, `delete` forgets it with its files.")
                .example(json!("retrieve")),
        ),
        ("id", any().about("A task. What is no id of the caller's is `not_found`.").example(json!(AN_ID))),
        ("task_id", any().about("The same as `id`.").example(json!(AN_ID))),
        ("trace_id", any().about("`retrieve`: finds a task by the trace of its order.").example(json!(AN_ID))),
        ("ids", ids().about("Several tasks: answered in the order asked, duplicates twice; unknown ones are left out.").example(json!([AN_ID]))),
        ("trace_ids", ids().about("`retrieve_batch`: several tasks by the traces of their orders.").example(json!([AN_ID]))),
        ("application_id", any().about("`retrieve_batch` without ids: of this application alone.").example(json!(AN_ID))),
        ("user_id", any().about("`retrieve_batch` without ids: only the caller's own is answered.").example(json!(AN_ID))),
        ("type", word(TaskKind::ALL.map(TaskKind::as_str)).about("`retrieve_batch` without ids: of this kind alone.").example(json!("audios"))),
        ("created_at_min", seconds("`retrieve_batch` without ids: from this second of Unix time on.")),
        ("created_at_max", seconds("`retrieve_batch` without ids: up to this second of Unix time.")),
        ("limit", whole_number(0, 100).default(json!(12)).about("`retrieve_batch` without ids: most records.").example(json!(12))),
        ("offset", whole_number(0, i64::MAX.unsigned_abs()).default(json!(0)).about("`retrieve_batch` without ids: records to pass over, of the newest first.").example(json!(0))),
        ("wait", number(0.0, Some(60.0)).default(json!(0)).about("`retrieve`: seconds to wait for the task's end.").example(json!(0)).ours()),
        (
            "include",
            Schema::new(json!({ "anyOf": [include, { "enum": [null, ""] }] }))
                .about("`retrieve`: what else is told: the song as data.")
                .example(json!(["assets"]))
                .ours(),
        ),
    ];
    body("What became of tasks, or what is to become of them.", fields)
}

fn callbacks() -> Value {
    let fields = vec![
        (
            "action",
            Schema::new(json!({ "const": "replay" }))
                .about("Puts callbacks back, to be sent at once.")
                .example(json!("replay")),
        ),
        (
            "id",
            Schema::new(json!({ "type": ["string", "null"] }))
                .about("The task whose callback is meant.")
                .example(json!(AN_ID)),
        ),
        ("ids", ids().about("Several tasks; unknown ones are left out.").example(json!([AN_ID]))),
        (
            "state",
            word(["given_up"])
                .about("All callbacks that were given up, up to 1,000 at a time.")
                .example(json!("given_up")),
        ),
    ];
    let mut replay = body("Callbacks to be sent again.", fields);
    replay["required"] = json!(["action"]);
    replay["x-backline-addition"] = json!(true);
    replay
}
