//! The answer to reading and to changing one's own account.

use shared::domain::UserId;
use shared::domain::listing::ListedEvent;
use shared::error::{Error, Result};
use shared::http::Reply;
use shared::http::views::UserBody;
use shared::store::profiles::Profiles;

/// The most events that are listed, the newest first.
pub(crate) const MAX_EVENTS: usize = 100;

/// `200` with the user, the contacts, these events and the open chats.
///
/// # Errors
/// `Unauthenticated` when the user is no more.
pub(crate) async fn profile(profiles: &Profiles, user: UserId, events: &[ListedEvent]) -> Result<Reply> {
    let profile = profiles.find_profile(user).await?.ok_or(Error::Unauthenticated)?;
    Reply::ok(&UserBody::new(&profile, events))
}
