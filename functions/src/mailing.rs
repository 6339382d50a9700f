//! The mails with links: to confirm an address, as registering and resending send it, and to set a new password.

use jiff::Timestamp;
use shared::config::{ConfigError, Env, FromEnv};
use shared::domain::UserId;
use shared::domain::language::Language;
use shared::domain::lifetime;
use shared::error::{Error, Result};
use shared::http::Request;
use shared::mail::Mailer;
use shared::mail::confirmation::confirmation;
use shared::mail::password_reset::password_reset;
use shared::store::accounts::Account;
use shared::token::digest::fingerprint;
use shared::token::{MailedToken, Signer};

/// Mails the links that confirm accounts.
#[derive(Clone)]
pub struct ConfirmationMails {
    mailer: Mailer,
    /// The front end's page that the links open; none where the API's own does it.
    page: Option<String>,
}

/// Mails the links that set a new password.
#[derive(Clone)]
pub struct ResetMails {
    mailer: Mailer,
    /// The front end's page that the links open; none where the API's own does it.
    page: Option<String>,
}

impl FromEnv for ConfirmationMails {
    fn from_env(env: &Env) -> Result<Self, ConfigError> {
        Ok(Self { mailer: Mailer::from_env(env)?, page: env.get("CONFIRMATION_PAGE") })
    }
}

impl FromEnv for ResetMails {
    fn from_env(env: &Env) -> Result<Self, ConfigError> {
        Ok(Self { mailer: Mailer::from_env(env)?, page: env.get("RESET_PAGE") })
    }
}

impl ConfirmationMails {
    /// Mails the link that confirms this account, which works for the rest of its day.
    pub(crate) async fn send(&self, request: &Request, account: &Account, token: &MailedToken) -> Result<()> {
        let link = link(self.page.as_deref(), request, "/user/confirm", token);
        let expires_at = account.expires_at.map(Timestamp::from_second).transpose();
        let expires_at = expires_at.map_err(|error| Error::internal("expiry", error))?;
        let mail =
            confirmation(account.language, &account.username, &link, expires_at.ok_or(Error::AlreadyConfirmed)?)?;
        self.mailer.send(&account.email, mail).await
    }
}

impl ResetMails {
    /// Mails the link that sets a new password to this address.
    pub(crate) async fn send(
        &self,
        request: &Request,
        (language, username, address): (Language, &str, &str),
        token: &MailedToken,
    ) -> Result<()> {
        let link = link(self.page.as_deref(), request, "/user/password/reset", token);
        let expires_at = request.now().checked_add(lifetime::RESET);
        let expires_at = expires_at.map_err(|error| Error::internal("expiry", error))?;
        self.mailer.send(address, password_reset(language, username, &link, expires_at)?).await
    }
}

/// What the tokens that stop mails about events are sealed for.
const UNSUBSCRIBING: &str = "unsubscribe";

/// The token that stops mails about events to that address of a member. It works as long as the member has that address.
pub(crate) fn unsubscribing(signer: &Signer, member: UserId, address: &str) -> String {
    signer.seal(UNSUBSCRIBING, &[member.as_bytes().as_slice(), fingerprint_of(address).as_bytes()].concat())
}

/// The member of such a token, and a fingerprint of the address. `None` for any other text.
pub(crate) fn unsubscriber(signer: &Signer, token: &str) -> Option<(UserId, String)> {
    let payload = signer.unseal(UNSUBSCRIBING, token)?;
    let (member, fingerprint) = payload.split_at_checked(16)?;
    Some((UserId::from_slice(member).ok()?, String::from_utf8(fingerprint.to_vec()).ok()?))
}

/// What tells an address from others.
pub(crate) fn fingerprint_of(address: &str) -> String {
    fingerprint(&[b"mail address", address.to_ascii_lowercase().as_bytes()])
}

/// The link that makes the address that it is mailed to the user's. The API's own page does it.
pub(crate) fn email_link(request: &Request, token: &MailedToken) -> String {
    link(None, request, "/user/e-mail/confirm", token)
}

/// A link with this token. It opens the front end's page, or this path of the API where there is none.
fn link(page: Option<&str>, request: &Request, path: &str, token: &MailedToken) -> String {
    let page = page.map_or_else(|| format!("{}{path}", request.base_url()), str::to_owned);
    let separator = if page.contains('?') { '&' } else { '?' };
    format!("{page}{separator}token={}", token.encode())
}
