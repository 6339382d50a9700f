//! `{"users"}`: users whom somebody looks for, in the shape of `mock/JSON_Schems/users.json`.

use serde::Serialize;

use crate::domain::UserId;
use crate::domain::person::Card;

/// The body.
#[derive(Serialize)]
pub struct UsersBody<'a> {
    users: Vec<CardView<'a>>,
}

#[derive(Serialize)]
pub(super) struct CardView<'a> {
    id: UserId,
    name: &'a str,
    avatar: &'a str,
    username: &'a str,
}

impl<'a> UsersBody<'a> {
    /// These users.
    #[must_use]
    pub fn new(users: &'a [Card]) -> Self {
        Self { users: users.iter().map(CardView::from).collect() }
    }
}

impl<'a> From<&'a Card> for CardView<'a> {
    fn from(card: &'a Card) -> Self {
        let Card { id, name, avatar, username } = card;
        Self { id: *id, name, avatar, username }
    }
}
