//! `backline user`: who may log in. It works beside a running server, and takes effect within a second.

use std::io::BufRead as _;

use clap::{Args, Subcommand};
use domain::{Role, UserId};
use store::{DataFolder, Link, SqliteStore, User, UserChange, UserChanged, UserStore as _};

use super::access::{email, with_existing, with_store};
use super::{Failure, Place, say};
use crate::accounts::{passwords, secrets};
use crate::app::public_base;
use crate::clock::{Clock as _, SystemClock};
use crate::ids::{Random, SystemRandom};

/// `backline user …`
#[derive(Subcommand)]
pub(super) enum UserCommand {
    /// Make a user, and print a link that sets the password.
    Create {
        #[command(flatten)]
        who: Who,
        /// What the user may do: user or operator. The first one is an operator.
        #[arg(long, default_value_t = Role::User)]
        role: Role,
    },
    /// List the users, oldest first.
    List(Place),
    /// Print a link that sets a user's password, also that of one who was made with a token and has none.
    Link(Who),
    /// Set a user's password to the first line of standard input; browsers that are logged in are logged out.
    Password(Who),
    /// Change what a user may do.
    Role {
        #[command(flatten)]
        who: Who,
        /// user or operator
        role: Role,
    },
    /// Refuse every request of a user's tokens and browsers.
    Disable(Who),
    /// Let a user in again.
    Enable(Who),
    /// Print a link with which somebody can register.
    Invite {
        #[command(flatten)]
        place: Place,
        /// The only address that it is for; without this, any.
        #[arg(long, value_parser = email)]
        email: Option<String>,
    },
}

#[derive(Args)]
pub(super) struct Who {
    #[command(flatten)]
    place: Place,
    /// The user's address.
    #[arg(long, value_parser = email)]
    email: String,
}

pub(super) fn run(command: UserCommand) -> Result<(), Failure> {
    match command {
        UserCommand::Create { who, role } => create(&who, role),
        UserCommand::List(place) => {
            let (users, _) = with_existing(&place, async |store| Ok(store.users(0, u32::MAX).await?))?;
            users.iter().try_for_each(|user| say(&line(user)))
        }
        UserCommand::Link(who) => with_existing(&who.place, async |store| password_link(store, &who).await)
            .and_then(|link| say(&link)),
        UserCommand::Password(who) => set_password(&who),
        UserCommand::Role { who, role } => change(&who, UserChange { role: Some(role), disabled: None }),
        UserCommand::Disable(who) => change(&who, UserChange { role: None, disabled: Some(true) }),
        UserCommand::Enable(who) => change(&who, UserChange { role: None, disabled: Some(false) }),
        UserCommand::Invite { place, email } => invite(&place, email),
    }
}

fn create(who: &Who, role: Role) -> Result<(), Failure> {
    let link = with_store(&who.place, DataFolder::open(&who.place.data_dir)?, async |store| {
        let (random, now): (&dyn Random, _) = (&SystemRandom, SystemClock::default().now());
        if !store.add_user(UserId(random.uuid(now)), who.email.clone(), role, now).await? {
            return Err(Failure(format!("there is a user {} already", who.email)));
        }
        password_link(store, who).await
    })?;
    say(&link)
}

async fn found(store: &SqliteStore, who: &Who) -> Result<User, Failure> {
    let user = store.user_of(&who.email).await?;
    user.ok_or_else(|| Failure(format!("there is no user {}; `backline user list` shows all", who.email)))
}

/// A link that sets the password, as the server sends it to whoever forgot it.
async fn password_link(store: &SqliteStore, who: &Who) -> Result<String, Failure> {
    let settings = who.place.settings()?;
    let user = found(store, who).await?;
    let secret = secrets::fresh(&SystemRandom);
    let ends_at = SystemClock::default().now().plus(settings.accounts.reset_length());
    store.keep_link(secrets::hash(&secret), Link::Password(user.id), ends_at).await?;
    Ok(format!("{}reset-password#{secret}", public_base(&settings, settings.http.listen)))
}

fn set_password(who: &Who) -> Result<(), Failure> {
    let mut password = String::new();
    std::io::stdin().lock().read_line(&mut password)?;
    let password = password.trim_end_matches(['\r', '\n']);
    if !passwords::LENGTHS.contains(&password.chars().count()) {
        let (least, most) = (passwords::LENGTHS.start(), passwords::LENGTHS.end());
        return Err(Failure(format!("a password has from {least} to {most} characters")));
    }
    let random: &dyn Random = &SystemRandom;
    let hash = passwords::hash(password, random.bytes()).map_err(Failure)?;
    with_existing(&who.place, async |store| {
        let user = found(store, who).await?;
        store.set_password(user.id, hash, None).await?;
        Ok(())
    })
}

fn change(who: &Who, change: UserChange) -> Result<(), Failure> {
    with_existing(&who.place, async |store| {
        let user = found(store, who).await?;
        match store.change_user(user.id, change).await? {
            UserChanged::Done | UserChanged::Unknown => Ok(()),
            UserChanged::LastOperator => {
                Err(Failure(format!("{} is the last operator; make another one first", who.email)))
            }
        }
    })
}

fn invite(place: &Place, email: Option<String>) -> Result<(), Failure> {
    let settings = place.settings()?;
    let secret = secrets::fresh(&SystemRandom);
    let ends_at = SystemClock::default().now().plus(settings.accounts.invitation_length());
    let link = Link::Invitation(email);
    with_existing(place, async |store| Ok(store.keep_link(secrets::hash(&secret), link, ends_at).await?))?;
    say(&format!("{}register#{secret}", public_base(&settings, settings.http.listen)))
}

fn line(user: &User) -> String {
    let User { id, email, role, .. } = user;
    let state = if user.disabled { "disabled" } else { "enabled" };
    let password = if user.password.is_some() { "password=set" } else { "password=none" };
    format!("{id}\t{email}\t{role}\t{state}\t{password}")
}
