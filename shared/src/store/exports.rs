//! Everything of one user among the events, to be handed out in pages. Strangers can invite to as many events as they like, each
//! as large as they like: so no more is read and handed out at once than a function and its answer have room for.

use std::collections::{HashMap, HashSet};

use jiff::Timestamp;
use serde_json::{Value, json};

use super::event_items::{EventRow, MemberRow, row};
use super::index::{Position, event_id, index_page, position, start_key};
use super::item::{Item, from_item};
use super::keys::{self, EVENT};
use super::table::{Table, over_table};
use crate::domain::poll::{Poll, Topic};
use crate::domain::{EventId, UserId};
use crate::error::{Error, Result};

/// How many entries of the index are read at once. The largest drafts have some 300 KB each.
const CHUNK: usize = 20;

/// The exports of what users have among the events.
#[derive(Clone, Debug)]
pub struct Exports(Table);

over_table!(Exports, of_events);

impl Exports {
    /// A page of all that the user made or is a member of, as far as the user may see it, the newest first, and where the next page
    /// begins. It ends with the event that makes it longer than so many bytes of JSON, and is empty only at the end.
    pub async fn export_events(
        &self,
        user: UserId,
        from: Option<Position>,
        bytes: usize,
    ) -> Result<(Vec<Value>, Option<Position>)> {
        let mut start = from.map(|position| start_key(user, &position)).transpose()?;
        let (mut events, mut length) = (Vec::new(), 0);
        loop {
            let (entries, next) = index_page(&self.0, user, CHUNK, start).await?;
            let mut exported = self.exported(user, &entries).await?;
            for (index, entry) in entries.iter().enumerate() {
                let Some(event) = exported.remove(&event_id(entry)?) else { continue };
                length += event.to_string().len();
                events.push(event);
                if length >= bytes {
                    let is_last = next.is_none() && index + 1 == entries.len();
                    let next = if is_last { None } else { Some(position(entry)?) };
                    return Ok((events, next));
                }
            }
            start = next;
            if start.is_none() {
                return Ok((events, None));
            }
        }
    }

    /// What the user may see of the events of these entries of the index.
    async fn exported(&self, user: UserId, entries: &[Item]) -> Result<HashMap<EventId, Value>> {
        let mut wanted = HashSet::new();
        for entry in entries {
            let id = event_id(entry)?;
            wanted.extend([(id, row(entry) == EVENT), (id, true)]);
        }
        let key_of = |(id, is_event)| if is_event { keys::event(id) } else { keys::member(id, user) };
        let keys = wanted.into_iter().map(key_of).collect();
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
        let shown = events.into_iter().filter_map(|event| {
            let membership = memberships.get(&event.event_id);
            let organises = event.user_id == user;
            let is_shown = organises || event.sent && membership.is_some();
            is_shown.then(|| Ok((event.event_id, export(&event, organises, membership)?)))
        });
        shown.collect()
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
        "invited": event.invitees.iter().map(|row| row.0.typed.clone()).collect::<Vec<_>>(),
        "alias": membership.and_then(|membership| membership.alias.as_deref()),
        "answer": membership.and_then(|membership| membership.answer),
        "additional": event.additional,
    }))
}
