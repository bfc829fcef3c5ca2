//! The operations: what each takes and answers, and how one leads to another.

use domain::TaskKind;
use serde_json::{Map, Value, json};

use super::errors::{Does, answers, trace_header};
use super::schema::named;

/// Every path.
pub(super) fn all() -> Map<String, Value> {
    let paths = [
        ("/producer/audios", json!({ "post": audios() })),
        ("/producer/lyrics", json!({ "post": lyrics() })),
        ("/producer/upload", json!({ "post": upload() })),
        (
            "/producer/videos",
            json!({ "post": conversion(TaskKind::Videos, "VideoOrder", "VideoMade", "Make a film of a song") }),
        ),
        (
            "/producer/wav",
            json!({ "post": conversion(TaskKind::Wav, "WavOrder", "WavMade", "Make a WAV file of a song") }),
        ),
        ("/producer/tasks", json!({ "post": tasks() })),
        ("/producer/events", json!({ "get": events() })),
        ("/producer/tasks/{id}/events", json!({ "parameters": [path_id("id")], "get": task_events() })),
        ("/producer/callbacks", json!({ "get": callbacks(), "post": replay() })),
        ("/producer/callbacks/{task_id}", json!({ "parameters": [path_id("task_id")], "get": callback() })),
        ("/api/v1/usage/apis/", json!({ "get": used_orders() })),
        ("/api/v1/usage/apis/aggregate/", json!({ "get": usage_sums() })),
        (
            "/files/{folder}/{name}",
            json!({ "parameters": [in_path("folder", "32 digits that nobody can guess.", "0f3c6c1ea1b94b7e8f7f1d9a5a0b7c11"), in_path("name", "The file.", "song.m4a")], "get": file() }),
        ),
        ("/healthz", json!({ "get": plain("health", "See whether the server lives", "ok\n", false) })),
        (
            "/readyz",
            json!({ "get": plain("readiness", "See whether the server takes requests", "ok\n", false) }),
        ),
        (
            "/metrics",
            json!({ "get": plain("metrics", "Read what is counted, for Prometheus", "# EOF\n", true) }),
        ),
        (
            "/openapi.json",
            json!({ "get": own("document", "Read this document", "application/json", json!({ "type": "object" })) }),
        ),
        (
            "/docs",
            json!({ "get": own("documentation", "Read this document as a page", "text/html", json!({ "type": "string" })) }),
        ),
    ];
    let paths = paths.into_iter().map(|(path, item)| (path.to_owned(), item));
    paths.chain(super::accounts::paths()).collect()
}

fn json_body(schema: &str) -> Value {
    json!({ "required": true, "content": { "application/json": { "schema": named(schema) } } })
}

fn done(description: &str, schema: Value, links: Value) -> Value {
    json!({
        "description": description,
        "headers": trace_header(),
        "content": { "application/json": { "schema": schema } },
        "links": links,
    })
}

fn with(does: Does, finds: bool, status: &str, answer: Value) -> Value {
    let mut all = answers(does, finds);
    all.insert(status.to_owned(), answer);
    Value::Object(all)
}

/// What follows an order, whatever it is of.
fn follow() -> Map<String, Value> {
    let task = "$response.body#/task_id";
    let query =
        |action: &str| json!({ "operationId": "tasks", "requestBody": { "action": action, "id": task } });
    let links = [
        ("retrieve", query("retrieve")),
        ("cancel", query("cancel")),
        (
            "batch",
            json!({ "operationId": "tasks", "requestBody": { "action": "retrieve_batch", "ids": [task, task] } }),
        ),
        ("events", json!({ "operationId": "task_events", "parameters": { "path.id": task } })),
        ("callback", json!({ "operationId": "callback", "parameters": { "path.task_id": task } })),
    ];
    links.into_iter().map(|(name, link)| (name.to_owned(), link)).collect()
}

