//! `{"user"}`: what a user sees of oneself, in the shape of `mock/JSON_Schems/user_pattern.json`.

use serde::Serialize;

use crate::domain::listing::ListedEvent;
use crate::domain::person::Person;
use crate::domain::user::Profile;
use crate::domain::{EventId, UserId};

/// The body.
#[derive(Serialize)]
pub struct UserBody<'a> {
    user: UserView<'a>,
}

#[derive(Serialize)]
struct UserView<'a> {
    id: UserId,
    name: &'a str,
    username: &'a str,
    #[serde(rename = "e-mail")]
    email: &'a str,
    contacts: Vec<ContactView<'a>>,
    events: Vec<MenuView<'a>>,
    chats: Vec<EventId>,
    avatar: &'a str,
}

#[derive(Serialize)]
pub(super) struct ContactView<'a> {
    id: UserId,
    name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    username: Option<&'a str>,
}

/// An event, as far as a menu shows it.
#[derive(Serialize)]
struct MenuView<'a> {
    id: EventId,
    name: &'a str,
    status: bool,
    /// The date that was decided on; empty as long as there is none.
    date: &'a str,
}

impl<'a> UserBody<'a> {
    /// The user, with these events and those of their chats that are open.
    #[must_use]
    pub fn new(profile: &'a Profile, events: &'a [ListedEvent]) -> Self {
        let Profile { id, username, email, name, avatar, contacts } = profile;
        let open = events.iter().filter(|event| event.sent && event.chat_is_open());
        let user = UserView {
            id: *id,
            name,
            username,
            email,
            contacts: contacts.iter().map(ContactView::from).collect(),
            events: events.iter().map(MenuView::from).collect(),
            chats: open.map(|event| event.id).collect(),
            avatar,
        };
        Self { user }
    }
}

impl<'a> From<&'a ListedEvent> for MenuView<'a> {
    fn from(event: &'a ListedEvent) -> Self {
        let ListedEvent { id, name, sent, date, place: _, organises: _, answer: _, created_at: _ } = event;
        Self { id: *id, name, status: *sent, date: date.decided().unwrap_or_default() }
    }
}

impl<'a> From<&'a Person> for ContactView<'a> {
    fn from(person: &'a Person) -> Self {
        let Person { id, name, username } = person;
        Self { id: *id, name, username: username.as_deref() }
    }
}
