//! `GET /token`: one's sessions.

use std::sync::Arc;

use serde_json::{Value, json};
use shared::app::UserApp;
use shared::error::{Error, Result};
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
    let sessions: Vec<Value> = sessions.iter().map(|session| session.view(holder.session)).collect();
    Ok(Reply::ok(&json!({ "sessions": sessions })))
}
