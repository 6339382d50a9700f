//! Drafts: made and edited, each as a whole. `event_items` tells how they lie in the table.

use aws_sdk_dynamodb::error::ProvideErrorMetadata;
use aws_sdk_dynamodb::types::{AttributeValue, ReturnValue};

use super::event_items::{CONTENT, EVENT, draft_item, key};
use super::events::Events;
use super::{conditional, failure, number, text};
use crate::domain::event::Event;
use crate::domain::{EventId, UserId};
use crate::error::{Error, Result};

/// The attribute that holds the fingerprint of what an event was made of.
pub(super) const MADE_OF: &str = "made_of";

impl Events {
    /// Creates the draft, and keeps that fingerprint of what it was made of. If there is an event with that id already, it is left
    /// as it is, and the answer is `false`.
    ///
    /// # Errors
    /// When it cannot be written.
    pub async fn create_draft(&self, event: &Event, made_of: Option<&str>) -> Result<bool> {
        let mut item = draft_item(event)?;
        item.extend(made_of.map(|made_of| (MADE_OF.to_owned(), AttributeValue::S(made_of.to_owned()))));
        let put = self
            .0
            .client
            .put_item()
            .table_name(&self.0.name)
            .set_item(Some(item))
            .condition_expression("attribute_not_exists(event_id) OR attribute_exists(expires_at)");
        conditional("PutItem", put.send().await)
    }

    /// Puts the content of this draft in place of the stored one's, whatever version that has, or only if it has this one.
    /// Tells which version it is then; `None` if the draft was sent or is gone, is somebody else's, or has another version.
    ///
    /// # Errors
    /// When it cannot be written.
    pub async fn replace_draft(&self, event: &Event, version: Option<u64>) -> Result<Option<u64>> {
        let mut item = draft_item(event)?;
        let mut update = self.0.client.update_item().table_name(&self.0.name).set_key(Some(key(event.id, EVENT)));
        let (mut set, mut remove) = (vec!["version = version + :one".to_owned()], Vec::new());
        for attribute in CONTENT {
            update = update.expression_attribute_names(format!("#{attribute}"), attribute);
            if let Some(value) = item.remove(attribute) {
                set.push(format!("#{attribute} = :{attribute}"));
                update = update.expression_attribute_values(format!(":{attribute}"), value);
            } else {
                remove.push(format!("#{attribute}"));
            }
        }
        let remove = if remove.is_empty() { String::new() } else { format!(" REMOVE {}", remove.join(", ")) };
        let mut condition = "sent = :false AND user_id = :user AND attribute_not_exists(expires_at)".to_owned();
        if let Some(version) = version {
            condition += " AND version = :version";
            update = update.expression_attribute_values(":version", number(&version));
        }
        let update = update
            .update_expression(format!("SET {}{remove}", set.join(", ")))
            .condition_expression(condition)
            .expression_attribute_values(":one", number(&1))
            .expression_attribute_values(":false", AttributeValue::Bool(false))
            .expression_attribute_values(":user", text(&event.organiser.id))
            .return_values(ReturnValue::UpdatedNew);
        let output = match update.send().await {
            Ok(output) => output,
            Err(error) if error.code() == Some("ConditionalCheckFailedException") => return Ok(None),
            Err(error) => return Err(failure("UpdateItem", error)),
        };
        let version = output.attributes.as_ref().and_then(|item| item.get("version")?.as_n().ok()?.parse().ok());
        version.map(Some).ok_or_else(|| Error::internal("UpdateItem", "no version"))
    }

    /// Takes back a draft that was made only just now, whose organiser is no more.
    ///
    /// # Errors
    /// When it cannot be written.
    pub async fn undo_draft(&self, id: EventId, organiser: UserId) -> Result<()> {
        let delete = self
            .0
            .client
            .delete_item()
            .table_name(&self.0.name)
            .set_key(Some(key(id, EVENT)))
            .condition_expression("sent = :false AND user_id = :user")
            .expression_attribute_values(":false", AttributeValue::Bool(false))
            .expression_attribute_values(":user", text(&organiser));
        conditional("DeleteItem", delete.send().await).map(drop)
    }
}
