//! `POST /login`: opens a session.

use shared::error::{Error, Result};
use shared::http::{Reply, Request};
use shared::log::{Act, Subject};
use shared::store::accounts::Accounts;
use shared::store::sessions::Sessions;
use shared::token::Signer;

use crate::credentials::Guard;
use crate::tokens::token_object;

/// `200` with a token object.
///
/// # Errors
/// `BadCredentials`, `Unconfirmed` for the right password of a pending user, `TooSoon` after too many failures.
pub async fn handle(
    request: Request,
    (signer, guard, accounts, sessions): (Signer, Guard, Accounts, Sessions),
) -> Result<Reply> {
    let now = request.now();
    let (account, trial) = guard.authenticate(&request).await?;
    trial.passed().await?;
    if !account.active {
        return Err(Error::Unconfirmed);
    }
    let session = signer.first_token(account.id)?;
    sessions.create_session(&session, request.device(), now).await?;
    sessions.revoke_surplus(account.id, session.session()).await?;
    // A change of the password or a deletion at this moment has ended the sessions that were there, and may have missed this one.
    let stored = accounts.find_account(account.id, now).await?;
    if stored.is_none_or(|stored| !stored.active || stored.password_hash != account.password_hash) {
        sessions.revoke_session(&session).await?;
        return Err(Error::BadCredentials);
    }
    request.audit(Act::LoggedIn, Subject::Account(Some(account.id)));
    token_object(&signer, &session, now)
}
