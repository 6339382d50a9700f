//! `POST /event`: makes a draft.

use std::sync::Arc;

use event_messenger::app::PlanApp;
use event_messenger::domain::draft::Draft;
use event_messenger::domain::event::Event;
use event_messenger::error::{Error, Result};
use event_messenger::http::{Reply, Request};
use event_messenger::token::idempotent_id;
use lambda_http::http::HeaderName;
use uuid::Uuid;

use crate::drafting::plan;

/// The longest `Idempotency-Key`, in characters.
const MAX_KEY: usize = 255;

/// `201` with the draft. The same `Idempotency-Key` again gives the event that it made, as it is now.
///
/// # Errors
/// `Unauthenticated`, `Invalid`.
pub async fn handle(app: Arc<PlanApp>, request: Request) -> Result<Reply> {
    let user = request.user(&app.signer, &app.clock)?;
    let key = request.header(&HeaderName::from_static("idempotency-key"));
    if key.is_some_and(|key| key.len() > MAX_KEY) {
        return Err(Error::invalid("Idempotency-Key", format!("must be at most {MAX_KEY} characters long")));
    }
    let draft = request.parse(Draft::parse)?;
    let planned = plan(&app.users, user, draft, app.clock.now()).await?;
    let id = key.map_or_else(Uuid::new_v4, |key| idempotent_id(user, key));
    let event = Event { id, ..planned };
    let event = if app.events.create_draft(&event).await? { event } else { app.events.find_event(id).await? };
    Reply::event(&event, user)?.created(&format!("/event/{id}"))
}
