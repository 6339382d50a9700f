//! `PATCH /user`: changes what others see of the user.

use shared::domain::user::ProfileChanges;
use shared::error::{Error, Result};
use shared::http::{Reply, Request};
use shared::log::{Act, Subject};
use shared::store::accounts::Accounts;
use shared::store::lists::Lists;
use shared::store::names::Names;
use shared::store::profiles::Profiles;
use shared::token::Signer;

use crate::profile::{MAX_EVENTS, profile};

/// `200` with the user. A new name is seen in all events that the user organises or was sent.
///
/// # Errors
/// `Unauthenticated`, also when the user is no more; `Invalid`.
pub async fn handle(
    request: Request,
    (signer, accounts, names, lists, profiles): (Signer, Accounts, Names, Lists, Profiles),
) -> Result<Reply> {
    let user = request.user(&signer)?;
    let changes = request.parse(ProfileChanges::parse)?;
    if !accounts.update_profile(user, &changes).await? {
        return Err(Error::Unauthenticated);
    }
    request.audit(Act::UserUpdated, Subject::Account(Some(user)));
    let entries = match &changes.name {
        Some(name) => names.rename_user(user, name, MAX_EVENTS).await?,
        None => lists.newest_events(user, MAX_EVENTS).await?,
    };
    profile(&profiles, user, &entries).await
}
