//! Everything of one user among the events: to carry a new name. `departures` takes it away, `exports` hands it out.
//!
//! What belongs to whom comes from the index, which may lag a moment.

use std::collections::HashSet;

use aws_sdk_dynamodb::types::AttributeValue;

use super::event_items::{EVENT, key, row};
use super::events::Events;
use super::lists::{distinct, entries, event_id, shown};
use super::{Item, Rounds, conditional, text};
use crate::domain::event::Person;
use crate::domain::listing::ListedEvent;
use crate::domain::{EventId, UserId};
use crate::error::Result;

/// How many entries of the index are read at once.
const PAGE: usize = 500;

impl Events {
    /// The keys of the user's rows: `EVENT` where the user organises, the own `MEMBER#` row elsewhere.
    pub(super) async fn keys_of(&self, user: UserId) -> Result<Vec<Item>> {
        let (mut keys, mut start) = (Vec::new(), None);
        loop {
            let (page, next) = self.index_page(user, PAGE, start).await?;
            for entry in page {
                keys.push(key(event_id(&entry)?, row(&entry)));
            }
            start = next;
            if start.is_none() {
                return Ok(keys);
            }
        }
    }

    /// Puts a new name on all of the user's rows, and lists the newest events, up to that number. Repeating it finishes what was
    /// interrupted.
    ///
    /// # Errors
    /// When it cannot be read or written.
    pub async fn rename_user(&self, user: UserId, name: &str, listed: usize) -> Result<Vec<ListedEvent>> {
        let own = self.keys_of(user).await?;
        let ids = distinct(&own)?;
        let (listed, rest) = ids.split_at(listed.min(ids.len()));
        let mut keys: Vec<_> = listed.iter().flat_map(|id| shown(*id, user)).collect();
        let rest: HashSet<_> = rest.iter().collect();
        for key in own {
            if rest.contains(&event_id(&key)?) {
                keys.push(key);
            }
        }
        let rows = self.0.get_many(keys, true, None).await?;
        let mut missed = self.rename_rows(user, name, &rows).await?;
        let mut rounds = Rounds::new("UpdateItem");
        while !missed.is_empty() {
            // Gone, or passed on: then the user has another row there.
            rounds.wait().await?;
            let keys = missed.into_iter().flat_map(|id| shown(id, user)).collect();
            missed = self.rename_rows(user, name, &self.0.get_many(keys, true, None).await?).await?;
        }
        entries(user, listed, rows)
    }

    /// Puts the name on those of the rows that are the user's. Gives the events in which one was so no more.
    async fn rename_rows(&self, user: UserId, name: &str, rows: &[Item]) -> Result<Vec<EventId>> {
        let owner = text(&user);
        let mut missed = Vec::new();
        for item in rows {
            let attribute = if row(item) == EVENT { "user_name" } else { "name" };
            let is_others = item.get("user_id") != Some(&owner);
            if is_others || item.get(attribute).and_then(|name| name.as_s().ok()).is_some_and(|old| old == name) {
                continue;
            }
            let id = event_id(item)?;
            if !self.rename_row(key(id, row(item)), attribute, user, name).await? {
                missed.push(id);
            }
        }
        Ok(missed)
    }

    /// Puts a new name of the organiser's on an event.
    ///
    /// # Errors
    /// When it cannot be written.
    pub async fn rename_organiser(&self, id: EventId, organiser: &Person) -> Result<()> {
        self.rename_row(key(id, EVENT), "user_name", organiser.id, &organiser.name).await.map(drop)
    }

    /// If the row is gone or another's by now, the answer is `false`.
    async fn rename_row(&self, key: Item, attribute: &str, user: UserId, name: &str) -> Result<bool> {
        let update = self
            .0
            .client
            .update_item()
            .table_name(&self.0.name)
            .set_key(Some(key))
            .update_expression("SET #name = :name")
            .condition_expression("user_id = :user")
            .expression_attribute_names("#name", attribute)
            .expression_attribute_values(":name", AttributeValue::S(name.to_owned()))
            .expression_attribute_values(":user", text(&user));
        conditional("UpdateItem", update.send().await)
    }
}
