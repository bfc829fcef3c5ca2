//! `backline token` and `backline application`: they work beside a running server.

use std::time::Duration;

use clap::{Args, Subcommand};
use domain::{Api, ApplicationId, CredentialId, Timestamp, UserId};
use store::{AccessStore as _, ApplicationSwitch, DataFolder, NewToken, SqliteStore, TokenListing};
use tokio::runtime::Builder;

use super::{Failure, Place, say};
use crate::api::caller::token_hash;
use crate::app::queue_rules;
use crate::clock::{Clock as _, SystemClock};
use crate::ids::{Random, SystemRandom};

/// `backline token …`
#[derive(Subcommand)]
pub(super) enum TokenCommand {
    /// Make a token and print it; it is shown this once. The user and the application are made if missing.
    Create(Create),
    /// List the tokens, by their last four characters.
    List(Place),
    /// Revoke a token.
    Revoke {
        #[command(flatten)]
        place: Place,
        /// The credential's id, as `token list` shows it.
        id: CredentialId,
    },
}

#[derive(Args)]
pub(super) struct Create {
    #[command(flatten)]
    place: Place,
    /// Whose token it is.
    #[arg(long, value_parser = email)]
    email: String,
    /// The application it belongs to.
    #[arg(long, value_name = "NAME", default_value = "default")]
    application: String,
    /// For how long it is valid, such as 30d, 12h or 1s; without this, for ever.
    #[arg(long, value_name = "TIME", value_parser = humantime::parse_duration)]
    expires_in: Option<Duration>,
    /// The APIs it may call, of audios, lyrics, upload, videos, wav, tasks; without this, all.
    #[arg(long, value_delimiter = ',')]
    apis: Option<Vec<Api>>,
    /// Set how many credits the application may still spend, a song being one unless the settings price it otherwise;
    /// without this, they stay as they are (at first: no limit).
    #[arg(long, value_name = "N")]
    quota: Option<u32>,
    /// How many requests a second it may send; 0 is no limit. Without this, the setting holds.
    #[arg(long, value_name = "N")]
    requests_per_second: Option<u32>,
}

/// `backline application …`
#[derive(Subcommand)]
pub(super) enum ApplicationCommand {
    /// Refuse every request of an application's tokens.
    Disable(Which),
    /// Let an application's tokens in again.
    Enable(Which),
}

#[derive(Args)]
pub(super) struct Which {
    #[command(flatten)]
    place: Place,
    /// Whose application it is.
    #[arg(long, value_parser = email)]
    email: String,
    /// Its name.
    #[arg(long, value_name = "NAME", default_value = "default")]
    application: String,
}

/// An e-mail address of an argument.
pub(super) fn email(text: &str) -> Result<String, String> {
    if domain::is_email(text) {
        Ok(text.to_owned())
    } else {
        Err("expected an e-mail address, such as a@example.com".to_owned())
    }
}

pub(super) fn token(command: TokenCommand) -> Result<(), Failure> {
    match command {
        TokenCommand::Create(create) => {
            let place = create.place.clone();
            let Create { email, application, expires_in, apis, quota, requests_per_second, .. } = create;
            let rights = |token| NewToken { apis, quota, requests_per_second, ..token };
            let make =
                async |store: &SqliteStore| make_token(store, &email, &application, expires_in, rights).await;
            say(&with_store(&place, DataFolder::open(&place.data_dir)?, make)?.secret)
        }
        TokenCommand::List(place) => {
            let tokens = with_existing(&place, async |store| Ok(store.tokens().await?))?;
            tokens.iter().try_for_each(|token| say(&line(token)))
        }
        TokenCommand::Revoke { place, id } => {
            let revoked = with_existing(&place, async |store| {
                Ok(store.revoke_token(id, SystemClock::default().now()).await?)
            })?;
            let missing =
                || Failure(format!("there is no valid token {id}; `backline token list` shows all"));
            if revoked { Ok(()) } else { Err(missing()) }
        }
    }
}

