//! The names of users on the rows of events, where others see them.

use std::collections::HashSet;

use aws_sdk_dynamodb::types::AttributeValue;

use super::change::Change;
use super::event_items::row;
use super::failure::{Rounds, conditional};
use super::index::{distinct, event_id, keys_of, shown};
use super::item::{Item, string, text};
use super::keys::{self, EVENT};
use super::lists::entries;
use super::table::{Table, over_table};
use crate::domain::listing::ListedEvent;
use crate::domain::person::Person;
use crate::domain::{EventId, UserId};
use crate::error::Result;

/// The names on the rows of events.
#[derive(Clone, Debug)]
pub struct Names(Table);

over_table!(Names, of_events);

impl Names {
    /// Puts a new name on all of the user's rows, and lists the newest events, at most `listed`. Repeating it finishes an interrupted
    /// renaming.
    pub async fn rename_user(&self, user: UserId, name: &str, listed: usize) -> Result<Vec<ListedEvent>> {
        let own = keys_of(&self.0, user).await?;
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
            // The row is gone, or the event has passed on: then the user has another row there.
            rounds.wait().await?;
            let keys = missed.into_iter().flat_map(|id| shown(id, user)).collect();
            missed = self.rename_rows(user, name, &self.0.get_many(keys, true, None).await?).await?;
        }
        entries(user, listed, rows)
    }

    /// Puts the name on those of the rows that are the user's. The answer is the events in which one was not the user's any more.
    async fn rename_rows(&self, user: UserId, name: &str, rows: &[Item]) -> Result<Vec<EventId>> {
        let owner = text(&user);
        let mut missed = Vec::new();
        for item in rows {
            let attribute = if row(item) == EVENT { "user_name" } else { "name" };
            let is_others = item.get("user_id") != Some(&owner);
            if is_others || string(item, attribute) == Some(name) {
                continue;
            }
            let id = event_id(item)?;
            if !self.rename_row(keys::event_row(id, row(item)), attribute, user, name).await? {
                missed.push(id);
            }
        }
        Ok(missed)
    }

    /// Puts the names of a user who was a guest until now on all rows of the guest. Repeating it finishes what was interrupted.
    pub async fn name_guest(&self, user: UserId, name: &str, username: &str) -> Result<()> {
        for key in keys_of(&self.0, user).await? {
            let change = Change::new()
                .set("#name", text(&name))
                .set("username", text(&username))
                .remove("guest")
                .when("user_id = :user AND guest = :true")
                .name("#name", "name")
                .value(":user", text(&user))
                .value(":true", AttributeValue::Bool(true));
            conditional("UpdateItem", change.of(self.0.update_item(key)).send().await)?;
        }
        Ok(())
    }

    /// Puts the organiser's new name on an event.
    pub async fn rename_organiser(&self, id: EventId, organiser: &Person) -> Result<()> {
        self.rename_row(keys::event(id), "user_name", organiser.id, &organiser.name).await.map(drop)
    }

    /// `false` if the row is gone or another's by now.
    async fn rename_row(&self, key: Item, attribute: &str, user: UserId, name: &str) -> Result<bool> {
        let update = self
            .0
            .update_item(key)
            .update_expression("SET #name = :name")
            .condition_expression("user_id = :user")
            .expression_attribute_names("#name", attribute)
            .expression_attribute_values(":name", text(&name))
            .expression_attribute_values(":user", text(&user));
        conditional("UpdateItem", update.send().await)
    }
}
