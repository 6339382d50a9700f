//! `PUT /user/password`: changes the password.

use std::sync::Arc;

use event_messenger::app::AccountApp;
use event_messenger::domain::fault::{Fault, Known, Node};
use event_messenger::domain::login::Login;
use event_messenger::domain::password::{Attempt, Password};
use event_messenger::error::{Error, Result};
use event_messenger::http::{Reply, Request};
use event_messenger::log::{Act, Subject};
use event_messenger::mail::password_changed::password_changed;
use serde_json::{Value, json};

use crate::credentials::{Trial, hash, matches};
use crate::notices::tell;

/// The password as it is said to be, and as it is to be.
struct Change {
    old: Attempt,
    new: String,
}

/// `200 {}`; all other sessions end, and a mail tells of it. Repeating it after a lost answer does no harm.
///
/// # Errors
/// `Unauthenticated`, `Invalid`, `BadCredentials` for a wrong old password, `TooSoon` after too many of those.
pub async fn handle(app: Arc<AccountApp>, request: Request) -> Result<Reply> {
    let holder = request.holder(&app.signer, &app.clock)?;
    let change = request.parse(Change::parse)?;
    let now = app.clock.now();
    let trial = Trial::open(&app.users, &app.limits, &request, &Login::Id(holder.user), now).await?;
    let account = trial.account().await?.filter(|account| account.active).ok_or(Error::Unauthenticated)?;
    let new = Password::parse(&change.new, Some(&account.username), Some(&account.email))
        .map_err(|message| Error::invalid("new_password", message))?;

    if matches(change.old, Some(&account)).await? {
        trial.passed().await?;
        let hash = hash(new).await?;
        // A write that was repeated because its answer was lost finds its own hash there.
        if !app.users.update_password(&account, &hash).await?
            && app.users.find_account(holder.user, now).await?.is_none_or(|account| account.password != hash)
        {
            return Err(Error::BadCredentials);
        }
    } else if !matches(Attempt::new(&change.new), Some(&account)).await? {
        return Err(trial.failed().await);
    }
    app.users.revoke_sessions(holder.user, Some(holder.session)).await?;
    request.audit(Act::PasswordChanged, Subject::Account(Some(holder.user)));
    let notice = password_changed(&account.username, now, request.address())?;
    tell(&app.mailer, &request, &account, notice).await;
    Ok(Reply::ok(&json!({})))
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
