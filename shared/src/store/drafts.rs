//! Drafts: made and edited, each as a whole, and sent. `event_items` tells how they lie in the table.

use std::collections::HashSet;

use aws_sdk_dynamodb::error::ProvideErrorMetadata;
use aws_sdk_dynamodb::types::{AttributeValue, ReturnValue, TransactWriteItem};

use super::change::Change;
use super::event_items::{MADE_OF, draft_content, draft_item, member_item};
use super::events::StoredEvent;
use super::failure::{conditional, failure, written};
use super::item::{integer, number, text};
use super::keys;
use super::table::{Part, Table, over_table};
use crate::domain::event::Event;
use crate::domain::{EventId, UserId};
use crate::error::{Error, Result};

/// DynamoDB's own limit on the writes of one transaction.
const TRANSACTION: usize = 100;

/// That a draft has neither been sent nor changed.
const UNSENT: &str = "sent = :false AND version = :version AND attribute_not_exists(expires_at)";

/// The drafts.
#[derive(Clone, Debug)]
pub struct Drafts(Table);

over_table!(Drafts, of_events);

impl Drafts {
    /// Creates the draft, with that fingerprint of the body that it was made of. `false` if there is an event with that id already,
    /// which stays as it is.
    pub async fn create_draft(&self, event: &Event, made_of: Option<&str>) -> Result<bool> {
        let mut item = draft_item(event)?;
        item.extend(made_of.map(|made_of| (MADE_OF.to_owned(), text(&made_of))));
        let put = self
            .0
            .put_item(item)
            .condition_expression("attribute_not_exists(event_id) OR attribute_exists(expires_at)");
        conditional("PutItem", put.send().await)
    }

    /// Replaces the content of the stored draft, whatever its version or only if it has this one. The answer is the new version, or
    /// `None` if the draft was sent or is gone, is somebody else's, or has another version.
    pub async fn replace_draft(&self, event: &Event, version: Option<u64>) -> Result<Option<u64>> {
        let mut change = Change::new()
            .add("version", number(&1))
            .when("sent = :false AND user_id = :user AND attribute_not_exists(expires_at)")
            .value(":false", AttributeValue::Bool(false))
            .value(":user", text(&event.organiser.id));
        for (attribute, value) in draft_content(event)? {
            let placeholder = format!("#{attribute}");
            change = match value {
                Some(value) => change.set(&placeholder, value),
                None => change.remove(&placeholder),
            };
            change = change.name(&placeholder, attribute);
        }
        if let Some(version) = version {
            change = change.when("version = :version").value(":version", number(&version));
        }
        let update = change.of(self.0.update_item(keys::event(event.id))).return_values(ReturnValue::UpdatedNew);
        let output = match update.send().await {
            Ok(output) => output,
            Err(error) if error.code() == Some("ConditionalCheckFailedException") => return Ok(None),
            Err(error) => return Err(failure("UpdateItem", error)),
        };
        let version = output.attributes.as_ref().and_then(|item| integer(item, "version")?.try_into().ok());
        version.map(Some).ok_or_else(|| Error::internal("UpdateItem", "no version"))
    }

    /// Takes back a draft that was just made, whose organiser is gone.
    pub async fn undo_draft(&self, id: EventId, organiser: UserId) -> Result<()> {
        let delete = self
            .0
            .delete_item(keys::event(id))
            .condition_expression("sent = :false AND user_id = :user")
            .expression_attribute_values(":false", AttributeValue::Bool(false))
            .expression_attribute_values(":user", text(&organiser));
        conditional("DeleteItem", delete.send().await).map(drop)
    }

    /// Sends the draft: writes the rows of its invitees and turns its status. `false` if the draft has changed since it was read, or
    /// was sent already.
    ///
    /// Up to 99 invitees are one transaction. More take several, each on the condition that the draft is still unsent and
    /// unchanged, so that a late one can never overwrite a vote; what an interrupted sending leaves is finished by the next.
    pub async fn send_draft(&self, stored: &StoredEvent) -> Result<bool> {
        let event = &stored.event;
        let wanted: HashSet<String> =
            event.invitees.iter().map(|invitee| keys::member_row(invitee.person.id)).collect();
        let mut writes = Vec::new();
        for row in stored.rows.iter().filter(|row| !wanted.contains(*row)) {
            writes.push(self.0.delete(keys::event_row(event.id, row)).part()?);
        }
        for (position, invitee) in event.invitees.iter().enumerate() {
            writes.push(self.0.put(member_item(event.id, position, invitee)?).part()?);
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
        self.0
            .check(keys::event(event.id))
            .condition_expression(UNSENT)
            .expression_attribute_values(":false", AttributeValue::Bool(false))
            .expression_attribute_values(":version", number(&event.version))
            .part()
    }

    fn turn_status(&self, event: &Event) -> Result<TransactWriteItem> {
        self.0
            .update(keys::event(event.id))
            .update_expression("SET sent = :true, version = :next REMOVE invitees")
            .condition_expression(UNSENT)
            .expression_attribute_values(":true", AttributeValue::Bool(true))
            .expression_attribute_values(":false", AttributeValue::Bool(false))
            .expression_attribute_values(":version", number(&event.version))
            .expression_attribute_values(":next", number(&(event.version + 1)))
            .part()
    }
}
