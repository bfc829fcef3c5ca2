//! The bodies that are sent.

use domain::TaskKind;
use serde_json::{Map, Value, json};

use super::errors;
use super::requests::AN_ID;
use super::schema::{Schema, named, object, seconds, string, url};

/// Every body by its name.
pub(super) fn all() -> Map<String, Value> {
    let bodies = [
        ("Error", error()),
        ("Accepted", accepted()),
        ("DryRun", dry_run()),
        ("Song", song()),
        ("Stems", stems()),
        (
            "SongsMade",
            made(
                "The songs, or the parts of one.",
                list(json!({ "anyOf": [named("Song"), named("Stems")] })),
            ),
        ),
        ("LyricMade", made("The words.", lyric())),
        ("UploadMade", made("The sound.", upload())),
        ("VideoMade", made("The film.", video())),
        ("WavMade", made("The uncompressed sound.", list(wav()))),
        ("Task", task()),
        ("Tasks", many("Records, in the order asked or the newest first.", named("Task"))),
        ("TaskChanged", changed()),
        ("TasksChanged", many("What became of each.", named("TaskChanged"))),
        ("Event", event()),
        ("Events", events()),
        ("Callback", callback()),
        ("Callbacks", callbacks()),
        ("CallbackHistory", history()),
        ("CallbacksReplayed", replayed()),
        ("UsedOrders", used_orders()),
        ("UsageSums", usage_sums()),
    ];
    bodies.into_iter().map(|(name, body)| (name.to_owned(), body)).collect()
}

fn list(items: Value) -> Value {
    json!({ "type": "array", "items": items })
}

fn id(description: &str) -> Value {
    Schema::new(json!({ "type": "string", "format": "uuid" })).about(description).example(json!(AN_ID)).json()
}

fn is_true() -> Value {
    json!({ "const": true, "description": "Always true.", "examples": [true] })
}

fn error() -> Value {
    let details = object(
        "What is wrong with a field.",
        json!({
            "field": string("The field.", "weirdness"),
            "message": string("The whole story.", "`weirdness` is 1.5, expected a number from 0 to 1."),
            "value": { "description": "What was given, shortened.", "examples": [1.5] },
            "expected": string("What is expected.", "a number from 0 to 1"),
        }),
        &[],
    );
    let details = json!({
        "type": "array", "items": details, "x-backline-addition": true,
        "description": "Everything that was wrong, the first of which is the message's.",
    });
    let told = object(
        "Why.",
        json!({
            "code": { "enum": errors::codes(), "description": "One of the table of errors.", "examples": ["bad_request"] },
            "message": string("In a sentence: what was wrong, and what is expected.", "`weirdness` is 1.5, expected a number from 0 to 1."),
            "details": details,
        }),
        &["details"],
    );
    let mut task_id =
        id("The durable task that it is about: it goes on, and a repeat within 10 seconds gets it.");
    task_id["x-backline-addition"] = json!(true);
    object(
        "An error: one form for all.",
        json!({
            "success": { "const": false, "description": "Always false.", "examples": [false] },
            "error": told,
            "trace_id": id("The request, as in the header x-trace-id."),
            "task_id": task_id,
        }),
        &["task_id"],
    )
}

fn accepted() -> Value {
    object(
        "The order is durable. Ask /producer/tasks for its result.",
        json!({ "success": is_true(), "task_id": id("The task."), "trace_id": id("The request that ordered it.") }),
        &[],
    )
}

fn maybe(description: &str, kind: &str, example: Value) -> Value {
    Schema::new(json!({ "type": [kind, "null"] })).about(description).example(example).json()
}

fn credits(description: &str, example: f64) -> Value {
    Schema::new(json!({ "type": "number" })).about(description).example(json!(example)).json()
}

