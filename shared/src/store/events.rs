//! Events: sent, voted on and deleted. `event_items` tells how they lie in the table.

use std::collections::HashSet;

use aws_sdk_dynamodb::types::{AttributeValue, ConditionCheck, Delete, Put, TransactWriteItem, Update};
use jiff::Timestamp;

use super::change::Change;
use super::drafts::MADE_OF;
use super::event_items::{EVENT, event, key, member, member_item, row};
use super::users::built;
use super::{EXPIRES_AT, Item, NotWritten, Table, conditional, number, text};
use crate::domain::event::{Answer, Event};
use crate::domain::lifetime::{self, seconds};
use crate::domain::poll::Topic;
use crate::domain::{EventId, UserId};
use crate::error::{Error, Result};

/// DynamoDB's own limit on the writes of one transaction.
const TRANSACTION: usize = 100;

/// The events and their members.
#[derive(Clone, Debug)]
pub struct Events(pub(super) Table);

/// The rows of an event's partition, as they were read.
#[derive(Debug)]
pub struct Found {
    /// The event.
    pub event: Event,
    /// The fingerprint of the body that it was made of, if that came with an `Idempotency-Key`.
    pub made_of: Option<String>,
    /// The invitees who have a row.
    rows: Vec<String>,
}

/// Which of an organiser's events may be deleted.
#[derive(Clone, Copy)]
pub(super) enum Which {
    /// Any.
    Any,
    /// One that has not been sent.
    Draft,
}

impl Events {
    /// The events in that table.
    #[must_use]
    pub const fn new(table: Table) -> Self {
        Self(table)
    }

    /// The event as it is now, with all its members.
    ///
    /// # Errors
    /// `NoSuchEvent`.
    pub async fn find_event(&self, id: EventId) -> Result<Event> {
        self.find(id).await.map(|found| found.event)
    }

    /// The same, to be sent or deleted.
    ///
    /// # Errors
    /// `NoSuchEvent`.
    pub async fn find(&self, id: EventId) -> Result<Found> {
        let items = self.partition(id).await?;
        let rows = items.iter().map(row).filter(|row| *row != EVENT).map(str::to_owned).collect();
        let made_of = items.iter().find_map(|item| item.get(MADE_OF)?.as_s().ok().cloned());
        event(items)?.map(|event| Found { event, made_of, rows }).ok_or(Error::NoSuchEvent)
    }

    /// Sends the draft that was found: writes the rows of its invitees and turns its status. If the draft has changed since,
    /// or was sent by somebody else, the answer is `false`.
    ///
    /// Up to 99 invitees are one transaction. More take several, each on the condition that the draft is still unsent and
    /// unchanged, so that a late one can never overwrite a vote; what an interrupted sending leaves is finished by the next.
    ///
    /// # Errors
    /// When it cannot be written.
    pub async fn send_event(&self, found: &Found, now: Timestamp) -> Result<bool> {
        let event = &found.event;
        let wanted: HashSet<String> = event.invitees.iter().map(|invitee| member(invitee.person.id)).collect();
        let mut writes = Vec::new();
        for row in found.rows.iter().filter(|row| !wanted.contains(*row)) {
            let delete = Delete::builder().table_name(&self.0.name).set_key(Some(key(event.id, row)));
            writes.push(TransactWriteItem::builder().delete(built(delete.build())?).build());
        }
        for (position, invitee) in event.invitees.iter().enumerate() {
            let item = member_item(event, position, invitee, now)?;
            let put = Put::builder().table_name(&self.0.name).set_item(Some(item));
            writes.push(TransactWriteItem::builder().put(built(put.build())?).build());
        }
        while writes.len() >= TRANSACTION {
            let mut part: Vec<_> = writes.drain(..TRANSACTION - 1).collect();
            part.push(self.unchanged(event)?);
            if !written(self.0.transact(part).await)? {
                return Ok(false);
            }
        }
        writes.push(self.turn_status(event)?);
        written(self.0.transact(writes).await)
    }

    fn unchanged(&self, event: &Event) -> Result<TransactWriteItem> {
        let check = ConditionCheck::builder()
            .table_name(&self.0.name)
            .set_key(Some(key(event.id, EVENT)))
            .condition_expression(UNSENT)
            .expression_attribute_values(":false", AttributeValue::Bool(false))
            .expression_attribute_values(":version", number(&event.version));
        Ok(TransactWriteItem::builder().condition_check(built(check.build())?).build())
    }

    fn turn_status(&self, event: &Event) -> Result<TransactWriteItem> {
        let update = Update::builder()
            .table_name(&self.0.name)
            .set_key(Some(key(event.id, EVENT)))
            .update_expression("SET sent = :true, version = :next REMOVE invitees")
            .condition_expression(UNSENT)
            .expression_attribute_values(":true", AttributeValue::Bool(true))
            .expression_attribute_values(":false", AttributeValue::Bool(false))
            .expression_attribute_values(":version", number(&event.version))
            .expression_attribute_values(":next", number(&(event.version + 1)));
        Ok(TransactWriteItem::builder().update(built(update.build())?).build())
    }

