//! A user's events, from the index `by_user`: the organiser's by their own rows, the others by the user's rows in them.
//!
//! The index holds keys alone, so that votes and answers do not write to it; what a list shows is then read from the rows.

use std::collections::{HashMap, HashSet};

use aws_sdk_dynamodb::types::AttributeValue;
use jiff::Timestamp;
use serde::Deserialize;

use super::event_items::{EVENT, key, member, row};
use super::events::Events;
use super::{Item, Projection, failure, from_item, text};
use crate::domain::event::Answer;
use crate::domain::listing::ListedEvent;
use crate::domain::{EventId, UserId};
use crate::error::{Error, Result};

const INDEX: &str = "by_user";

/// How often more is read at most to fill a page from which events were left out.
const MAX_READS: usize = 4;

/// How much of the index is read at once at most.
const MAX_STEP: usize = 500;

/// How far a page of a list goes: the row at which the next one begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Position(pub Vec<u8>);

#[derive(Deserialize)]
struct EventRow {
    user_id: UserId,
    listed_at: i64,
    name: String,
    sent: bool,
    #[serde(default)]
    expires_at: Option<i64>,
}

#[derive(Deserialize)]
struct MemberRow {
    #[serde(default)]
    answer: Option<Answer>,
}

const SHOWN: Projection<'static> = Projection {
    expression: "event_id, #row, user_id, listed_at, #name, sent, expires_at, answer",
    names: &[("#row", "row"), ("#name", "name")],
};

impl Events {
    /// The user's newest events, so many of them, less those that have not been sent to the user or are no more.
    ///
    /// # Errors
    /// When the table cannot be read.
    pub async fn newest_events(&self, user: UserId, number: usize) -> Result<Vec<ListedEvent>> {
        let (page, _) = self.index_page(user, number, None).await?;
        self.entries_of(user, &page, None).await
    }

    /// A page of those of the user's events that have been sent, or have not, or of all; the newest first, and where the next one
    /// begins. A page may be shorter than `limit`, but none is empty before the end.
    ///
    /// # Errors
    /// When the table cannot be read.
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
            let (page, next) = self.index_page(user, step, start).await?;
            for entry in self.entries_of(user, &page, sent).await? {
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
            // Who has nothing yet looks further and further.
            step = if found.is_empty() { (step * 2).min(MAX_STEP) } else { limit - found.len() };
        }
        Ok((found, start.map(|key| position(&key)).transpose()?))
    }

    /// The events of a page of the index that have been sent, or have not. Of drafts the index has the row of the event alone: who
    /// asks for them has nothing else read.
    async fn entries_of(&self, user: UserId, page: &[Item], sent: Option<bool>) -> Result<Vec<ListedEvent>> {
        let may_be_draft = |item: &&Item| row(item) == EVENT;
        let (ids, keys) = if sent == Some(false) {
            let ids = distinct(page.iter().filter(may_be_draft))?;
            let keys = ids.iter().map(|id| key(*id, EVENT)).collect();
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

    /// A page of the user's entries in the index, the newest first, and where the next one begins, if there is one: one more is
    /// looked for than belongs to the page, since `DynamoDB` tells of a full one only that there may be more.
    pub(super) async fn index_page(
        &self,
        user: UserId,
        limit: usize,
        start: Option<Item>,
    ) -> Result<(Vec<Item>, Option<Item>)> {
        let query = self
            .0
            .client
            .query()
            .table_name(&self.0.name)
            .index_name(INDEX)
            .key_condition_expression("user_id = :user")
            .expression_attribute_values(":user", text(&user))
            .scan_index_forward(false)
            .limit(i32::try_from(limit + 1).unwrap_or(i32::MAX))
            .set_exclusive_start_key(start);
        let output = query.send().await.map_err(|error| failure("Query", error))?;
        let mut next = output.last_evaluated_key.filter(|key| !key.is_empty());
        let mut items = output.items.unwrap_or_default();
        if items.len() > limit {
            items.truncate(limit);
            // An entry of the index consists of its key.
            next = items.last().cloned();
        }
        Ok((items, next))
    }
}

/// The events of these rows, each once: DynamoDB refuses a batch in which a key stands twice, whatever put it there.
pub(super) fn distinct<'a>(rows: impl IntoIterator<Item = &'a Item>) -> Result<Vec<EventId>> {
    let mut seen = HashSet::new();
    let mut ids: Vec<_> = rows.into_iter().map(event_id).collect::<Result<_>>()?;
    ids.retain(|id| seen.insert(*id));
    Ok(ids)
}

