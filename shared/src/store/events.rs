//! Events, as their members see them; and their deletion. `event_items` tells how they lie in the table.

use aws_sdk_dynamodb::types::AttributeValue;
use jiff::Timestamp;
use tokio::task::JoinSet;
use uuid::Uuid;

use super::change::Change;
pub use super::event_items::Record;
use super::event_items::{MADE_OF, event_of, record_of, row};
use super::failure::conditional;
use super::item::{EXPIRES_AT, Item, attribute, number, string, text};
use super::keys::{self, EVENT};
use super::table::{Table, over_table};
use crate::domain::amendment::Amended;
use crate::domain::event::{Event, Invitee};
use crate::domain::lifetime::{self, seconds};
use crate::domain::person::Person;
use crate::domain::{EventId, UserId};
use crate::error::{Error, Result};

/// How many members' rows are written at once.
const AT_ONCE: usize = 25;

/// The events.
#[derive(Clone, Debug)]
pub struct Events(Table);

over_table!(Events, of_events);

/// An event with what else its partition holds.
#[derive(Clone, Debug)]
pub struct StoredEvent {
    /// The event.
    pub event: Event,
    /// The fingerprint of the body that it was made of, if that came with an `Idempotency-Key`.
    pub made_of: Option<String>,
    /// The sort keys of the invitees' rows.
    pub(super) rows: Vec<String>,
}

impl StoredEvent {
    /// A draft that is about to be stored under an id of its own.
    #[must_use]
    pub const fn new(draft: Event) -> Self {
        Self { event: draft, made_of: None, rows: Vec::new() }
    }

    /// The same with these invitees.
    #[must_use]
    pub fn with_invitees(mut self, invitees: Vec<Invitee>) -> Self {
        self.event.invitees = invitees;
        self
    }

    /// The same with that content.
    #[must_use]
    pub fn with_content(&self, draft: Event) -> Self {
        Self { event: draft, ..self.clone() }
    }
}

impl Events {
    /// The event as it is now, with all its members.
    ///
    /// # Errors
    /// `NoSuchEvent`.
    pub async fn find_event(&self, id: EventId) -> Result<Event> {
        self.find_stored(id).await.map(|stored| stored.event)
    }

    /// The same, to be sent or deleted.
    ///
    /// # Errors
    /// `NoSuchEvent`.
    pub async fn find_stored(&self, id: EventId) -> Result<StoredEvent> {
        let items = self.partition(id).await?;
        let rows = items.iter().map(row).filter(|row| *row != EVENT).map(str::to_owned).collect();
        let made_of = items.iter().find_map(|item| string(item, MADE_OF)).map(str::to_owned);
        event_of(items)?.map(|event| StoredEvent { event, made_of, rows }).ok_or(Error::NoSuchEvent)
    }

    /// All rows of the event, as they are now.
    pub(super) async fn partition(&self, id: EventId) -> Result<Vec<Item>> {
        self.0.partition("event_id", id.to_string()).await
    }

    /// All that is left of the event, deleted or not. `None` if there is nothing.
    pub async fn find_record(&self, id: EventId) -> Result<Option<Record>> {
        record_of(self.partition(id).await?)
    }

    /// Writes an amendment. `false` if the event is gone or another's by now, or a poll that gets further options has changed since.
    pub async fn amend(&self, amended: &Amended) -> Result<bool> {
        let event = &amended.event;
        let mut change = Change::new()
            .add("version", number(&1))
            .when("user_id = :user AND sent = :sent AND attribute_not_exists(expires_at)")
            .value(":user", text(&event.organiser.id))
            .value(":sent", AttributeValue::Bool(event.sent));
        if amended.is_revision() {
            change = change.add("revision", number(&1));
        }
        if let Some(name) = &amended.name {
            change = change.set("#name", text(name)).name("#name", "name");
        }
        if let Some(additional) = &amended.additional {
            change = change.set("additional", text(additional));
        }
        for (topic, known) in &amended.options {
            let (options, chosen) = (format!("{topic}s"), format!("#{topic}"));
            let all = &event.poll(*topic).options;
            change = change
                .set(&options, attribute(all)?)
                .when(&format!("size({options}) = :known_{topic}"))
                .value(&format!(":known_{topic}"), number(known));
            if event.sent {
                change = change.when(&format!("attribute_not_exists({chosen})")).name(&chosen, topic.name());
            }
        }
        conditional("UpdateItem", change.of(self.0.update_item(keys::event(event.id))).send().await)
    }

