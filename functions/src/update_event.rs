//! `PUT /event/{id}`: replaces a draft.

use std::sync::Arc;

use event_messenger::app::PlanApp;
use event_messenger::domain::UserId;
use event_messenger::domain::draft::Draft;
use event_messenger::domain::event::{Event, Role};
use event_messenger::error::{Error, Result};
use event_messenger::http::{Reply, Request, both, draft_etag};
use event_messenger::log::{Act, Subject};

use crate::drafting::plan;

/// How often it is tried anew when somebody else writes the draft at the same time.
const ROUNDS: usize = 5;

/// `200` with the draft as it is now. What is there already is not written again, whatever `If-Match` says: it may be
/// the repetition of a request whose answer was lost.
///
/// # Errors
/// `NoSuchEvent`, `NotOrganiser`, `AlreadySent`, `Changed` for an `If-Match` that is no longer true, `Invalid`.
pub async fn handle(app: Arc<PlanApp>, request: Request) -> Result<Reply> {
    let user = request.user(&app.signer, &app.clock)?;
    let (id, draft) = both(request.event_id(), request.parse(Draft::parse))?;
    let mut stored = editable(app.events.find_event(id).await?, user)?;
    let planned = plan(&app.users, user, draft, app.clock.now()).await?;
    for _ in 0..ROUNDS {
        let same = Event { id, created_at: stored.created_at, version: stored.version, ..planned.clone() };
        if same.is_stored_as(&stored) {
            return Reply::event(&same, user);
        }
        if !request.may_replace(&draft_etag(&stored)) {
            return Err(Error::Changed);
        }
        let replaced = Event { version: stored.version + 1, ..same };
        if app.events.replace_draft(&replaced).await? {
            request.audit(Act::EventUpdated, Subject::Event(id));
            return Reply::event(&replaced, user);
        }
        stored = editable(app.events.find_event(id).await?, user)?;
    }
    Err(Error::unavailable("PutItem", "contention"))
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
