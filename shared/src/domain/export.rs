//! An event in the export of a user's data.

use jiff::Timestamp;

use super::EventId;
use super::event::Answer;
use super::poll::{Poll, Votes};
use super::user::Profile;

/// What is held of a user but for sessions and events.
#[derive(Debug)]
pub struct ExportedAccount {
    /// What the user sees at all times, with all contacts.
    pub profile: Profile,
    /// The address whose link has yet to be opened.
    pub new_email: Option<String>,
    /// When a link for a new password was last mailed, if that is still stored.
    pub reset_mailed_at: Option<Timestamp>,
}

/// An event with the user's own part in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExportedEvent {
    /// The event.
    pub id: EventId,
    /// Its name.
    pub name: String,
    /// Whether it has been sent.
    pub sent: bool,
    /// Whether the user is its organiser.
    pub organises: bool,
    /// When it was made.
    pub created_at: Timestamp,
    /// The poll on the date.
    pub date: ExportedPoll,
    /// The poll on the place.
    pub place: ExportedPoll,
    /// The addressees of a draft, as they were typed.
    pub invited: Vec<String>,
    /// The name that came with the address by which the user was invited.
    pub alias: Option<String>,
    /// The user's answer as an invitee.
    pub answer: Option<Answer>,
    /// The organiser's further text.
    pub additional: String,
}

/// A poll with the user's own vote.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExportedPoll {
    /// The options and the decision.
    pub poll: Poll,
    /// The options that the user voted for.
    pub votes: Votes,
}
