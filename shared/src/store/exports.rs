//! The events of one user, exported in pages. Strangers can invite a user to any number of large events, so no more is read and
//! exported at once than a function and its answer have room for.

use std::collections::{HashMap, HashSet};

use super::event_items::{EventRow, MemberRow, row};
use super::index::{Position, event_id, index_page, position, start_key};
use super::item::{Item, from_item};
use super::keys::{self, EVENT};
use super::table::{Table, over_table};
use crate::domain::export::ExportedEvent;
use crate::domain::{EventId, UserId};
use crate::error::Result;

/// The entries of the index that are read at once. The largest drafts have some 300 KB each.
const CHUNK: usize = 20;

/// The exports of what users have among the events.
#[derive(Clone, Debug)]
pub struct Exports(Table);

over_table!(Exports, of_events);

impl Exports {
    /// A page of the events that the user organises or is a member of, as far as the user may see them, the newest first; and the
    /// position of the next page. It ends with the event that makes it longer than `room`, as `octets` measures events, and is empty
    /// only at the end.
    pub async fn export_events(
        &self,
        user: UserId,
        from: Option<Position>,
        room: usize,
        octets: impl Fn(&ExportedEvent) -> Result<usize>,
    ) -> Result<(Vec<ExportedEvent>, Option<Position>)> {
        let mut start = from.map(|position| start_key(user, &position)).transpose()?;
        let (mut events, mut length) = (Vec::new(), 0);
        loop {
            let (entries, next) = index_page(&self.0, user, CHUNK, start).await?;
            let mut exported = self.find_exported(user, &entries).await?;
            for (index, entry) in entries.iter().enumerate() {
                let Some(event) = exported.remove(&event_id(entry)?) else { continue };
                length += octets(&event)?;
                events.push(event);
                if length >= room {
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

    /// The events of these entries of the index, as far as the user may see them.
    async fn find_exported(&self, user: UserId, entries: &[Item]) -> Result<HashMap<EventId, ExportedEvent>> {
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
                if membership.expires_at.is_none() {
                    memberships.insert(membership.event_id, membership);
                }
            }
        }
        events.retain(|event| event.expires_at.is_none());
        let shown = events.into_iter().filter_map(|event| {
            let membership = memberships.remove(&event.event_id);
            let organises = event.user_id == user;
            let is_shown = organises || event.sent && membership.is_some();
            is_shown.then(|| Ok((event.event_id, event.into_exported(organises, membership)?)))
        });
        shown.collect()
    }
}
