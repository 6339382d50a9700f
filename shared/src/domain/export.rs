//! What is handed out to a user on request: the account, and of each event what the user may see and did.

use jiff::Timestamp;

use super::EventId;
use super::event::Answer;
use super::session::SessionEntry;
use super::user::Profile;

/// What is held of a user that is not of events. Hashes and tokens are not in it: they say nothing of the user, and are secret.
#[derive(Debug)]
pub struct ExportedAccount {
    /// The user.
    pub profile: Profile,
    /// The sessions that are not over.
    pub sessions: Vec<SessionEntry>,
    /// When a link for a new password was last mailed, as far as that is remembered.
    pub reset_mailed_at: Option<Timestamp>,
}

/// An event that the user organises, or was invited to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExportedEvent {
    /// The event.
    pub id: EventId,
    /// What it is called.
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
    /// Of a draft: to whom it is to be sent, as typed.
    pub invited: Vec<String>,
    /// The name that came with the address by which the user was invited, as long as it is shown.
    pub alias: Option<String>,
    /// What the user answered.
    pub answer: Option<Answer>,
    /// Whatever else the organiser says.
    pub additional: String,
}

/// A poll, and the user's vote in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExportedPoll {
    /// All options in the organiser's order.
    pub options: Vec<String>,
    /// The index of the option that was decided on.
    pub decided: Option<usize>,
    /// The index of the option that the user voted for.
    pub vote: Option<usize>,
}
