//! `GET /event/{id}`: an event as its reader sees it.

use std::sync::Arc;

use shared::app::PlanApp;
use shared::error::Result;
use shared::http::{Reply, Request};

use crate::drafting::named;
use crate::settling::settled;

/// `200` with the event and its `ETag`.
///
/// # Errors
/// `NoSuchEvent` for everybody but its members, and for an invitee as long as it is a draft.
pub async fn handle(app: Arc<PlanApp>, request: Request) -> Result<Reply> {
    let user = request.user(&app.signer, &app.clock)?;
    let (event, _) = settled(&app.events, &request, request.event_id()?, user).await?;
    Reply::event(&named(&app.users, event, app.clock.now()).await?, user)
}
