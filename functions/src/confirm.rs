//! `GET /user/confirm?token=…`: the link in the confirmation mail.

use std::sync::Arc;

use event_messenger::app::SessionApp;
use event_messenger::error::{Error, Result};
use event_messenger::http::pages::confirm_page;
use event_messenger::http::{Reply, Request};
use event_messenger::log::{Act, Subject};
use event_messenger::token::{MailedToken, RefreshToken};

use crate::credentials::refused;
use crate::tokens::token_object;

/// `200` with the token object of the first session, and the user is active: for a client that asks for JSON by name, and for a
/// page's script. Everybody else, a browser or what only looks at links, is given a page whose button does this, whatever the link:
/// the page says what is wrong with it.
///
/// # Errors
/// `Invalid` for what is no token at all, `LinkSpent` for one that no longer works, `TooSoon` after too many of those.
pub async fn handle(app: Arc<SessionApp>, request: Request) -> Result<Reply> {
    if !request.asks_for_json() {
        return confirm_page();
    }
    let token = request.query("token").and_then(|text| MailedToken::parse(&text));
    let token =
        token.ok_or_else(|| Error::invalid("token", "must be the token of a confirmation link, in the query"))?;
    match confirm(&app, &request, &token).await {
        Err(error @ Error::LinkSpent) => {
            Err(refused(&app.users, &app.limits, &request, token.user(), error, app.clock.now()).await)
        }
        result => result,
    }
}

async fn confirm(app: &SessionApp, request: &Request, token: &MailedToken) -> Result<Reply> {
    let now = app.clock.now();
    let account = app.users.find_account(token.user(), now).await?.ok_or(Error::LinkSpent)?;
    if account.confirm_hash.as_ref() != Some(&token.hash()) {
        return Err(Error::LinkSpent);
    }
    let session = RefreshToken::new(account.id)?;
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
