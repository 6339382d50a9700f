//! `POST /login`: opens a session.

use std::sync::Arc;

use shared::app::SessionApp;
use shared::error::{Error, Result};
use shared::http::{Reply, Request};
use shared::log::{Act, Subject};

use crate::credentials::authenticate;
use crate::tokens::token_object;

/// `200` with a token object.
///
/// # Errors
/// `BadCredentials`, `Unconfirmed` for the right password of a pending user, `TooSoon` after too many failures.
pub async fn handle(app: Arc<SessionApp>, request: Request) -> Result<Reply> {
    let now = app.clock.now();
    let (account, trial) = authenticate(&app.users, &app.limits, &request, now).await?;
    trial.passed().await?;
    if !account.active {
        return Err(Error::Unconfirmed);
    }
    let session = app.signer.first_token(account.id)?;
    app.users.create_session(&session, request.device(), now).await?;
    app.users.revoke_surplus(account.id, session.session()).await?;
    // Whoever changed the password or left meanwhile ended the sessions that were there, and may have come too early for this one.
    let stored = app.users.find_account(account.id, now).await?;
    if stored.is_none_or(|stored| !stored.active || stored.password != account.password) {
        app.users.revoke_session(&session).await?;
        return Err(Error::BadCredentials);
    }
    request.audit(Act::LoggedIn, Subject::Account(Some(account.id)));
    token_object(&app.signer, &session, now)
}
