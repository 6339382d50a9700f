//! Votes and answers, each a fact on the invitee's own row.

use super::change::Change;
use super::failure::conditional;
use super::item::{number, numbers, text};
use super::keys;
use super::table::{Table, over_table};
use crate::domain::event::Answer;
use crate::domain::poll::{Choice, Topic};
use crate::domain::{EventId, UserId};
use crate::error::{Error, Result};

/// The invitees of events that were sent.
#[derive(Clone, Debug)]
pub struct Members(Table);

over_table!(Members, of_events);

impl Members {
    /// Records the invitee's vote in a poll with that choice. Where the choice is any it is added to a set, so that no two votes of
    /// the same invitee at the same time come in each other's way.
    ///
    /// # Errors
    /// `NoSuchEvent` if the row is gone.
    pub async fn add_vote(&self, event: EventId, user: UserId, poll: (Topic, Choice), option: usize) -> Result<()> {
        let change = match poll.1 {
            Choice::One => Change::new().set("#fact", number(&option)),
            Choice::Any => Change::new().add("#fact", numbers([option])),
        };
        self.update(event, user, votes(poll), change).await
    }

    /// Takes back the invitee's vote in a poll with that choice.
    ///
    /// # Errors
    /// `NoSuchEvent` if the row is gone.
    pub async fn remove_vote(&self, event: EventId, user: UserId, poll: (Topic, Choice), option: usize) -> Result<()> {
        let change = match poll.1 {
            Choice::One => Change::new().remove("#fact"),
            Choice::Any => Change::new().delete("#fact", numbers([option])),
        };
        self.update(event, user, votes(poll), change).await
    }

    /// Records the invitee's answer.
    ///
    /// # Errors
    /// `NoSuchEvent` if the row is gone.
    pub async fn update_answer(&self, event: EventId, user: UserId, answer: Answer) -> Result<()> {
        self.update(event, user, "answer", Change::new().set("#fact", text(&answer.as_str()))).await
    }

    /// Changes one fact of an invitee, `#fact`, in a row that exists. An invitee who acts is shown by the own name from then on.
    async fn update(&self, event: EventId, user: UserId, fact: &str, change: Change) -> Result<()> {
        let change = change
            .remove("#alias")
            .when("attribute_exists(event_id) AND attribute_not_exists(expires_at)")
            .name("#alias", "alias")
            .name("#fact", fact);
        let update = change.of(self.0.update_item(keys::member(event, user)));
        if conditional("UpdateItem", update.send().await)? { Ok(()) } else { Err(Error::NoSuchEvent) }
    }
}

/// The attribute that holds a member's votes in a poll with that choice.
const fn votes((topic, choice): (Topic, Choice)) -> &'static str {
    match (topic, choice) {
        (Topic::Date, Choice::One) => "date",
        (Topic::Date, Choice::Any) => "date_votes",
        (Topic::Place, Choice::One) => "place",
        (Topic::Place, Choice::Any) => "place_votes",
    }
}
