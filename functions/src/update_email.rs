//! `PUT /user/e-mail`: asks for another address. `POST /user/e-mail/confirm` makes it the user's, by the token of the link that was
//! mailed there; `GET` is the page that the link opens.

use jiff::Timestamp;
use serde_json::Value;
use shared::config::{ConfigError, Env, FromEnv};
use shared::domain::email::Email;
use shared::domain::fault::{Fault, Known, Node};
use shared::domain::lifetime::{self, seconds};
use shared::domain::limits::Limits;
use shared::domain::password::Attempt;
use shared::error::{Error, Result};
use shared::http::pages::{LinkFault, Shell};
use shared::http::{Reply, Request};
use shared::log::{Act, Subject};
use shared::mail::Mailer;
use shared::mail::email_change::email_change;
use shared::mail::email_notice::email_notice;
use shared::store::accounts::{Account, Accounts};
use shared::store::email_changes::{EmailChanges, EmailLink};
use shared::store::quotas::{Quota, Quotas};
use shared::token::{MailedToken, Signer};

use crate::credentials::{Guard, matches};
use crate::mailing::email_link;
use crate::notices::tell;

/// What a change is asked for with.
struct Change {
    password: Attempt,
    email: Email,
    /// How the client calls the field of the address.
    field: &'static str,
}

/// What stores and mails a change.
#[derive(Clone)]
pub struct Changing {
    changes: EmailChanges,
    quotas: Quotas,
    mailer: Mailer,
    limits: Limits,
}

impl FromEnv for Changing {
    fn from_env(env: &Env) -> Result<Self, ConfigError> {
        let (changes, quotas, mailer, limits) = FromEnv::from_env(env)?;
        Ok(Self { changes, quotas, mailer, limits })
    }
}

/// `200 {}`; a link was mailed to the new address, and a notice to the old one. The address changes once the link is opened. Whether
/// somebody has the new address is not looked at: the answer would tell it to anybody. Only who reads its mails is told, by the link.
/// Sessions go on.
///
/// # Errors
/// `Unauthenticated`; `Invalid`, also for an address that SES refuses; `BadCredentials` for a wrong password; `TooSoon` after too many
/// of those, or too many mails; `MailRefused`, `Unavailable`. By the link: `EmailTaken`, `LinkSpent`.
pub async fn handle(
    request: Request,
    (signer, guard, accounts, changing, shell): (Signer, Guard, Accounts, Changing, Shell),
) -> Result<Reply> {
    if request.is_get() {
        return page(&request, &accounts, shell).await;
    }
    if request.is_post() {
        return confirm(&request, &guard, &accounts, &changing.changes).await;
    }
    let holder = request.holder(&signer)?;
    let change = request.parse(Change::parse)?;
    let trial = guard.try_holder(&request, holder.user).await?;
    let account = trial.account().await?.filter(|account| account.active).ok_or(Error::Unauthenticated)?;
    if !matches(change.password.clone(), Some(&account.password_hash)).await? {
        return Err(trial.failed());
    }
    trial.passed_once().await?;
    // The request may be one that is repeated after the link was opened.
    if change.email.key() != account.email.to_ascii_lowercase() {
        changing.ask(&request, &account, &change).await?;
        request.audit(Act::EmailChangeAsked, Subject::Account(Some(account.id)));
        let notice =
            email_notice(account.language, &account.username, change.email.as_str(), request.now(), request.address())?;
        tell(&changing.mailer, &request, &account, notice).await;
    }
    Ok(Reply::done())
}

impl Changing {
    /// Stores the change and mails its link. Without the mail nothing is kept.
    async fn ask(&self, request: &Request, account: &Account, change: &Change) -> Result<()> {
        let (now, pause) = (request.now(), seconds(lifetime::EMAIL_CHANGE_PAUSE));
        let wait = account.new_email_at.map_or(0, |sent_at| sent_at + pause - now.as_second());
        if wait > 0 {
            return Err(Error::TooSoon(wait.unsigned_abs()));
        }
        self.quotas.count(&Quota::of_mail_requests(request.address(), &self.limits, now)).await?;
        let quota = Quota::of_confirmations(change.email.as_str(), request.address(), &self.limits, now);
        self.quotas.count(&quota).await?;
        let token = MailedToken::new(account.id)?;
        let hash = token.hash();
        let sent = async {
            if !self.changes.create_change(account, &change.email, &hash, now.as_second() - pause, now).await? {
                return Err(Error::TooSoon(pause.unsigned_abs()));
            }
            let expires_at =
                now.checked_add(lifetime::EMAIL_CHANGE).map_err(|error| Error::internal("expiry", error))?;
            let mail = email_change(account.language, &account.username, &email_link(request, &token), expires_at)?;
            self.mailer.send(change.email.as_str(), mail).await
        };
        let Err(error) = sent.await else { return Ok(()) };
        // Even where DynamoDB did not answer, it may have written.
        let cancelled = self.changes.cancel_change(account.id, &hash).await;
        if let Err(undoing) = cancelled.and(self.quotas.uncount(&quota).await) {
            request.trouble("a change of the address without a mail makes the next one wait", &undoing);
        }
        if !matches!(error, Error::AddressRefused(_)) {
            return Err(error);
        }
        request.trouble("SES refuses what was taken for an address", &error);
        Err(Error::invalid(change.field, "cannot be mailed to"))
    }
}

