//! `/api/v1/`: users, applications and credentials in the document.

use domain::{Api, Role};
use serde_json::{Map, Value, json};

use super::errors::{Does, answers, trace_header};
use super::requests::AN_ID;
use super::schema::{Schema, named, object, string, text, whole_number, word};
use crate::accounts::passwords::LENGTHS;

/// Every path.
pub(super) fn paths() -> Map<String, Value> {
    let id = |about: &str| json!([{ "name": "id", "in": "path", "required": true, "description": about, "schema": { "type": "string", "minLength": 1, "pattern": "^[^/]+$", "examples": [AN_ID] } }]);
    let token = json!([{ "name": "token", "in": "path", "required": true, "description": "What stands behind the # of the link.", "schema": { "type": "string", "minLength": 1, "pattern": "^[^/]+$", "examples": ["0f3c6c1e"] } }]);
    let paths = [
        (
            "/api/v1/session",
            json!({
                "post": public("log_in", "Log in", "Begins a session, which is in the cookie `backline_session`.", Some("LogIn"), named("OwnUser")),
                "delete": with_session("log_out", "Log out", None, named("Done")),
            }),
        ),
        (
            "/api/v1/users/",
            json!({
                "get": with_session("users", "List users", None, named("Users")),
                "post": public("register", "Register", "The answer is the same if there is such a user.", Some("Registration"), named("Done")),
            }),
        ),
        (
            "/api/v1/users/me",
            json!({ "get": managed("me", "See who one is", None, false, named("OwnUser")) }),
        ),
        (
            "/api/v1/users/me/password",
            json!({ "post": with_session("set_password", "Set another password", Some("PasswordChange"), named("Done")) }),
        ),
        (
            "/api/v1/users/{id}/",
            json!({ "parameters": id("The user."), "post": found(with_session("change_user", "Change a user", Some("UserChange"), named("User"))) }),
        ),
        (
            "/api/v1/invitations/",
            json!({ "post": with_session("invite", "Invite somebody", Some("InvitationOrder"), named("Invitation")) }),
        ),
        (
            "/api/v1/password-resets/",
            json!({ "post": public("ask_for_password", "Ask for a link that sets a password", "The answer is the same if there is no such user.", Some("PasswordReset"), named("Done")) }),
        ),
        (
            "/api/v1/password-resets/{token}",
            json!({ "parameters": token, "post": found(public("reset_password", "Set a password by a link", "Good once.", Some("NewPassword"), named("Done"))) }),
        ),
        ("/api/v1/files/", json!({ "post": file() })),
        ("/api/v1/services/", json!({ "get": open("services", "List services", false, named("Services")) })),
        (
            "/api/v1/services/{id}/",
            json!({ "parameters": id("The service, or `producer`."), "get": open("service", "Look at a service", true, named("Service")) }),
        ),
        ("/api/v1/models/", json!({ "get": open("models", "List models", false, named("Models")) })),
        (
            "/api/v1/config/",
            json!({ "get": open("config", "See what this server is set to", false, named("Config")) }),
        ),
        (
            "/api/v1/applications/",
            json!({
                "get": managed("applications", "List applications", None, false, named("Applications")),
                "post": managed("acquire", "Acquire a service", Some("ApplicationOrder"), true, named("Application")),
            }),
        ),
        (
            "/api/v1/applications/{id}/",
            json!({ "parameters": id("The application."), "get": managed("application", "Look at an application", None, true, named("Application")) }),
        ),
        (
            "/api/v1/credentials/",
            json!({
                "get": managed("credentials", "List credentials", None, false, named("Credentials")),
                "post": managed("new_credential", "Make a credential", Some("CredentialOrder"), true, named("Credential")),
            }),
        ),
        (
            "/api/v1/credentials/{id}/",
            json!({
                "parameters": id("The credential."),
                "get": managed("credential", "Look at a credential", None, true, named("Credential")),
                "delete": managed("revoke", "Revoke a credential", None, true, named("Revoked")),
            }),
        ),
        (
            "/api/v1/credentials/{id}/rotate/",
            json!({ "parameters": id("The credential."), "post": managed("rotate", "Give a credential another token", Some("Rotation"), true, named("Credential")) }),
        ),
    ];
    paths.into_iter().map(|(path, item)| (path.to_owned(), item)).collect()
}

