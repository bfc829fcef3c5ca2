//! `/api/v1/invitations/`: lets somebody register where that takes an invitation.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use serde_json::json;
use store::Link;

use super::actor::Operator;
use super::answer;
use crate::accounts::mail::{self, Message};
use crate::accounts::secrets;
use crate::api::ApiError;
use crate::api::wire::management::time_text;
use crate::api::wire::{Fields, MaybeBody};
use crate::app::App;

/// Makes an invitation, for one address or for whoever has the link, and sends it if there is an address and a mail
/// command.
pub async fn invite(
    State(app): State<Arc<App>>,
    _: Operator,
    MaybeBody(body): MaybeBody,
) -> Result<Response, ApiError> {
    let mut fields = Fields::new(&body);
    let email = if fields.given("email").is_some() { fields.email("email") } else { None };
    let email = fields.finish(email)?.map(str::to_owned);
    let secret = secrets::fresh(app.random.as_ref());
    let ends_at = app.clock.machine_now().plus(app.settings.accounts.invitation_length());
    app.store.keep_link(secrets::hash(&secret), Link::Invitation(email.clone()), ends_at).await?;
    let link = format!("{}register#{secret}", app.public_base);
    let mails = !app.settings.accounts.mail_command.is_empty();
    if let Some(to) = email.clone().filter(|_| mails) {
        let text = format!("You are invited to {}\nRegister here:", app.public_base);
        let message = Message { to, subject: "Backline: an invitation", text, link: link.clone() };
        mail::deliver(&app, message);
    }
    Ok(answer(&json!({
        "email": email,
        "invitation": secret,
        "url": link,
        "expired_at": time_text(ends_at),
        "mailed": mails && email.is_some(),
    })))
}
