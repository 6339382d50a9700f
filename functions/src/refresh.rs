//! `POST /token`: goes on with a session.

use shared::error::{Error, Result};
use shared::http::{Reply, Request};
use shared::log::{Act, Subject};
use shared::store::sessions::{Refreshed, Sessions};
use shared::token::{RefreshToken, Signer};

use crate::credentials::Guard;
use crate::tokens::{refresh_token, token_object};

/// `200` with a new token object; the refresh token that was sent is spent.
///
/// # Errors
/// `SessionOver`, `TooSoon` after too many of those.
pub async fn handle(request: Request, (signer, guard, sessions): (Signer, Guard, Sessions)) -> Result<Reply> {
    let text = request.parse(refresh_token)?;
    let token = RefreshToken::parse(&text).ok_or(Error::SessionOver)?;
    let now = request.now();
    let account = Subject::Account(Some(token.user()));
    match sessions.refresh_session(&token, &signer, request.device(), now).await? {
        Refreshed::Goes(next) => {
            request.identify(token.user());
            request.audit(Act::Refreshed, account);
            token_object(&signer, &next, now)
        }
        Refreshed::Ended => {
            request.audit(Act::Replayed, account);
            Err(Error::SessionOver)
        }
        Refreshed::Over => Err(guard.refused(&request, token.user(), Error::SessionOver).await),
    }
}
