//! `GET /user/confirm?token=…`: the link in the confirmation mail.

use jiff::Timestamp;
use shared::config::{ConfigError, Env, FromEnv};
use shared::error::{Error, Result};
use shared::http::pages::{LinkFault, Shell};
use shared::http::{Reply, Request};
use shared::log::{Act, Subject};
use shared::store::accounts::{Account, Accounts};
use shared::store::names::Names;
use shared::store::registrations::Registrations;
use shared::store::sessions::Sessions;
use shared::token::{MailedToken, RefreshToken, Signer};

use crate::credentials::Guard;
use crate::tokens::token_object;

/// `200` with the token object of the first session, and the user is active: for a client that asks for JSON by name, and for a
/// page's script. A browser, or a program that only looks at links, gets a page. Its button sends that request; it names the user
/// who is confirmed, or says what is wrong with the link.
///
/// # Errors
/// `Invalid` for text that is no token, `ConfirmationLinkUsed` and `LinkSpent` for a token that no longer works, `TooSoon` after too
/// many of those.
pub async fn handle(
    request: Request,
    (signer, guard, accounts, confirming, shell): (Signer, Guard, Accounts, Confirming, Shell),
) -> Result<Reply> {
    let token = request.query("token").and_then(|text| MailedToken::parse(&text));
    if !request.asks_for_json() {
        return page(&request, &accounts, token.as_ref(), shell).await;
    }
    let token =
        token.ok_or_else(|| Error::invalid("token", "must be the token of a confirmation link, in the query"))?;
    let session = async {
        let account = pending(&accounts, &token, request.now()).await?;
        confirming.confirm(&request, account, &token, &signer).await
    };
    match session.await {
        Err(error @ (Error::LinkSpent | Error::ConfirmationLinkUsed)) => {
            Err(guard.refused(&request, token.user(), error).await)
        }
        session => token_object(&signer, &session?, request.now()),
    }
}

async fn page(request: &Request, accounts: &Accounts, token: Option<&MailedToken>, shell: Shell) -> Result<Reply> {
    let Some(token) = token else { return shell.confirm(request, Err(LinkFault::NoToken)) };
    match pending(accounts, token, request.now()).await {
        Ok(account) if accounts.is_confirmed(&account).await? => shell.confirm(request, Err(LinkFault::OtherUsername)),
        Ok(account) => shell.confirm(request, Ok(&account.username)),
        Err(Error::LinkSpent) => shell.confirm(request, Err(LinkFault::Spent)),
        Err(Error::ConfirmationLinkUsed) => shell.confirm(request, Err(LinkFault::Confirmed)),
        Err(error) => Err(error),
    }
}

/// The account that this link confirms.
async fn pending(accounts: &Accounts, token: &MailedToken, now: Timestamp) -> Result<Account> {
    let account = accounts.find_account(token.user(), now).await?.ok_or(Error::LinkSpent)?;
    if account.became.is_some() && account.confirm_hash.as_ref() == Some(&token.hash()) {
        Err(Error::ConfirmationLinkUsed)
    } else if account.leaving || account.confirm_hash.as_ref() != Some(&token.hash()) {
        Err(Error::LinkSpent)
    } else if account.active {
        Err(Error::ConfirmationLinkUsed)
    } else {
        Ok(account)
    }
}

/// What confirming takes.
#[derive(Clone)]
pub struct Confirming {
    registrations: Registrations,
    sessions: Sessions,
    names: Names,
}

impl FromEnv for Confirming {
    fn from_env(env: &Env) -> Result<Self, ConfigError> {
        let (registrations, sessions, names) = FromEnv::from_env(env)?;
        Ok(Self { registrations, sessions, names })
    }
}

impl Confirming {
    /// Confirms the account and opens its first session. Who was invited as a guest takes over the guest's id.
    async fn confirm(
        &self,
        request: &Request,
        account: Account,
        token: &MailedToken,
        signer: &Signer,
    ) -> Result<RefreshToken> {
        let (hash, device, now) = (token.hash(), request.device(), request.now());
        let session = signer.first_token(account.id)?;
        let confirmed = self.registrations.confirm(&account, &hash, &session, device.clone(), now).await;
        let confirmed = confirmed.map(|()| (account.clone(), session.clone(), false));
        let confirmed = match (confirmed, session) {
            (Err(Error::LinkSpent), _) => {
                let Some(guest) = self.registrations.find_guest(&account).await? else { return Err(Error::LinkSpent) };
                let session = signer.first_token(guest.id)?;
                let taken = self.registrations.confirm_as_guest(&account, guest, &hash, &session, device, now).await;
                let account = Account { id: guest.id, ..account };
                self.unless_done(taken.map(|account| (account, session.clone(), true)), (account, session, true)).await
            }
            (confirmed, session) => self.unless_done(confirmed, (account, session, false)).await,
        };
        let (account, session, was_guest) = confirmed?;
        request.identify(account.id);
        request.audit(Act::Confirmed, Subject::Account(Some(account.id)));
        if was_guest && let Err(error) = self.names.name_guest(account.id, &account.name, &account.username).await {
            request.trouble("a former guest is still called as one in some events", &error);
        }
        Ok(session)
    }

    /// Where DynamoDB did not answer, it may have written all the same; then the link is spent, and so would be the user's chance.
    async fn unless_done(&self, result: Result<Confirmed>, tried: Confirmed) -> Result<Confirmed> {
        match result {
            Err(Error::Unavailable(_)) if self.sessions.has_session(&tried.1).await? => Ok(tried),
            result => result,
        }
    }
}

/// The account, its first session, and whether it was a guest's.
type Confirmed = (Account, RefreshToken, bool);
