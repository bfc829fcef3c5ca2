//! Delivers links: to the operator's mail command, or to the log.

use std::process::Stdio;
use std::sync::Arc;
use std::time::Duration;

use tokio::io::AsyncWriteExt as _;
use tokio::process::Command;

use crate::app::App;

/// How long the mail command may take.
const PATIENCE: Duration = Duration::from_secs(60);

/// A message with a link.
pub struct Message {
    /// Whom it is for: an address that may stand in a header.
    pub to: String,
    /// What it is about, in ASCII.
    pub subject: &'static str,
    /// What it says before the link.
    pub text: String,
    /// The link.
    pub link: String,
}

/// Delivers a message in the background: nobody can tell by the time whether there was one.
pub fn deliver(app: &Arc<App>, message: Message) {
    let app = Arc::clone(app);
    tokio::spawn(async move {
        let command = &app.settings.accounts.mail_command;
        let Some((program, arguments)) = command.split_first() else {
            let Message { to, subject, link, .. } = message;
            tracing::warn!(to, link, "{subject}: there is no mail command, so hand this link on yourself");
            return;
        };
        match send(program, arguments, &message).await {
            Ok(()) => tracing::info!(to = message.to, subject = message.subject, "sent mail"),
            Err(error) => {
                tracing::error!(to = message.to, subject = message.subject, error, "could not send mail");
            }
        }
    });
}

async fn send(program: &str, arguments: &[String], message: &Message) -> Result<(), String> {
    let text = |error: std::io::Error| error.to_string();
    let mut command = Command::new(program);
    command
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .kill_on_drop(true);
    let mut child = command.spawn().map_err(text)?;
    let mut stdin = child.stdin.take().ok_or("it takes no input")?;
    let sending = async {
        stdin.write_all(written(message).as_bytes()).await?;
        drop(stdin);
        child.wait().await
    };
    let ended = tokio::time::timeout(PATIENCE, sending).await.map_err(|_| "it took too long".to_owned())?;
    let status = ended.map_err(text)?;
    if status.success() { Ok(()) } else { Err(format!("it ended with {status}")) }
}

/// The message as RFC 5322 has it; programs that send mail add sender, date and id.
fn written(message: &Message) -> String {
    let Message { to, subject, text, link } = message;
    format!(
        "To: {to}\nSubject: {subject}\nMIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\n\
         Content-Transfer-Encoding: 8bit\nAuto-Submitted: auto-generated\n\n{text}\n\n{link}\n"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_has_its_headers_first() {
        let message = Message {
            to: "ann@example.com".to_owned(),
            subject: "Backline: a new password",
            text: "Set it here:".to_owned(),
            link: "http://h/reset-password#1".to_owned(),
        };
        let text = written(&message);
        let (head, body) = text.split_once("\n\n").expect("a head and a body");
        assert!(head.starts_with("To: ann@example.com\nSubject: Backline: a new password\n"));
        assert_eq!(body, "Set it here:\n\nhttp://h/reset-password#1\n");
    }
}