pub(super) fn application(command: ApplicationCommand) -> Result<(), Failure> {
    let (which, disabled) = match command {
        ApplicationCommand::Disable(which) => (which, true),
        ApplicationCommand::Enable(which) => (which, false),
    };
    let Which { place, email, application } = which;
    let switch = ApplicationSwitch { email: email.clone(), application: application.clone(), disabled };
    let found = with_existing(&place, async |store| Ok(store.switch_application(switch).await?))?;
    if found { Ok(()) } else { Err(Failure(format!("{email} has no application {application}"))) }
}

/// A token that was made.
pub(crate) struct Token {
    /// What a client sends; it is nowhere else.
    pub secret: String,
    /// What the store knows it by.
    pub id: CredentialId,
}

/// Makes a token of 256 random bits, with the rights that `change` gives it beyond the usual.
pub(crate) async fn make_token(
    store: &SqliteStore,
    email: &str,
    application: &str,
    valid_for: Option<Duration>,
    change: impl FnOnce(NewToken) -> NewToken,
) -> Result<Token, Failure> {
    let random: &dyn Random = &SystemRandom;
    let now = SystemClock::default().now();
    let secret: String = random.bytes::<32>().iter().map(|byte| format!("{byte:02x}")).collect();
    let token = change(NewToken {
        email: email.to_owned(),
        application: application.to_owned(),
        user_id: UserId(random.uuid(now)),
        application_id: ApplicationId(random.uuid(now)),
        credential_id: CredentialId(random.uuid(now)),
        hash: token_hash(&secret),
        last_four: secret[secret.len() - 4..].to_owned(),
        apis: None,
        quota: None,
        requests_per_second: None,
        expires_at: valid_for.map(|time| now.plus(time)),
        now,
    });
    let id = token.credential_id;
    store.add_token(token).await?;
    Ok(Token { secret, id })
}

fn line(token: &TokenListing) -> String {
    let TokenListing { id, email, application, last_four, .. } = token;
    let now = SystemClock::default().now();
    let state = match token {
        TokenListing { revoked_at: Some(_), .. } => "revoked",
        TokenListing { expires_at: Some(end), .. } if *end <= now => "expired",
        TokenListing { disabled: true, .. } => "disabled",
        _ => "valid",
    };
    let apis = token.apis.as_ref().map_or_else(
        || "all".to_owned(),
        |apis| apis.iter().map(|api| api.as_str()).collect::<Vec<_>>().join(","),
    );
    let number = |number: Option<u32>| number.map_or_else(|| "-".to_owned(), |number| number.to_string());
    let left = token.remaining.map_or_else(|| "-".to_owned(), |left| left.to_string());
    let until = token.expires_at.map_or_else(|| "-".to_owned(), day_and_time);
    let rate = number(token.requests_per_second);
    format!(
        "{id}\t…{last_four}\t{email}\t{application}\t{state}\tuntil={until}\tapis={apis}\trate={rate}\tquota={left}"
    )
}

pub(super) fn day_and_time(time: Timestamp) -> String {
    let since_epoch = Duration::from_millis(u64::try_from(time.as_millis()).unwrap_or_default());
    humantime::format_rfc3339_seconds(std::time::UNIX_EPOCH + since_epoch).to_string()
}

/// Does something with the store of a data folder that is there: a new one has no tokens to show or revoke.
pub(super) fn with_existing<T>(
    place: &Place,
    act: impl AsyncFnOnce(&SqliteStore) -> Result<T, Failure>,
) -> Result<T, Failure> {
    with_store(place, DataFolder::existing(&place.data_dir)?, act)
}

/// Does something with the store of a data folder, whether a server runs on it or not.
pub(super) fn with_store<T>(
    place: &Place,
    folder: DataFolder,
    act: impl AsyncFnOnce(&SqliteStore) -> Result<T, Failure>,
) -> Result<T, Failure> {
    let settings = place.settings()?;
    let store = SqliteStore::open_beside(&folder, queue_rules(&settings))?;
    let result = Builder::new_current_thread().enable_all().build()?.block_on(act(&store));
    store.close();
    result
}
