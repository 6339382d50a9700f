//! `POST /event/{id}/send`: sends a draft to its invitees.

use std::sync::Arc;

use event_messenger::app::PlanApp;
use event_messenger::domain::UserId;
use event_messenger::domain::event::{Event, Role};
use event_messenger::error::{Error, Result};
use event_messenger::http::{Reply, Request};
use event_messenger::log::{Act, Subject};

use crate::drafting::sendable;

/// How often it is tried anew when the draft is written at the same time.
const ROUNDS: usize = 5;

/// `200` with the event, whose `status` is now true. Sending it twice is harmless.
///
/// # Errors
/// `Invalid` with all that is missing, `NoSuchEvent`, `NotOrganiser`.
pub async fn handle(app: Arc<PlanApp>, request: Request) -> Result<Reply> {
    let user = request.user(&app.signer, &app.clock)?;
    let id = request.event_id()?;
    for _ in 0..ROUNDS {
        let mut found = app.events.find(id).await?;
        match found.event.role(user) {
            None => return Err(Error::NoSuchEvent),
            Some(Role::Invitee(_)) => return Err(Error::NotOrganiser),
            Some(Role::Organiser) => {}
        }
        if found.event.sent {
            return Reply::event(&found.event, user);
        }
        let now = app.clock.now();
        found.event = sendable(&app.users, found.event, now).await?;
        // Before the sending, so that it is done too if that is interrupted and taken up again.
        let people: Vec<UserId> = found.event.invitees.iter().map(|invitee| invitee.person.id).collect();
        app.users.add_contacts(user, &people).await?;
        if app.events.send_event(&found, now).await? {
            request.audit(Act::EventSent, Subject::Event(id));
            let version = found.event.version + 1;
            return Reply::event(&Event { sent: true, version, ..found.event }, user);
        }
    }
    Err(Error::unavailable("TransactWriteItems", "contention"))
}