/// The keys of what a list shows of an event: the event itself, and the user's row as an invitee.
pub(super) fn shown(event: EventId, user: UserId) -> [Item; 2] {
    [key(event, EVENT), key(event, member(user))]
}

/// The entries of these events, in their order, from the rows read for them. Those that have not been sent to the user, or are
/// no more, are left out.
pub(super) fn entries(user: UserId, ids: &[EventId], rows: Vec<Item>) -> Result<Vec<ListedEvent>> {
    let keyed = rows.into_iter().map(|item| Ok(((event_id(&item)?, row(&item) == EVENT), item)));
    let mut rows: HashMap<(EventId, bool), Item> = keyed.collect::<Result<_>>()?;
    let mut entries = Vec::with_capacity(ids.len());
    for &id in ids {
        let Some(event) = rows.remove(&(id, true)) else { continue };
        let event: EventRow = from_item(event)?;
        let membership: Option<MemberRow> = rows.remove(&(id, false)).map(from_item).transpose()?;
        let organises = event.user_id == user;
        if event.expires_at.is_some() || !(organises || event.sent && membership.is_some()) {
            continue;
        }
        entries.push(ListedEvent {
            id,
            name: event.name,
            sent: event.sent,
            organises,
            answer: membership.and_then(|row| row.answer),
            created_at: Timestamp::from_millisecond(event.listed_at)
                .map_err(|error| Error::internal("listed_at", error))?,
        });
    }
    Ok(entries)
}

pub(super) fn event_id(item: &Item) -> Result<EventId> {
    let id = item.get("event_id").and_then(|id| id.as_s().ok()).and_then(|id| id.parse().ok());
    id.ok_or_else(|| Error::internal("event_id", "no id"))
}

/// Where the list goes on after that event of this page of the index, which `next` follows.
fn resumption(event: EventId, page: &[Item], next: Option<Item>) -> Result<Option<Position>> {
    let is_it = |item: &&Item| event_id(item).is_ok_and(|id| id == event);
    match page.iter().find(is_it) {
        Some(item) if page.last() != Some(item) => position(item).map(Some),
        _ => next.map(|key| position(&key)).transpose(),
    }
}

/// A position is the key of the row before it, less the user: sort key of the index, event, row.
pub(super) fn position(key: &Item) -> Result<Position> {
    let listed_at = key.get("listed_at").and_then(|at| at.as_n().ok());
    let listed_at = listed_at.ok_or_else(|| Error::internal("listed_at", "no position"))?;
    Ok(Position(format!("{listed_at} {} {}", event_id(key)?, row(key)).into_bytes()))
}

pub(super) fn start_key(user: UserId, position: &Position) -> Result<Item> {
    let text = std::str::from_utf8(&position.0).map_err(|error| Error::internal("position", error))?;
    let mut parts = text.splitn(3, ' ');
    let (Some(listed_at), Some(event), Some(row)) = (parts.next(), parts.next(), parts.next()) else {
        return Err(Error::internal("position", "too short"));
    };
    let event = event.parse().map_err(|error| Error::internal("position", error))?;
    let mut start = key(event, row);
    start.insert("user_id".to_owned(), AttributeValue::S(user.to_string()));
    start.insert("listed_at".to_owned(), AttributeValue::N(listed_at.to_owned()));
    Ok(start)
}
