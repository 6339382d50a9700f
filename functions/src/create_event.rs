//! `POST /event`: makes a draft, and sends it at once if it is to.

use jiff::Timestamp;
use shared::domain::draft::Draft;
use shared::domain::event::Event;
use shared::domain::{EventId, UserId};
use shared::error::{Error, Result};
use shared::http::{Reply, Request, both};
use shared::log::{Act, Subject};
use shared::store::drafts::Drafts;
use shared::store::events::{Events, StoredEvent};
use shared::store::names::Names;
use shared::store::people::People;
use shared::token::Signer;
use shared::token::digest::{idempotent_id, json_fingerprint};
use uuid::Uuid;

use crate::drafting::{Lookup, named, plan};
use crate::sending::Sending;

/// `201` with the draft, or with the event if it was to be sent (`status: true`). The same `Idempotency-Key` with the same body again
/// gives the event that it made, as it is now.
///
/// # Errors
/// `Unauthenticated`, `Invalid` (also with what is missing to be sent, and then nothing is stored), `IdempotencyMismatch`.
pub async fn handle(
    request: Request,
    (signer, people, events, drafts, names, sending): (Signer, People, Events, Drafts, Names, Sending),
) -> Result<Reply> {
    let user = request.user(&signer)?;
    let body = request.parse(|body| Ok((json_fingerprint(body), Draft::parse(body)?)));
    let (key, (made_of, draft)) = both(request.idempotency_key(), body)?;
    let id = key.as_ref().map_or_else(Uuid::new_v4, |key| idempotent_id(user, key));
    let send = draft.send;
    let made = async {
        let event = plan(&people, id, user, draft, request.now()).await?;
        let ready = if send {
            Some(sending.ready(StoredEvent::new(event.clone()), Lookup::Done, request.now()).await?)
        } else {
            None
        };
        let stored = async {
            if !drafts.create_draft(&event, key.as_ref().map(|_| made_of.as_str())).await? {
                return Ok(None);
            }
            with_organiser(&people, &drafts, &names, event).await.map(Some)
        };
        let stored = stored.await;
        match (stored, ready) {
            (Ok(Some(event)), ready) => {
                let ready = ready.map(|ready| ready.stored_as(&event));
                Ok(Some((event, ready)))
            }
            (unstored, Some(ready)) => {
                sending.give_back(&request, &ready).await;
                unstored.map(|_| None)
            }
            (unstored, None) => unstored.map(|_| None),
        }
    };
    let made_before = async || made_before(&events, &people, id, user, &made_of, request.now()).await;
    let event = match made.await {
        Ok(Some((event, ready))) => {
            request.audit(Act::EventCreated, Subject::Event(id));
            if send { sending.send(&request, user, id, ready).await? } else { event }
        }
        Ok(None) => made_before().await?,
        // Somebody whom the draft names may be no more, since it was made.
        Err(Error::Invalid(faults)) if key.is_some() => made_before().await.map_err(|error| match error {
            Error::NoSuchEvent => Error::Invalid(faults),
            error => error,
        })?,
        Err(error) => return Err(error),
    };
    // What an earlier request has made it may not have come to send.
    let is_to_be_sent = send && !event.sent;
    let event = if is_to_be_sent { sending.send(&request, user, id, None).await? } else { event };
    Reply::event(&event, user)?.created(&format!("/event/{id}"))
}

/// The draft that was just made, with its organiser as now: a request that deletes or renames the account at this moment did not
/// find it.
async fn with_organiser(people: &People, drafts: &Drafts, names: &Names, event: Event) -> Result<Event> {
    let (id, user) = (event.id, event.organiser.id);
    let Some(organiser) = people.find_person(user).await? else {
        drafts.undo_draft(id, user).await?;
        return Err(Error::Unauthenticated);
    };
    if organiser != event.organiser {
        names.rename_organiser(id, &organiser).await?;
    }
    Ok(Event { organiser, ..event })
}

/// The event that an earlier request made of the same body, as it is now.
async fn made_before(
    events: &Events,
    people: &People,
    id: EventId,
    user: UserId,
    made_of: &str,
    now: Timestamp,
) -> Result<Event> {
    let stored = events.find_stored(id).await?;
    stored.event.role(user).ok_or(Error::NoSuchEvent)?;
    if stored.made_of.is_some_and(|stored| stored != made_of) {
        return Err(Error::IdempotencyMismatch);
    }
    named(people, stored.event, now).await
}
