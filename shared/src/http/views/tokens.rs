//! The token object ([RFC 6749](https://www.rfc-editor.org/rfc/rfc6749#section-5.1)), in the shape of
//! `mock/JSON_Schems/auth-resp.json`.

use serde::Serialize;

use crate::domain::{UserId, lifetime};
use crate::token::RefreshToken;

/// The body.
#[derive(Serialize)]
pub struct TokenBody {
    access_token: String,
    token_type: &'static str,
    /// In seconds.
    expires_in: u64,
    refresh_token: String,
    user_id: UserId,
}

impl TokenBody {
    /// A session's access token and refresh token.
    #[must_use]
    pub fn new(access_token: String, session: &RefreshToken) -> Self {
        Self {
            access_token,
            token_type: "Bearer",
            expires_in: lifetime::ACCESS_TOKEN.as_secs(),
            refresh_token: session.encode(),
            user_id: session.user(),
        }
    }
}
