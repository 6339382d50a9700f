//! `GET /token`: one's sessions.

use std::sync::Arc;

use shared::app::UserApp;
use shared::error::{Error, Result};
use shared::http::views::SessionsBody;
use shared::http::{Reply, Request};

/// `200` with the sessions: when each was opened and last used, from where, and which is this one.
///
/// # Errors
/// `Unauthenticated`; `SessionOver` if this one is not among them any more.
pub async fn handle(app: Arc<UserApp>, request: Request) -> Result<Reply> {
    let holder = request.holder(&app.signer, &app.clock)?;
    let sessions = app.users.list_sessions(holder.user, app.clock.now()).await?;
    if !sessions.iter().any(|session| session.id == holder.session) {
        return Err(Error::SessionOver);
    }
    Reply::ok(&SessionsBody::new(&sessions, holder.session))
}
