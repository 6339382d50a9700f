//! A user's events, from the index `by_user`: the organiser's by their own rows, the others by the user's rows in them.
//!
//! The index holds keys alone, so that votes and answers do not write to it; what a list shows is then read from the rows.

use std::collections::HashMap;

use jiff::Timestamp;
use serde::Deserialize;

use super::event_items::row;
use super::index::{Position, distinct, event_id, index_page, position, shown, start_key};
use super::item::{Item, Projection, from_item};
use super::keys::{self, EVENT};
use super::table::{Table, over_table};
use crate::domain::event::Answer;
use crate::domain::listing::ListedEvent;
use crate::domain::poll::Poll;
use crate::domain::{EventId, UserId};
use crate::error::{Error, Result};

/// The most reads to fill a page from which events were left out.
const MAX_READS: usize = 4;

/// The most entries of the index that are read at once.
const MAX_STEP: usize = 500;

#[derive(Deserialize)]
struct ListedRow {
    user_id: UserId,
    listed_at: i64,
    name: String,
    sent: bool,
    dates: Vec<String>,
    #[serde(default)]
    date: Option<usize>,
    places: Vec<String>,
    #[serde(default)]
    place: Option<usize>,
    #[serde(default)]
    expires_at: Option<i64>,
}

#[derive(Deserialize)]
struct Membership {
    #[serde(default)]
    answer: Option<Answer>,
    #[serde(default)]
    expires_at: Option<i64>,
}

const SHOWN: Projection<'static> = Projection {
    expression: "event_id, #row, user_id, listed_at, #name, sent, dates, #date, places, place, expires_at, answer",
    names: &[("#row", "row"), ("#name", "name"), ("#date", "date")],
};

/// The lists of users' events.
#[derive(Clone, Debug)]
pub struct Lists(Table);

over_table!(Lists, of_events);

impl Lists {
    /// The user's newest events, at most `number`, without those that are gone or have not been sent to the user.
    pub async fn newest_events(&self, user: UserId, number: usize) -> Result<Vec<ListedEvent>> {
        let (page, _) = index_page(&self.0, user, number, None).await?;
        self.entries(user, &page, None).await
    }

    /// A page of the user's events, the newest first: sent ones, drafts, or all; and the position of the next page. A page may be
    /// shorter than `limit`, but none is empty before the end.
    pub async fn list_events(
        &self,
        user: UserId,
        sent: Option<bool>,
        limit: usize,
        from: Option<Position>,
    ) -> Result<(Vec<ListedEvent>, Option<Position>)> {
        let mut found: Vec<ListedEvent> = Vec::new();
        let mut start = from.map(|position| start_key(user, &position)).transpose()?;
        let mut step = limit;
        for read in 1.. {
            let (page, next) = index_page(&self.0, user, step, start).await?;
            for entry in self.entries(user, &page, sent).await? {
                let id = entry.id;
                found.push(entry);
                if found.len() == limit {
                    return Ok((found, resumption(id, &page, next)?));
                }
            }
            start = next;
            if start.is_none() || (read >= MAX_READS && !found.is_empty()) {
                break;
            }
            // As long as nothing is found, each read goes further.
            step = if found.is_empty() { (step * 2).min(MAX_STEP) } else { limit - found.len() };
        }
        Ok((found, start.map(|key| position(&key)).transpose()?))
    }

    /// The events of a page of the index: sent ones, drafts, or all. For drafts only the rows of the events are read: a draft has no
    /// others in the index.
    async fn entries(&self, user: UserId, page: &[Item], sent: Option<bool>) -> Result<Vec<ListedEvent>> {
        let may_be_draft = |item: &&Item| row(item) == EVENT;
        let (ids, keys) = if sent == Some(false) {
            let ids = distinct(page.iter().filter(may_be_draft))?;
            let keys = ids.iter().map(|id| keys::event(*id)).collect();
            (ids, keys)
        } else {
            let ids = distinct(page)?;
            let keys = ids.iter().flat_map(|id| shown(*id, user)).collect();
            (ids, keys)
        };
        let rows = self.0.get_many(keys, false, Some(&SHOWN)).await?;
        let mut entries = entries(user, &ids, rows)?;
        entries.retain(|entry| sent.is_none_or(|sent| entry.sent == sent));
        Ok(entries)
    }
}

/// The entries of these events, in their order, from the rows read for them; without events that are gone or have not been sent to
/// the user.
pub(super) fn entries(user: UserId, ids: &[EventId], rows: Vec<Item>) -> Result<Vec<ListedEvent>> {
    let keyed = rows.into_iter().map(|item| Ok(((event_id(&item)?, row(&item) == EVENT), item)));
    let mut rows: HashMap<(EventId, bool), Item> = keyed.collect::<Result<_>>()?;
    let mut entries = Vec::with_capacity(ids.len());
    for &id in ids {
        let Some(event) = rows.remove(&(id, true)) else { continue };
        let event: ListedRow = from_item(event)?;
        let membership: Option<Membership> = rows.remove(&(id, false)).map(from_item).transpose()?;
        let membership = membership.filter(|membership| membership.expires_at.is_none());
        let organises = event.user_id == user;
        if event.expires_at.is_some() || !(organises || event.sent && membership.is_some()) {
            continue;
        }
        entries.push(ListedEvent {
            id,
            name: event.name,
            sent: event.sent,
            date: poll(event.dates, event.date),
            place: poll(event.places, event.place),
            organises,
            answer: membership.and_then(|row| row.answer),
            created_at: Timestamp::from_millisecond(event.listed_at)
                .map_err(|error| Error::internal("listed_at", error))?,
        });
    }
    Ok(entries)
}

/// What a list shows of a poll: votes and what comes of them are none of its affair.
fn poll(options: Vec<String>, chosen: Option<usize>) -> Poll {
    Poll { options, chosen, ..Poll::default() }
}

/// The position after that event of this page of the index, which `next` follows.
fn resumption(event: EventId, page: &[Item], next: Option<Item>) -> Result<Option<Position>> {
    let is_it = |item: &&Item| event_id(item).is_ok_and(|id| id == event);
    match page.iter().find(is_it) {
        Some(item) if page.last() != Some(item) => position(item).map(Some),
        _ => next.map(|key| position(&key)).transpose(),
    }
}
