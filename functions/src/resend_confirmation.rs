//! `POST /user/confirm`: mails a pending user a new confirmation link; the older one dies.

use std::sync::Arc;

use event_messenger::app::MailApp;
use event_messenger::error::{Error, Result};
use event_messenger::http::{Reply, Request};
use event_messenger::log;
use event_messenger::token::ConfirmationToken;
use serde_json::json;

use crate::credentials::authenticate;
use crate::mailing::send_confirmation;

/// A new mail is sent so many seconds after the last one at the earliest.
const PAUSE_SECONDS: i64 = 60;

/// `200 {}` and a new mail. Without the mail the older link goes on working.
///
/// # Errors
/// `BadCredentials`, `AlreadyConfirmed`, `TooSoon`, `Unavailable`.
pub async fn handle(app: Arc<MailApp>, request: Request) -> Result<Reply> {
    let now = app.clock.now();
    let account = authenticate(&app.users, &request, now).await?;
    if account.active {
        return Err(Error::AlreadyConfirmed);
    }
    let sent_before = now.as_second() - PAUSE_SECONDS;
    if let Some(wait) = account.confirm_sent_at.map(|sent_at| sent_at - sent_before).filter(|wait| *wait > 0) {
        return Err(Error::TooSoon(wait.unsigned_abs()));
    }
    let token = ConfirmationToken::new(account.id)?;
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
            log::beside("a confirmation link without a mail replaces the older one", &undoing);
        }
        return Err(error);
    }
    Ok(Reply::ok(&json!({})))
}
