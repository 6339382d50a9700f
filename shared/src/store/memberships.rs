//! Everything of one user among the events: to carry a new name, or to be taken away.
//!
//! What belongs to whom comes from the index, which may lag a moment.

use std::collections::HashSet;

use aws_sdk_dynamodb::types::{AttributeValue, Delete, Put, TransactWriteItem};
use jiff::Timestamp;
use uuid::Uuid;

use super::event_items::{EVENT, EventRow, MemberRow, key, member, row};
use super::events::{Events, written};
use super::lists::{Entry, distinct, entries, event_id, shown};
use super::users::built;
use super::{Item, Rounds, conditional, from_item, text, to_item};
use crate::domain::event::{DELETED_USER, Person};
use crate::domain::{EventId, UserId};
use crate::error::Result;

/// How many entries of the index are read at once.
const PAGE: usize = 500;

impl Events {
    /// The keys of the user's rows: `EVENT` where the user organises, the own `MEMBER#` row elsewhere.
    async fn keys_of(&self, user: UserId) -> Result<Vec<Item>> {
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
    pub async fn rename_user(&self, user: UserId, name: &str, listed: usize) -> Result<Vec<Entry>> {
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
        let owner = text(&user);
        for item in &rows {
            let attribute = if row(item) == EVENT { "user_name" } else { "name" };
            let is_others = item.get("user_id") != Some(&owner);
            if is_others || item.get(attribute).and_then(|name| name.as_s().ok()).is_some_and(|old| old == name) {
                continue;
            }
            self.rename_row(key(event_id(item)?, row(item)), attribute, user, name).await?;
        }
        entries(user, listed, rows)
    }

    /// Puts a new name of the organiser's on an event.
    ///
    /// # Errors
    /// When it cannot be written.
    pub async fn rename_organiser(&self, id: EventId, organiser: &Person) -> Result<()> {
        self.rename_row(key(id, EVENT), "user_name", organiser.id, &organiser.name).await
    }

    async fn rename_row(&self, key: Item, attribute: &str, user: UserId, name: &str) -> Result<()> {
        let update = self
            .0
            .client
            .update_item()
            .table_name(&self.0.name)
            .set_key(Some(key))
            .update_expression("SET #name = :name")
            // A row that is gone by now needs no name.
            .condition_expression("user_id = :user")
            .expression_attribute_names("#name", attribute)
            .expression_attribute_values(":name", AttributeValue::S(name.to_owned()))
            .expression_attribute_values(":user", text(&user));
        conditional("UpdateItem", update.send().await).map(drop)
    }

    /// Takes the user out of all events. Drafts go. What was sent stays for its other members: the user's place in it, with
    /// answer and votes, is taken by somebody without a name under an id that nobody has. Repeating it finishes what was interrupted.
    ///
    /// # Errors
    /// When it cannot be written.
    pub async fn forget_user(&self, user: UserId, now: Timestamp) -> Result<()> {
        for own in self.keys_of(user).await? {
            let id = event_id(&own)?;
            if row(&own) == EVENT {
                self.leave_as_organiser(id, user, now).await?;
            } else {
                self.leave_as_invitee(id, user).await?;
            }
        }
        Ok(())
    }

    async fn leave_as_organiser(&self, id: EventId, user: UserId, now: Timestamp) -> Result<()> {
        let mut rounds = Rounds::new("UpdateItem");
        loop {
            let event: Option<EventRow> = self.0.get(key(id, EVENT)).await?.map(from_item).transpose()?;
            let Some(event) = event.filter(|event| event.user_id == user) else { return Ok(()) };
            // A draft, or an event whose deletion was interrupted.
            if !event.sent || event.expires_at.is_some() {
                return self.delete_by_id(id, now).await;
            }
            let update = self
                .0
                .client
                .update_item()
                .table_name(&self.0.name)
                .set_key(Some(key(id, EVENT)))
                .update_expression("SET user_id = :nobody, user_name = :name REMOVE username")
                .condition_expression("user_id = :user AND attribute_not_exists(expires_at)")
                .expression_attribute_values(":nobody", text(&Uuid::new_v4()))
                .expression_attribute_values(":name", AttributeValue::S(DELETED_USER.to_owned()))
                .expression_attribute_values(":user", text(&user));
            if conditional("UpdateItem", update.send().await)? {
                return Ok(());
            }
            rounds.wait().await?;
        }
    }

    /// Puts somebody without a name, under an id that nobody has, in the place of that invitee, if he still has it.
    ///
    /// # Errors
    /// When it cannot be written.
    pub async fn leave_as_invitee(&self, id: EventId, user: UserId) -> Result<()> {
        let mut rounds = Rounds::new("TransactWriteItems");
        loop {
            let Some(old) = self.0.get(key(id, member(user))).await? else { return Ok(()) };
            // A vote that comes between is not to be lost.
            let unchanged = |attribute: &str| {
                if old.contains_key(attribute) {
                    format!("#{attribute} = :{attribute}")
                } else {
                    format!("attribute_not_exists(#{attribute})")
                }
            };
            let facts = ["answer", "date", "place"];
            let condition = facts.map(unchanged).join(" AND ");
            let mut delete = Delete::builder()
                .table_name(&self.0.name)
                .set_key(Some(key(id, member(user))))
                .condition_expression(format!("attribute_exists(event_id) AND {condition}"));
            for fact in facts {
                delete = delete.expression_attribute_names(format!("#{fact}"), fact);
                if let Some(value) = old.get(fact) {
                    delete = delete.expression_attribute_values(format!(":{fact}"), value.clone());
                }
            }
            let nobody = Uuid::new_v4();
            let stored: MemberRow = from_item(old.clone())?;
            let left = MemberRow {
                row: member(nobody),
                user_id: nobody,
                name: DELETED_USER.to_owned(),
                username: None,
                alias: None,
                ..stored
            };
            let put = Put::builder().table_name(&self.0.name).set_item(Some(to_item(left)?));
            let writes = vec![
                TransactWriteItem::builder().delete(built(delete.build())?).build(),
                TransactWriteItem::builder().put(built(put.build())?).build(),
            ];
            if written(self.0.transact(writes).await)? {
                return Ok(());
            }
            rounds.wait().await?;
        }
    }
}
