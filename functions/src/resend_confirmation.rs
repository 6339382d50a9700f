//! `POST /user/confirm`: mails a pending user a new confirmation link; the older one dies.

use std::sync::Arc;

use event_messenger::app::LinkApp;
use event_messenger::error::{Error, Result};
use event_messenger::http::{Reply, Request};
use event_messenger::log::{Act, Subject};
use event_messenger::store::users::Account;
use event_messenger::token::MailedToken;
use jiff::Timestamp;
use serde_json::json;

use crate::credentials::authenticate;
use crate::mailing::send_confirmation;

/// A new mail is sent so many seconds after the last one at the earliest.
const PAUSE_SECONDS: i64 = 60;

/// `200 {}` and a new mail. Without the mail the older link goes on working.
///
/// # Errors
/// `BadCredentials`, `AlreadyConfirmed`, `TooSoon`, `AddressRefused`, `MailRefused`, `Unavailable`.
pub async fn handle(app: Arc<LinkApp>, request: Request) -> Result<Reply> {
    let now = app.clock.now();
    let account = authenticate(&app.users, &app.limits, &request, now).await?;
    if account.active {
        return Err(Error::AlreadyConfirmed);
    }
    let wait = wait(&account, app.limits.mails, now);
    if wait > 0 {
        return Err(Error::TooSoon(wait.unsigned_abs()));
    }
    let sent_before = now.as_second() - PAUSE_SECONDS;
    let token = MailedToken::new(account.id)?;
    let renewed = app.users.renew_confirmation(&account, &token.hash(), sent_before, now).await;
    let sent = match renewed {
        Ok(()) => send_confirmation(&app, &request, &account, &token, now).await,
        Err(error) => Err(error),
    };
    if let Err(error) = sent {
        // Even where DynamoDB did not answer, it may have written.
        if !matches!(error, Error::TooSoon(_))
            && let Err(undoing) = app.users.restore_confirmation(&account, &token.hash()).await
        {
            request.trouble("a confirmation link without a mail replaces the older one", &undoing);
        }
        return Err(error);
    }
    request.audit(Act::ConfirmationResent, Subject::Account(Some(account.id)));
    Ok(Reply::ok(&json!({})))
}

/// How many seconds remain until the next mail: the rest of a minute, or of the registration where that has used up its mails.
fn wait(account: &Account, mails: u32, now: Timestamp) -> i64 {
    let used_up = mails > 0 && account.confirm_mails >= mails;
    let next =
        if used_up { account.expires_at } else { account.confirm_sent_at.map(|sent_at| sent_at + PAUSE_SECONDS) };
    next.map_or(0, |next| next - now.as_second())
}
