//! `GET /user`: what the user sees of oneself.

use shared::error::Result;
use shared::http::{Reply, Request};
use shared::store::lists::Lists;
use shared::store::profiles::Profiles;
use shared::token::Signer;

use crate::profile::{MAX_EVENTS, profile};

/// `200` with the user, the contacts, the events and the open chats.
///
/// # Errors
/// `Unauthenticated`, also when the user is no more.
pub async fn handle(request: Request, (signer, lists, profiles): (Signer, Lists, Profiles)) -> Result<Reply> {
    let user = request.user(&signer)?;
    // One call after the other: both at once would take a second connection, which costs a cold start more than it gains.
    let entries = lists.newest_events(user, MAX_EVENTS).await?;
    profile(&profiles, user, &entries).await
}
