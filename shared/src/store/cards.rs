//! What others see of a user, as accounts and the index of the search hold it.

use serde::Deserialize;

use super::item::{Item, Projection, from_item};
use crate::domain::UserId;
use crate::domain::person::Card;
use crate::error::Result;

/// Never the password's hash: the functions that show people have no right to it.
pub(super) const CARD: Projection<'static> =
    Projection { expression: "user_id, #name, avatar, username, active", names: &[("#name", "name")] };

#[derive(Deserialize)]
struct CardItem {
    user_id: UserId,
    name: String,
    #[serde(default)]
    avatar: String,
    username: String,
    /// The index does not have it: nobody else is in there.
    #[serde(default = "confirmed")]
    active: bool,
}

const fn confirmed() -> bool {
    true
}

/// What others see of the user of this item, if confirmed and not leaving.
pub(super) fn card(item: Item) -> Result<Option<Card>> {
    let CardItem { user_id: id, name, avatar, username, active } = from_item(item)?;
    Ok(active.then_some(Card { id, name, avatar, username }))
}
