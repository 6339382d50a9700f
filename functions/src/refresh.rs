//! `POST /token`: goes on with a session.

use std::sync::Arc;

use shared::app::SessionApp;
use shared::error::{Error, Result};
use shared::http::{Reply, Request};
use shared::log::{Act, Subject};
use shared::store::sessions::Refreshed;
use shared::token::RefreshToken;

use crate::credentials::refused;
use crate::tokens::{refresh_token, token_object};

/// `200` with a new token object; the refresh token that was sent is spent.
///
/// # Errors
/// `SessionOver`, `TooSoon` after too many of those.
pub async fn handle(app: Arc<SessionApp>, request: Request) -> Result<Reply> {
    let text = request.parse(refresh_token)?;
    let token = RefreshToken::parse(&text).ok_or(Error::SessionOver)?;
    let now = app.clock.now();
    let account = Subject::Account(Some(token.user()));
    match app.users.refresh_session(&token, &app.signer, request.device(), now).await? {
        Refreshed::Goes(next) => {
            request.identify(token.user());
            request.audit(Act::Refreshed, account);
            token_object(&app.signer, &next, now)
        }
        Refreshed::Ended => {
            request.audit(Act::Replayed, account);
            Err(Error::SessionOver)
        }
        Refreshed::Over => Err(refused(&app.users, &app.limits, &request, token.user(), Error::SessionOver, now).await),
    }
}
