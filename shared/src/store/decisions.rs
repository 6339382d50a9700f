//! The decisions of an event's polls: facts on the event's own row, while the votes are facts on the members' rows.

use aws_sdk_dynamodb::types::AttributeValue;

use super::failure::conditional;
use super::item::{number, text};
use super::keys;
use super::table::{Table, over_table};
use crate::domain::poll::Topic;
use crate::domain::{EventId, UserId};
use crate::error::Result;

/// The decisions of events that were sent.
#[derive(Clone, Debug)]
pub struct Decisions(Table);

over_table!(Decisions, of_events);

impl Decisions {
    /// Records the organiser's decision, or takes a decision back, after which no majority decides that poll any more. `false` if it is
    /// so already, and if the event is gone, or another's by now.
    pub async fn update_decision(
        &self,
        event: EventId,
        organiser: UserId,
        topic: Topic,
        option: Option<usize>,
    ) -> Result<bool> {
        // A repeated call, whose first answer was lost, must not count twice: each count is mailed.
        let is_change = match option {
            Some(_) => "attribute_not_exists(#decided) OR #decided <> :option",
            None => "attribute_exists(#decided)",
        };
        let update = self
            .0
            .update_item(keys::event(event))
            .condition_expression(format!("user_id = :user AND attribute_not_exists(expires_at) AND ({is_change})"))
            .expression_attribute_names("#decided", topic.name())
            .expression_attribute_values(":user", text(&organiser))
            .expression_attribute_values(":one", number(&1));
        let update = match option {
            Some(option) => update
                .update_expression("SET #decided = :option ADD decisions :one, revision :one")
                .expression_attribute_values(":option", number(&option)),
            None => update
                .update_expression("SET #reopened = :true REMOVE #decided ADD decisions :one, revision :one")
                .expression_attribute_names("#reopened", reopened(topic))
                .expression_attribute_values(":true", AttributeValue::Bool(true)),
        };
        conditional("UpdateItem", update.send().await)
    }

    /// Records the decision of a majority. `false` if the poll is decided already, the organiser has taken a decision back, or the
    /// event is gone.
    pub async fn record_majority(&self, event: EventId, topic: Topic, option: usize) -> Result<bool> {
        let update = self
            .0
            .update_item(keys::event(event))
            .update_expression("SET #decided = :option ADD decisions :one, revision :one")
            .condition_expression(
                "sent = :true AND attribute_not_exists(#decided) AND attribute_not_exists(#reopened) \
                 AND attribute_not_exists(expires_at)",
            )
            .expression_attribute_names("#decided", topic.name())
            .expression_attribute_names("#reopened", reopened(topic))
            .expression_attribute_values(":option", number(&option))
            .expression_attribute_values(":one", number(&1))
            .expression_attribute_values(":true", AttributeValue::Bool(true));
        conditional("UpdateItem", update.send().await)
    }
}

/// The attribute that says that a decision was taken back.
const fn reopened(topic: Topic) -> &'static str {
    match topic {
        Topic::Date => "date_reopened",
        Topic::Place => "place_reopened",
    }
}
