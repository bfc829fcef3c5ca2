//! The bodies of `/api/v1/`: what is asked, and the shapes of applications, credentials, services and models.

use domain::{Api, ApplicationId, CredentialId, Credits, Model, Role, TaskKind, Timestamp, UserId};
use serde_json::{Map, Value, json};
use store::{Application, OwnCredential, Rights, User, UserChange};

use super::Fields;
use super::dry_run::credits;
use super::result::iso_time;
use crate::api::ApiError;

/// The service's id in the catalogue.
pub const SERVICE: &str = "864a7efd-c7a3-4ad8-b372-ba8d64cdeda8";
/// What it is called in paths.
const ALIAS: &str = "producer";

/// Longest name of an application or credential, in characters.
const LONGEST_NAME: usize = 100;
/// Most origins of one credential.
const MOST_ORIGINS: usize = 20;
/// Longest overlap of two tokens: 30 days, in seconds.
const LONGEST_OVERLAP: u64 = 30 * 24 * 60 * 60;
/// Most items of a page; as many as there can be of a user's.
const MOST_ITEMS: u64 = 10_000;

/// Whether this names the service.
#[must_use]
pub fn is_service(text: &str) -> bool {
    text == SERVICE || text == ALIAS
}

/// A point in time, as RFC 3339 has it.
#[must_use]
pub fn time_text(time: Timestamp) -> String {
    iso_time(time)
}

/// What is to be changed of a user.
///
/// # Errors
/// [`ApiError::BadRequest`] with everything that is wrong.
pub fn user_change(body: &Map<String, Value>) -> Result<UserChange, ApiError> {
    let mut fields = Fields::new(body);
    let role = fields.word::<Role>("role", &Role::ALL.map(Role::as_str));
    let disabled = fields.given("disabled").is_some().then(|| fields.flag("disabled"));
    fields.finish(UserChange { role, disabled })
}

/// A user, as operators see it.
#[must_use]
pub fn user(user: &User) -> Value {
    json!({
        "id": user.id.to_string(),
        "email": user.email,
        "role": user.role.as_str(),
        "disabled": user.disabled,
        "has_password": user.password.is_some(),
        "created_at": iso_time(user.created_at),
    })
}

/// Which items a list is asked for.
#[derive(Default)]
pub struct Lists {
    /// Nothing fits: it is asked for what is someone else's, or of another service.
    pub none: bool,
    /// Of this application alone.
    pub application: Option<ApplicationId>,
    /// How many are passed over.
    pub offset: u64,
    /// Most of a page.
    pub limit: Option<u64>,
}

impl Lists {
    /// Reads a query: `user_id`, `service_id`, `application_id`, `affiliation` (which may come more than once), `offset`,
    /// `limit`.
    ///
    /// # Errors
    /// [`ApiError::BadRequest`] for what is no number.
    pub fn read(text: Option<&str>, user: UserId) -> Result<Self, ApiError> {
        let pairs: Vec<(String, String)> =
            url::form_urlencoded::parse(text.unwrap_or_default().as_bytes()).into_owned().collect();
        let given = |name: &str| pairs.iter().find(|(key, value)| key == name && !value.is_empty());
        let given = |name: &str| given(name).map(|(_, value)| value.as_str());
        let affiliations: Vec<&str> =
            pairs.iter().filter(|(name, _)| name == "affiliation").map(|(_, value)| value.as_str()).collect();
        let application = given("application_id").map(|id| id.parse::<ApplicationId>().ok());
        // Nobody is granted what is someone else's.
        let others = !affiliations.is_empty() && !affiliations.contains(&"owner");
        let own = given("user_id").is_none_or(|id| id == "me" || id == user.to_string());
        let ours = given("service_id").is_none_or(is_service);
        let numbers: Map<String, Value> = ["offset", "limit"]
            .into_iter()
            .filter_map(|name| given(name).map(|value| (name.to_owned(), Value::from(value))))
            .collect();
        let mut fields = Fields::new(&numbers);
        let offset = fields.whole_number("offset", 0..=u64::from(u32::MAX)).unwrap_or_default();
        let limit = fields.whole_number("limit", 1..=MOST_ITEMS);
        let none = others || !own || !ours || application == Some(None);
        fields.finish(Self { none, application: application.flatten(), offset, limit })
    }
}

