//! `DELETE /token/{session}`: ends one of one's sessions.

use shared::error::{Error, Result};
use shared::http::{Reply, Request};
use shared::log::{Act, Subject};
use shared::store::sessions::Sessions;
use shared::token::Signer;

/// `204`; the session can be refreshed no more. An access token of it lives on until its own time is over.
///
/// # Errors
/// `Unauthenticated`; `Invalid` for what is no id; `NoSuchSession`, also for a session of somebody else.
pub async fn handle(request: Request, (signer, sessions): (Signer, Sessions)) -> Result<Reply> {
    let user = request.user(&signer)?;
    let session = request.session_id()?;
    if !sessions.revoke_listed(user, session, request.now()).await? {
        return Err(Error::NoSuchSession);
    }
    request.audit(Act::LoggedOut, Subject::Account(Some(user)));
    Ok(Reply::no_content())
}