/// Makes the address the user's, unless this link has done so already.
async fn confirm(request: &Request, guard: &Guard, accounts: &Accounts, changes: &EmailChanges) -> Result<Reply> {
    let token = mailed_token(request)?;
    let mut found = find(accounts, &token, request.now()).await?;
    if let Some((EmailLink::Open(email), account)) = &found {
        if changes.apply_change(account, email, &token.hash()).await? {
            request.identify(account.id);
            request.audit(Act::EmailChanged, Subject::Account(Some(account.id)));
            return Ok(Reply::done());
        }
        // Another request came first, perhaps this one itself; or else somebody has the address.
        found = find(accounts, &token, request.now()).await?;
    }
    match found {
        Some((EmailLink::Used, _)) => Ok(Reply::done()),
        Some((EmailLink::Open(_), _)) => Err(Error::EmailTaken),
        Some((EmailLink::Spent, _)) | None => Err(guard.refused(request, token.user(), Error::LinkSpent).await),
    }
}

/// The account of the token, and what its link is to it.
async fn find(accounts: &Accounts, token: &MailedToken, now: Timestamp) -> Result<Option<(EmailLink, Account)>> {
    let account = accounts.find_account(token.user(), now).await?;
    Ok(account.map(|account| (account.email_link(&token.hash(), now), account)))
}

async fn page(request: &Request, accounts: &Accounts, shell: Shell) -> Result<Reply> {
    let Some(token) = request.query("token").and_then(|text| MailedToken::parse(&text)) else {
        return shell.email(request, Err(LinkFault::NoToken));
    };
    match find(accounts, &token, request.now()).await? {
        Some((EmailLink::Open(email), account)) => shell.email(request, Ok((&account.username, &email))),
        Some((EmailLink::Used, _)) => shell.email(request, Err(LinkFault::Changed)),
        Some((EmailLink::Spent, _)) | None => shell.email(request, Err(LinkFault::Spent)),
    }
}

/// The token, in the body, or in the query as the link has it.
fn mailed_token(request: &Request) -> Result<MailedToken> {
    let Some(text) = request.query("token") else { return request.parse(parse_token) };
    MailedToken::parse(&text).ok_or_else(|| Error::invalid("token", "must be the token of a link"))
}

fn parse_token(body: &Value) -> Result<MailedToken, Vec<Fault>> {
    let node = Node::body(body, &[], Known(&["token"], &[]))?;
    let mut faults = Vec::new();
    let read = |text: &str| MailedToken::parse(text).ok_or_else(|| "must be the token of a link".to_owned());
    node.get("token").parsed(&mut faults, read).ok_or(faults)
}

impl Change {
    fn parse(body: &Value) -> Result<Self, Vec<Fault>> {
        let node = Node::body(body, &[], Known(&["password", "e-mail", "email"], &[]))?;
        let mut faults = Vec::new();
        let password = node.get("password").required_text(&mut faults);
        let field = if !node.get("e-mail").is_present() && node.get("email").is_present() { "email" } else { "e-mail" };
        let email = node.get(field).parsed(&mut faults, Email::parse);
        match (password, email) {
            (Some(password), Some(email)) => Ok(Self { password: Attempt::new(password), email, field }),
            _ => Err(faults),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn changes() {
        let cases = [
            (json!({"password": "x", "e-mail": "J@example.com"}), Ok("J@example.com")),
            (json!({"password": "x", "email": " j@example.com "}), Ok("j@example.com")),
            (json!({"password": "x", "e-mail": "a@example.com", "email": "b@example.com"}), Ok("a@example.com")),
            (json!({"password": "x", "email": "j"}), Err(vec!["email"])),
            (json!({"password": 7, "e-mail": "j"}), Err(vec!["password", "e-mail"])),
            (json!({}), Err(vec!["password", "e-mail"])),
            (json!({"mail": "j@example.com"}), Err(vec!["mail"])),
            (json!("j@example.com"), Err(vec!["body"])),
        ];
        for (body, expected) in cases {
            let found = Change::parse(&body);
            let found = found.as_ref().map(|change| change.email.as_str());
            let found = found.map_err(|faults| faults.iter().map(|fault| fault.field.as_str()).collect::<Vec<_>>());
            assert_eq!(found, expected, "{body}");
        }
    }
}
