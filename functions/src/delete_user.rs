//! `DELETE /user`: deletes one's account.

use std::sync::Arc;

use serde_json::Value;
use shared::app::{AccountApp, LeaveApp};
use shared::domain::fault::{Fault, Known, Node};
use shared::domain::password::Attempt;
use shared::error::{Error, Result};
use shared::http::{Reply, Request};
use shared::log::{Act, Subject};
use shared::mail::account_deleted::account_deleted;

use crate::credentials::{Trial, matches};
use crate::notices::tell;

/// `204`; what is held of the user is gone, drafts included. In events that were sent, somebody without a name takes the place
/// of the user, with the answer and the votes. What is interrupted is finished by the same request.
///
/// # Errors
/// `Unauthenticated`, also when the user is no more; `Invalid`; `BadCredentials`; `TooSoon` after too many of those.
pub async fn handle(app: Arc<LeaveApp>, request: Request) -> Result<Reply> {
    let AccountApp { clock, signer, users, mailer, limits } = &app.account;
    let holder = request.holder(signer, clock)?;
    let attempt = request.parse(parse)?;
    let now = clock.now();
    let trial = Trial::of_holder(users, limits, &request, holder.user, now).await?;
    let account = trial.account().await?.filter(|account| account.active || account.leaving);
    let account = account.ok_or(Error::Unauthenticated)?;
    if !matches(attempt, Some(&account.password)).await? {
        return Err(trial.failed());
    }
    // One that was interrupted has begun already.
    if !account.leaving && !users.begin_deletion(&account, now).await? {
        return Err(trial.failed());
    }
    app.events.forget_user(account.id, now).await?;
    users.revoke_sessions(account.id, None).await?;
    users.delete_inactive(&account).await?;
    request.audit(Act::UserDeleted, Subject::Account(Some(account.id)));
    let notice = account_deleted(&account.username, now, request.address())?;
    tell(mailer, &request, &account, notice).await;
    Ok(Reply::no_content())
}

fn parse(body: &Value) -> Result<Attempt, Vec<Fault>> {
    let node = Node::body(body, &[], Known(&["password"], &[]))?;
    let mut faults = Vec::new();
    node.get("password").required_text(&mut faults).map(Attempt::new).ok_or(faults)
}