/// What can be made of a song or upload.
fn edits(audio: &str) -> Map<String, Value> {
    let edit = |action: &str| json!({ "operationId": "audios", "requestBody": { "action": action, "audio_id": audio } });
    let window = json!({
        "action": "replace_section", "audio_id": audio, "replace_section_start": 1, "replace_section_end": 3,
    });
    let links = [
        ("cover", edit("cover")),
        ("extend", edit("extend")),
        ("variation", edit("variation")),
        ("replace", json!({ "operationId": "audios", "requestBody": window })),
        ("wav", json!({ "operationId": "wav", "requestBody": { "audio_id": audio } })),
        ("film", json!({ "operationId": "videos", "requestBody": { "audio_id": audio } })),
    ];
    links.into_iter().map(|(name, link)| (name.to_owned(), link)).collect()
}

fn linked(more: Map<String, Value>) -> Value {
    let mut links = follow();
    links.extend(more);
    Value::Object(links)
}

fn order(id: &str, summary: &str, about: &str, body: &str, made: &str, links: Value) -> Value {
    let answer = json!({ "anyOf": [named(made), named("Accepted"), named("DryRun")] });
    let about = format!(
        "{about}\n\nWaits for the result, unless `async` or `callback_url` is given: then the answer comes at once and has no `data`."
    );
    json!({
        "operationId": id, "tags": ["orders"], "summary": summary, "description": about,
        "parameters": [
            header("Idempotency-Key", "The same key and the same order are one task.", json!({ "type": "string", "pattern": "^[!-~]{1,255}$", "examples": ["order-7"] })),
            header("Cancel-After", "How long after it was ordered the task must have ended: `90`, `90s`, `10m` or `2h`; from 1 second to 7 days.", json!({ "type": "string", "pattern": "^[1-9][0-9]*[smh]?$", "examples": ["10m"] })),
        ],
        "requestBody": json_body(body),
        "responses": with(Does::Order, true, "200", done("What was made, or the task that makes it.", answer, links)),
    })
}

fn header(name: &str, about: &str, schema: Value) -> Value {
    json!({ "name": name, "in": "header", "required": false, "description": about, "schema": schema, "x-backline-addition": true })
}

fn audios() -> Value {
    order(
        "audios",
        "Make or edit a song",
        "A new song by a prompt or a lyric, or an edit of one: `action` says which.",
        "AudioOrder",
        "SongsMade",
        linked(edits("$response.body#/data/0/id")),
    )
}

fn lyrics() -> Value {
    let song = json!({ "operationId": "audios", "requestBody": { "custom": true, "lyric": "$response.body#/data/text" } });
    let links = linked([("song".to_owned(), song)].into_iter().collect());
    order(
        "lyrics",
        "Write a lyric",
        "Words about a subject, in English or Chinese.",
        "LyricOrder",
        "LyricMade",
        links,
    )
}

fn upload() -> Value {
    let links = linked(edits("$response.body#/data/audio_id"));
    let about = "Fetches a sound, so that it can be edited. A source that cannot be fetched is `api_error` (500), \"fetch failed\".";
    order("upload", "Upload a sound", about, "UploadOrder", "UploadMade", links)
}

fn conversion(kind: TaskKind, body: &str, made: &str, summary: &str) -> Value {
    order(kind.as_str(), summary, "What was made once is answered again.", body, made, linked(Map::new()))
}

fn tasks() -> Value {
    let kinds = ["Task", "Tasks", "TaskChanged", "TasksChanged"].map(named);
    let next = json!({ "again": { "operationId": "tasks", "requestBody": { "id": "$response.body#/id" } } });
    json!({
        "operationId": "tasks", "tags": ["tasks"], "summary": "Ask for tasks, or call them off",
        "description": "`retrieve` answers a record, `retrieve_batch` many; `cancel` and `delete` are additions of ours.",
        "requestBody": json_body("TaskQuery"),
        "responses": with(Does::Query, true, "200", done("What was asked for.", json!({ "anyOf": kinds }), next)),
    })
}

fn query(name: &str, about: &str, schema: Value) -> Value {
    json!({ "name": name, "in": "query", "required": false, "description": about, "schema": schema })
}

