//! What a user sees of oneself, as reading and changing it answer.

use jiff::Timestamp;
use serde_json::json;
use shared::domain::UserId;
use shared::error::{Error, Result};
use shared::http::Reply;
use shared::store::lists::Entry;
use shared::store::profiles::Profiles;

/// How many events are listed at most, the newest first.
pub(crate) const MAX_EVENTS: usize = 100;

/// `200` with the user, the contacts, these events and the open chats.
///
/// # Errors
/// `Unauthenticated` when the user is no more.
pub(crate) async fn profile(profiles: &Profiles, user: UserId, entries: &[Entry], now: Timestamp) -> Result<Reply> {
    let profile = profiles.find_profile(user, now).await?.ok_or(Error::Unauthenticated)?;
    let events: Vec<_> = entries.iter().map(|entry| entry.id).collect();
    let chats: Vec<_> =
        entries.iter().filter(|entry| entry.sent && entry.chat_is_open()).map(|entry| entry.id).collect();
    Ok(Reply::ok(&json!({"user": profile.view(&events, &chats)})))
}
