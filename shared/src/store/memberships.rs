//! Everything of one user among the events: to be handed out, or to carry a new name. `departures` takes it away.
//!
//! What belongs to whom comes from the index, which may lag a moment.

use std::collections::{HashMap, HashSet};

use aws_sdk_dynamodb::types::AttributeValue;
use jiff::Timestamp;
use serde_json::{Value, json};

use super::event_items::{EVENT, EventRow, MemberRow, key, row};
use super::events::Events;
use super::lists::{Entry, distinct, entries, event_id, shown};
use super::{Item, Rounds, conditional, from_item, text};
use crate::domain::poll::{Poll, Topic};
use crate::domain::{EventId, UserId};
use crate::error::{Error, Result};

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

    /// Everything that the user made or is a member of, as far as the user may see it, for [`Users::find_profile`]'s owner to keep.
    ///
    /// [`Users::find_profile`]: super::users::Users::find_profile
    ///
    /// # Errors
    /// When the table cannot be read.
    pub async fn export_events(&self, user: UserId) -> Result<Vec<Value>> {
        let mut keys = self.keys_of(user).await?;
        let of_events: Vec<_> = keys.iter().filter(|key| row(key) != EVENT).map(event_id).collect::<Result<_>>()?;
        keys.extend(of_events.into_iter().map(|id| key(id, EVENT)));
        let (mut events, mut memberships) = (Vec::new(), HashMap::new());
        for item in self.0.get_many(keys, true, None).await? {
            if row(&item) == EVENT {
                events.push(from_item::<EventRow>(item)?);
            } else {
                let membership: MemberRow = from_item(item)?;
                memberships.insert(membership.event_id, membership);
            }
        }
        events.retain(|event| event.expires_at.is_none());
        events.sort_by_key(|event| std::cmp::Reverse((event.listed_at, event.event_id)));
        let shown = events.into_iter().filter_map(|event| {
            let membership = memberships.get(&event.event_id);
            let organises = event.user_id == user;
            (organises || event.sent && membership.is_some()).then(|| export(&event, organises, membership))
        });
        shown.collect()
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
            let update = self
                .0
                .client
                .update_item()
                .table_name(&self.0.name)
                .set_key(Some(key(id, row(item))))
                .update_expression("SET #name = :name")
                .condition_expression("user_id = :user")
                .expression_attribute_names("#name", attribute)
                .expression_attribute_values(":name", AttributeValue::S(name.to_owned()))
                .expression_attribute_values(":user", owner.clone());
            if !conditional("UpdateItem", update.send().await)? {
                missed.push(id);
            }
        }
        Ok(missed)
    }
}

fn export(event: &EventRow, organises: bool, membership: Option<&MemberRow>) -> Result<Value> {
    let poll = |topic: Topic, poll: Poll| {
        let text = |index: Option<usize>| index.and_then(|index| poll.options.get(index)).cloned();
        let vote = membership.and_then(|membership| membership.vote(topic));
        json!({"options": poll.options, "decided": text(poll.chosen), "my_vote": text(vote)})
    };
    let created_at =
        Timestamp::from_millisecond(event.listed_at).map_err(|error| Error::internal("listed_at", error))?;
    Ok(json!({
        "id": event.event_id,
        "name": event.name,
        "status": event.sent,
        "role": if organises { "admin" } else { "user" },
        "created_at": created_at.to_string(),
        "date": poll(Topic::Date, Poll { options: event.dates.clone(), chosen: event.date, ..Poll::default() }),
        "place": poll(Topic::Place, Poll { options: event.places.clone(), chosen: event.place, ..Poll::default() }),
        "invited": event.invitees,
        "answer": membership.and_then(|membership| membership.answer),
        "additional": event.additional,
    }))
}
