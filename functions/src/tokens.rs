//! The token object, as confirming, logging in and refreshing answer it.

use jiff::Timestamp;
use serde_json::Value;
use shared::domain::fault::{Fault, Known, Node};
use shared::error::Result;
use shared::http::Reply;
use shared::http::views::TokenBody;
use shared::token::{RefreshToken, Signer};

/// `200` with an access token of the session's user and this refresh token.
pub(crate) fn token_object(signer: &Signer, session: &RefreshToken, now: Timestamp) -> Result<Reply> {
    Reply::ok(&TokenBody::new(signer.access_token(session, now)?, session))
}

/// The fields of a body with a refresh token. A client may send the whole token object back.
pub(crate) const TOKEN: Known =
    Known(&["refresh_token", "all"], &["access_token", "token_type", "expires_in", "user_id"]);

/// Reads `{"refresh_token": …}`.
pub(crate) fn refresh_token(body: &Value) -> Result<String, Vec<Fault>> {
    let node = Node::body(body, &[], TOKEN)?;
    let mut faults = Vec::new();
    node.get("refresh_token").required_text(&mut faults).map(str::to_owned).ok_or(faults)
}
