//! `{"users"}`, `{"contact"}` and `{"contacts"}`: people whom somebody looks for or knows, in the shapes of `users.json`, `contact.json`
//! and `contacts.json` in `mock/JSON_Schems`.

use serde::Serialize;

use crate::domain::UserId;
use crate::domain::person::Card;

/// The body with users who were found.
#[derive(Serialize)]
pub struct UsersBody<'a> {
    users: Vec<CardView<'a>>,
}

/// The body with one contact.
#[derive(Serialize)]
pub struct ContactBody<'a> {
    contact: CardView<'a>,
}

/// The body with a page of contacts.
#[derive(Serialize)]
pub struct ContactsBody<'a> {
    contacts: Vec<CardView<'a>>,
    cursor: Option<&'a str>,
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

impl<'a> ContactBody<'a> {
    /// This contact.
    #[must_use]
    pub fn new(contact: &'a Card) -> Self {
        Self { contact: contact.into() }
    }
}

impl<'a> ContactsBody<'a> {
    /// These contacts, and the cursor of the page after them.
    #[must_use]
    pub fn new(contacts: &'a [Card], cursor: Option<&'a str>) -> Self {
        Self { contacts: contacts.iter().map(CardView::from).collect(), cursor }
    }
}

impl<'a> From<&'a Card> for CardView<'a> {
    fn from(card: &'a Card) -> Self {
        let Card { id, name, avatar, username } = card;
        Self { id: *id, name, avatar, username }
    }
}
