//! `POST /login`: opens a session.

use std::sync::Arc;

use event_messenger::app::SessionApp;
use event_messenger::error::{Error, Result};
use event_messenger::http::{Reply, Request};
use event_messenger::log::{Act, Subject};
use event_messenger::token::RefreshToken;

use crate::credentials::authenticate;
use crate::tokens::token_object;

/// `200` with a token object.
///
/// # Errors
/// `BadCredentials`, `Unconfirmed` for the right password of a pending user, `TooSoon` after too many failures.
pub async fn handle(app: Arc<SessionApp>, request: Request) -> Result<Reply> {
    let now = app.clock.now();
    let account = authenticate(&app.users, &app.limits, &request, now).await?;
    if !account.active {
        return Err(Error::Unconfirmed);
    }
    let session = RefreshToken::new(account.id)?;
    app.users.create_session(&session, request.device(), now).await?;
    // Who changed the password meanwhile ended the sessions that were there, and may have come too early for this one.
    let is_same = app.users.find_account(account.id, now).await?.is_some_and(|now| now.password == account.password);
    if !is_same {
        app.users.revoke_session(&session).await?;
        return Err(Error::BadCredentials);
    }
    request.audit(Act::LoggedIn, Subject::Account(Some(account.id)));
    token_object(&app.signer, &session, now)
}
