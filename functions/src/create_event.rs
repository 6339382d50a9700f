//! `POST /event`: makes a draft.

use std::sync::Arc;

use shared::app::PlanApp;
use shared::domain::draft::Draft;
use shared::domain::event::Event;
use shared::domain::{EventId, UserId};
use shared::error::{Error, Result};
use shared::http::{Reply, Request, both};
use shared::log::{Act, Subject};
use shared::token::digest::{idempotent_id, json_fingerprint};
use uuid::Uuid;

use crate::drafting::{named, plan};

/// `201` with the draft. The same `Idempotency-Key` with the same body again gives the event that it made, as it is now.
///
/// # Errors
/// `Unauthenticated`, `Invalid`, `IdempotencyMismatch`.
pub async fn handle(app: Arc<PlanApp>, request: Request) -> Result<Reply> {
    let user = request.user(&app.signer, &app.clock)?;
    let body = request.parse(|body| Ok((json_fingerprint(body), Draft::parse(body)?)));
    let (key, (made_of, draft)) = both(request.idempotency_key(), body)?;
    let id = key.as_ref().map_or_else(Uuid::new_v4, |key| idempotent_id(user, key));
    let event = match make(&app, id, user, draft, key.as_ref().map(|_| made_of.as_str())).await {
        Ok(Some(event)) => {
            request.audit(Act::EventCreated, Subject::Event(id));
            event
        }
        Ok(None) => made_before(&app, id, user, &made_of).await?,
        // Somebody whom the draft names may be no more, since it was made.
        Err(Error::Invalid(faults)) if key.is_some() => {
            made_before(&app, id, user, &made_of).await.map_err(|error| match error {
                Error::NoSuchEvent => Error::Invalid(faults),
                error => error,
            })?
        }
        Err(error) => return Err(error),
    };
    Reply::event(&event, user)?.created(&format!("/event/{id}"))
}

/// The draft that is made, unless there is an event with that id already.
async fn make(app: &PlanApp, id: EventId, user: UserId, draft: Draft, made_of: Option<&str>) -> Result<Option<Event>> {
    let event = plan(&app.users, id, user, draft, app.clock.now()).await?;
    if !app.events.create_draft(&event, made_of).await? {
        return Ok(None);
    }
    // Whoever deletes or renames the account at this moment did not find this draft.
    let Some(organiser) = app.users.find_person(user).await? else {
        app.events.undo_draft(id, user).await?;
        return Err(Error::Unauthenticated);
    };
    if organiser != event.organiser {
        app.events.rename_organiser(id, &organiser).await?;
    }
    Ok(Some(Event { organiser, ..event }))
}

/// The event that an earlier request made of the same, as it is now.
async fn made_before(app: &PlanApp, id: EventId, user: UserId, made_of: &str) -> Result<Event> {
    let found = app.events.find(id).await?;
    found.event.role(user).ok_or(Error::NoSuchEvent)?;
    if found.made_of.is_some_and(|stored| stored != made_of) {
        return Err(Error::IdempotencyMismatch);
    }
    named(&app.users, found.event, app.clock.now()).await
}
