//! `{"user"}`: what a user sees of oneself, in the shape of `mock/JSON_Schems/user_pattern.json`.

use serde::Serialize;

use super::people::CardView;
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
    events: Vec<EventRef>,
    chats: Vec<EventId>,
    avatar: &'a str,
    username: &'a str,
    #[serde(rename = "e-mail")]
    email: &'a str,
    searchable: bool,
}

#[derive(Serialize)]
struct EventRef {
    id: EventId,
}

impl<'a> UserBody<'a> {
    /// The user, with these events and those of their chats that are open.
    #[must_use]
    pub fn new(profile: &'a Profile, events: &[ListedEvent]) -> Self {
        let Profile { id, username, email, name, avatar, searchable, contacts } = profile;
        let open = events.iter().filter(|event| event.sent && event.chat_is_open());
        let user = UserView {
            id: *id,
            name,
            contacts: contacts.iter().map(CardView::from).collect(),
            events: events.iter().map(|event| EventRef { id: event.id }).collect(),
            chats: open.map(|event| event.id).collect(),
            avatar,
            username,
            email,
            searchable: *searchable,
        };
        Self { user }
    }
}