/// The name of an application that is to be acquired, if it is given one.
///
/// # Errors
/// [`ApiError::BadRequest`], and [`ApiError::NoSuch`] for another service.
pub fn acquired(body: &Map<String, Value>) -> Result<Option<String>, ApiError> {
    let mut fields = Fields::new(body);
    let service = fields.text("service_id", usize::MAX);
    let name = fields.words("name", LONGEST_NAME).map(|name| name.trim().to_owned());
    if service.is_none() && !fields.is_wrong("service_id") {
        fields.wrong("service_id", "the id of a service, as /api/v1/services/ tells it");
    }
    let (service, name) = fields.finish((service, name))?;
    if service.is_some_and(is_service) { Ok(name) } else { Err(ApiError::NoSuch("service ID")) }
}

/// The refusal of a name that the user has given before.
#[must_use]
pub fn name_taken(body: &Map<String, Value>) -> ApiError {
    let mut fields = Fields::new(body);
    fields.wrong_because("name", "You have an application of this `name`.", "a name of its own, or none");
    ApiError::BadRequest(fields.into_problems())
}

/// A credential that is asked for.
pub struct WantedCredential {
    /// Which application it is to order from; what is no id names none.
    pub application: Option<ApplicationId>,
    /// What it is to be called.
    pub name: String,
    /// What it may do.
    pub rights: Rights,
}

/// Reads what a credential is to be.
///
/// # Errors
/// [`ApiError::BadRequest`] with everything that is wrong.
pub fn new_credential(body: &Map<String, Value>) -> Result<WantedCredential, ApiError> {
    let mut fields = Fields::new(body);
    let application = fields.text("application_id", usize::MAX);
    if application.is_none() && !fields.is_wrong("application_id") {
        fields.wrong("application_id", "the id of one of your applications");
    }
    let name = fields.words("name", LONGEST_NAME).map(|name| name.trim().to_owned()).unwrap_or_default();
    let apis = fields.texts("apis", Api::ALL.len());
    let apis = apis.map(|words| words.into_iter().map(str::parse).collect::<Result<Vec<Api>, _>>());
    if let Some(Err(unknown)) = &apis {
        fields.wrong("apis", &format!("some of them: {unknown}"));
    }
    let rights = Rights {
        apis: apis.and_then(Result::ok),
        origins: origins(&mut fields),
        limit: limit(&mut fields),
        requests_per_second: fields
            .whole_number("requests_per_second", 0..=1_000_000)
            .and_then(|number| u32::try_from(number).ok()),
        expires_at: time(&mut fields, "expired_at"),
    };
    let application = application.and_then(|id| id.parse().ok());
    fields.finish(WantedCredential { application, name, rights })
}

/// For how long a token is to work beside the one that takes its place.
///
/// # Errors
/// [`ApiError::BadRequest`]
pub fn overlap_seconds(body: &Map<String, Value>) -> Result<Option<u64>, ApiError> {
    let mut fields = Fields::new(body);
    let seconds = fields.whole_number("overlap_seconds", 0..=LONGEST_OVERLAP);
    fields.finish(seconds)
}

/// `allowed_origins`, or the one `host` that the web front end names.
fn origins(fields: &mut Fields<'_>) -> Option<Vec<String>> {
    let list = fields.texts("allowed_origins", MOST_ORIGINS);
    let host = fields.text("host", 255);
    let (field, given) = match (list, host) {
        (Some(list), _) => ("allowed_origins", list),
        (None, host) => ("host", vec![host?]),
    };
    let read: Option<Vec<String>> = given.into_iter().map(origin).collect();
    if read.is_none() {
        fields.wrong(field, "origins such as https://example.com, or hosts such as example.com:8080");
    }
    read
}

/// An origin as browsers write it, or a host with its port.
fn origin(text: &str) -> Option<String> {
    let text = text.trim().trim_end_matches('/').to_ascii_lowercase();
    let with_scheme = if text.contains("://") { text.clone() } else { format!("https://{text}") };
    let url = url::Url::parse(&with_scheme).ok()?;
    let bare = matches!(url.scheme(), "http" | "https") && url.path() == "/" && url.query().is_none();
    let named = url.host().is_some() && url.username().is_empty() && url.fragment().is_none();
    let plain = text.chars().all(|letter| letter.is_ascii_graphic());
    (bare && named && plain).then_some(text)
}

