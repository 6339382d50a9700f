//! `{"user"}`: what a user sees of oneself, in the shape of `mock/JSON_Schems/user_pattern.json`.

use serde::Serialize;

use super::people::CardView;
use crate::domain::language::Language;
use crate::domain::listing::ListedEvent;
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
    contacts: Vec<CardView<'a>>,
    events: Vec<MenuView<'a>>,
    chats: Vec<EventId>,
    avatar: &'a str,
    username: &'a str,
    #[serde(rename = "e-mail")]
    email: &'a str,
    searchable: bool,
    mails: bool,
    language: Language,
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
        let Profile { id, username, email, name, avatar, searchable, mails, language, contacts } = profile;
        let open = events.iter().filter(|event| event.sent && event.chat_is_open());
        let user = UserView {
            id: *id,
            name,
            contacts: contacts.iter().map(CardView::from).collect(),
            events: events.iter().map(MenuView::from).collect(),
            chats: open.map(|event| event.id).collect(),
            avatar,
            username,
            email,
            searchable: *searchable,
            mails: *mails,
            language: *language,
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
