//! `POST /user/password/reset`: sets a new password by the token of a mailed link; `GET` is the page that the link opens.

use jiff::Timestamp;
use serde_json::Value;
use shared::domain::fault::{Fault, Known, Node};
use shared::domain::password::{Attempt, Password};
use shared::error::{Error, Result};
use shared::http::pages::Shell;
use shared::http::{Reply, Request, both};
use shared::log::{Act, Subject};
use shared::mail::Mailer;
use shared::mail::password_changed::password_changed;
use shared::store::accounts::{Account, Accounts, NewPassword};
use shared::store::resets::{Link, Resets};
use shared::store::sessions::Sessions;
use shared::token::MailedToken;
use shared::token::digest::fingerprint;

use crate::credentials::{Guard, hash, matches};
use crate::notices::tell;

/// The body.
struct Reset {
    token: MailedToken,
    new: String,
}

/// `200 {}`; all sessions end, and a mail tells of it. With an `Idempotency-Key` the request can be repeated for a minute after a lost
/// answer.
///
/// # Errors
/// `Invalid`; `ResetLinkUsed` and `LinkSpent`, whatever the password; `IdempotencyMismatch`; `TooSoon` after too many of those.
pub async fn handle(
    request: Request,
    (guard, accounts, resets, sessions, mailer, shell): (Guard, Accounts, Resets, Sessions, Mailer, Shell),
) -> Result<Reply> {
    if request.is_get() {
        return shell.reset(&request);
    }
    let (key, reset) = both(request.idempotency_key(), request.parse(Reset::parse))?;
    let (now, user) = (request.now(), reset.token.user());
    let by = key.map(|key| fingerprint(&[user.as_bytes(), key.as_bytes()]));
    let account = match reset.apply(&accounts, &resets, &sessions, by.as_deref(), now).await {
        Err(error @ (Error::LinkSpent | Error::ResetLinkUsed | Error::IdempotencyMismatch)) => {
            return Err(guard.refused(&request, user, error).await);
        }
        result => result?,
    };
    sessions.revoke_sessions(account.id, None).await?;
    request.identify(account.id);
    request.audit(Act::PasswordReset, Subject::Account(Some(account.id)));
    let notice = password_changed(account.language, &account.username, now, request.address())?;
    tell(&mailer, &request, &account, notice).await;
    Ok(Reply::done())
}

impl Reset {
    /// Writes the new password, unless this very request has done so already. The answer to a used link does not depend on a
    /// password.
    async fn apply(
        &self,
        accounts: &Accounts,
        resets: &Resets,
        sessions: &Sessions,
        by: Option<&str>,
        now: Timestamp,
    ) -> Result<Account> {
        let mut link = resets.find_reset(&self.token, now).await?;
        if let Link::Open(account) = link {
            let password = Password::parse(&self.new, Some(&account.username), Some(&account.email))
                .map_err(|message| Error::invalid("new_password", message))?;
            let (hash, why) = (hash(password).await?, NewPassword::Reset { token: &self.token.hash(), by, now });
            if accounts.update_password(&account, &hash, why).await? {
                return Ok(*account);
            }
            // Another request came first, perhaps this one itself.
            link = resets.find_reset(&self.token, now).await?;
        }
        let Link::Used(account) = link else { return Err(Error::LinkSpent) };
        if account.has_new_password(now) {
            if by.is_some() && account.reset_by.as_deref() == by {
                // Nobody else knows the key.
                let is_same = matches(Attempt::new(&self.new), Some(&account.password_hash)).await?;
                return if is_same { Ok(*account) } else { Err(Error::IdempotencyMismatch) };
            }
            // The answer may have been lost before the sessions had ended.
            sessions.revoke_sessions_before(account.id, account.password_at.unwrap_or_default()).await?;
        }
        Err(Error::ResetLinkUsed)
    }

    fn parse(body: &Value) -> Result<Self, Vec<Fault>> {
        let node = Node::body(body, &[], Known(&["token", "new_password", "newPassword"], &[]))?;
        let mut faults = Vec::new();
        let read = |text: &str| MailedToken::parse(text).ok_or_else(|| "must be the token of a link".to_owned());
        let token = node.get("token").parsed(&mut faults, read);
        let new = node.any(&["new_password", "newPassword"]).required_text(&mut faults);
        match (token, new) {
            (Some(token), Some(new)) => Ok(Self { token, new: new.to_owned() }),
            _ => Err(faults),
        }
    }
}
