//! `POST /user/confirm`: mails a pending user a new confirmation link; the older one dies.

use shared::domain::lifetime::{self, seconds};
use shared::domain::limits::Limits;
use shared::error::{Error, Result};
use shared::http::{Reply, Request};
use shared::log::{Act, Subject};
use shared::store::accounts::Accounts;
use shared::store::quotas::{Quota, Quotas};
use shared::store::registrations::Registrations;
use shared::token::MailedToken;

use crate::credentials::Guard;
use crate::mailing::ConfirmationMails;

/// `200 {}` and a new mail. Without the mail the older link goes on working.
///
/// # Errors
/// `BadCredentials`; `AlreadyConfirmed`, also if somebody else has confirmed the address; `TooSoon`, `AddressRefused`, `MailRefused`,
/// `Unavailable`.
pub async fn handle(
    request: Request,
    (guard, accounts, registrations, quotas, mails, limits): (
        Guard,
        Accounts,
        Registrations,
        Quotas,
        ConfirmationMails,
        Limits,
    ),
) -> Result<Reply> {
    let now = request.now();
    let (account, trial) = guard.authenticate(&request).await?;
    trial.passed_once().await?;
    if account.active || accounts.is_confirmed(&account).await? {
        return Err(Error::AlreadyConfirmed);
    }
    let pause = seconds(lifetime::CONFIRMATION_PAUSE);
    let wait = account.confirm_sent_at.map_or(0, |sent_at| sent_at + pause - now.as_second());
    if wait > 0 {
        return Err(Error::TooSoon(wait.unsigned_abs()));
    }
    let token = MailedToken::new(account.id)?;
    let quota = Quota::of_confirmations(&account.email, request.address(), &limits, now);
    quotas.count(&quota).await?;
    let sent = async {
        registrations.renew_confirmation(&account, &token.hash(), now.as_second() - pause, now).await?;
        mails.send(&request, &account, &token).await
    };
    if let Err(error) = sent.await {
        quotas.uncount(&quota).await?;
        // Even where DynamoDB did not answer, it may have written.
        if !matches!(error, Error::TooSoon(_) | Error::AlreadyConfirmed | Error::BadCredentials)
            && let Err(undoing) = registrations.restore_confirmation(&account, &token.hash()).await
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
