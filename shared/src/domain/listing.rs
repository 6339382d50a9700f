//! An event in a user's list.

use jiff::Timestamp;

use super::EventId;
use super::event::Answer;

/// One event in a user's list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListedEvent {
    /// The event.
    pub id: EventId,
    /// Its name; empty for a draft without one.
    pub name: String,
    /// Whether it has been sent.
    pub sent: bool,
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
