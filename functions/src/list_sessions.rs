//! `GET /token`: one's sessions.

use shared::error::{Error, Result};
use shared::http::views::SessionsBody;
use shared::http::{Reply, Request};
use shared::store::sessions::Sessions;
use shared::token::Signer;

/// `200` with the sessions: when each was opened and last used, from where, and which is this one.
///
/// # Errors
/// `Unauthenticated`; `SessionOver` if this one is not among them any more.
pub async fn handle(request: Request, (signer, sessions): (Signer, Sessions)) -> Result<Reply> {
    let holder = request.holder(&signer)?;
    let sessions = sessions.list_sessions(holder.user, request.now()).await?;
    if !sessions.iter().any(|session| session.id == holder.session) {
        return Err(Error::SessionOver);
    }
    Reply::ok(&SessionsBody::new(&sessions, holder.session))
}
