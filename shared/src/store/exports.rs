//! Everything of one user among the events, to be handed out in pages. Strangers can invite to as many events as they like, each
//! as large as they like: so no more is read and handed out at once than a function and its answer have room for.

use std::collections::{HashMap, HashSet};

use jiff::Timestamp;

use super::event_items::{EVENT, EventRow, MemberRow, key, member, row};
use super::events::Events;
use super::lists::{Position, event_id, position, start_key};
use super::{Item, from_item};
use crate::domain::export::{ExportedEvent, ExportedPoll};
use crate::domain::poll::Topic;
use crate::domain::{EventId, UserId};
use crate::error::{Error, Result};

/// How many entries of the index are read at once. The largest drafts have some 300 KB each.
const CHUNK: usize = 20;

impl Events {
    /// A page of all that the user made or is a member of, as far as the user may see it, the newest first, and where the next page
    /// begins. It ends with the event that brings it to `room`, and is empty only at the end; `length` says how much an event takes.
    ///
    /// # Errors
    /// When the table cannot be read.
    pub async fn export_events(
        &self,
        user: UserId,
        from: Option<Position>,
        room: usize,
        length: impl Fn(&ExportedEvent) -> Result<usize>,
    ) -> Result<(Vec<ExportedEvent>, Option<Position>)> {
        let mut start = from.map(|position| start_key(user, &position)).transpose()?;
        let (mut events, mut taken) = (Vec::new(), 0);
        loop {
            let (entries, next) = self.index_page(user, CHUNK, start).await?;
            let mut exported = self.exported(user, &entries).await?;
            for (index, entry) in entries.iter().enumerate() {
                let Some(event) = exported.remove(&event_id(entry)?) else { continue };
                taken += length(&event)?;
                events.push(event);
                if taken >= room {
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
    async fn exported(&self, user: UserId, entries: &[Item]) -> Result<HashMap<EventId, ExportedEvent>> {
        let mut wanted = HashSet::new();
        for entry in entries {
            let id = event_id(entry)?;
            wanted.extend([(id, row(entry) == EVENT), (id, true)]);
        }
        let row_of = |is_event: bool| if is_event { EVENT.to_owned() } else { member(user) };
        let keys = wanted.into_iter().map(|(id, is_event)| key(id, row_of(is_event))).collect();
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
            is_shown.then(|| Ok((event.event_id, export(event, organises, membership)?)))
        });
        shown.collect()
    }
}

fn export(event: EventRow, organises: bool, membership: Option<&MemberRow>) -> Result<ExportedEvent> {
    let poll = |topic, options, decided| {
        let vote = membership.and_then(|membership| membership.vote(topic));
        ExportedPoll { options, decided, vote }
    };
    let created_at =
        Timestamp::from_millisecond(event.listed_at).map_err(|error| Error::internal("listed_at", error))?;
    Ok(ExportedEvent {
        id: event.event_id,
        name: event.name,
        sent: event.sent,
        organises,
        created_at,
        date: poll(Topic::Date, event.dates, event.date),
        place: poll(Topic::Place, event.places, event.place),
        invited: event.invitees.into_iter().map(|row| row.0.typed).collect(),
        alias: membership.and_then(|membership| membership.alias.clone()),
        answer: membership.and_then(|membership| membership.answer),
        additional: event.additional,
    })
}
