//! Sends a draft to its invitees: for `POST /event/{id}/send`, and where a draft is made or replaced with `status: true`.

use jiff::Timestamp;
use shared::config::{ConfigError, Env, FromEnv};
use shared::domain::event::{Event, Role};
use shared::domain::{EventId, UserId};
use shared::error::{Error, Result};
use shared::http::Request;
use shared::log::{Act, Subject};
use shared::store::contacts::Contacts;
use shared::store::departures::Departures;
use shared::store::drafts::Drafts;
use shared::store::events::{Events, StoredEvent};
use shared::store::people::People;

use crate::drafting::{Lookup, Sendable, gone, sendable};

/// The attempts when the draft is written at the same time.
const ROUNDS: usize = 5;

/// What sending takes.
#[derive(Clone)]
pub struct Sending {
    people: People,
    contacts: Contacts,
    events: Events,
    drafts: Drafts,
    departures: Departures,
}

impl FromEnv for Sending {
    fn from_env(env: &Env) -> Result<Self, ConfigError> {
        let (people, contacts, events, drafts, departures) = FromEnv::from_env(env)?;
        Ok(Self { people, contacts, events, drafts, departures })
    }
}

/// A draft that nothing keeps from being sent.
pub(crate) struct Ready {
    stored: StoredEvent,
    contacts: Vec<UserId>,
}

impl Ready {
    /// Whether that event was sent of a draft like this.
    pub(crate) fn is_of(&self, sent: &Event) -> bool {
        self.stored.event.was_sent_as(sent)
    }

    /// The same once the draft was stored so.
    pub(crate) fn stored_as(mut self, draft: &Event) -> Self {
        self.stored.event.version = draft.version;
        self.stored.event.organiser = draft.organiser.clone();
        self
    }
}

impl Sending {
    /// The draft, before anything of it is stored.
    ///
    /// # Errors
    /// `Invalid` with all that is missing.
    pub(crate) async fn ready(&self, mut stored: StoredEvent, lookup: Lookup, now: Timestamp) -> Result<Ready> {
        let Sendable { event, contacts } = sendable(&self.people, stored.event, lookup, now).await?;
        stored.event = event;
        Ok(Ready { stored, contacts })
    }

    /// The event of that id, sent by its organiser. Sending it twice is harmless. `ready` is the draft as this request has stored it.
    ///
    /// # Errors
    /// `Invalid` with all that is missing, `NoSuchEvent`, `NotOrganiser`.
    pub(crate) async fn send(
        &self,
        request: &Request,
        user: UserId,
        id: EventId,
        mut ready: Option<Ready>,
    ) -> Result<Event> {
        for _ in 0..ROUNDS {
            let ready = if let Some(ready) = ready.take() {
                ready
            } else {
                let stored = self.events.find_stored(id).await?;
                match stored.event.role(user) {
                    None => return Err(Error::NoSuchEvent),
                    Some(Role::Invitee(_)) => return Err(Error::NotOrganiser),
                    Some(Role::Organiser) if stored.event.sent => return Ok(stored.event),
                    Some(Role::Organiser) => self.ready(stored, Lookup::Due, request.now()).await?,
                }
            };
            let Ready { stored, contacts } = ready;
            // Before the sending, so that a repeated request does it too.
            self.contacts.add_contacts(user, &contacts).await?;
            let invitees: Vec<_> = stored.event.invitees.iter().map(|invitee| invitee.person.id).collect();
            self.contacts.introduce(user, &invitees).await?;
            if self.drafts.send_draft(&stored, request.now()).await? {
                request.audit(Act::EventSent, Subject::Event(id));
                let version = stored.event.version + 1;
                let event = Event { sent: true, version, ..stored.event };
                return self.without_the_gone(event, request.now()).await;
            }
        }
        Err(Error::unavailable("TransactWriteItems", "contention"))
    }

    /// The event that was just sent. A request that deletes an account at that moment did not find its row; now it goes.
    async fn without_the_gone(&self, event: Event, now: Timestamp) -> Result<Event> {
        let gone = gone(&self.people, &event.invitees, now).await?;
        if gone.is_empty() {
            return Ok(event);
        }
        for user in gone {
            self.departures.leave_as_invitee(event.id, user).await?;
        }
        self.events.find_event(event.id).await
    }
}