fn feed(id: &str, summary: &str, finds: bool) -> Value {
    let answer = json!({
        "description": "A page; or, to whoever accepts `text/event-stream`, events as they happen.",
        "headers": trace_header(),
        "content": {
            "application/json": { "schema": named("Events") },
            "text/event-stream": { "schema": { "type": "string" } },
        },
    });
    let mut responses = with(Does::Read, finds, "200", answer);
    responses["204"] = json!({ "description": "To whoever follows: the task has ended, and everything was told.", "headers": trace_header() });
    json!({
        "operationId": id, "tags": ["tasks"], "summary": summary, "x-backline-addition": true,
        "description": "Every change of a task's state, in order of commit.",
        "parameters": [
            query("after", "A cursor; `0` for the oldest event that is kept, `latest` for what happens from now on.", json!({ "type": "string", "pattern": "^([0-9]{0,18}|latest)$", "default": "0", "examples": ["0"] })),
            query("limit", "Most events of a page.", json!({ "type": "integer", "minimum": 1, "maximum": 1_000, "default": 100, "examples": [100] })),
        ],
        "responses": responses,
    })
}

fn events() -> Value {
    feed("events", "Follow all tasks", false)
}

fn task_events() -> Value {
    feed("task_events", "Follow a task", true)
}

fn in_path(name: &str, about: &str, example: &str) -> Value {
    json!({ "name": name, "in": "path", "required": true, "description": about, "schema": { "type": "string", "minLength": 1, "examples": [example] } })
}

fn path_id(name: &str) -> Value {
    in_path(name, "The task. What is no id of the caller's is `not_found`.", super::requests::AN_ID)
}

fn callbacks() -> Value {
    let states = ["waiting", "under_way", "delivered", "given_up", ""];
    let links = json!({ "first": { "operationId": "callback", "parameters": { "path.task_id": "$response.body#/items/0/task_id" } } });
    json!({
        "operationId": "callbacks", "tags": ["callbacks"], "summary": "List callbacks", "x-backline-addition": true,
        "description": "The newest first.",
        "parameters": [
            query("state", "In this state alone.", json!({ "enum": states, "examples": ["given_up"] })),
            query("before", "The `cursor` of an earlier answer.", json!({ "type": "string", "pattern": "^[0-9]{0,18}$", "examples": ["17"] })),
            query("limit", "Most callbacks.", json!({ "type": "integer", "minimum": 1, "maximum": 100, "default": 12, "examples": [12] })),
        ],
        "responses": with(Does::Read, false, "200", done("A page.", named("Callbacks"), links)),
    })
}

fn replay() -> Value {
    json!({
        "operationId": "replay", "tags": ["callbacks"], "summary": "Send callbacks again", "x-backline-addition": true,
        "description": "Of one task (`id`), of several (`ids`), or all that were given up (`state`).",
        "requestBody": json_body("CallbackReplay"),
        "responses": with(Does::Query, true, "200", done("What was put back.", named("CallbacksReplayed"), json!({}))),
    })
}

fn callback() -> Value {
    json!({
        "operationId": "callback", "tags": ["callbacks"], "summary": "Look at a callback", "x-backline-addition": true,
        "description": "With every attempt.",
        "responses": with(Does::Read, true, "200", done("The callback.", named("CallbackHistory"), json!({}))),
    })
}

/// What both of usage take.
fn of_usage() -> Vec<Value> {
    let text = |example: &str| json!({ "type": "string", "examples": [example] });
    let time =
        || json!({ "anyOf": [{ "type": "number" }, { "const": "" }], "examples": [1_767_119_745.524] });
    let kinds: Vec<&str> = TaskKind::ALL.map(TaskKind::as_str).into_iter().chain([""]).collect();
    vec![
        query("application_id", "Of this application alone.", text(super::requests::AN_ID)),
        query("api_id", "Of this API alone.", text(domain::Api::Makes(TaskKind::Audios).id())),
        query("type", "The same by its word.", json!({ "enum": kinds, "examples": ["audios"] })),
        query("user_id", "`me`, or the caller's own; nothing is told of another.", text("me")),
        query("created_at_min", "From this second of Unix time on.", time()),
        query("created_at_max", "Up to this second of Unix time.", time()),
        query(
            "limit",
            "Most items: 12 if it is not given, or, of a file, 1,000.",
            json!({ "type": "integer", "minimum": 0, "maximum": 1_000, "examples": [12] }),
        ),
        query(
            "offset",
            "Items to pass over.",
            json!({ "type": "integer", "minimum": 0, "maximum": i64::MAX, "default": 0, "examples": [0] }),
        ),
        query("format", "`csv`: as a file.", json!({ "enum": ["csv", "json", ""], "examples": ["json"] })),
    ]
}

