//! Events, as their members see them; and their deletion. `event_items` tells how they lie in the table.

use aws_sdk_dynamodb::types::AttributeValue;
use jiff::Timestamp;

use super::event_items::{MADE_OF, event_of, row};
use super::failure::conditional;
use super::item::{EXPIRES_AT, Item, number, string, text};
use super::keys::{self, EVENT};
use super::table::{Table, over_table};
use crate::domain::event::Event;
use crate::domain::lifetime::{self, seconds};
use crate::domain::{EventId, UserId};
use crate::error::{Error, Result};

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

/// The condition on which an organiser's event is deleted.
#[derive(Clone, Copy)]
pub(super) enum Only {
    /// None.
    Any,
    /// It has not been sent.
    Draft,
}

impl StoredEvent {
    /// A draft that is about to be stored under an id of its own.
    #[must_use]
    pub const fn new(draft: Event) -> Self {
        Self { event: draft, made_of: None, rows: Vec::new() }
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

    /// Deletes the event. First it is marked, and nobody sees it any more; then its rows go, the event's own last. `false` if it is
    /// gone already, or another's by now.
    pub async fn delete_event(&self, event: &Event, now: Timestamp) -> Result<bool> {
        self.delete_only(event.organiser.id, event.id, Only::Any, now).await
    }

    /// The same for an event of that organiser, or only for a draft.
    pub(super) async fn delete_only(&self, user: UserId, id: EventId, only: Only, now: Timestamp) -> Result<bool> {
        // It may be marked already by a request whose answer was lost.
        let mark = self
            .0
            .update_item(keys::event(id))
            .update_expression("SET #expires_at = if_not_exists(#expires_at, :expires_at)")
            .expression_attribute_names("#expires_at", EXPIRES_AT)
            .expression_attribute_values(":expires_at", number(&(now.as_second() + seconds(lifetime::DELETED_EVENT))))
            .expression_attribute_values(":user", text(&user));
        let mark = match only {
            Only::Any => mark.condition_expression("user_id = :user"),
            Only::Draft => mark
                .condition_expression("user_id = :user AND sent = :false")
                .expression_attribute_values(":false", AttributeValue::Bool(false)),
        };
        if !conditional("UpdateItem", mark.send().await)? {
            return Ok(false);
        }
        // A sending that was under way may have added rows. From now on it cannot.
        self.delete_rows(id).await?;
        Ok(true)
    }

    /// Finishes this user's interrupted deletion of the event. `false` if there is none.
    pub async fn finish_deletion(&self, id: EventId, organiser: UserId) -> Result<bool> {
        let items = self.partition(id).await?;
        let own = items.iter().find(|item| row(item) == EVENT);
        let marked = own.is_some_and(|item| {
            item.contains_key(EXPIRES_AT) && string(item, "user_id") == Some(organiser.to_string().as_str())
        });
        if marked {
            self.delete_rows(id).await?;
        }
        Ok(marked)
    }

    async fn delete_rows(&self, id: EventId) -> Result<()> {
        let items = self.partition(id).await?;
        let members = items.iter().map(row).filter(|row| *row != EVENT).map(|row| keys::event_row(id, row));
        self.0.delete_many(members.collect()).await?;
        let delete = self.0.delete_item(keys::event(id)).condition_expression("attribute_exists(expires_at)");
        conditional("DeleteItem", delete.send().await).map(drop)
    }
}