    /// Records the invitee's vote on the invitee's own row, or takes it from there.
    ///
    /// # Errors
    /// `NoSuchEvent` if the row is gone.
    pub async fn update_vote(&self, event: EventId, user: UserId, topic: Topic, option: Option<usize>) -> Result<()> {
        self.update(key(event, member(user)), topic.name(), option.as_ref().map(number)).await
    }

    /// Records the invitee's answer on the invitee's own row.
    ///
    /// # Errors
    /// `NoSuchEvent` if the row is gone.
    pub async fn update_answer(&self, event: EventId, user: UserId, answer: Answer) -> Result<()> {
        self.update(key(event, member(user)), "answer", Some(AttributeValue::S(answer.as_str().to_owned()))).await
    }

    /// Sets one attribute of an invitee's row that exists, or removes it. Whoever acts is shown by the own name from then on.
    async fn update(&self, key: Item, attribute: &str, value: Option<AttributeValue>) -> Result<()> {
        let change = Change::new()
            .remove("#alias")
            .when("attribute_exists(event_id) AND attribute_not_exists(expires_at)")
            .name("#alias", "alias")
            .name("#attribute", attribute);
        let change = match value {
            Some(value) => change.set("#attribute", value),
            None => change.remove("#attribute"),
        };
        let update = self.0.client.update_item().table_name(&self.0.name).set_key(Some(key));
        let written = conditional("UpdateItem", change.of(update).send().await)?;
        if written { Ok(()) } else { Err(Error::NoSuchEvent) }
    }

    /// Deletes the event: first it is marked, from when on nobody sees it, then its rows go, the event's own last. If it is gone
    /// already, or another's by now, the answer is `false`.
    ///
    /// # Errors
    /// When it cannot be written.
    pub async fn delete_event(&self, found: &Found, now: Timestamp) -> Result<bool> {
        self.delete_of(found.event.organiser.id, found.event.id, Which::Any, now).await
    }

    /// The same of that organiser's event, or only if it is still a draft.
    pub(super) async fn delete_of(&self, user: UserId, id: EventId, which: Which, now: Timestamp) -> Result<bool> {
        // Marking twice is no fault: the answer to the first may have been lost.
        let mark = self
            .0
            .client
            .update_item()
            .table_name(&self.0.name)
            .set_key(Some(key(id, EVENT)))
            .update_expression("SET #expires_at = if_not_exists(#expires_at, :expires_at)")
            .expression_attribute_names("#expires_at", EXPIRES_AT)
            .expression_attribute_values(":expires_at", number(&(now.as_second() + seconds(lifetime::DELETED_EVENT))))
            .expression_attribute_values(":user", text(&user));
        let mark = match which {
            Which::Any => mark.condition_expression("user_id = :user"),
            Which::Draft => mark
                .condition_expression("user_id = :user AND sent = :false")
                .expression_attribute_values(":false", AttributeValue::Bool(false)),
        };
        if !conditional("UpdateItem", mark.send().await)? {
            return Ok(false);
        }
        // A sending that was under way may have added rows; it cannot any more.
        self.delete_rows(id).await?;
        Ok(true)
    }

    /// Finishes the deletion of an event, if this user's was interrupted. Tells whether there was one.
    ///
    /// # Errors
    /// When it cannot be written.
    pub async fn finish_deletion(&self, id: EventId, organiser: UserId) -> Result<bool> {
        let items = self.partition(id).await?;
        let own = items.iter().find(|item| row(item) == EVENT);
        let marked = own.is_some_and(|item| {
            item.contains_key(EXPIRES_AT)
                && item.get("user_id").and_then(|id| id.as_s().ok()) == Some(&organiser.to_string())
        });
        if marked {
            self.delete_rows(id).await?;
        }
        Ok(marked)
    }

    async fn delete_rows(&self, id: EventId) -> Result<()> {
        let items = self.partition(id).await?;
        let members = items.iter().map(row).filter(|row| *row != EVENT).map(|row| key(id, row));
        self.0.delete_many(members.collect()).await?;
        let delete = self
            .0
            .client
            .delete_item()
            .table_name(&self.0.name)
            .set_key(Some(key(id, EVENT)))
            .condition_expression("attribute_exists(expires_at)");
        conditional("DeleteItem", delete.send().await).map(drop)
    }

    /// All rows of the event, as they are now.
    pub(super) async fn partition(&self, id: EventId) -> Result<Vec<Item>> {
        self.0.partition("event_id", id.to_string()).await
    }
}

const UNSENT: &str = "sent = :false AND version = :version AND attribute_not_exists(expires_at)";

/// Whether a conditional transaction was written.
pub(super) fn written(result: Result<(), NotWritten>) -> Result<bool> {
    match result {
        Ok(()) => Ok(true),
        Err(NotWritten::Condition) => Ok(false),
        Err(NotWritten::Failed(error)) => Err(error),
    }
}
