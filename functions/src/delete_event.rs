//! `DELETE /event/{id}`: deletes a draft or an event.

use std::sync::Arc;

use event_messenger::app::EventApp;
use event_messenger::domain::event::Role;
use event_messenger::error::{Error, Result};
use event_messenger::http::{Reply, Request};
use event_messenger::log::{Act, Subject};

use crate::settling::lost;

/// `204`; the event is gone for all its members.
///
/// # Errors
/// `NoSuchEvent`, `NotOrganiser`.
pub async fn handle(app: Arc<EventApp>, request: Request) -> Result<Reply> {
    let user = request.user(&app.signer, &app.clock)?;
    let id = request.event_id()?;
    match app.events.find(id).await {
        Ok(found) => match found.event.role(user) {
            None => return Err(Error::NoSuchEvent),
            Some(Role::Invitee(_)) => return Err(Error::NotOrganiser),
            Some(Role::Organiser) if app.events.delete_event(&found, app.clock.now()).await? => {}
            Some(Role::Organiser) => return Err(lost(&app.events, id).await),
        },
        // The first try may have been interrupted half-way, and its sender is owed the rest.
        Err(Error::NoSuchEvent) if app.events.finish_deletion(id, user).await? => {}
        Err(error) => return Err(error),
    }
    request.audit(Act::EventDeleted, Subject::Event(id));
    Ok(Reply::no_content())
}
