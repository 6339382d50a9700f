//! `POST /event`: makes a draft.

use std::sync::Arc;

use event_messenger::app::PlanApp;
use event_messenger::domain::draft::Draft;
use event_messenger::domain::event::Event;
use event_messenger::error::Result;
use event_messenger::http::{Reply, Request, both};
use event_messenger::log::{Act, Subject};
use event_messenger::token::digest::idempotent_id;
use uuid::Uuid;

use crate::drafting::{named, plan};

/// `201` with the draft. The same `Idempotency-Key` again gives the event that it made, as it is now.
///
/// # Errors
/// `Unauthenticated`, `Invalid`.
pub async fn handle(app: Arc<PlanApp>, request: Request) -> Result<Reply> {
    let user = request.user(&app.signer, &app.clock)?;
    let (key, draft) = both(request.idempotency_key(), request.parse(Draft::parse))?;
    let planned = plan(&app.users, user, draft, app.clock.now()).await?;
    let id = key.map_or_else(Uuid::new_v4, |key| idempotent_id(user, &key));
    let event = Event { id, ..planned };
    let event = if app.events.create_draft(&event).await? {
        request.audit(Act::EventCreated, Subject::Event(id));
        event
    } else {
        named(&app.users, app.events.find_event(id).await?, app.clock.now()).await?
    };
    Reply::event(&event, user)?.created(&format!("/event/{id}"))
}
