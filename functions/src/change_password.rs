//! `PUT /user/password`: changes the password.

use std::sync::Arc;

use jiff::Timestamp;
use serde_json::Value;
use shared::app::AccountApp;
use shared::domain::fault::{Fault, Known, Node};
use shared::domain::password::{Attempt, Password};
use shared::error::{Error, Result};
use shared::http::{Reply, Request};
use shared::log::{Act, Subject};
use shared::mail::password_changed::password_changed;
use shared::store::users::{Account, NewPassword};

use crate::credentials::{Trial, hash, matches};
use crate::notices::tell;

/// The password as it is said to be, and as it is to be.
struct Change {
    old: Attempt,
    new: String,
}

/// `200 {}`; all other sessions end, and a mail tells of it. Repeating it within a minute, after a lost answer, does no harm.
///
/// # Errors
/// `Unauthenticated`, `Invalid`, `BadCredentials` for a wrong old password, `TooSoon` after too many of those.
pub async fn handle(app: Arc<AccountApp>, request: Request) -> Result<Reply> {
    let holder = request.holder(&app.signer, &app.clock)?;
    let change = request.parse(Change::parse)?;
    let now = app.clock.now();
    let trial = Trial::of_holder(&app.users, &app.limits, &request, holder.user, now).await?;
    let account = trial.account().await?.filter(|account| account.active).ok_or(Error::Unauthenticated)?;
    let new = Password::parse(&change.new, Some(&account.username), Some(&account.email))
        .map_err(|message| Error::invalid("new_password", message))?;
    if matches(change.old.clone(), Some(&account.password)).await? {
        let hash = hash(new).await?;
        let is_written = app.users.update_password(&account, &hash, NewPassword::Changed(now)).await?;
        // The same request may have come twice at once.
        if !is_written && !is_done(&change, trial.account().await?.as_ref(), now).await? {
            return Err(trial.failed());
        }
    } else if !is_done(&change, Some(&account), now).await? {
        return Err(trial.failed());
    }
    trial.passed_once().await?;
    app.users.revoke_sessions(holder.user, Some(holder.session)).await?;
    request.audit(Act::PasswordChanged, Subject::Account(Some(holder.user)));
    let notice = password_changed(&account.username, now, request.address())?;
    tell(&app.mailer, &request, &account, notice).await;
    Ok(Reply::done())
}

/// Whether this very change was made just now. Only whoever knows the former password learns that, and it takes a turn too.
async fn is_done(change: &Change, account: Option<&Account>, now: Timestamp) -> Result<bool> {
    let Some(account) = account.filter(|account| account.active && account.has_new_password(now)) else {
        return Ok(false);
    };
    let Some(former) = &account.former_password else { return Ok(false) };
    Ok(matches(change.old.clone(), Some(former)).await?
        && matches(Attempt::new(&change.new), Some(&account.password)).await?)
}

impl Change {
    fn parse(body: &Value) -> Result<Self, Vec<Fault>> {
        let node = Node::body(body, &[], Known(&["old_password", "new_password"], &[]))?;
        let mut faults = Vec::new();
        let old = node.get("old_password").required_text(&mut faults);
        let new = node.get("new_password").required_text(&mut faults);
        match (old, new) {
            (Some(old), Some(new)) => Ok(Self { old: Attempt::new(old), new: new.to_owned() }),
            _ => Err(faults),
        }
    }
}
