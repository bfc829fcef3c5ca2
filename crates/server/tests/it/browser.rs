//! A browser on this server's own pages: it keeps the session's cookie, and sends the CSRF token with each change.

use reqwest::Method;
use serde_json::{Value, json};

use crate::app::TestApp;
use crate::client::{Answer, Client, read};

/// The password of everyone in these stories.
pub const PASSWORD: &str = "correct horse battery";

#[derive(Clone)]
pub struct Browser {
    pub client: Client,
    /// What the cookie holds.
    pub cookie: Option<String>,
    pub csrf: Option<String>,
}

impl Browser {
    /// One that is not logged in.
    pub fn new(app: &TestApp) -> Self {
        Self { client: app.ann.clone(), cookie: None, csrf: None }
    }

    /// A request as a page of this server sends it.
    pub fn request(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        let mut request = self.client.request(method.clone(), path).header("sec-fetch-site", "same-origin");
        if let Some(cookie) = &self.cookie {
            request = request.header("cookie", format!("lang=en; backline_session={cookie}"));
        }
        match &self.csrf {
            Some(csrf) if method != Method::GET => request.header("x-csrf-token", csrf),
            _ => request,
        }
    }

    pub async fn get(&self, path: &str) -> Answer {
        read(self.request(Method::GET, path)).await
    }

    pub async fn delete(&self, path: &str) -> Answer {
        read(self.request(Method::DELETE, path)).await
    }

    pub async fn post(&self, path: &str, body: &Value) -> Answer {
        let request = self.request(Method::POST, path).header("content-type", "application/json");
        read(request.body(body.to_string())).await
    }

    pub async fn register(&self, email: &str) -> Answer {
        self.post("/api/v1/users/", &json!({ "email": email, "password": PASSWORD })).await
    }

    /// Tries to log in, and keeps what it gets.
    pub async fn try_log_in(&mut self, email: &str, password: &str) -> Answer {
        let answer = self.post("/api/v1/session", &json!({ "email": email, "password": password })).await;
        if answer.status == 200 {
            self.cookie = Some(cookie(&answer));
            self.csrf = Some(answer.word("csrf"));
        }
        answer
    }
}

/// The value of the cookie that an answer sets.
#[track_caller]
pub fn cookie(answer: &Answer) -> String {
    let set = answer.header("set-cookie").expect("a cookie");
    let value = set.strip_prefix("backline_session=").and_then(|rest| rest.split(';').next());
    value.expect("the session's cookie").to_owned()
}

impl TestApp {
    /// A browser in which somebody has registered and logged in.
    pub async fn logged_in(&self, email: &str) -> Browser {
        let mut browser = Browser::new(self);
        assert_eq!(browser.register(email).await.status, 200);
        let answer = browser.try_log_in(email, PASSWORD).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        browser
    }
}

/// The service that is acquired.
pub const SERVICE: &str = "864a7efd-c7a3-4ad8-b372-ba8d64cdeda8";

impl Browser {
    /// Acquires the service, and gives the application.
    pub async fn acquire(&self) -> Value {
        let answer = self.post("/api/v1/applications/", &json!({ "service_id": SERVICE })).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        answer.json()
    }

    /// A new credential of this application, with its token; restricted as `more` says.
    pub async fn credential(&self, application: &Value, more: &Value) -> Value {
        let mut body = json!({ "application_id": application["id"] });
        for (field, value) in more.as_object().expect("an object") {
            body[field] = value.clone();
        }
        let answer = self.post("/api/v1/credentials/", &body).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        answer.json()
    }

    /// A client with the token of this credential.
    pub fn client_of(&self, credential: &Value) -> Client {
        self.client.with_token(credential["token"].as_str().expect("a token"))
    }
}
