//! `DELETE /event/{id}`: deletes a draft or an event.

use shared::domain::event::Role;
use shared::error::{Error, Result};
use shared::http::{Reply, Request};
use shared::log::{Act, Subject};
use shared::store::events::Events;
use shared::token::Signer;

use crate::settling::lost;

/// `204`; the event is gone for all its members.
///
/// # Errors
/// `NoSuchEvent`, `NotOrganiser`.
pub async fn handle(request: Request, (signer, events): (Signer, Events)) -> Result<Reply> {
    let user = request.user(&signer)?;
    let id = request.event_id()?;
    match events.find_event(id).await {
        Ok(event) => match event.role(user) {
            None => return Err(Error::NoSuchEvent),
            Some(Role::Invitee(_)) => return Err(Error::NotOrganiser),
            Some(Role::Organiser) if events.delete_event(&event, request.now()).await? => {}
            Some(Role::Organiser) => return Err(lost(&events, id).await),
        },
        // A repeated request finishes a deletion that was interrupted.
        Err(Error::NoSuchEvent) if events.finish_deletion(id, user).await? => {}
        Err(error) => return Err(error),
    }
    request.audit(Act::EventDeleted, Subject::Event(id));
    Ok(Reply::no_content())
}
