//! Votes and answers, each a fact on the invitee's own row.

use super::change::Change;
use super::failure::conditional;
use super::item::{number, text};
use super::keys;
use super::table::{Table, over_table};
use crate::domain::event::Answer;
use crate::domain::poll::Topic;
use crate::domain::{EventId, UserId};
use crate::error::{Error, Result};
use aws_sdk_dynamodb::types::AttributeValue;

/// The invitees of events that were sent.
#[derive(Clone, Debug)]
pub struct Members(Table);

over_table!(Members, of_events);

impl Members {
    /// Records the invitee's vote, or takes it back.
    ///
    /// # Errors
    /// `NoSuchEvent` if the row is gone.
    pub async fn update_vote(&self, event: EventId, user: UserId, topic: Topic, option: Option<usize>) -> Result<()> {
        self.update(event, user, topic.name(), option.as_ref().map(number)).await
    }

    /// Records the invitee's answer.
    ///
    /// # Errors
    /// `NoSuchEvent` if the row is gone.
    pub async fn update_answer(&self, event: EventId, user: UserId, answer: Answer) -> Result<()> {
        self.update(event, user, "answer", Some(text(&answer.as_str()))).await
    }

    /// Sets one attribute of an invitee's row that exists, or removes it. An invitee who acts is shown by the own name from then on.
    async fn update(&self, event: EventId, user: UserId, attribute: &str, value: Option<AttributeValue>) -> Result<()> {
        let change = Change::new()
            .remove("#alias")
            .when("attribute_exists(event_id) AND attribute_not_exists(expires_at)")
            .name("#alias", "alias")
            .name("#attribute", attribute);
        let change = match value {
            Some(value) => change.set("#attribute", value),
            None => change.remove("#attribute"),
        };
        let update = change.of(self.0.update_item(keys::member(event, user)));
        if conditional("UpdateItem", update.send().await)? { Ok(()) } else { Err(Error::NoSuchEvent) }
    }
}
