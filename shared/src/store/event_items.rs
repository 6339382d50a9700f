//! An event as it lies in the table: one row `EVENT`, and once it is sent one row `MEMBER#<user id>` for each invitee.
//!
//! The row `EVENT` carries the organiser's id, so it is the organiser's entry in the index too. As long as the event is a draft,
//! the ids of the invitees stand inside it: it is saved, replaced and versioned as a whole, and nobody else has it in the index.

use aws_sdk_dynamodb::types::AttributeValue;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Item, from_item, text, to_item};
use crate::domain::event::{Answer, DELETED_USER, Event, Invitee, Person};
use crate::domain::poll::{Poll, Topic};
use crate::domain::{EventId, UserId};
use crate::error::{Error, Result};

/// The sort key of the event itself.
pub(super) const EVENT: &str = "EVENT";

/// What the sort keys of the invitees begin with.
const MEMBER: &str = "MEMBER#";

#[derive(Serialize, Deserialize)]
pub(super) struct EventRow {
    pub(super) event_id: EventId,
    row: String,
    /// The organiser.
    pub(super) user_id: UserId,
    /// The organiser's name.
    pub(super) user_name: String,
    /// When it was made, in milliseconds since 1970: where it stands in the organiser's list.
    pub(super) listed_at: i64,
    pub(super) name: String,
    pub(super) sent: bool,
    version: u64,
    pub(super) dates: Vec<String>,
    /// What was decided, by the organiser or by a majority, which records it once.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) date: Option<usize>,
    /// Whether the organiser has taken a decision back, so that no majority decides any more.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    date_reopened: bool,
    pub(super) places: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) place: Option<usize>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    place_reopened: bool,
    /// Of a draft: ids alone, since their names would be out of reach when they change or have to go.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) invitees: Vec<UserId>,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(super) additional: String,
    /// Set when the event is deleted: from then on it does not exist, and its rows are removed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) expires_at: Option<i64>,
}

#[derive(Serialize, Deserialize)]
pub(super) struct MemberRow {
    pub(super) event_id: EventId,
    pub(super) row: String,
    pub(super) user_id: UserId,
    /// When it was sent, in milliseconds since 1970: where it stands in the invitee's list.
    pub(super) listed_at: i64,
    pub(super) name: String,
    /// The place in the organiser's order.
    pub(super) position: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) answer: Option<Answer>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) date: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) place: Option<usize>,
    /// Whether it stands for somebody whose account was deleted. Rows from before there was this mark have the name alone.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(super) gone: bool,
}

impl MemberRow {
    /// The row of that person in that place of the event, who has neither answered nor voted.
    pub(super) fn new(event: EventId, person: &Person, position: usize, listed_at: i64) -> Self {
        Self {
            event_id: event,
            row: member(person.id),
            user_id: person.id,
            listed_at,
            name: person.name.clone(),
            position,
            answer: None,
            date: None,
            place: None,
            gone: false,
        }
    }

    /// The index of the option voted for in that poll.
    pub(super) const fn vote(&self, topic: Topic) -> Option<usize> {
        match topic {
            Topic::Date => self.date,
            Topic::Place => self.place,
        }
    }
}

/// The key of an event's row.
pub(super) fn key(event: EventId, row: impl Into<String>) -> Item {
    Item::from([("event_id".to_owned(), text(&event)), ("row".to_owned(), AttributeValue::S(row.into()))])
}

/// The sort key of an invitee.
pub(super) fn member(user: UserId) -> String {
    format!("{MEMBER}{user}")
}

/// The sort key of an item.
pub(super) fn row(item: &Item) -> &str {
    item.get("row").and_then(|row| row.as_s().ok()).map_or("", String::as_str)
}

/// The row of a draft.
pub(super) fn draft_item(event: &Event) -> Result<Item> {
    to_item(EventRow {
        event_id: event.id,
        row: EVENT.to_owned(),
        user_id: event.organiser.id,
        user_name: event.organiser.name.clone(),
        listed_at: event.created_at.as_millisecond(),
        name: event.name.clone(),
        sent: false,
        version: event.version,
        dates: event.date.options.clone(),
        date: event.date.chosen,
        date_reopened: event.date.reopened,
        places: event.place.options.clone(),
        place: event.place.chosen,
        place_reopened: event.place.reopened,
        invitees: event.invitees.iter().map(|invitee| invitee.person.id).collect(),
        additional: event.additional.clone(),
        expires_at: None,
    })
}

/// The row of one who is invited by sending the event now.
pub(super) fn member_item(event: &Event, position: usize, invitee: &Person, now: Timestamp) -> Result<Item> {
    to_item(MemberRow::new(event.id, invitee, position, now.as_millisecond()))
}

/// The event of these rows of one partition, unless it was deleted. The invitees of a draft have no names yet. What is left of an
/// interrupted sending or deletion is passed over.
pub(super) fn event(items: Vec<Item>) -> Result<Option<Event>> {
    let (own, others): (Vec<_>, Vec<_>) = items.into_iter().partition(|item| row(item) == EVENT);
    let Some(item) = own.into_iter().next() else { return Ok(None) };
    let stored: EventRow = from_item(item)?;
    if stored.expires_at.is_some() {
        return Ok(None);
    }
    let invitees = if stored.sent {
        let mut members: Vec<MemberRow> =
            others.into_iter().filter(|item| row(item).starts_with(MEMBER)).map(from_item).collect::<Result<_>>()?;
        members.sort_by_key(|member| member.position);
        members.into_iter().map(Invitee::from).collect()
    } else {
        let unnamed = |id| Invitee::new(Person { id, name: String::new() });
        stored.invitees.into_iter().map(unnamed).collect()
    };
    let created_at =
        Timestamp::from_millisecond(stored.listed_at).map_err(|error| Error::internal("listed_at", error))?;
    Ok(Some(Event {
        id: stored.event_id,
        name: stored.name,
        sent: stored.sent,
        created_at,
        organiser: Person { id: stored.user_id, name: stored.user_name },
        date: Poll { options: stored.dates, chosen: stored.date, reopened: stored.date_reopened },
        place: Poll { options: stored.places, chosen: stored.place, reopened: stored.place_reopened },
        invitees,
        additional: stored.additional,
        version: stored.version,
    }))
}

impl From<MemberRow> for Invitee {
    fn from(row: MemberRow) -> Self {
        Self {
            gone: row.gone || row.name == DELETED_USER,
            person: Person { id: row.user_id, name: row.name },
            answer: row.answer,
            date: row.date,
            place: row.place,
        }
    }
}
