//! `DELETE /user`: deletes one's account.

use serde_json::Value;
use shared::domain::fault::{Fault, Known, Node};
use shared::domain::password::Attempt;
use shared::error::{Error, Result};
use shared::http::{Reply, Request};
use shared::log::{Act, Subject};
use shared::mail::Mailer;
use shared::mail::account_deleted::account_deleted;
use shared::store::accounts::Accounts;
use shared::store::departures::Departures;
use shared::store::sessions::Sessions;
use shared::token::Signer;

use crate::credentials::{Guard, matches};
use crate::notices::tell;

/// `204`; everything that is held of the user is gone, drafts included. In events that were sent, somebody without a name takes the
/// place of the user, with the answer and the votes. A repeated request finishes an interrupted one.
///
/// # Errors
/// `Unauthenticated`, also when the user is no more; `Invalid`; `BadCredentials`; `TooSoon` after too many of those.
pub async fn handle(
    request: Request,
    (signer, guard, accounts, sessions, departures, mailer): (Signer, Guard, Accounts, Sessions, Departures, Mailer),
) -> Result<Reply> {
    let holder = request.holder(&signer)?;
    let attempt = request.parse(parse)?;
    let now = request.now();
    let trial = guard.try_holder(&request, holder.user).await?;
    let account = trial.account().await?.filter(|account| account.active || account.leaving);
    let mut account = account.ok_or(Error::Unauthenticated)?;
    if !matches(attempt, Some(&account.password_hash)).await? {
        return Err(trial.failed());
    }
    // An interrupted deletion has begun already.
    while !account.leaving && !accounts.begin_deletion(&account, now).await? {
        // The link to another address may have been opened at that moment, or the password changed.
        let stored = trial.account().await?.filter(|stored| stored.password_hash == account.password_hash);
        account = stored.filter(|stored| stored.email != account.email).ok_or_else(|| trial.failed())?;
    }
    departures.forget_user(account.id, now).await?;
    sessions.revoke_sessions(account.id, None).await?;
    accounts.delete_inactive(&account).await?;
    request.audit(Act::UserDeleted, Subject::Account(Some(account.id)));
    let notice = account_deleted(account.language, &account.username, now, request.address())?;
    tell(&mailer, &request, &account, notice).await;
    Ok(Reply::no_content())
}

fn parse(body: &Value) -> Result<Attempt, Vec<Fault>> {
    let node = Node::body(body, &[], Known(&["password"], &[]))?;
    let mut faults = Vec::new();
    node.get("password").required_text(&mut faults).map(Attempt::new).ok_or(faults)
}
