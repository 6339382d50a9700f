//! `PUT /event/{id}`: replaces a draft, and sends it at once if it is to.

use shared::domain::UserId;
use shared::domain::draft::Draft;
use shared::domain::event::{Event, Role};
use shared::error::{Error, Result};
use shared::http::{Reply, Request, both, draft_etag};
use shared::log::{Act, Subject};
use shared::store::drafts::Drafts;
use shared::store::events::{Events, StoredEvent};
use shared::store::people::People;
use shared::token::Signer;

use crate::drafting::{Lookup, replacement};
use crate::sending::Sending;

/// `200` with the draft as it is now, or with the event if it was to be sent (`status: true`). A draft that reads the same is not
/// written again, whatever `If-Match` says, and an event that was sent of the same draft is not sent again: the request may repeat one
/// whose answer was lost.
///
/// # Errors
/// `NoSuchEvent`, `NotOrganiser`, `AlreadySent`, `Changed` for a stale `If-Match`, `Invalid` (also with what is missing to be sent, and
/// then nothing is stored).
pub async fn handle(
    request: Request,
    (signer, people, events, drafts, sending): (Signer, People, Events, Drafts, Sending),
) -> Result<Reply> {
    let user = request.user(&signer)?;
    let (id, draft) = both(request.event_id(), request.parse(Draft::parse_replacement))?;
    let send = draft.send;
    let stored = organised(events.find_stored(id).await?, user)?;
    if stored.event.sent {
        let repeats = send && repeats(&people, &sending, &stored.event, draft, &request).await?;
        return if repeats { Reply::event(&stored.event, user) } else { Err(Error::AlreadySent) };
    }
    let draft = replacement(&people, &stored.event, draft, request.now()).await?;
    let ready = if send {
        Some(sending.ready(stored.with_content(draft.clone()), Lookup::Done, request.now()).await?)
    } else {
        None
    };
    let draft = if draft.reads_as(&stored.event) {
        draft
    } else {
        let replaced = replace(&request, &events, &drafts, &stored.event, draft).await;
        if let (Err(_), Some(ready)) = (&replaced, &ready) {
            sending.give_back(&request, ready).await;
        }
        replaced?
    };
    if send {
        let ready = ready.map(|ready| ready.stored_as(&draft));
        return Reply::event(&sending.send(&request, user, id, ready).await?, user);
    }
    Reply::event(&draft, user)
}

/// Writes the draft over the stored one, and gives it its new version.
async fn replace(request: &Request, events: &Events, drafts: &Drafts, stored: &Event, draft: Event) -> Result<Event> {
    if !request.may_replace(&draft_etag(stored)) {
        return Err(Error::Changed);
    }
    let (id, user) = (draft.id, draft.organiser.id);
    let version = (!request.may_replace_any()).then_some(stored.version);
    if let Some(version) = drafts.replace_draft(&draft, version).await? {
        request.audit(Act::EventUpdated, Subject::Event(id));
        return Ok(Event { version, ..draft });
    }
    // It was sent, deleted or written meanwhile, perhaps by this request, whose answer from DynamoDB was lost.
    let stored = organised(events.find_stored(id).await?, user)?.event;
    if stored.sent {
        Err(Error::AlreadySent)
    } else if draft.reads_as(&stored) {
        Ok(Event { version: stored.version, ..draft })
    } else if version.is_some() {
        Err(Error::Changed)
    } else {
        Err(Error::unavailable("UpdateItem", "contention"))
    }
}

/// Whether the event was sent of that same draft.
async fn repeats(people: &People, sending: &Sending, sent: &Event, draft: Draft, request: &Request) -> Result<bool> {
    let again = async {
        let draft = replacement(people, sent, draft, request.now()).await?;
        sending.look_up(StoredEvent::new(draft), Lookup::Done, request.now()).await
    };
    match again.await {
        Ok(ready) => Ok(ready.is_of(sent)),
        // Somebody whom it names may be no more.
        Err(Error::Invalid(_)) => Ok(false),
        Err(error) => Err(error),
    }
}

/// The event, if this user organises it.
fn organised(stored: StoredEvent, user: UserId) -> Result<StoredEvent> {
    match stored.event.role(user) {
        None => Err(Error::NoSuchEvent),
        Some(Role::Invitee(_)) => Err(Error::NotOrganiser),
        Some(Role::Organiser) => Ok(stored),
    }
}
