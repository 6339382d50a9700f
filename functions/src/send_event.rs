//! `POST /event/{id}/send`: sends a draft to its invitees.

use jiff::Timestamp;
use shared::domain::event::{Event, Role};
use shared::error::{Error, Result};
use shared::http::{Reply, Request};
use shared::log::{Act, Subject};
use shared::store::contacts::Contacts;
use shared::store::departures::Departures;
use shared::store::drafts::Drafts;
use shared::store::events::Events;
use shared::store::people::People;
use shared::token::Signer;

use crate::drafting::{Sendable, gone, sendable};

/// The attempts when the draft is written at the same time.
const ROUNDS: usize = 5;

/// `200` with the event, whose `status` is now true. Sending it twice is harmless.
///
/// # Errors
/// `Invalid` with all that is missing, `NoSuchEvent`, `NotOrganiser`.
pub async fn handle(
    request: Request,
    (signer, people, contacts, events, drafts, departures): (Signer, People, Contacts, Events, Drafts, Departures),
) -> Result<Reply> {
    let user = request.user(&signer)?;
    let id = request.event_id()?;
    for _ in 0..ROUNDS {
        let mut stored = events.find_stored(id).await?;
        match stored.event.role(user) {
            None => return Err(Error::NoSuchEvent),
            Some(Role::Invitee(_)) => return Err(Error::NotOrganiser),
            Some(Role::Organiser) => {}
        }
        if stored.event.sent {
            return Reply::event(&stored.event, user);
        }
        let now = request.now();
        let Sendable { event, contacts: named } = sendable(&people, stored.event, now).await?;
        stored.event = event;
        // Before the sending, so that a repeated request does it too.
        contacts.add_contacts(user, &named).await?;
        if drafts.send_draft(&stored, now).await? {
            request.audit(Act::EventSent, Subject::Event(id));
            let version = stored.event.version + 1;
            let event = Event { sent: true, version, ..stored.event };
            return Reply::event(&without_the_gone(&people, &events, &departures, event, request.now()).await?, user);
        }
    }
    Err(Error::unavailable("TransactWriteItems", "contention"))
}

/// The event that was just sent. A request that deletes an account at that moment did not find its row; now it goes.
async fn without_the_gone(
    people: &People,
    events: &Events,
    departures: &Departures,
    event: Event,
    now: Timestamp,
) -> Result<Event> {
    let gone = gone(people, &event.invitees, now).await?;
    if gone.is_empty() {
        return Ok(event);
    }
    for user in gone {
        departures.leave_as_invitee(event.id, user).await?;
    }
    events.find_event(event.id).await
}
