//! `PATCH /user`: changes what others see of the user.

use std::sync::Arc;

use shared::app::PlanApp;
use shared::domain::user::ProfileChanges;
use shared::error::{Error, Result};
use shared::http::{Reply, Request};
use shared::log::{Act, Subject};

use crate::profile::{MAX_EVENTS, profile};

/// `200` with the user. A new name is seen in all events that the user organises or was sent.
///
/// # Errors
/// `Unauthenticated`, also when the user is no more; `Invalid`.
pub async fn handle(app: Arc<PlanApp>, request: Request) -> Result<Reply> {
    let user = request.user(&app.signer, &app.clock)?;
    let changes = request.parse(ProfileChanges::parse)?;
    if !app.users.update_profile(user, &changes).await? {
        return Err(Error::Unauthenticated);
    }
    request.audit(Act::UserUpdated, Subject::Account(Some(user)));
    let entries = match &changes.name {
        Some(name) => app.events.rename_user(user, name, MAX_EVENTS).await?,
        None => app.events.newest_events(user, MAX_EVENTS).await?,
    };
    profile(&app, user, &entries).await
}
