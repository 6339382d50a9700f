//! `mock/JSON_Schems/user_pattern.json`: what a user sees of oneself.

use serde::Serialize;

use super::PersonView;
use crate::domain::listing::ListedEvent;
use crate::domain::user::Profile;
use crate::domain::{EventId, UserId};

/// `{"user": …}`.
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
    contacts: Vec<PersonView<'a>>,
    events: Vec<EventReference>,
    chats: Vec<EventId>,
    avatar: &'a str,
}

#[derive(Serialize)]
struct EventReference {
    id: EventId,
}

impl<'a> UserBody<'a> {
    /// The user, these events, and those of them whose chat is open.
    #[must_use]
    pub fn new(profile: &'a Profile, events: &[ListedEvent]) -> Self {
        let Profile { id, username, email, name, avatar, contacts } = profile;
        let chats = events.iter().filter(|event| event.sent && event.chat_is_open());
        Self {
            user: UserView {
                id: *id,
                name,
                username,
                email,
                contacts: contacts.iter().map(PersonView::from).collect(),
                events: events.iter().map(|event| EventReference { id: event.id }).collect(),
                chats: chats.map(|event| event.id).collect(),
                avatar,
            },
        }
    }
}