fn operation(id: &str, summary: &str, does: Does, finds: bool, answer: Value) -> Value {
    let mut responses = answers(does, finds);
    responses.insert("200".to_owned(), json!({
        "description": "What was asked for.", "headers": trace_header(), "content": { "application/json": { "schema": answer } },
    }));
    json!({ "operationId": id, "tags": ["accounts"], "summary": summary, "responses": responses })
}

fn with_body(mut operation: Value, body: Option<&str>) -> Value {
    if let Some(body) = body {
        // Where nothing in it must be given, it may be missing.
        let required = !["Rotation", "InvitationOrder"].contains(&body);
        operation["requestBody"] =
            json!({ "required": required, "content": { "application/json": { "schema": named(body) } } });
    }
    operation
}

fn does(body: Option<&str>) -> Does {
    if body.is_some() { Does::Query } else { Does::Read }
}

/// With a token without restrictions, or a session.
fn managed(id: &str, summary: &str, body: Option<&str>, finds: bool, answer: Value) -> Value {
    let mut operation = with_body(operation(id, summary, does(body), finds, answer), body);
    operation["security"] = json!([{ "bearer": [] }, { "session": [] }]);
    operation
}

/// With a session alone.
fn with_session(id: &str, summary: &str, body: Option<&str>, answer: Value) -> Value {
    let mut operation = with_body(operation(id, summary, does(body), false, answer), body);
    operation["security"] = json!([{ "session": [] }]);
    operation["x-backline-addition"] = json!(true);
    operation
}

/// By anybody, to become somebody.
fn public(id: &str, summary: &str, about: &str, body: Option<&str>, answer: Value) -> Value {
    let mut operation = with_body(operation(id, summary, Does::Query, false, answer), body);
    operation["description"] = json!(about);
    operation["security"] = json!([]);
    operation["x-backline-addition"] = json!(true);
    operation
}

/// By anybody.
fn open(id: &str, summary: &str, finds: bool, answer: Value) -> Value {
    let mut operation = operation(id, summary, Does::Public, false, answer);
    if finds {
        operation["responses"]["404"] = json!({ "$ref": "#/components/responses/Error404" });
    }
    operation["security"] = json!([]);
    operation
}

/// One that may find nothing.
fn found(mut operation: Value) -> Value {
    operation["responses"]["404"] = json!({ "$ref": "#/components/responses/Error404" });
    operation
}

fn file() -> Value {
    let mut operation = managed("bring_file", "Bring a file", None, false, named("BroughtFile"));
    let part = json!({ "type": "string", "contentMediaType": "application/octet-stream" });
    let form = json!({ "type": "object", "required": ["file"], "properties": { "file": part } });
    operation["requestBody"] =
        json!({ "required": true, "content": { "multipart/form-data": { "schema": form } } });
    operation["description"] =
        json!("Keeps a file for some days, so that `/producer/upload` can fetch it from here.");
    for status in ["408", "413"] {
        operation["responses"][status] = json!({ "$ref": format!("#/components/responses/Error{status}") });
    }
    operation
}

/// How a browser tells who it is.
pub(super) fn session_scheme() -> Value {
    json!({
        "type": "apiKey", "in": "cookie", "name": "backline_session",
        "description": "Set by `POST /api/v1/session`. What changes something needs the header `X-CSRF-Token` too, which `GET /api/v1/users/me` tells.",
    })
}

/// Every body by its name.
pub(super) fn schemas() -> Map<String, Value> {
    taken().into_iter().chain(sent()).map(|(name, body)| (name.to_owned(), body)).collect()
}

fn body(about: &str, required: &[&str], fields: Vec<(&str, Schema)>) -> Value {
    let properties: Map<String, Value> =
        fields.into_iter().map(|(name, schema)| (name.to_owned(), schema.json())).collect();
    let mut body = json!({ "type": "object", "description": about, "properties": properties });
    if !required.is_empty() {
        body["required"] = json!(required);
    }
    body
}

/// This, or not given.
fn maybe(given: Value) -> Schema {
    Schema::new(json!({ "anyOf": [given, { "enum": [null, "", false] }] }))
}

