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

use crate::drafting::Lookup;
use crate::inviting::{Invited, Inviting};

/// The attempts when the draft is written at the same time.
const ROUNDS: usize = 5;

/// What sending takes.
#[derive(Clone)]
pub struct Sending {
    inviting: Inviting,
    contacts: Contacts,
    events: Events,
    drafts: Drafts,
    departures: Departures,
}

impl FromEnv for Sending {
    fn from_env(env: &Env) -> Result<Self, ConfigError> {
        let (inviting, contacts, events, drafts, departures) = FromEnv::from_env(env)?;
        Ok(Self { inviting, contacts, events, drafts, departures })
    }
}

/// A draft that nothing keeps from being sent.
pub(crate) struct Ready {
    stored: StoredEvent,
    invited: Invited,
}

impl Ready {
    /// Whether that event was sent of a draft like this.
    pub(crate) fn is_of(&self, sent: &Event) -> bool {
        // Whoever is in an event that was sent is known.
        let invitees = self.invited.known().cloned().collect();
        self.invited.are_known() && Event { invitees, ..self.stored.event.clone() }.was_sent_as(sent)
    }

    /// The same once the draft was stored so.
    pub(crate) fn stored_as(mut self, draft: &Event) -> Self {
        self.stored.event.version = draft.version;
        self.stored.event.organiser = draft.organiser.clone();
        self
    }
}

impl Sending {
    /// The draft, before anything of it is stored. Its invitations by address count from now on, unless they are given back.
    ///
    /// # Errors
    /// `Invalid` with all that is missing, and every invitee whose account is gone; `TooSoon` after too many invitations by address.
    pub(crate) async fn ready(&self, stored: StoredEvent, lookup: Lookup, now: Timestamp) -> Result<Ready> {
        let ready = self.look_up(stored, lookup, now).await?;
        self.inviting.count(ready.stored.event.organiser.id, ready.invited.by_address(), now).await?;
        Ok(ready)
    }

    /// Counts the invitations no more, since they are not sent.
    pub(crate) async fn give_back(&self, request: &Request, ready: &Ready) {
        let organiser = ready.stored.event.organiser.id;
        if let Err(error) = self.inviting.uncount(organiser, ready.invited.by_address(), request.now()).await {
            request.trouble("invitations that were not sent count among those of the day", &error);
        }
    }

    /// The same, without counting anything.
    ///
    /// # Errors
    /// `Invalid` with all that is missing, and every invitee whose account is gone.
    pub(crate) async fn look_up(&self, mut stored: StoredEvent, lookup: Lookup, now: Timestamp) -> Result<Ready> {
        let event = &stored.event;
        let mut faults = event.missing();
        let looked_up = self.inviting.look_up(event.organiser.id, &event.addressees, lookup, 0, now).await?;
        let (invited, gone) = looked_up;
        faults.extend(gone);
        stored.event.addressees.clear();
        if faults.is_empty() && invited.is_empty() {
            // The organiser was the only one whom it named.
            faults = stored.event.missing();
        }
        if faults.is_empty() { Ok(Ready { stored, invited }) } else { Err(faults.into()) }
    }

    /// The event of that id, sent by its organiser. Sending it twice is harmless. `ready` is the draft as this request has stored it.
    ///
    /// # Errors
    /// `Invalid` with all that is missing, `NoSuchEvent`, `NotOrganiser`, `TooSoon` after too many invitations by address.
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
            let sent = self.write(user, &ready).await;
            if !matches!(sent, Ok(Some(_))) {
                self.give_back(request, &ready).await;
            }
            if let Some(event) = sent? {
                request.audit(Act::EventSent, Subject::Event(id));
                return self.without_the_gone(event, request.now()).await;
            }
        }
        Err(Error::unavailable("TransactWriteItems", "contention"))
    }

    /// Writes the draft as sent. `None` if it was changed meanwhile, or an address has come to belong to somebody.
    async fn write(&self, user: UserId, Ready { stored, invited }: &Ready) -> Result<Option<Event>> {
        let Some(invitees) = self.inviting.admit(invited).await? else { return Ok(None) };
        let stored = stored.clone().with_invitees(invitees);
        // Before the sending, so that a repeated request does it too.
        self.contacts.add_contacts(user, &invited.contacts).await?;
        if !self.drafts.send_draft(&stored).await? {
            return Ok(None);
        }
        let version = stored.event.version + 1;
        Ok(Some(Event { sent: true, version, ..stored.event }))
    }

    /// The event that was just sent. A request that deletes an account at that moment did not find its row; now it goes.
    async fn without_the_gone(&self, event: Event, now: Timestamp) -> Result<Event> {
        let gone = self.inviting.gone(&event.invitees, now).await?;
        if gone.is_empty() {
            return Ok(event);
        }
        for user in gone {
            self.departures.leave_as_invitee(event.id, user).await?;
        }
        self.events.find_event(event.id).await
    }
}
