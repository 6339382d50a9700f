//! Taking a user out of all events.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::TransactWriteItem;
use jiff::Timestamp;
use uuid::Uuid;

use super::decisions::Decisions;
use super::event_items::{EventRow, MemberRow, event_of, row};
use super::events::Events;
use super::failure::{Rounds, failure, written};
use super::index::{distinct, event_id, keys_of, shown};
use super::item::{Item, from_item, to_item};
use super::keys::{self, EVENT, member_row};
use super::organisers::Organisers;
use super::table::{Part, Table, over_table};
use crate::domain::person::Person;
use crate::domain::poll::Topic;
use crate::domain::{EventId, UserId};
use crate::error::Result;

/// The facts of an invitee.
const FACTS: [&str; 5] = ["answer", "date", "date_votes", "place", "place_votes"];

/// The rows of one event that concern a user.
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

/// The users who leave events, with all that they have in them.
#[derive(Clone, Debug)]
pub struct Departures(Table);

over_table!(Departures, of_events);

impl Departures {
    /// Takes the user out of all events. Drafts go. What was sent stays for its other members: what the user organises is inherited,
    /// and goes where nobody can; the user's place in it, with answer and votes, is taken by somebody without a name under an id that
    /// nobody has. Repeating it finishes what was interrupted.
    ///
    /// The index is read until it leads to nothing: an event may come in meanwhile, and the index may lag.
    pub async fn forget_user(&self, user: UserId, now: Timestamp) -> Result<()> {
        let mut rounds = Rounds::new("Query");
        loop {
            let ids = distinct(&keys_of(&self.0, user).await?)?;
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

    /// Takes the user out of one event with these rows. `true` if there was anything to take out.
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

    /// `false` if the event has changed at that moment.
    async fn leave_as_organiser(&self, own: &EventRow, now: Timestamp) -> Result<bool> {
        let (id, user) = (own.event_id, own.user_id);
        if !own.sent {
            return Events::from(self.0.clone()).delete_draft(user, id, now).await;
        }
        if own.expires_at.is_some() {
            return Events::from(self.0.clone()).delete_as_nobodys(user, id, now).await;
        }
        let items = Events::from(self.0.clone()).partition(id).await?;
        let Some(event) = event_of(items.clone())?.filter(|event| event.organiser.id == user) else { return Ok(false) };
        for &topic in Topic::ALL {
            // The heir's votes go, but not what they have decided.
            if let Some(option) = event.due_decision(topic) {
                Decisions::from(self.0.clone()).record_majority(id, topic, option).await?;
            }
        }
        let heir = event.heir().map(member_row);
        match items.into_iter().find(|item| heir.as_deref() == Some(row(item))) {
            Some(heir) => Organisers::from(self.0.clone()).pass_on(&event, from_item(heir)?, None).await,
            None => Events::from(self.0.clone()).delete_as_nobodys(user, id, now).await,
        }
    }

    /// Puts somebody without a name, under an id that nobody has, in the place of that invitee, who may have left already.
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

    /// `false` if a vote or the like has come between.
    async fn vacate_place(&self, event: Option<EventRow>, own: &Item) -> Result<bool> {
        let stored: MemberRow = from_item(own.clone())?;
        let (id, place) = (stored.event_id, keys::member(stored.event_id, stored.user_id));
        let is_place =
            stored.expires_at.is_none() && event.is_some_and(|event| event.sent && event.expires_at.is_none());
        if !is_place {
            // A row that an interrupted sending has left is nobody's place, nor one in a deleted event, nor that of one who was taken out.
            let delete = self.0.delete_item(place);
            delete.send().await.map_err(|error| failure("DeleteItem", error))?;
            return Ok(true);
        }
        let nobody = Person::deleted(Uuid::new_v4());
        let left = MemberRow {
            answer: stored.answer,
            date: stored.date,
            date_votes: stored.date_votes,
            place: stored.place,
            place_votes: stored.place_votes,
            gone: true,
            invited_at: stored.invited_at,
            round: stored.round,
            ..MemberRow::new(id, &nobody, stored.position, stored.listed_at)
        };
        let check = self
            .0
            .check(keys::event(id))
            .condition_expression("attribute_exists(event_id) AND attribute_not_exists(expires_at)");
        let put = self.0.put(to_item(left)?);
        let writes = vec![check.part()?, self.remove_unchanged(place, own)?, put.part()?];
        written(self.0.transact(writes).await)
    }

    /// Removes a row whose facts are still these, so that no vote is lost.
    fn remove_unchanged(&self, key: Item, old: &Item) -> Result<TransactWriteItem> {
        let unchanged = FACTS.map(|fact| {
            if old.contains_key(fact) { format!("#{fact} = :{fact}") } else { format!("attribute_not_exists(#{fact})") }
        });
        let mut delete = self
            .0
            .delete(key)
            .condition_expression(format!("attribute_exists(event_id) AND {}", unchanged.join(" AND ")));
        for fact in FACTS {
            delete = delete.expression_attribute_names(format!("#{fact}"), fact);
            if let Some(value) = old.get(fact) {
                delete = delete.expression_attribute_values(format!(":{fact}"), value.clone());
            }
        }
        delete.part()
    }
}