fn email() -> Schema {
    Schema::new(json!({ "type": "string", "format": "email", "minLength": 3, "maxLength": 254 }))
        .about("The e-mail address.")
        .example(json!("a@example.com"))
}

fn password(least: usize, about: &str) -> Schema {
    Schema::new(json!({ "type": "string", "minLength": least, "maxLength": LENGTHS.end() }))
        .about(about)
        .example(json!("correct horse battery"))
}

fn taken() -> Vec<(&'static str, Value)> {
    let least = *LENGTHS.start();
    let new = || password(least, "The new password.");
    let known = || password(1, "The password.");
    let invitation =
        || text(100).about("What stands behind the # of an invitation.").example(json!("0f3c6c1e"));
    let name = || text(100).about("A name of its own.").example(json!("radio"));
    // What of a text is taken says the reader; here is what can be said in a line.
    let origins = maybe(json!({ "type": "array", "maxItems": 20, "items": { "type": "string" } }));
    let host = maybe(json!({ "type": "string", "maxLength": 255 }));
    let amount = maybe(json!({ "type": ["number", "string"], "minimum": 0 }));
    let words = json!({ "enum": Api::ALL.map(Api::as_str) });
    let apis = maybe(json!({ "type": "array", "maxItems": Api::ALL.len(), "items": words }));
    let time = maybe(json!({ "type": ["number", "string"], "minimum": 0 }));
    vec![
        (
            "LogIn",
            body("Who logs in.", &["email", "password"], vec![("email", email()), ("password", known())]),
        ),
        (
            "Registration",
            body(
                "Who registers.",
                &["email", "password"],
                vec![("email", email()), ("password", new()), ("invitation", invitation())],
            ),
        ),
        (
            "PasswordChange",
            body(
                "Another password.",
                &["password", "new_password"],
                vec![("password", known()), ("new_password", new())],
            ),
        ),
        (
            "UserChange",
            body(
                "What is to be changed.",
                &[],
                vec![
                    (
                        "role",
                        word(Role::ALL.map(Role::as_str))
                            .about("What the user may do.")
                            .example(json!("operator")),
                    ),
                    (
                        "disabled",
                        super::schema::flag().about("Whether the user is switched off.").example(json!(true)),
                    ),
                ],
            ),
        ),
        (
            "InvitationOrder",
            body(
                "Who is invited.",
                &[],
                vec![(
                    "email",
                    Schema::new(json!({ "anyOf": [email().json(), { "enum": [null, ""] }] }))
                        .about("The only address it is for.")
                        .example(json!("a@example.com")),
                )],
            ),
        ),
        ("PasswordReset", body("Whose password.", &["email"], vec![("email", email())])),
        ("NewPassword", body("The password.", &["password"], vec![("password", new())])),
        (
            "ApplicationOrder",
            body(
                "What is acquired.",
                &["service_id"],
                vec![
                    (
                        "service_id",
                        Schema::new(json!({ "type": "string", "minLength": 1 }))
                            .about("The service.")
                            .example(json!(crate::api::wire::management::SERVICE)),
                    ),
                    ("name", name()),
                ],
            ),
        ),
        (
            "CredentialOrder",
            body(
                "A credential that is to be made.",
                &["application_id"],
                vec![
                    (
                        "application_id",
                        super::schema::id()
                            .about("The application that it orders from.")
                            .example(json!(AN_ID)),
                    ),
                    ("name", name()),
                    (
                        "apis",
                        apis.about("The APIs that it may call; not given: all.")
                            .example(json!(["audios", "tasks"]))
                            .ours(),
                    ),
                    (
                        "allowed_origins",
                        origins
                            .about("Origins whose pages may use it; not given: any.")
                            .example(json!(["https://example.com"]))
                            .ours(),
                    ),
                    ("host", host.about("The same, of one host.").example(json!("example.com"))),
                    (
                        "limited_amount",
                        amount
                            .about("Credits that it may spend in all; not given: what its application may.")
                            .example(json!(10)),
                    ),
                    (
                        "requests_per_second",
                        whole_number(0, 1_000_000)
                            .about("Its own rate limit; 0: none.")
                            .example(json!(5))
                            .ours(),
                    ),
                    (
                        "expired_at",
                        time.about("From then on it is refused: Unix seconds, or RFC 3339 in UTC.")
                            .example(json!("2030-01-10T00:00:00Z")),
                    ),
                ],
            ),
        ),
        (
            "Rotation",
            body(
                "How the tokens overlap.",
                &[],
                vec![(
                    "overlap_seconds",
                    whole_number(0, 2_592_000)
                        .about("For how long the old token works beside the new one.")
                        .example(json!(60)),
                )],
            ),
        ),
    ]
}

