//! `POST /user/password/reset`: sets a new password by the token of a mailed link; `GET` is the page that the link opens.

use std::sync::Arc;

use jiff::Timestamp;
use serde_json::Value;
use shared::app::MailApp;
use shared::domain::fault::{Fault, Known, Node};
use shared::domain::password::{Attempt, Password};
use shared::error::{Error, Result};
use shared::http::pages::reset_page;
use shared::http::{Reply, Request, both};
use shared::log::{Act, Subject};
use shared::mail::password_changed::password_changed;
use shared::store::resets::Link;
use shared::store::users::{Account, NewPassword};
use shared::token::MailedToken;
use shared::token::digest::fingerprint;

use crate::credentials::{hash, matches, refused};
use crate::notices::tell;

/// What the page sends.
struct Reset {
    token: MailedToken,
    new: String,
}

/// `200 {}`; all sessions end, and a mail tells of it. Whoever names the request by an `Idempotency-Key` can repeat it for a minute,
/// after a lost answer.
///
/// # Errors
/// `Invalid`; `ResetLinkUsed` and `LinkSpent`, whatever the password; `IdempotencyMismatch`; `TooSoon` after too many of those.
pub async fn handle(app: Arc<MailApp>, request: Request) -> Result<Reply> {
    if request.is_get() {
        return reset_page();
    }
    let (key, Reset { token, new }) = both(request.idempotency_key(), request.parse(Reset::parse))?;
    let by = key.map(|key| fingerprint(&[token.user().as_bytes(), key.as_bytes()]));
    let now = app.clock.now();
    let account = match reset(&app, &token, &new, by.as_deref(), now).await {
        Err(error @ (Error::LinkSpent | Error::ResetLinkUsed | Error::IdempotencyMismatch)) => {
            return Err(refused(&app.users, &app.limits, &request, token.user(), error, now).await);
        }
        result => result?,
    };
    app.users.revoke_sessions(account.id, None).await?;
    request.identify(account.id);
    request.audit(Act::PasswordReset, Subject::Account(Some(account.id)));
    let notice = password_changed(&account.username, now, request.address())?;
    tell(&app.mailer, &request, &account, notice).await;
    Ok(Reply::done())
}

/// Writes the new password, unless this very request has done so already. What a used link answers does not depend on a password.
async fn reset(app: &MailApp, token: &MailedToken, new: &str, by: Option<&str>, now: Timestamp) -> Result<Account> {
    let mut link = app.users.find_reset(token, now).await?;
    if let Link::Open(account) = link {
        let password = Password::parse(new, Some(&account.username), Some(&account.email))
            .map_err(|message| Error::invalid("new_password", message))?;
        let (hash, why) = (hash(password).await?, NewPassword::Reset { token: &token.hash(), by, now });
        if app.users.update_password(&account, &hash, why).await? {
            return Ok(*account);
        }
        // Somebody came first, perhaps this request itself.
        link = app.users.find_reset(token, now).await?;
    }
    let Link::Used(account) = link else { return Err(Error::LinkSpent) };
    if account.has_new_password(now) {
        if by.is_some() && account.reset_by.as_deref() == by {
            // Nobody else knows what the client has called it.
            let is_same = matches(Attempt::new(new), Some(&account.password)).await?;
            return if is_same { Ok(*account) } else { Err(Error::IdempotencyMismatch) };
        }
        // The answer may have been lost before the sessions had ended.
        app.users.revoke_sessions_before(account.id, account.password_at.unwrap_or_default()).await?;
    }
    Err(Error::ResetLinkUsed)
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
