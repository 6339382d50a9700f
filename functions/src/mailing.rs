//! The mails with links: to confirm an address, as registering and resending send it, and to set a new password.

use std::time::Duration;

use jiff::Timestamp;
use shared::app::LinkApp;
use shared::domain::lifetime;
use shared::error::{Error, Result};
use shared::http::Request;
use shared::mail::confirmation::confirmation;
use shared::mail::password_reset::password_reset;
use shared::store::users::Account;
use shared::token::MailedToken;

/// Mails the link that confirms this account, which works for the rest of its day.
pub(crate) async fn send_confirmation(
    app: &LinkApp,
    request: &Request,
    account: &Account,
    token: &MailedToken,
) -> Result<()> {
    let link = link(app, request, "/user/confirm", token);
    let expires_at = account.expires_at.map(Timestamp::from_second).transpose();
    let expires_at = expires_at.map_err(|error| Error::internal("expiry", error))?.ok_or(Error::AlreadyConfirmed)?;
    app.mailer.send(&account.email, confirmation(&account.username, &link, expires_at)?).await
}

/// Mails the link that sets a new password.
pub(crate) async fn send_reset(
    app: &LinkApp,
    request: &Request,
    (username, address): (&str, &str),
    token: &MailedToken,
    now: Timestamp,
) -> Result<()> {
    let (link, expires_at) = (link(app, request, "/user/password/reset", token), after(now, lifetime::RESET)?);
    app.mailer.send(address, password_reset(username, &link, expires_at)?).await
}

/// A link with this token. It opens the front end's page, or the API's own where there is none.
fn link(app: &LinkApp, request: &Request, own: &str, token: &MailedToken) -> String {
    let page = app.page.clone().unwrap_or_else(|| format!("{}{own}", request.base_url()));
    let separator = if page.contains('?') { '&' } else { '?' };
    format!("{page}{separator}token={}", token.encode())
}

fn after(now: Timestamp, time: Duration) -> Result<Timestamp> {
    now.checked_add(time).map_err(|error| Error::internal("expiry", error))
}