fn id(about: &str) -> Value {
    Schema::new(json!({ "type": "string", "format": "uuid" })).about(about).example(json!(AN_ID)).json()
}

fn typed(kind: Value, about: &str, example: Value) -> Value {
    Schema::new(json!({ "type": kind })).about(about).example(example).json()
}

fn time(about: &str) -> Value {
    string(about, "2025-12-30T18:36:00.994000Z")
}

fn many(about: &str, name: &str) -> Value {
    object(
        about,
        json!({
            "count": typed(json!("integer"), "How many there are.", json!(1)),
            "items": { "type": "array", "items": named(name) },
        }),
        &[],
    )
}

fn sent() -> Vec<(&'static str, Value)> {
    vec![
        (
            "Done",
            object(
                "It was done.",
                json!({ "success": { "const": true, "description": "Always true.", "examples": [true] } }),
                &[],
            ),
        ),
        (
            "OwnUser",
            object(
                "Who is logged in, or whose token it is.",
                json!({
                    "id": id("The user."),
                    "email": string("The e-mail address.", "a@example.com"),
                    "role": string("`user` or `operator`.", "user"),
                    "csrf": string("What the header `X-CSRF-Token` must hold; with a session alone.", "5b0c…"),
                }),
                &["csrf"],
            ),
        ),
        ("User", user()),
        ("Users", many("Users, oldest first.", "User")),
        ("Invitation", invitation()),
        (
            "BroughtFile",
            object(
                "A file that was brought.",
                json!({
                    "file_url": string("Where it can be fetched.", "https://example.com/files/0f3c6c1ea1b94b7e8f7f1d9a5a0b7c11/file.mp3"),
                    "url": string("The same.", "https://example.com/files/0f3c6c1ea1b94b7e8f7f1d9a5a0b7c11/file.mp3"),
                    "mime": string("Its type, by its name.", "application/octet-stream"),
                    "size": typed(json!("integer"), "Its bytes.", json!(1_000)),
                }),
                &[],
            ),
        ),
        ("Service", service()),
        ("Services", many("Services.", "Service")),
        (
            "Model",
            object(
                "A model.",
                json!({ "id": string("Its name in orders.", "FUZZ-2.0"), "object": string("Always `model`.", "model"), "service_id": id("The service."), "owned_by": string("Who makes it.", "backline") }),
                &[],
            ),
        ),
        ("Models", many("Models, newest first.", "Model")),
        ("Config", config()),
        ("Application", application()),
        ("Applications", many("Applications, newest first.", "Application")),
        ("Credential", credential()),
        ("Credentials", many("Credentials, newest first.", "Credential")),
        (
            "Revoked",
            object(
                "It is no more.",
                json!({ "id": id("The credential."), "deleted": typed(json!("boolean"), "Always true.", json!(true)) }),
                &[],
            ),
        ),
    ]
}

fn user() -> Value {
    object(
        "A user, as operators see it.",
        json!({
            "id": id("The user."),
            "email": string("The e-mail address.", "a@example.com"),
            "role": string("`user` or `operator`.", "user"),
            "disabled": typed(json!("boolean"), "Switched off.", json!(false)),
            "has_password": typed(json!("boolean"), "Whether the user can log in.", json!(true)),
            "created_at": time("When the user was made."),
        }),
        &[],
    )
}

fn invitation() -> Value {
    object(
        "An invitation.",
        json!({
            "email": typed(json!(["string", "null"]), "The only address it is for.", json!("a@example.com")),
            "invitation": string("What it takes to register.", "0f3c6c1e"),
            "url": string("The link to hand on.", "https://example.com/register#0f3c6c1e"),
            "expired_at": time("Until then it is good."),
            "mailed": typed(json!("boolean"), "Whether it was sent.", json!(false)),
        }),
        &[],
    )
}

