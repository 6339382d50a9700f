//! The confirmation mail, as registering and resending send it.

use event_messenger::app::MailApp;
use event_messenger::error::{Error, Result};
use event_messenger::http::Request;
use event_messenger::mail::confirmation::confirmation;
use event_messenger::store::users::{Account, CONFIRMATION_SECONDS};
use event_messenger::token::ConfirmationToken;
use jiff::{SignedDuration, Timestamp};

/// Mails the link that confirms this account. It opens the front end's page, or the API's own where there is none.
pub(crate) async fn send_confirmation(
    app: &MailApp,
    request: &Request,
    account: &Account,
    token: &ConfirmationToken,
    now: Timestamp,
) -> Result<()> {
    let page = app.frontend_url.clone().unwrap_or_else(|| format!("{}/user/confirm", request.base_url()));
    let separator = if page.contains('?') { '&' } else { '?' };
    let link = format!("{page}{separator}token={}", token.encode());
    let expires_at = now
        .checked_add(SignedDuration::from_secs(CONFIRMATION_SECONDS))
        .map_err(|error| Error::internal("expiry", error))?;
    app.mailer.send(&account.email, confirmation(&account.username, &link, expires_at)?).await
}
