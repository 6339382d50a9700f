//! `POST /login`: opens a session.

use std::sync::Arc;

use event_messenger::app::UserApp;
use event_messenger::error::{Error, Result};
use event_messenger::http::{Reply, Request};
use event_messenger::token::RefreshToken;

use crate::credentials::authenticate;
use crate::tokens::token_object;

/// `200` with a token object.
///
/// # Errors
/// `BadCredentials`, `Unconfirmed` for the right password of a pending user, `TooSoon` after too many failures.
pub async fn handle(app: Arc<UserApp>, request: Request) -> Result<Reply> {
    let now = app.clock.now();
    let account = authenticate(&app.users, &request, now).await?;
    if !account.active {
        return Err(Error::Unconfirmed);
    }
    let session = RefreshToken::new(account.id)?;
    app.users.create_session(&session, request.device(), now).await?;
    token_object(&app.signer, &session, now)
}
