//! `POST /event/{id}/send`: sends a draft to its invitees.

use std::sync::Arc;

use shared::app::PlanApp;
use shared::domain::event::{Event, Role};
use shared::error::{Error, Result};
use shared::http::{Reply, Request};
use shared::log::{Act, Subject};

use crate::drafting::{Sendable, gone, sendable};

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
        let Sendable { event, contacts } = sendable(&app.users, found.event, now).await?;
        found.event = event;
        // Before the sending, so that it is done too if that is interrupted and taken up again.
        app.users.add_contacts(user, &contacts).await?;
        if app.events.send_event(&found, now).await? {
            request.audit(Act::EventSent, Subject::Event(id));
            let version = found.event.version + 1;
            let event = Event { sent: true, version, ..found.event };
            return Reply::event(&without_the_gone(&app, event).await?, user);
        }
    }
    Err(Error::unavailable("TransactWriteItems", "contention"))
}

/// The event that was just sent. Whoever deleted the account at that moment did not find the own row in it; now it goes.
async fn without_the_gone(app: &PlanApp, event: Event) -> Result<Event> {
    let gone = gone(&app.users, &event.invitees, app.clock.now()).await?;
    if gone.is_empty() {
        return Ok(event);
    }
    for user in gone {
        app.events.leave_as_invitee(event.id, user).await?;
    }
    app.events.find_event(event.id).await
}
