//! What a user sees of oneself, as reading and changing it answer.

use shared::app::PlanApp;
use shared::domain::UserId;
use shared::domain::listing::ListedEvent;
use shared::error::{Error, Result};
use shared::http::Reply;
use shared::http::views::UserBody;

/// How many events are listed at most, the newest first.
pub(crate) const MAX_EVENTS: usize = 100;

/// `200` with the user, the contacts, these events and the open chats.
///
/// # Errors
/// `Unauthenticated` when the user is no more.
pub(crate) async fn profile(app: &PlanApp, user: UserId, events: &[ListedEvent]) -> Result<Reply> {
    let profile = app.users.find_profile(user, app.clock.now()).await?.ok_or(Error::Unauthenticated)?;
    Reply::ok(&UserBody::new(&profile, events))
}
