//! `PUT /event/{id}`: replaces a draft.

use shared::domain::UserId;
use shared::domain::draft::Draft;
use shared::domain::event::{Event, Role};
use shared::error::{Error, Result};
use shared::http::{Reply, Request, both, draft_etag};
use shared::log::{Act, Subject};
use shared::store::drafts::Drafts;
use shared::store::events::Events;
use shared::store::people::People;
use shared::token::Signer;

use crate::drafting::replacement;

/// `200` with the draft as it is now. A draft that reads the same is not written again, whatever `If-Match` says: the request may
/// repeat one whose answer was lost.
///
/// # Errors
/// `NoSuchEvent`, `NotOrganiser`, `AlreadySent`, `Changed` for a stale `If-Match`, `Invalid`.
pub async fn handle(
    request: Request,
    (signer, people, events, drafts): (Signer, People, Events, Drafts),
) -> Result<Reply> {
    let user = request.user(&signer)?;
    let (id, draft) = both(request.event_id(), request.parse(Draft::parse_replacement))?;
    let stored = editable(events.find_event(id).await?, user)?;
    let draft = replacement(&people, &stored, draft, request.now()).await?;
    if draft.reads_as(&stored) {
        return Reply::event(&draft, user);
    }
    if !request.may_replace(&draft_etag(&stored)) {
        return Err(Error::Changed);
    }
    let version = (!request.may_replace_any()).then_some(stored.version);
    if let Some(version) = drafts.replace_draft(&draft, version).await? {
        request.audit(Act::EventUpdated, Subject::Event(id));
        return Reply::event(&Event { version, ..draft }, user);
    }
    // It was sent, deleted or written meanwhile, perhaps by this request, whose answer from DynamoDB was lost.
    let stored = editable(events.find_event(id).await?, user)?;
    if draft.reads_as(&stored) {
        Reply::event(&Event { version: stored.version, ..draft }, user)
    } else if version.is_some() {
        Err(Error::Changed)
    } else {
        Err(Error::unavailable("UpdateItem", "contention"))
    }
}

/// The event, if this user may edit it.
fn editable(event: Event, user: UserId) -> Result<Event> {
    match event.role(user) {
        None => Err(Error::NoSuchEvent),
        Some(Role::Invitee(_)) => Err(Error::NotOrganiser),
        Some(Role::Organiser) if event.sent => Err(Error::AlreadySent),
        Some(Role::Organiser) => Ok(event),
    }
}
