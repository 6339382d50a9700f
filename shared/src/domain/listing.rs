//! An event in a user's list.

use jiff::Timestamp;

use super::EventId;
use super::event::Answer;
use super::poll::Poll;

/// One event in a user's list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListedEvent {
    /// The event.
    pub id: EventId,
    /// Its name; empty for a draft without one.
    pub name: String,
    /// Whether it has been sent.
    pub sent: bool,
    /// The dates to choose from, and what was decided.
    pub date: Poll,
    /// The places to choose from, and what was decided.
    pub place: Poll,
    /// Whether the user is its organiser.
    pub organises: bool,
    /// The user's answer as an invitee.
    pub answer: Option<Answer>,
    /// When it was made.
    pub created_at: Timestamp,
}

impl ListedEvent {
    /// Whether its chat is open to the user.
    #[must_use]
    pub fn chat_is_open(&self) -> bool {
        self.organises || self.answer.is_some_and(Answer::opens_chat)
    }
}
