//! `POST /token`: goes on with a session.

use std::sync::Arc;

use event_messenger::app::UserApp;
use event_messenger::error::{Error, Result};
use event_messenger::http::{Reply, Request};
use event_messenger::token::RefreshToken;

use crate::tokens::{refresh_token, token_object};

/// `200` with a new token object; the refresh token that was sent is spent.
///
/// # Errors
/// `SessionOver`.
pub async fn handle(app: Arc<UserApp>, request: Request) -> Result<Reply> {
    let text = request.parse(refresh_token)?;
    let token = RefreshToken::parse(&text).ok_or(Error::SessionOver)?;
    let successor = app.signer.successor(&token);
    let now = app.clock.now();
    app.users.refresh_session(&token, &successor, request.device(), now).await?;
    token_object(&app.signer, &successor, now)
}
