//! `DELETE /event/{id}`: deletes a draft or an event.

use std::sync::Arc;

use shared::app::EventApp;
use shared::domain::event::Role;
use shared::error::{Error, Result};
use shared::http::{Reply, Request};
use shared::log::{Act, Subject};

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