/// Whether a page of this origin is one of those that are allowed.
#[must_use]
pub fn is_allowed(allowed: &[String], origin: &str) -> bool {
    let origin = origin.to_ascii_lowercase();
    let host = origin.split_once("://").map(|(_, host)| host);
    allowed.iter().any(|one| if one.contains("://") { *one == origin } else { Some(one.as_str()) == host })
}

fn limit(fields: &mut Fields<'_>) -> Option<Credits> {
    let given = fields.given("limited_amount").filter(|value| **value != Value::Bool(false))?;
    let text = match given {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    let amount = text.parse::<Credits>().ok().filter(|amount| !amount.is_negative());
    if amount.is_none() {
        fields.wrong("limited_amount", "a number of credits from 0 with at most six decimals");
    }
    amount
}

/// A point in time: Unix seconds, or RFC 3339 in UTC.
fn time(fields: &mut Fields<'_>, field: &str) -> Option<Timestamp> {
    let read = match fields.given(field)? {
        Value::String(text) => from_text(text),
        Value::Number(seconds) => seconds.as_f64().and_then(from_seconds),
        _ => None,
    };
    if read.is_none() {
        fields.wrong(field, "a time, as Unix seconds or such as 2030-01-01T00:00:00Z");
    }
    read
}

fn from_text(text: &str) -> Option<Timestamp> {
    let text = text.strip_suffix("+00:00").map_or_else(|| text.to_owned(), |text| format!("{text}Z"));
    let time = humantime::parse_rfc3339_weak(&text).ok()?;
    let since_epoch = time.duration_since(std::time::UNIX_EPOCH).ok()?;
    Some(Timestamp::from_millis(i64::try_from(since_epoch.as_millis()).ok()?))
}

fn from_seconds(seconds: f64) -> Option<Timestamp> {
    // Up to the year 9999, which is as far as RFC 3339 goes.
    const LAST: f64 = 253_402_300_799.0;
    #[expect(clippy::cast_possible_truncation, reason = "it is within the bounds")]
    (0.0..=LAST).contains(&seconds).then(|| Timestamp::from_millis((seconds * 1_000.0) as i64))
}

/// An application with its credentials.
#[must_use]
pub fn application<'a>(
    application: &Application,
    credentials: impl Iterator<Item = &'a OwnCredential>,
) -> Value {
    json!({
        "id": application.id.to_string(),
        "type": "Usage",
        "scope": "Global",
        "name": application.name,
        "service_id": SERVICE,
        "user_id": application.user_id.to_string(),
        "remaining_amount": application.available.map(credits),
        "used_amount": credits(application.spent),
        "credentials": credentials.map(|one| credential(one, None)).collect::<Vec<_>>(),
        "created_at": iso_time(application.created_at),
        "updated_at": iso_time(application.updated_at),
        "expired_at": null,
        "role": "owner",
        "disabled": application.disabled,
    })
}

/// A credential; with its token when it is new, and never again.
#[must_use]
pub fn credential(credential: &OwnCredential, token: Option<&str>) -> Value {
    let Rights { apis, origins, limit, requests_per_second, expires_at } = &credential.rights;
    let apis = apis.as_ref().map(|apis| apis.iter().map(|api| api.as_str()).collect::<Vec<_>>());
    let mut shown = json!({
        "id": credential.id.to_string(),
        "name": credential.name,
        "type": "Token",
        "last_four": credential.last_four,
        "host": origins.as_ref().and_then(|origins| origins.first()),
        "allowed_origins": origins,
        "apis": apis,
        "limited_amount": limit.map(credits),
        "used_amount": credits(credential.used),
        "requests_per_second": requests_per_second,
        "expired_at": expires_at.map(iso_time),
        "application_id": credential.application_id.to_string(),
        "user_id": credential.user_id.to_string(),
        "created_at": iso_time(credential.created_at),
    });
    if let Some(token) = token {
        shown["token"] = Value::from(token);
    }
    shown
}

/// A credential that is no more.
#[must_use]
pub fn revoked(id: CredentialId) -> Value {
    json!({ "id": id.to_string(), "deleted": true })
}

/// The service, with its APIs.
#[must_use]
pub fn service(free_quota: u32) -> Value {
    let apis: Vec<Value> = Api::ALL
        .into_iter()
        .map(|api| json!({ "id": api.id(), "name": api.as_str(), "title": title(api), "method": "POST", "path": format!("/producer/{}", api.as_str()) }))
        .collect();
    json!({
        "id": SERVICE,
        "alias": ALIAS,
        "title": "Producer",
        "type": "Api",
        "unit": "Credit",
        "free_amount": free_quota,
        "apis": apis,
    })
}