    /// Deletes the event: it is marked, and so nobody sees it any more. Its rows expire in time. `false` if it is another's by now, or
    /// was sent since it was read.
    pub async fn delete_event(&self, event: &Event, now: Timestamp) -> Result<bool> {
        // It may be marked already by a request whose answer was lost.
        let kept = if event.sent { lifetime::DELETED_EVENT } else { lifetime::DELETED_DRAFT };
        let mark = self
            .0
            .update_item(keys::event(event.id))
            .update_expression("SET #expires_at = if_not_exists(#expires_at, :expires_at) ADD revision :one")
            .condition_expression("user_id = :user AND sent = :sent")
            .expression_attribute_names("#expires_at", EXPIRES_AT)
            .expression_attribute_values(":expires_at", number(&(now.as_second() + seconds(kept))))
            .expression_attribute_values(":one", number(&1))
            .expression_attribute_values(":user", text(&event.organiser.id))
            .expression_attribute_values(":sent", AttributeValue::Bool(event.sent));
        conditional("UpdateItem", mark.send().await)
    }

    /// Deletes the event of an organiser whose account is being deleted, of whom nothing stays in it. `false` if the event is another's
    /// by now.
    pub(super) async fn delete_as_nobodys(&self, user: UserId, id: EventId, now: Timestamp) -> Result<bool> {
        let nobody = Person::deleted(Uuid::new_v4());
        let mark = self
            .0
            .update_item(keys::event(id))
            .update_expression(
                "SET #expires_at = if_not_exists(#expires_at, :expires_at), user_id = :nobody, user_name = :name \
                 REMOVE username ADD revision :one",
            )
            .condition_expression("user_id = :user AND sent = :true")
            .expression_attribute_names("#expires_at", EXPIRES_AT)
            .expression_attribute_values(":expires_at", number(&(now.as_second() + seconds(lifetime::DELETED_EVENT))))
            .expression_attribute_values(":nobody", text(&nobody.id))
            .expression_attribute_values(":name", text(&nobody.name))
            .expression_attribute_values(":one", number(&1))
            .expression_attribute_values(":user", text(&user))
            .expression_attribute_values(":true", AttributeValue::Bool(true));
        conditional("UpdateItem", mark.send().await)
    }

    /// Deletes a draft of an organiser whose account is being deleted, with all its rows. `false` if it was sent, or is another's by now.
    pub(super) async fn delete_draft(&self, user: UserId, id: EventId, now: Timestamp) -> Result<bool> {
        // A sending that was under way may have added rows. From now on it cannot.
        let mark = self
            .0
            .update_item(keys::event(id))
            .update_expression("SET #expires_at = if_not_exists(#expires_at, :expires_at)")
            .condition_expression("user_id = :user AND sent = :false")
            .expression_attribute_names("#expires_at", EXPIRES_AT)
            .expression_attribute_values(":expires_at", number(&(now.as_second() + seconds(lifetime::DELETED_DRAFT))))
            .expression_attribute_values(":user", text(&user))
            .expression_attribute_values(":false", AttributeValue::Bool(false));
        if !conditional("UpdateItem", mark.send().await)? {
            return Ok(false);
        }
        self.delete_rows(id).await?;
        Ok(true)
    }

    /// Lets the members' rows of a deleted event expire with it. Repeating it finishes what was interrupted.
    pub async fn expire_members(&self, id: EventId, expires_at: i64) -> Result<()> {
        let rows = self.partition(id).await?;
        let lasting = rows.iter().filter(|item| row(item) != EVENT && !item.contains_key(EXPIRES_AT));
        let keys: Vec<_> = lasting.map(|item| keys::event_row(id, row(item))).collect();
        for keys in keys.chunks(AT_ONCE) {
            let mut writes = JoinSet::new();
            for key in keys {
                let update = self
                    .0
                    .update_item(key.clone())
                    .update_expression("SET #expires_at = :expires_at")
                    .condition_expression("attribute_exists(event_id)")
                    .expression_attribute_names("#expires_at", EXPIRES_AT)
                    .expression_attribute_values(":expires_at", number(&expires_at));
                writes.spawn(async move { conditional("UpdateItem", update.send().await) });
            }
            while let Some(written) = writes.join_next().await {
                written.map_err(|error| Error::internal("expire_members", error))??;
            }
        }
        Ok(())
    }

    async fn delete_rows(&self, id: EventId) -> Result<()> {
        let items = self.partition(id).await?;
        let members = items.iter().map(row).filter(|row| *row != EVENT).map(|row| keys::event_row(id, row));
        self.0.delete_many(members.collect()).await?;
        let delete = self.0.delete_item(keys::event(id)).condition_expression("attribute_exists(expires_at)");
        conditional("DeleteItem", delete.send().await).map(drop)
    }
}
