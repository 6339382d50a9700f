//! `DELETE /event/{id}`: deletes a draft or an event.

use shared::domain::event::Role;
use shared::error::{Error, Result};
use shared::http::{Reply, Request};
use shared::log::{Act, Subject};
use shared::store::events::Events;
use shared::token::Signer;

/// The attempts when the event changes at the same time.
const ROUNDS: usize = 5;

/// `204`; the event is gone for all its members. It is only marked here: who was invited is mailed that it is cancelled, and what is
/// left of it expires.
///
/// # Errors
/// `NoSuchEvent`, `NotOrganiser`.
pub async fn handle(request: Request, (signer, events): (Signer, Events)) -> Result<Reply> {
    let user = request.user(&signer)?;
    let id = request.event_id()?;
    for _ in 0..ROUNDS {
        let event = events.find_event(id).await?;
        match event.role(user) {
            None => return Err(Error::NoSuchEvent),
            Some(Role::Invitee(_)) => return Err(Error::NotOrganiser),
            Some(Role::Organiser) if events.delete_event(&event, request.now()).await? => {
                request.audit(Act::EventDeleted, Subject::Event(id));
                return Ok(Reply::no_content());
            }
            // It was sent or handed over at that moment.
            Some(Role::Organiser) => {}
        }
    }
    Err(Error::unavailable("UpdateItem", "contention"))
}