const fn title(api: Api) -> &'static str {
    match api {
        Api::Makes(TaskKind::Audios) => "Producer Audios Generation API",
        Api::Makes(TaskKind::Lyrics) => "Producer Lyrics Generation API",
        Api::Makes(TaskKind::Upload) => "Producer Upload API",
        Api::Makes(TaskKind::Videos) => "Producer Videos API",
        Api::Makes(TaskKind::Wav) => "Producer WAV API",
        Api::Tasks => "Producer Tasks API",
    }
}

/// The models that orders may name, newest first.
#[must_use]
pub fn models() -> Vec<Value> {
    let item = |model: Model| json!({ "id": model.as_str(), "object": "model", "service_id": SERVICE, "owned_by": "backline" });
    Model::ALL.into_iter().map(item).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wanted(body: Value) -> Result<WantedCredential, ApiError> {
        new_credential(body.as_object().expect("an object"))
    }

    #[test]
    fn a_credential_may_be_restricted_in_every_way() {
        let id = "920ba772-867a-48ae-8efa-9b9f94136199";
        let found = wanted(json!({
            "application_id": id, "name": " my site ", "apis": ["tasks"], "limited_amount": 0.5,
            "allowed_origins": ["https://Example.com/", "localhost:8080"], "expired_at": "2030-01-01T00:00:00Z",
            "requests_per_second": 3,
        }))
        .expect("read");
        assert_eq!(found.application, Some(id.parse().expect("an id")));
        assert_eq!(found.name, "my site");
        let rights = Rights {
            apis: Some(vec![Api::Tasks]),
            origins: Some(vec!["https://example.com".to_owned(), "localhost:8080".to_owned()]),
            limit: Some(Credits::from_millionths(500_000)),
            requests_per_second: Some(3),
            expires_at: Some(Timestamp::from_millis(1_893_456_000_000)),
        };
        assert_eq!(found.rights, rights);
        let by_seconds =
            wanted(json!({ "application_id": id, "host": "a.example", "expired_at": 1_893_456_000 }));
        let by_seconds = by_seconds.expect("read").rights;
        assert_eq!(
            (by_seconds.expires_at, by_seconds.origins),
            (rights.expires_at, Some(vec!["a.example".to_owned()]))
        );
        for wrong in [
            json!({}),
            json!({ "application_id": id, "apis": ["hum"] }),
            json!({ "application_id": id, "limited_amount": -1 }),
            json!({ "application_id": id, "limited_amount": 1e-9 }),
            json!({ "application_id": id, "expired_at": "tomorrow" }),
            json!({ "application_id": id, "allowed_origins": ["https://a.example/path"] }),
            json!({ "application_id": id, "host": "a.example\nb.example" }),
        ] {
            assert!(matches!(wanted(wrong.clone()), Err(ApiError::BadRequest(_))), "{wrong}");
        }
    }

    #[test]
    fn a_page_is_allowed_by_its_origin_or_its_host() {
        let allowed = ["https://a.example".to_owned(), "localhost:8080".to_owned()];
        for origin in ["https://a.example", "HTTPS://A.example", "http://localhost:8080"] {
            assert!(is_allowed(&allowed, origin), "{origin}");
        }
        for origin in
            ["http://a.example", "https://a.example:8443", "http://localhost", "null", "https://b.a.example"]
        {
            assert!(!is_allowed(&allowed, origin), "{origin}");
        }
    }

    #[test]
    fn a_list_of_what_is_someone_elses_is_empty() {
        let user: UserId = "ad7afe47-cea9-4cda-980f-2ad8810e51cf".parse().expect("an id");
        let none = |text: &str| Lists::read(Some(text), user).expect("read").none;
        assert!(!none(
            "user_id=me&service_id=864a7efd-c7a3-4ad8-b372-ba8d64cdeda8&affiliation=owner&affiliation=granted"
        ));
        assert!(!none("user_id=ad7afe47-cea9-4cda-980f-2ad8810e51cf"));
        for other in [
            "user_id=920ba772-867a-48ae-8efa-9b9f94136199",
            "service_id=x",
            "affiliation=granted",
            "application_id=x",
        ] {
            assert!(none(other), "{other}");
        }
        assert!(Lists::read(Some("limit=0"), user).is_err());
    }
}