fn usage(id: &str, summary: &str, about: &str, parameters: Vec<Value>, schema: &str) -> Value {
    let answer = json!({
        "description": "As JSON, or as CSV if that is asked for.",
        "headers": trace_header(),
        "content": {
            "application/json": { "schema": named(schema) },
            "text/csv": { "schema": { "type": "string" } },
        },
    });
    json!({
        "operationId": id, "tags": ["usage"], "summary": summary, "description": about,
        "parameters": parameters, "responses": with(Does::Read, false, "200", answer),
    })
}

fn used_orders() -> Value {
    let about = "The newest first, as long as their tasks are kept.";
    usage("used_orders", "List what was ordered, and what it cost", about, of_usage(), "UsedOrders")
}

fn usage_sums() -> Value {
    let mut parameters = of_usage();
    parameters.push(query(
        "credential_id",
        "Of this credential alone.",
        json!({ "type": "string", "examples": [super::requests::AN_ID] }),
    ));
    parameters.push(query(
        "group_by",
        "What sums are kept apart by, between commas.",
        json!({ "type": "string", "pattern": "^((day|application|credential|api)(,(day|application|credential|api))*)?$", "maxLength": 100, "default": "day,api", "examples": ["day,api"] }),
    ));
    let about = "For ever, whatever is deleted. An order counts on the day of UTC on which it was placed.";
    usage("usage_sums", "Sum up what was ordered, and what it cost", about, parameters, "UsageSums")
}

fn file() -> Value {
    let bytes = json!({ "*/*": { "schema": { "type": "string", "contentEncoding": "binary" } } });
    let mut responses = with(
        Does::Public,
        true,
        "200",
        json!({ "description": "The file.", "headers": trace_header(), "content": bytes }),
    );
    responses["206"] = json!({ "description": "The part that `Range` asks for.", "headers": trace_header(), "content": bytes });
    responses["304"] = json!({ "description": "It is as the caller knows it.", "headers": trace_header() });
    responses["416"] = json!({ "$ref": "#/components/responses/Error416" });
    json!({
        "operationId": "file", "tags": ["files"], "summary": "Fetch what was made", "security": [],
        "description": "Whoever knows the folder's name may fetch it. Takes `Range`, `If-None-Match` and `HEAD`.",
        "responses": responses,
    })
}

fn plain(id: &str, summary: &str, example: &str, can_be_off: bool) -> Value {
    let text = json!({ "type": "string", "examples": [example] });
    let mut contents = Map::new();
    let kind = if can_be_off { "application/openmetrics-text" } else { "text/plain" };
    contents.insert(kind.to_owned(), json!({ "schema": text }));
    let answer = json!({ "description": "As text.", "headers": trace_header(), "content": contents });
    json!({
        "operationId": id, "tags": ["operation"], "summary": summary, "security": [], "x-backline-addition": true,
        "responses": with(Does::Public, can_be_off, "200", answer),
    })
}

fn own(id: &str, summary: &str, kind: &str, schema: Value) -> Value {
    let mut contents = Map::new();
    contents.insert(kind.to_owned(), json!({ "schema": schema }));
    let answer = json!({ "description": "The document.", "headers": trace_header(), "content": contents });
    json!({
        "operationId": id, "tags": ["operation"], "summary": summary, "security": [], "x-backline-addition": true,
        "responses": with(Does::Public, false, "200", answer),
    })
}
