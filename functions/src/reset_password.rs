//! `POST /user/password/reset`: sets a new password by the token of a mailed link; `GET` is the page that the link opens.

use std::sync::Arc;

use event_messenger::app::MailApp;
use event_messenger::domain::fault::{Fault, Known, Node};
use event_messenger::domain::password::{Attempt, Password};
use event_messenger::error::{Error, Result};
use event_messenger::http::pages::reset_page;
use event_messenger::http::{Reply, Request};
use event_messenger::log::{Act, Subject};
use event_messenger::mail::password_changed::password_changed;
use event_messenger::store::resets::Link;
use event_messenger::store::users::Account;
use event_messenger::token::MailedToken;
use jiff::Timestamp;
use serde_json::{Value, json};

use crate::credentials::{hash, matches, refused};
use crate::notices::tell;

/// What the page sends.
struct Reset {
    token: MailedToken,
    new: String,
}

/// `200 {}`; all sessions end, and a mail tells of it. Repeating it after a lost answer does no harm.
///
/// # Errors
/// `Invalid`, `LinkSpent`, `TooSoon` after too many of those.
pub async fn handle(app: Arc<MailApp>, request: Request) -> Result<Reply> {
    if request.is_get() {
        return reset_page();
    }
    let Reset { token, new } = request.parse(Reset::parse)?;
    let now = app.clock.now();
    let account = match reset(&app, &token, &new, now).await {
        Err(error @ Error::LinkSpent) => {
            return Err(refused(&app.users, &app.limits, &request, token.user(), error, now).await);
        }
        result => result?,
    };
    app.users.revoke_sessions(account.id, None).await?;
    request.identify(account.id);
    request.audit(Act::PasswordReset, Subject::Account(Some(account.id)));
    let notice = password_changed(&account.username, now, request.address())?;
    tell(&app.mailer, &request, &account, notice).await;
    Ok(Reply::ok(&json!({})))
}

/// Writes the new password, unless it is there already: the answer to an earlier request may have been lost.
async fn reset(app: &MailApp, token: &MailedToken, new: &str, now: Timestamp) -> Result<Account> {
    let account = match app.users.find_reset(token, now).await? {
        Link::Open(account) => account,
        Link::Used(account) if matches(Attempt::new(new), Some(&account)).await? => return Ok(*account),
        Link::Used(_) | Link::Spent => return Err(Error::LinkSpent),
    };
    let password = Password::parse(new, Some(&account.username), Some(&account.email))
        .map_err(|message| Error::invalid("new_password", message))?;
    let hash = hash(password).await?;
    // A write that was repeated because its answer was lost finds its own hash there.
    if !app.users.update_password(&account, &hash).await?
        && app.users.find_account(account.id, now).await?.is_none_or(|account| account.password != hash)
    {
        return Err(Error::LinkSpent);
    }
    Ok(*account)
}

impl Reset {
    fn parse(body: &Value) -> Result<Self, Vec<Fault>> {
        let node = Node::body(body, &[], Known(&["token", "new_password"], &[]))?;
        let mut faults = Vec::new();
        let read = |text: &str| MailedToken::parse(text).ok_or_else(|| "must be the token of a link".to_owned());
        let token = node.get("token").parsed(&mut faults, read);
        let new = node.get("new_password").required_text(&mut faults);
        match (token, new) {
            (Some(token), Some(new)) => Ok(Self { token, new: new.to_owned() }),
            _ => Err(faults),
        }
    }
}
