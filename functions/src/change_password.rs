//! `PUT /user/password`: changes the password.

use jiff::Timestamp;
use serde_json::Value;
use shared::domain::fault::{Fault, Known, Node};
use shared::domain::password::{Attempt, Password};
use shared::error::{Error, Result};
use shared::http::{Reply, Request};
use shared::log::{Act, Subject};
use shared::mail::Mailer;
use shared::mail::password_changed::password_changed;
use shared::store::accounts::{Account, Accounts, NewPassword};
use shared::store::sessions::Sessions;
use shared::token::Signer;

use crate::credentials::{Guard, hash, matches};
use crate::notices::tell;

/// The old password as the client gives it, and the new one.
struct Change {
    old: Attempt,
    new: String,
}

/// `200 {}`; all other sessions end, and a mail tells of it. Repeating it within a minute, after a lost answer, does no harm.
///
/// # Errors
/// `Unauthenticated`, `Invalid`, `BadCredentials` for a wrong old password, `TooSoon` after too many of those.
pub async fn handle(
    request: Request,
    (signer, guard, accounts, sessions, mailer): (Signer, Guard, Accounts, Sessions, Mailer),
) -> Result<Reply> {
    let holder = request.holder(&signer)?;
    let change = request.parse(Change::parse)?;
    let now = request.now();
    let trial = guard.try_holder(&request, holder.user).await?;
    let account = trial.account().await?.filter(|account| account.active).ok_or(Error::Unauthenticated)?;
    let new = Password::parse(&change.new, Some(&account.username), Some(&account.email))
        .map_err(|message| Error::invalid("new_password", message))?;
    if matches(change.old.clone(), Some(&account.password_hash)).await? {
        let hash = hash(new).await?;
        let is_written = accounts.update_password(&account, &hash, NewPassword::Changed(now)).await?;
        // The same request may have arrived twice at once.
        if !is_written && !is_done(&change, trial.account().await?.as_ref(), now).await? {
            return Err(trial.failed());
        }
    } else if !is_done(&change, Some(&account), now).await? {
        return Err(trial.failed());
    }
    trial.passed_once().await?;
    sessions.revoke_sessions(holder.user, Some(holder.session)).await?;
    request.audit(Act::PasswordChanged, Subject::Account(Some(holder.user)));
    let notice = password_changed(account.language, &account.username, now, request.address())?;
    tell(&mailer, &request, &account, notice).await;
    Ok(Reply::done())
}

/// Whether this same change was made just now. Only the former password tells that, and it takes a turn too.
async fn is_done(change: &Change, account: Option<&Account>, now: Timestamp) -> Result<bool> {
    let Some(account) = account.filter(|account| account.active && account.has_new_password(now)) else {
        return Ok(false);
    };
    let Some(former) = &account.former_password_hash else { return Ok(false) };
    Ok(matches(change.old.clone(), Some(former)).await?
        && matches(Attempt::new(&change.new), Some(&account.password_hash)).await?)
}

impl Change {
    fn parse(body: &Value) -> Result<Self, Vec<Fault>> {
        let node = Node::body(body, &[], Known(&["old_password", "new_password", "oldPassword", "newPassword"], &[]))?;
        let mut faults = Vec::new();
        let old = node.any(&["old_password", "oldPassword"]).required_text(&mut faults);
        let new = node.any(&["new_password", "newPassword"]).required_text(&mut faults);
        match (old, new) {
            (Some(old), Some(new)) => Ok(Self { old: Attempt::new(old), new: new.to_owned() }),
            _ => Err(faults),
        }
    }
}
