//! `POST /token/revoke`: ends a session ([RFC 7009](https://www.rfc-editor.org/rfc/rfc7009#section-2.2)).

use std::sync::Arc;

use event_messenger::app::LogoutApp;
use event_messenger::error::Result;
use event_messenger::http::{Reply, Request};
use event_messenger::token::RefreshToken;
use serde_json::json;

use crate::tokens::refresh_token;

/// `200 {}`, also for a token that is unknown: there is no session with it afterwards.
///
/// # Errors
/// `Invalid`.
pub async fn handle(app: Arc<LogoutApp>, request: Request) -> Result<Reply> {
    if let Some(token) = RefreshToken::parse(&request.parse(refresh_token)?) {
        app.users.revoke_session(&token).await?;
    }
    Ok(Reply::ok(&json!({})))
}