fn dry_run() -> Value {
    let data = object(
        "What the order would come to.",
        json!({
            "price": credits("Credits that it costs if it succeeds.", 1.0),
            "covered": { "type": "boolean", "description": "Whether the application can pay it now.", "examples": [true] },
            "remaining_amount": maybe("Credits that the application may still spend; null: without limit.", "number", json!(41.5)),
            "engine": maybe("The engine that would make it; null: none is needed.", "string", json!("embedded-0.4")),
            "queue_position": { "type": "integer", "minimum": 1, "description": "1: the next that begins.", "examples": [1] },
            "begins_in": maybe("Seconds until its work would begin, if others take as long as the last ones; null: unknown.", "number", json!(0.0)),
            "done_in": maybe("Seconds until it would be done; null: unknown.", "number", json!(12.0)),
        }),
        &[],
    );
    let mut dry = object(
        "What an order with `dry_run` would come to. There is no task.",
        json!({
            "success": is_true(),
            "dry_run": is_true(),
            "trace_id": id("The request."),
            "data": data,
        }),
        &[],
    );
    dry["x-backline-addition"] = json!(true);
    dry
}

fn count(description: &str) -> Value {
    json!({ "type": "integer", "minimum": 0, "description": description, "examples": [3] })
}

fn used_orders() -> Value {
    let item = object(
        "An order.",
        json!({
            "id": id("Its task."),
            "trace_id": id("The request that ordered it."),
            "api_id": id("The API that was called."),
            "type": { "enum": TaskKind::ALL.map(TaskKind::as_str), "description": "What was ordered.", "examples": ["audios"] },
            "application_id": id("The application that ordered."),
            "credential_id": id("The credential that ordered."),
            "user_id": id("The caller."),
            "state": { "enum": ["unfinished", "succeeded", "failed", "cancelled"], "description": "How it stands.", "examples": ["succeeded"] },
            "amount": credits("Credits that it cost, or holds while it is unfinished.", 1.0),
            "created_at": seconds("When it was ordered, in seconds since 1970.", 1_767_119_745.524),
            "finished_at": maybe("When it ended.", "number", json!(1_767_119_790.25)),
            "elapsed": maybe("Seconds of work.", "number", json!(42.5)),
        }),
        &[],
    );
    many("Orders, the newest first.", item)
}