fn service() -> Value {
    let api = object(
        "An API.",
        json!({
            "id": id("The API."), "name": string("Its word.", "audios"), "title": string("Its title.", "Producer Audios Generation API"),
            "method": string("How it is called.", "POST"), "path": string("Where.", "/producer/audios"),
        }),
        &[],
    );
    object(
        "What can be acquired.",
        json!({
            "id": id("The service."),
            "alias": string("What it is called in paths.", "producer"),
            "title": string("Its title.", "Producer"),
            "type": string("Always `Api`.", "Api"),
            "unit": string("What it is paid in.", "Credit"),
            "free_amount": typed(json!("integer"), "Credits that are free once.", json!(20)),
            "apis": { "type": "array", "items": api },
        }),
        &[],
    )
}

fn config() -> Value {
    let limit = |about: &str| typed(json!("integer"), about, json!(60));
    object(
        "What this server is set to.",
        json!({
            "version": string("Its version.", "0.1.0"),
            "base_url": string("Where it is reached.", "https://example.com"),
            "service_id": id("Its service."),
            "registration": string("Who may register: `open`, `invitation` or `closed`.", "open"),
            "free_quota": typed(json!("integer"), "Credits that are free once.", json!(20)),
            "limits": object("Limits.", json!({
                "requests_per_second": limit("Of each token; 0: none."),
                "orders_in_flight": limit("Of each token; 0: none."),
                "song_seconds": limit("The longest song."),
                "max_body_bytes": limit("The largest body."),
                "max_upload_bytes": limit("The largest upload."),
            }), &[]),
        }),
        &[],
    )
}

fn application() -> Value {
    object(
        "What a user has acquired.",
        json!({
            "id": id("The application."),
            "type": string("Always `Usage`.", "Usage"),
            "scope": string("Always `Global`.", "Global"),
            "name": string("What it is called.", "Producer"),
            "service_id": id("The service."),
            "user_id": id("Whose it is."),
            "remaining_amount": typed(json!(["number", "null"]), "Credits that it may still spend; `null`: without limit.", json!(18.5)),
            "used_amount": typed(json!("number"), "Credits that it has spent.", json!(1.5)),
            "credentials": { "type": "array", "items": named("Credential") },
            "created_at": time("When it was acquired."),
            "updated_at": time("When it last changed."),
            "expired_at": typed(json!(["string", "null"]), "Always `null`.", json!(null)),
            "role": string("Always `owner`.", "owner"),
            "disabled": typed(json!("boolean"), "It, or its user, is switched off.", json!(false)),
        }),
        &[],
    )
}

fn credential() -> Value {
    let list = |about: &str, example: Value| {
        Schema::new(json!({ "type": ["array", "null"], "items": { "type": "string" } }))
            .about(about)
            .example(example)
            .json()
    };
    object(
        "A token, by what is known of it.",
        json!({
            "id": id("The credential."),
            "name": string("What it is called.", "laptop"),
            "type": string("Always `Token`.", "Token"),
            "token": string("The token; told when it is made, and never again.", "5b0c…"),
            "last_four": string("The token's last four characters.", "a1b2"),
            "host": typed(json!(["string", "null"]), "The first of `allowed_origins`.", json!("example.com")),
            "allowed_origins": list("Origins or hosts whose pages may use it; `null`: any.", json!(["https://example.com"])),
            "apis": list("The APIs that it may call; `null`: all.", json!(["audios"])),
            "limited_amount": typed(json!(["number", "null"]), "Credits that it may spend in all.", json!(10)),
            "used_amount": typed(json!("number"), "Credits that it has spent.", json!(1.5)),
            "requests_per_second": typed(json!(["integer", "null"]), "Its own rate limit.", json!(5)),
            "expired_at": typed(json!(["string", "null"]), "From then on it is refused.", json!("2030-01-10T00:00:00.000000Z")),
            "application_id": id("The application that it orders from."),
            "user_id": id("Whose it is."),
            "created_at": time("When it was made."),
        }),
        &["token"],
    )
}
