//! `backline webhook-secret`: what an application's callbacks are signed with. Works beside a running server.

use std::path::Path;
use std::time::Duration;

use clap::{Args, Subcommand};
use domain::ApplicationId;
use store::{DataFolder, SecretStore as _, SqliteStore};

use super::access::with_existing;
use super::{Failure, Place, rehearsed, say};
use crate::callbacks::sign::{fresh_secret, shown};
use crate::ids::SystemRandom;

/// `backline webhook-secret …`
#[derive(Subcommand)]
pub(super) enum SecretCommand {
    /// Print the secret that verifies an application's callbacks; it is made if there is none yet.
    Show(Which),
    /// Replace the secret and print the new one. A running server signs with it from the next attempt on.
    Rotate {
        #[command(flatten)]
        which: Which,
        /// For how long the old secret signs beside the new one, such as 24h or 10m.
        #[arg(long, value_name = "TIME", default_value = "24h", value_parser = humantime::parse_duration)]
        overlap: Duration,
    },
}

#[derive(Args)]
pub(super) struct Which {
    #[command(flatten)]
    place: Place,
    /// The application's name.
    #[arg(long, value_name = "NAME", default_value = "default")]
    application: String,
    /// Whose application it is; needed if several users have one of this name.
    #[arg(long)]
    email: Option<String>,
}

impl Which {
    pub(super) const fn place(&self) -> &Place {
        &self.place
    }

    pub(super) fn data_dir(&self) -> &Path {
        &self.place.data_dir
    }
}

pub(super) fn run(command: SecretCommand) -> Result<(), Failure> {
    let (which, overlap) = match command {
        SecretCommand::Show(which) => (which, None),
        SecretCommand::Rotate { which, overlap } => (which, Some(overlap)),
    };
    let now = rehearsed::now_in(&DataFolder::existing(&which.place.data_dir)?)?;
    let secret = with_existing(&which.place, async |store| {
        let application = find(store, &which).await?;
        let fresh = fresh_secret(&SystemRandom);
        if let Some(overlap) = overlap {
            store.rotate_secret(application, fresh.clone(), now, now.plus(overlap)).await?;
        }
        Ok(store.secrets(application, fresh, now).await?)
    })?;
    let newest = secret.first().ok_or_else(|| Failure("the secret was not kept".to_owned()))?;
    say(&shown(newest))
}

/// The application that is meant.
pub(super) async fn find(store: &SqliteStore, which: &Which) -> Result<ApplicationId, Failure> {
    let Which { application, email, .. } = which;
    let found = store.applications(application.clone(), email.clone()).await?;
    match found.as_slice() {
        [one] => Ok(one.id),
        [] => {
            let whose = email.as_deref().map_or_else(String::new, |email| format!(" of {email}"));
            let hint = "`backline token list` shows all";
            Err(Failure(format!("there is no application {application}{whose}; {hint}")))
        }
        several => {
            let emails: Vec<_> = several.iter().map(|one| one.email.as_str()).collect();
            Err(Failure(format!(
                "several users have an application {application}: {}; say whose with --email",
                emails.join(", ")
            )))
        }
    }
}
