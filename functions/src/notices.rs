//! Mails that tell an owner what was done to the account. Without the mail it is done all the same.

use event_messenger::error::Result;
use event_messenger::http::Request;
use event_messenger::mail::Mailer;
use event_messenger::mail::account_deleted::account_deleted;
use event_messenger::mail::password_changed::password_changed;
use event_messenger::store::users::Account;
use jiff::Timestamp;

/// Tells that the password was changed.
pub(crate) async fn tell_of_password(
    mailer: &Mailer,
    request: &Request,
    account: &Account,
    now: Timestamp,
) -> Result<()> {
    let notice = password_changed(&account.username, now, request.address())?;
    if let Err(error) = mailer.send(&account.email, notice).await {
        request.trouble("a new password could not be told of by mail", &error);
    }
    Ok(())
}

/// Tells that the account was deleted.
pub(crate) async fn tell_of_deletion(
    mailer: &Mailer,
    request: &Request,
    account: &Account,
    now: Timestamp,
) -> Result<()> {
    let notice = account_deleted(&account.username, now, request.address())?;
    if let Err(error) = mailer.send(&account.email, notice).await {
        request.trouble("a deletion could not be told of by mail", &error);
    }
    Ok(())
}