fn usage() -> [(&'static str, Value); 5] {
    [
        ("ordered", count("Orders that were accepted.")),
        ("succeeded", count("Those that succeeded.")),
        ("failed", count("Those that failed.")),
        ("cancelled", count("Those that were called off.")),
        ("amount", credits("Credits that those cost that succeeded.", 2.0)),
    ]
}

fn usage_sums() -> Value {
    let of = [
        (
            "day",
            json!({ "type": "string", "format": "date", "description": "The day, in UTC.", "examples": ["2025-12-30"] }),
        ),
        ("application_id", id("The application.")),
        ("credential_id", id("The credential.")),
        ("api_id", id("The API.")),
        (
            "type",
            json!({ "enum": TaskKind::ALL.map(TaskKind::as_str), "description": "What was ordered.", "examples": ["audios"] }),
        ),
    ];
    let optional = of.clone().map(|(name, _)| name);
    let fields = |list: Vec<(&str, Value)>| -> Value {
        Value::Object(list.into_iter().map(|(name, schema)| (name.to_owned(), schema)).collect())
    };
    let sum = object("A sum.", fields(of.into_iter().chain(usage()).collect()), &optional);
    let total =
        object("All of them together, whatever the page.", fields(usage().into_iter().collect()), &[]);
    object(
        "Sums, the latest day first. They have what `group_by` asks for.",
        json!({ "count": count("How many sums there are in all."), "total": total, "items": list(sum) }),
        &[],
    )
}

fn made(description: &str, data: Value) -> Value {
    object(
        description,
        json!({
            "success": is_true(),
            "task_id": id("The task."),
            "trace_id": id("The request that ordered it."),
            "data": data,
        }),
        &[],
    )
}

fn song() -> Value {
    object(
        "A song.",
        json!({
            "id": id("By this id it is edited and converted."),
            "title": string("Its name.", "Rainy Night"),
            "image_url": url("Its cover: a JPEG.", "https://example.com/files/0f/cover.jpg"),
            "lyric": string("Its words; `[Instrumental]` without a voice.", "[Verse]\nRain on the window"),
            "audio_url": url("The sound: AAC in .m4a.", "https://example.com/files/0f/song.m4a"),
            "video_url": { "type": ["string", "null"], "description": "Always null: see /producer/videos.", "examples": [null] },
            "image_id": id("The same as `id`."),
            "topic": { "type": ["string", "null"], "description": "Always null.", "examples": [null] },
            "seed": string("The seed that was used.", "1490770667"),
            "sound": string("The style or the prompt of its order, else empty.", "a slow waltz"),
            "created_at": { "type": "string", "format": "date-time", "description": "When it was made, with six decimals.", "examples": ["2025-12-30T18:36:00.994141Z"] },
            "model": string("The model that was asked for.", "FUZZ-2.0 Pro"),
            "progress": string("Always `100%`.", "100%"),
            "state": string("Always `succeeded`.", "succeeded"),
            "duration": string("Its length in seconds: samples / 44100.", "135.2330158730159"),
        }),
        &[],
    )
}

fn stems() -> Value {
    object(
        "The parts of a song.",
        json!({
            "title": string("The song's name.", "Rainy Night"),
            "lyric": string("Always empty.", ""),
            "stems_url": url("A zip of WAV files.", "https://example.com/files/0f/stems.zip"),
            "model": string("Always empty.", ""),
            "progress": string("Always `100%`.", "100%"),
            "state": string("Always `succeeded`.", "succeeded"),
        }),
        &[],
    )
}

fn lyric() -> Value {
    object(
        "A lyric.",
        json!({
            "title": string("What the song may be called.", "Rainy Night in Taipei"),
            "text": string("The words, with section marks.", "[Verse 1]\nRain on the window"),
            "lyrics": string("The same as `text`.", "[Verse 1]\nRain on the window"),
            "status": { "const": "complete", "description": "Always `complete`.", "examples": ["complete"] },
        }),
        &[],
    )
}

fn upload() -> Value {
    object(
        "An uploaded sound.",
        json!({
            "audio_id": id("By this id it is edited."),
            "audio_url": url("The sound as it is kept.", "https://example.com/files/0f/song.m4a"),
            "lyric": string("Its words, if they are known.", ""),
            "duration": string("Its length in seconds: samples / 44100.", "135.2330158730159"),
        }),
        &[],
    )
}

fn video() -> Value {
    object(
        "A film.",
        json!({
            "audio_id": id("The song."),
            "video_url": url("MP4, H.264 720p.", "https://example.com/files/0f/video.mp4"),
        }),
        &[],
    )
}

fn wav() -> Value {
    object(
        "Uncompressed sound.",
        json!({
            "audio_id": id("The song."),
            "title": string("Its name.", "Rainy Night"),
            "file_url": url("RIFF, 16-bit stereo, 44.1 kHz.", "https://example.com/files/0f/song.wav"),
        }),
        &[],
    )
}

fn task() -> Value {
    let kinds = TaskKind::ALL.map(TaskKind::as_str);
    object(
        "The record of a task.",
        json!({
            "_id": { "type": "string", "pattern": "^[0-9a-f]{24}$", "description": "24 hexadecimal digits, the first eight of which are the second of `created_at`.", "examples": ["695417818d2c0f5ae1b3f3c7"] },
            "id": id("The task."),
            "api_id": id("Its endpoint."),
            "application_id": id("The application that ordered it."),
            "created_at": seconds("When it was ordered, in Unix seconds.", 1_767_119_745.524),
            "credential_id": id("The token that ordered it."),
            "request": { "type": "object", "description": "The body of the order, as it was sent.", "examples": [{ "prompt": "a slow waltz" }] },
            "trace_id": id("The request that ordered it."),
            "type": { "enum": kinds, "description": "What it makes.", "examples": ["audios"] },
            "user_id": id("Whose it is."),
            "response": { "type": "object", "description": "Empty while it waits or runs (it may have `progress`), else what a callback brings.", "examples": [{}, { "progress": "42%" }] },
            "started_at": seconds("When work on it began.", 1_767_119_745.6),
            "finished_at": seconds("When it ended.", 1_767_119_785.589),
            "duration": seconds("`finished_at - created_at`.", 40.065),
            "elapsed": seconds("`finished_at - started_at`.", 39.989),
            "state": { "enum": ["pending", "processing", "succeeded", "failed", "cancelled"], "description": "How it stands.", "examples": ["succeeded"], "x-backline-addition": true },
            "assets": { "type": "object", "description": "The song as data, if it was asked for; see docs/ASSETS.md.", "examples": [{ "engine": "embedded-0.2" }], "x-backline-addition": true },
        }),
        &["started_at", "finished_at", "duration", "elapsed", "assets"],
    )
}

fn many(description: &str, items: Value) -> Value {
    object(
        description,
        json!({
            "items": list(items),
            "count": { "type": "integer", "minimum": 0, "description": "How many are here; of a list, how many there are in all.", "examples": [1] },
        }),
        &[],
    )
}

fn changed() -> Value {
    object(
        "What became of a task that is not wanted any more.",
        json!({
            "id": id("The task."),
            "deleted": { "const": true, "description": "`delete`: it is gone, with its files.", "examples": [true] },
            "state": string("`cancel`: how it stands now.", "cancelled"),
            "cancelled": { "type": "boolean", "description": "`cancel`: whether it was ended by this request.", "examples": [true] },
        }),
        &["deleted", "state", "cancelled"],
    )
}

fn event() -> Value {
    object(
        "A change of a task's state.",
        json!({
            "cursor": string("Its place in the feed.", "17"),
            "task_id": id("The task."),
            "trace_id": id("The request that ordered it."),
            "type": { "enum": TaskKind::ALL.map(TaskKind::as_str), "description": "What it makes.", "examples": ["audios"] },
            "state": string("What it became.", "succeeded"),
            "at": seconds("When, in Unix seconds.", 1_767_119_785.589),
        }),
        &[],
    )
}

fn events() -> Value {
    object(
        "A page of the feed.",
        json!({ "items": list(named("Event")), "cursor": string("Where the next page begins.", "17") }),
        &[],
    )
}

fn callback_fields() -> Value {
    let maybe = |kind: &str, about: &str, example: Value| json!({ "type": [kind, "null"], "description": about, "examples": [example] });
    json!({
        "task_id": id("The task."),
        "trace_id": id("The request that ordered it."),
        "state": { "enum": ["waiting", "under_way", "delivered", "given_up"], "description": "How it stands.", "examples": ["delivered"] },
        "destination": string("Scheme, host and port that it goes to.", "https://example.com:443"),
        "attempts": { "type": "integer", "minimum": 0, "description": "How often it was sent.", "examples": [1] },
        "due_at": maybe("number", "When it is sent next, in Unix seconds.", json!(null)),
        "last_status": maybe("integer", "The last answer's status.", json!(200)),
        "last_error": maybe("string", "Why the last attempt failed.", json!(null)),
        "created_at": seconds("When it became due, in Unix seconds.", 1_767_119_785.589),
    })
}

fn callback() -> Value {
    object("A callback.", callback_fields(), &[])
}

fn callbacks() -> Value {
    object(
        "Callbacks, the newest first.",
        json!({
            "items": list(named("Callback")),
            "cursor": { "type": ["string", "null"], "description": "Where the next page begins; null if this is the last.", "examples": [null] },
        }),
        &[],
    )
}

fn history() -> Value {
    let attempt = object(
        "An attempt.",
        json!({
            "at": seconds("When it began, in Unix seconds.", 1_767_119_785.6),
            "duration": seconds("How long it took.", 0.2),
            "status": { "type": ["integer", "null"], "description": "The answer's status.", "examples": [200] },
            "error": { "type": ["string", "null"], "description": "Why it failed.", "examples": [null] },
            "answer": string("The begin of the answer's body.", "ok"),
        }),
        &[],
    );
    let mut fields = callback_fields();
    fields["history"] = list(attempt);
    object("A callback with its attempts.", fields, &[])
}

fn replayed() -> Value {
    let item = object(
        "A callback that was put back, or not.",
        json!({
            "task_id": id("The task."),
            "state": string("How it stands now.", "waiting"),
            "replayed": { "type": "boolean", "description": "Whether it was put back by this request.", "examples": [true] },
        }),
        &[],
    );
    object(
        "What was put back.",
        json!({
            "items": list(item),
            "count": { "type": "integer", "minimum": 0, "description": "How many are here.", "examples": [1] },
            "more": { "type": "boolean", "description": "There are more: ask again.", "examples": [false] },
        }),
        &["more"],
    )
}
