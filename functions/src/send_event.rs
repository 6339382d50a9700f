//! `POST /event/{id}/send`: sends a draft to its invitees.

use shared::error::Result;
use shared::http::{Reply, Request};
use shared::token::Signer;

use crate::sending::Sending;

/// `200` with the event, whose `status` is now true. Sending it twice is harmless.
///
/// # Errors
/// `Invalid` with all that is missing, `NoSuchEvent`, `NotOrganiser`.
pub async fn handle(request: Request, (signer, sending): (Signer, Sending)) -> Result<Reply> {
    let user = request.user(&signer)?;
    let id = request.event_id()?;
    Reply::event(&sending.send(&request, user, id, None).await?, user)
}
