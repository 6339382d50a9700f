//! `GET /user/confirm?token=…`: the link in the confirmation mail.

use std::sync::Arc;

use jiff::Timestamp;
use shared::app::SessionApp;
use shared::error::{Error, Result};
use shared::http::pages::confirm_page;
use shared::http::{Reply, Request};
use shared::log::{Act, Subject};
use shared::store::users::Account;
use shared::token::MailedToken;

use crate::credentials::refused;
use crate::tokens::token_object;

/// `200` with the token object of the first session, and the user is active: for a client that asks for JSON by name, and for a
/// page's script. Everybody else, a browser or what only looks at links, is given a page whose button does this; the page names the
/// user who is confirmed, or says what is wrong with the link.
///
/// # Errors
/// `Invalid` for what is no token at all, `ConfirmationLinkUsed` and `LinkSpent` for one that no longer works, `TooSoon` after too
/// many of those.
pub async fn handle(app: Arc<SessionApp>, request: Request) -> Result<Reply> {
    let (token, now) = (request.query("token").and_then(|text| MailedToken::parse(&text)), app.clock.now());
    if !request.asks_for_json() {
        return page(&app, token.as_ref(), now).await;
    }
    let token =
        token.ok_or_else(|| Error::invalid("token", "must be the token of a confirmation link, in the query"))?;
    match confirm(&app, &request, &token, now).await {
        Err(error @ (Error::LinkSpent | Error::ConfirmationLinkUsed)) => {
            Err(refused(&app.users, &app.limits, &request, token.user(), error, now).await)
        }
        result => result,
    }
}

async fn page(app: &SessionApp, token: Option<&MailedToken>, now: Timestamp) -> Result<Reply> {
    let Some(token) = token else {
        return confirm_page(Err("This link is not complete. Open the one in the mail again."));
    };
    match pending(app, token, now).await {
        Ok(account) if app.users.is_confirmed(&account).await? => {
            confirm_page(Err("This e-mail address was confirmed under another username. Log in with that one."))
        }
        Ok(account) => confirm_page(Ok(&account.username)),
        Err(Error::LinkSpent) => {
            confirm_page(Err("This link was replaced, or is too old. Ask for a new one, or register again."))
        }
        Err(Error::ConfirmationLinkUsed) => {
            confirm_page(Err("Your e-mail address is confirmed already. You can log in."))
        }
        Err(error) => Err(error),
    }
}

/// The account that this link confirms.
async fn pending(app: &SessionApp, token: &MailedToken, now: Timestamp) -> Result<Account> {
    let account = app.users.find_account(token.user(), now).await?.ok_or(Error::LinkSpent)?;
    if account.leaving || account.confirm_hash.as_ref() != Some(&token.hash()) {
        Err(Error::LinkSpent)
    } else if account.active {
        Err(Error::ConfirmationLinkUsed)
    } else {
        Ok(account)
    }
}

async fn confirm(app: &SessionApp, request: &Request, token: &MailedToken, now: Timestamp) -> Result<Reply> {
    let account = pending(app, token, now).await?;
    let session = app.signer.first_token(account.id)?;
    if let Err(error) = app.users.confirm(&account, &token.hash(), &session, request.device(), now).await {
        // Where DynamoDB did not answer, it may have written all the same; then the link is spent, and so would be the user's chance.
        if !(matches!(error, Error::Unavailable(_)) && app.users.has_session(&session).await?) {
            return Err(error);
        }
    }
    request.identify(account.id);
    request.audit(Act::Confirmed, Subject::Account(Some(account.id)));
    token_object(&app.signer, &session, now)
}
