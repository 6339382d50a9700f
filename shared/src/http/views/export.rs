//! `{"export"}`: a page of all that is held of a user, in the shape of `mock/JSON_Schems/export.json`.

use jiff::Timestamp;
use serde::Serialize;
use uuid::Uuid;

use super::people::CardView;
use super::polls::MyVote;
use super::role;
use super::sessions::{SessionView, views};
use crate::domain::event::Answer;
use crate::domain::export::{ExportedAccount, ExportedEvent, ExportedPoll};
use crate::domain::language::Language;
use crate::domain::poll::{Choice, Poll};
use crate::domain::session::Session;
use crate::domain::user::Profile;
use crate::domain::{EventId, UserId};

/// The body.
#[derive(Serialize)]
pub struct ExportBody<'a> {
    export: Page<'a>,
}

#[derive(Serialize)]
struct Page<'a> {
    /// On the first page only.
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    user: Option<UserExport<'a>>,
    events: Vec<EventExport<'a>>,
    cursor: Option<&'a str>,
}

/// What is not of events.
#[derive(Serialize)]
pub struct UserExport<'a> {
    user: AccountExport<'a>,
    contacts: Vec<CardView<'a>>,
    sessions: Vec<SessionView<'a>>,
    password_reset_mailed_at: Option<Timestamp>,
}

/// The account itself.
#[derive(Serialize)]
struct AccountExport<'a> {
    id: UserId,
    name: &'a str,
    avatar: &'a str,
    username: &'a str,
    #[serde(rename = "e-mail")]
    email: &'a str,
    searchable: bool,
    mails: bool,
    language: Language,
    #[serde(rename = "new_e-mail")]
    new_email: Option<&'a str>,
}

/// One event.
#[derive(Serialize)]
pub struct EventExport<'a> {
    id: EventId,
    name: &'a str,
    status: bool,
    role: &'static str,
    created_at: Timestamp,
    date: PollExport<'a>,
    place: PollExport<'a>,
    invited: &'a [String],
    alias: Option<&'a str>,
    answer: Option<Answer>,
    additional: &'a str,
}

#[derive(Serialize)]
struct PollExport<'a> {
    options: &'a [String],
    choice: Choice,
    decided: Option<&'a str>,
    my_vote: MyVote<'a>,
}

impl<'a> ExportBody<'a> {
    /// A page of events, on the first page after the rest; and the cursor of the next page.
    #[must_use]
    pub fn new(user: Option<UserExport<'a>>, events: &'a [ExportedEvent], cursor: Option<&'a str>) -> Self {
        Self { export: Page { user, events: events.iter().map(EventExport::from).collect(), cursor } }
    }
}

impl<'a> UserExport<'a> {
    /// The account, its contacts and sessions, of which `current` sends the request.
    #[must_use]
    pub fn new(account: &'a ExportedAccount, sessions: &'a [Session], current: Uuid) -> Self {
        let ExportedAccount { profile, new_email, reset_mailed_at } = account;
        let Profile { id, username, email, name, avatar, searchable, mails, language, contacts } = profile;
        let (searchable, new_email) = (*searchable, new_email.as_deref());
        let (mails, language) = (*mails, *language);
        let user = AccountExport { id: *id, name, avatar, username, email, searchable, mails, language, new_email };
        let contacts = contacts.iter().map(CardView::from).collect();
        Self { user, contacts, sessions: views(sessions, current), password_reset_mailed_at: *reset_mailed_at }
    }
}

impl<'a> From<&'a ExportedEvent> for EventExport<'a> {
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

impl<'a> From<&'a ExportedPoll> for PollExport<'a> {
    fn from(exported: &'a ExportedPoll) -> Self {
        let ExportedPoll { poll, votes } = exported;
        let Poll { options, chosen: _, choice, reopened: _ } = poll;
        Self { options, choice: *choice, decided: poll.decided(), my_vote: MyVote::new(poll, Some(votes)) }
    }
}
