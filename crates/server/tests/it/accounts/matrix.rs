//! Two users, and every endpoint that takes an id: what is someone else's is answered as what is not there.

use reqwest::Method;
use serde_json::{Value, json};

use crate::app::TestApp;
use crate::browser::Browser;
use crate::client::{Answer, Client, read};

/// What a request names.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Names {
    Task,
    Song,
    Application,
    Credential,
}

/// The method, the path with `ID` in it, and the body with `ID` in it.
type Row = (Names, Method, &'static str, Option<Value>);

/// Every way to name something by its id. `every_path_with_an_id_stands_in_the_matrix` compares it with the document.
fn rows() -> Vec<Row> {
    use Names::{Application, Credential, Song, Task};
    let (get, post, delete) = (Method::GET, Method::POST, Method::DELETE);
    let mut rows: Vec<Row> = vec![
        (Task, get.clone(), "/producer/tasks/ID/events", None),
        (Task, get.clone(), "/producer/callbacks/ID", None),
        (Task, post.clone(), "/producer/callbacks", Some(json!({ "action": "replay", "id": "ID" }))),
        (Task, post.clone(), "/producer/callbacks", Some(json!({ "action": "replay", "ids": ["ID"] }))),
        (Song, post.clone(), "/producer/wav", Some(json!({ "audio_id": "ID", "async": true }))),
        (Song, post.clone(), "/producer/videos", Some(json!({ "audio_id": "ID", "async": true }))),
        (Application, get.clone(), "/api/v1/applications/ID/", None),
        (Application, get.clone(), "/api/v1/applications/?application_id=ID", None),
        (Application, get.clone(), "/api/v1/applications/ID/grants/", None),
        (Application, get.clone(), "/api/v1/usage/apis/?application_id=ID", None),
        (Application, get.clone(), "/api/v1/usage/apis/aggregate/?application_id=ID", None),
        (Credential, get.clone(), "/api/v1/usage/apis/aggregate/?credential_id=ID", None),
        (Application, get.clone(), "/api/v1/credentials/?application_id=ID", None),
        (Application, post.clone(), "/api/v1/credentials/", Some(json!({ "application_id": "ID" }))),
        (Application, get.clone(), "/api/v1/applications/ID/grants/", None),
        (
            Application,
            post.clone(),
            "/api/v1/applications/ID/grants/",
            Some(json!({ "credits": 1, "reason": "mine" })),
        ),
        (Application, get.clone(), "/api/v1/usage/apis/?application_id=ID", None),
        (Application, get.clone(), "/api/v1/usage/apis/aggregate/?application_id=ID", None),
        (Credential, get.clone(), "/api/v1/usage/apis/aggregate/?credential_id=ID", None),
        (Credential, get.clone(), "/api/v1/credentials/ID/", None),
        (Credential, post.clone(), "/api/v1/credentials/ID/rotate/", Some(json!({ "overlap_seconds": 0 }))),
        (Credential, delete, "/api/v1/credentials/ID/", None),
    ];
    for action in ["retrieve", "cancel", "delete"] {
        for id in [json!({ "id": "ID" }), json!({ "ids": ["ID"] }), json!({ "task_id": "ID" })] {
            let mut body = id;
            body["action"] = json!(if action == "retrieve" && body.get("ids").is_some() {
                "retrieve_batch"
            } else {
                action
            });
            rows.push((Task, post.clone(), "/producer/tasks", Some(body)));
        }
    }
    let list = json!({ "action": "retrieve_batch", "application_id": "ID" });
    rows.push((Application, post.clone(), "/producer/tasks", Some(list)));
    for action in
        ["cover", "extend", "variation", "swap_vocals", "swap_instrumentals", "replace_section", "stems"]
    {
        let body = json!({
            "action": action, "audio_id": "ID", "async": true, "replace_section_start": 0.1, "replace_section_end": 0.2,
        });
        rows.push((Song, post.clone(), "/producer/audios", Some(body)));
    }
    rows
}

/// Who asks: with a token, or a browser with one of its credentials.
enum Asker {
    Token(Client),
    Browser(Box<Browser>, String),
}

impl Asker {
    async fn ask(&self, (_, method, path, body): &Row, id: &str) -> Answer {
        let path = path.replace("ID", id);
        let request = match self {
            Self::Token(client) => client.request(method.clone(), &path).bearer_auth(&client.token),
            Self::Browser(browser, credential) => {
                let csrf = browser.csrf.clone().unwrap_or_default();
                let request =
                    browser.request(method.clone(), &path).header("backline-credential", credential);
                if *method == Method::GET { request.header("x-csrf-token", csrf) } else { request }
            }
        };
        let body = body.as_ref().map(|body| body.to_string().replace("\"ID\"", &format!("\"{id}\"")));
        read(match body {
            Some(body) => request.header("content-type", "application/json").body(body),
            None => request,
        })
        .await
    }
}

/// An answer without what differs from request to request.
fn plain(answer: &Answer, id: &str) -> (u16, String) {
    let mut json = answer.json();
    if json.get("trace_id").is_some() {
        json["trace_id"] = Value::Null;
    }
    (answer.status, json.to_string().replace(id, "ID"))
}

#[tokio::test]
async fn what_is_someone_elses_is_answered_as_what_is_not_there() {
    let app = TestApp::start().await;
    let owner = app.logged_in("owner@example.com").await;
    let application = owner.acquire().await;
    let credential = owner.credential(&application, &json!({})).await;
    let client = owner.client_of(&credential);
    let task = client.order_song("a slow waltz").await;
    app.until_ended(&client, &task).await;
    let before = client.retrieve(&task).await;
    let song = before["response"]["data"][0]["id"].as_str().expect("a song").to_owned();

    let stranger = app.logged_in("stranger@example.com").await;
    let theirs = stranger.acquire().await;
    let key = stranger.credential(&theirs, &json!({})).await;
    let askers = [
        Asker::Token(stranger.client_of(&key)),
        Asker::Browser(Box::new(stranger.clone()), key["id"].as_str().expect("an id").to_owned()),
    ];
    let nobodys = "7d444840-9dc0-41d1-b245-5ffdce74fad2";
    for row in rows() {
        let id = match row.0 {
            Names::Task => task.as_str(),
            Names::Song => song.as_str(),
            Names::Application => application["id"].as_str().expect("an id"),
            Names::Credential => credential["id"].as_str().expect("an id"),
        };
        for asker in &askers {
            let (foreign, unknown) = (asker.ask(&row, id).await, asker.ask(&row, nobodys).await);
            assert_eq!(plain(&foreign, id), plain(&unknown, nobodys), "{row:?}");
            let found = foreign.text().contains("a slow waltz") || foreign.text().contains("eve@example.com");
            assert!(!found, "{row:?}: {}", foreign.text());
        }
    }
    // A request without rights of its own is told nothing else either.
    for row in rows() {
        Asker::Token(app.ann.with_token("nonsense"))
            .ask(&row, &task)
            .await
            .assert_is_error(401, "invalid_token");
    }
    assert_eq!(client.retrieve(&task).await, before, "nothing of the owner's has changed");
    assert_eq!(owner.get("/api/v1/credentials/").await.json()["count"], 1);
}

#[tokio::test]
async fn the_owner_finds_by_the_same_requests_what_is_there() {
    let app = TestApp::start().await;
    let owner = app.logged_in("owner@example.com").await;
    let application = owner.acquire().await;
    let credential = owner.credential(&application, &json!({})).await;
    let client = owner.client_of(&credential);
    let asker = Asker::Token(client.clone());
    let (application, credential) = (application["id"].to_string(), credential["id"].to_string());
    for (names, id) in [(Names::Application, application), (Names::Credential, credential)] {
        for row in rows().iter().filter(|row| row.0 == names && row.1 == Method::GET) {
            let answer = asker.ask(row, id.trim_matches('"')).await;
            assert_eq!(answer.status, 200, "{row:?}: {}", answer.text());
        }
    }
}

#[tokio::test]
async fn every_path_with_an_id_stands_in_the_matrix() {
    let app = TestApp::start().await;
    let document = app.ann.get("/openapi.json").await.json();
    let paths = document["paths"].as_object().expect("paths");
    let known: Vec<String> = rows().iter().map(|row| row.2.trim_end_matches('/').to_owned()).collect();
    // Files are for whoever knows their folder, links for whoever has them, services and users are no one's.
    let others = ["/files/", "/api/v1/password-resets/", "/api/v1/services/", "/api/v1/users/"];
    let with_id =
        paths.keys().filter(|path| path.contains('{') && !others.iter().any(|other| path.starts_with(other)));
    let mut count = 0;
    for path in with_id {
        let begin = path.split('{').next().expect("a beginning");
        let end = path.rsplit('}').next().expect("an end").trim_end_matches('/');
        assert!(known.iter().any(|known| *known == format!("{begin}ID{end}")), "{path} is not in the matrix");
        count += 1;
    }
    assert!(count >= 5, "{count} paths");
}
