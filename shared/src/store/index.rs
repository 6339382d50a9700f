//! The index `by_user`: which rows of events are a user's, the organiser's own rows and the invitee's. It holds keys alone, so that
//! votes and answers do not write to it, and it may lag a moment.

use std::collections::HashSet;

use super::event_items::row;
use super::failure::failure;
use super::item::{Item, number, string, text};
use super::keys;
use super::table::Table;
use crate::domain::{EventId, UserId};
use crate::error::{Error, Result};

const INDEX: &str = "by_user";

/// The number of entries that are read at once where all are wanted.
const PAGE: usize = 500;

/// The end of a page of a list: the row after which the next one begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Position(pub Vec<u8>);

/// A page of the user's entries in the index, the newest first, and the key of the next page, if there is one. One more entry is read
/// than belongs to the page, since `DynamoDB` tells of a full page only that there may be more.
pub(super) async fn index_page(
    table: &Table,
    user: UserId,
    limit: usize,
    start: Option<Item>,
) -> Result<(Vec<Item>, Option<Item>)> {
    let query = table
        .query()
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

/// The keys of the user's rows: `EVENT` where the user organises, the own `MEMBER#` row elsewhere.
pub(super) async fn keys_of(table: &Table, user: UserId) -> Result<Vec<Item>> {
    let (mut own, mut start) = (Vec::new(), None);
    loop {
        let (page, next) = index_page(table, user, PAGE, start).await?;
        for entry in page {
            own.push(keys::event_row(event_id(&entry)?, row(&entry)));
        }
        start = next;
        if start.is_none() {
            return Ok(own);
        }
    }
}

/// The events of these rows, each once: DynamoDB refuses a batch in which a key stands twice.
pub(super) fn distinct<'a>(rows: impl IntoIterator<Item = &'a Item>) -> Result<Vec<EventId>> {
    let mut seen = HashSet::new();
    let mut ids: Vec<_> = rows.into_iter().map(event_id).collect::<Result<_>>()?;
    ids.retain(|id| seen.insert(*id));
    Ok(ids)
}

/// The keys of the rows that a list shows: the event itself, and the user's row as an invitee.
pub(super) fn shown(event: EventId, user: UserId) -> [Item; 2] {
    [keys::event(event), keys::member(event, user)]
}

/// The event of a row.
pub(super) fn event_id(item: &Item) -> Result<EventId> {
    let id = string(item, "event_id").and_then(|id| id.parse().ok());
    id.ok_or_else(|| Error::internal("event_id", "no id"))
}

/// A position is the key of the row before it, less the user: sort key of the index, event, row.
pub(super) fn position(key: &Item) -> Result<Position> {
    let listed_at = key.get("listed_at").and_then(|at| at.as_n().ok());
    let listed_at = listed_at.ok_or_else(|| Error::internal("listed_at", "no position"))?;
    Ok(Position(format!("{listed_at} {} {}", event_id(key)?, row(key)).into_bytes()))
}

pub(super) fn start_key(user: UserId, position: &Position) -> Result<Item> {
    let written = std::str::from_utf8(&position.0).map_err(|error| Error::internal("position", error))?;
    let mut parts = written.splitn(3, ' ');
    let (Some(listed_at), Some(event), Some(row)) = (parts.next(), parts.next(), parts.next()) else {
        return Err(Error::internal("position", "too short"));
    };
    let event = event.parse().map_err(|error| Error::internal("position", error))?;
    let mut start = keys::event_row(event, row);
    start.insert("user_id".to_owned(), text(&user));
    start.insert("listed_at".to_owned(), number(&listed_at));
    Ok(start)
}
