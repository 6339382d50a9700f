//! `mock/JSON_Schems/export.json`: a page of all that is held of a user.

use jiff::Timestamp;
use serde::Serialize;
use uuid::Uuid;

use super::sessions::{SessionView, views};
use super::{PersonView, json, role, text};
use crate::domain::event::Answer;
use crate::domain::export::{ExportedAccount, ExportedEvent, ExportedPoll};
use crate::domain::user::Profile;
use crate::domain::{EventId, UserId};
use crate::error::Result;

/// `{"export": …}`.
#[derive(Serialize)]
pub struct ExportBody<'a> {
    export: ExportView<'a>,
}

#[derive(Serialize)]
struct ExportView<'a> {
    /// On the first page alone.
    #[serde(flatten)]
    account: Option<AccountView<'a>>,
    events: Vec<ExportedView<'a>>,
    cursor: Option<String>,
}

/// What is held of a user that is not of events.
#[derive(Serialize)]
pub struct AccountView<'a> {
    user: ExportedUserView<'a>,
    contacts: Vec<PersonView<'a>>,
    sessions: Vec<SessionView<'a>>,
    password_reset_mailed_at: Option<String>,
}

#[derive(Serialize)]
struct ExportedUserView<'a> {
    id: UserId,
    name: &'a str,
    username: &'a str,
    #[serde(rename = "e-mail")]
    email: &'a str,
    avatar: &'a str,
}

#[derive(Serialize)]
struct ExportedView<'a> {
    id: EventId,
    name: &'a str,
    status: bool,
    role: &'static str,
    #[serde(serialize_with = "text")]
    created_at: Timestamp,
    date: ExportedPollView<'a>,
    place: ExportedPollView<'a>,
    invited: &'a [String],
    alias: Option<&'a str>,
    answer: Option<Answer>,
    additional: &'a str,
}

#[derive(Serialize)]
struct ExportedPollView<'a> {
    options: &'a [String],
    decided: Option<&'a str>,
    my_vote: Option<&'a str>,
}

impl<'a> ExportBody<'a> {
    /// A page: the account if it is the first, these events, and the cursor of the next page.
    #[must_use]
    pub fn new(account: Option<AccountView<'a>>, events: &'a [ExportedEvent], cursor: Option<String>) -> Self {
        let events = events.iter().map(ExportedView::from).collect();
        Self { export: ExportView { account, events, cursor } }
    }
}

impl<'a> AccountView<'a> {
    /// The account, as handed out to a request of the current session.
    #[must_use]
    pub fn new(account: &'a ExportedAccount, current: Uuid) -> Self {
        let ExportedAccount { profile, sessions, reset_mailed_at } = account;
        let Profile { id, username, email, name, avatar, contacts } = profile;
        Self {
            user: ExportedUserView { id: *id, name, username, email, avatar },
            contacts: contacts.iter().map(PersonView::from).collect(),
            sessions: views(sessions, current),
            password_reset_mailed_at: reset_mailed_at.map(|at| at.to_string()),
        }
    }

    /// How long it is as JSON, in octets.
    ///
    /// # Errors
    /// `Internal`.
    pub fn length(&self) -> Result<usize> {
        Ok(json(self)?.len())
    }
}

/// How long an event is in an export as JSON, in octets.
///
/// # Errors
/// `Internal`.
pub fn length_of_event(event: &ExportedEvent) -> Result<usize> {
    Ok(json(&ExportedView::from(event))?.len())
}

impl<'a> From<&'a ExportedEvent> for ExportedView<'a> {
    fn from(event: &'a ExportedEvent) -> Self {
        let ExportedEvent { id, name, sent, organises, created_at, date, place, invited, alias, answer, additional } =
            event;
        Self {
            id: *id,
            name,
            status: *sent,
            role: role(*organises),
            created_at: *created_at,
            date: date.into(),
            place: place.into(),
            invited,
            alias: alias.as_deref(),
            answer: *answer,
            additional,
        }
    }
}

impl<'a> From<&'a ExportedPoll> for ExportedPollView<'a> {
    fn from(poll: &'a ExportedPoll) -> Self {
        let ExportedPoll { options, decided, vote } = poll;
        let text = |index: Option<usize>| index.and_then(|index| options.get(index)).map(String::as_str);
        Self { options, decided: text(*decided), my_vote: text(*vote) }
    }
}
