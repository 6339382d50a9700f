//! Taking a user out of all events.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::{ConditionCheck, Delete, Put, TransactWriteItem};
use jiff::Timestamp;
use uuid::Uuid;

use super::event_items::{EVENT, EventRow, MemberRow, event, key, member, row};
use super::events::{Events, Which, written};
use super::lists::{distinct, event_id, shown};
use super::users::built;
use super::{Item, Rounds, failure, from_item, to_item};
use crate::domain::event::Person;
use crate::domain::poll::Topic;
use crate::domain::{EventId, UserId};
use crate::error::Result;

/// The facts of an invitee.
const FACTS: [&str; 3] = ["answer", "date", "place"];

/// What one event holds of a user.
#[derive(Default)]
struct Own {
    /// The event's own row, whoever organises it.
    event: Option<EventRow>,
    /// The user's row as an invitee.
    membership: Option<Item>,
}

impl Own {
    fn add(&mut self, item: Item) -> Result<()> {
        if row(&item) == EVENT {
            self.event = Some(from_item(item)?);
        } else {
            self.membership = Some(item);
        }
        Ok(())
    }
}

impl Events {
    /// Takes the user out of all events. Drafts go. What was sent stays for its other members: what the user organises is inherited,
    /// and goes where nobody can; the user's place in it, with answer and votes, is taken by somebody without a name under an id that
    /// nobody has. Repeating it finishes what was interrupted.
    ///
    /// The index is looked through until it leads to nothing any more: an event may come in meanwhile, and the index may lag.
    ///
    /// # Errors
    /// When it cannot be read or written, or when events keep coming in.
    pub async fn forget_user(&self, user: UserId, now: Timestamp) -> Result<()> {
        let mut rounds = Rounds::new("Query");
        loop {
            let ids = distinct(&self.keys_of(user).await?)?;
            let mut all: HashMap<EventId, Own> = HashMap::new();
            let keys = ids.iter().flat_map(|id| shown(*id, user)).collect();
            for item in self.0.get_many(keys, true, None).await? {
                all.entry(event_id(&item)?).or_default().add(item)?;
            }
            let mut found = false;
            for id in ids {
                found |= self.leave(id, user, all.remove(&id).unwrap_or_default(), now).await?;
            }
            if !found {
                return Ok(());
            }
            rounds.wait().await?;
        }
    }

    /// Takes the user out of one event, which holds this. Tells whether there was anything to be taken out.
    async fn leave(&self, id: EventId, user: UserId, mut own: Own, now: Timestamp) -> Result<bool> {
        let mut rounds = Rounds::new("TransactWriteItems");
        let mut found = false;
        loop {
            let done = match (own.event, own.membership) {
                (Some(event), _) if event.user_id == user => self.leave_as_organiser(&event, now).await?,
                (event, Some(membership)) => self.vacate_place(event, &membership).await?,
                _ => return Ok(found),
            };
            found = true;
            if done {
                return Ok(true);
            }
            rounds.wait().await?;
            own = self.own(id, user).await?;
        }
    }

    /// Whether it was done. If not, the event has changed at that moment.
    async fn leave_as_organiser(&self, own: &EventRow, now: Timestamp) -> Result<bool> {
        let (id, user) = (own.event_id, own.user_id);
        if !own.sent {
            return self.delete_of(user, id, Which::Draft, now).await;
        }
        if own.expires_at.is_some() {
            return self.delete_of(user, id, Which::Any, now).await;
        }
        let items = self.partition(id).await?;
        let Some(event) = event(items.clone())?.filter(|event| event.organiser.id == user) else { return Ok(false) };
        for topic in Topic::ALL {
            // The heir's votes go, but not what they have decided.
            if let Some(option) = event.due_decision(topic) {
                self.record_majority(id, topic, option).await?;
            }
        }
        let heir = event.heir().map(member);
        match items.into_iter().find(|item| heir.as_deref() == Some(row(item))) {
            Some(heir) => self.pass_on(&event, from_item(heir)?, None).await,
            None => self.delete_of(user, id, Which::Any, now).await,
        }
    }

    /// Puts somebody without a name, under an id that nobody has, in the place of that invitee, if he still has it.
    ///
    /// # Errors
    /// When it cannot be written.
    pub async fn leave_as_invitee(&self, id: EventId, user: UserId) -> Result<()> {
        let mut rounds = Rounds::new("TransactWriteItems");
        loop {
            let Own { event, membership } = self.own(id, user).await?;
            let Some(membership) = membership else { return Ok(()) };
            if self.vacate_place(event, &membership).await? {
                return Ok(());
            }
            rounds.wait().await?;
        }
    }

    async fn own(&self, id: EventId, user: UserId) -> Result<Own> {
        let mut own = Own::default();
        for item in self.0.get_many(shown(id, user).to_vec(), true, None).await? {
            own.add(item)?;
        }
        Ok(own)
    }

    /// Whether it was done. If not, a vote or the like has come between.
    async fn vacate_place(&self, event: Option<EventRow>, own: &Item) -> Result<bool> {
        let stored: MemberRow = from_item(own.clone())?;
        let (id, place) = (stored.event_id, key(stored.event_id, member(stored.user_id)));
        if !event.is_some_and(|event| event.sent && event.expires_at.is_none()) {
            // What an interrupted sending or deletion has left is nobody's place.
            let delete = self.0.client.delete_item().table_name(&self.0.name).set_key(Some(place));
            delete.send().await.map_err(|error| failure("DeleteItem", error))?;
            return Ok(true);
        }
        let nobody = Person::deleted(Uuid::new_v4());
        let left = MemberRow {
            answer: stored.answer,
            date: stored.date,
            place: stored.place,
            gone: true,
            ..MemberRow::new(id, &nobody, stored.position, stored.listed_at)
        };
        let check = ConditionCheck::builder()
            .table_name(&self.0.name)
            .set_key(Some(key(id, EVENT)))
            .condition_expression("attribute_exists(event_id) AND attribute_not_exists(expires_at)");
        let put = Put::builder().table_name(&self.0.name).set_item(Some(to_item(left)?));
        let writes = vec![
            TransactWriteItem::builder().condition_check(built(check.build())?).build(),
            self.remove_unchanged(place, own)?,
            TransactWriteItem::builder().put(built(put.build())?).build(),
        ];
        written(self.0.transact(writes).await)
    }

    /// Removes a row whose facts are still these: a vote that comes between is not to be lost.
    fn remove_unchanged(&self, key: Item, old: &Item) -> Result<TransactWriteItem> {
        let unchanged = FACTS.map(|fact| {
            if old.contains_key(fact) { format!("#{fact} = :{fact}") } else { format!("attribute_not_exists(#{fact})") }
        });
        let mut delete = Delete::builder()
            .table_name(&self.0.name)
            .set_key(Some(key))
            .condition_expression(format!("attribute_exists(event_id) AND {}", unchanged.join(" AND ")));
        for fact in FACTS {
            delete = delete.expression_attribute_names(format!("#{fact}"), fact);
            if let Some(value) = old.get(fact) {
                delete = delete.expression_attribute_values(format!(":{fact}"), value.clone());
            }
        }
        Ok(TransactWriteItem::builder().delete(built(delete.build())?).build())
    }
}
