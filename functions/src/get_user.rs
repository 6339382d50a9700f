//! `GET /user`: what the user sees of oneself.

use std::sync::Arc;

use shared::app::PlanApp;
use shared::error::Result;
use shared::http::{Reply, Request};

use crate::profile::{MAX_EVENTS, profile};

/// `200` with the user, the contacts, the events and the open chats.
///
/// # Errors
/// `Unauthenticated`, also when the user is no more.
pub async fn handle(app: Arc<PlanApp>, request: Request) -> Result<Reply> {
    let user = request.user(&app.signer, &app.clock)?;
    // One after the other: a second connection, for both at once, costs a cold start more than it gains.
    let entries = app.events.newest_events(user, MAX_EVENTS).await?;
    profile(&app, user, &entries).await
}
