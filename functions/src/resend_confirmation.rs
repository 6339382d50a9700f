//! `POST /user/confirm`: mails a pending user a new confirmation link; the older one dies.

use std::sync::Arc;

use jiff::Timestamp;
use shared::app::LinkApp;
use shared::domain::lifetime::{self, seconds};
use shared::error::{Error, Result};
use shared::http::{Reply, Request};
use shared::log::{Act, Subject};
use shared::store::quotas::Quota;
use shared::store::users::Account;
use shared::token::MailedToken;

use crate::credentials::authenticate;
use crate::mailing::send_confirmation;

/// `200 {}` and a new mail. Without the mail the older link goes on working.
///
/// # Errors
/// `BadCredentials`; `AlreadyConfirmed`, also if somebody else has confirmed the address; `TooSoon`, `AddressRefused`, `MailRefused`,
/// `Unavailable`.
pub async fn handle(app: Arc<LinkApp>, request: Request) -> Result<Reply> {
    let now = app.clock.now();
    let (account, trial) = authenticate(&app.users, &app.limits, &request, now).await?;
    trial.passed_once().await?;
    if account.active || app.users.is_confirmed(&account).await? {
        return Err(Error::AlreadyConfirmed);
    }
    let wait =
        account.confirm_sent_at.map_or(0, |sent_at| sent_at + seconds(lifetime::CONFIRMATION_PAUSE) - now.as_second());
    if wait > 0 {
        return Err(Error::TooSoon(wait.unsigned_abs()));
    }
    let token = MailedToken::new(account.id)?;
    let mails = Quota::of_confirmations(&account.email, request.address(), &app.limits, now);
    app.users.count(&mails).await?;
    if let Err(error) = send(&app, &request, &account, &token, now).await {
        app.users.uncount(&mails).await?;
        // Even where DynamoDB did not answer, it may have written.
        if !matches!(error, Error::TooSoon(_) | Error::AlreadyConfirmed | Error::BadCredentials)
            && let Err(undoing) = app.users.restore_confirmation(&account, &token.hash()).await
        {
            request.trouble("a confirmation link without a mail replaces the older one", &undoing);
        }
        if !matches!(error, Error::AddressRefused(_)) {
            return Err(error);
        }
        request.trouble("SES refuses what was taken for an address", &error);
        return Err(Error::invalid("username", "was registered with an address that cannot be mailed to"));
    }
    request.audit(Act::ConfirmationResent, Subject::Account(Some(account.id)));
    Ok(Reply::done())
}

async fn send(app: &LinkApp, request: &Request, account: &Account, token: &MailedToken, now: Timestamp) -> Result<()> {
    app.users
        .renew_confirmation(account, &token.hash(), now.as_second() - seconds(lifetime::CONFIRMATION_PAUSE), now)
        .await?;
    send_confirmation(app, request, account, token).await
}
