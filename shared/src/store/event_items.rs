//! An event as it lies in the table: one row `EVENT`, and once it is sent one row `MEMBER#<user id>` for each invitee.
//!
//! The row `EVENT` carries the organiser's id, so it is the organiser's entry in the index too. As long as the event is a draft,
//! those to whom it is to be sent stand inside it: it is saved, replaced and versioned as a whole, and nobody else has it in the
//! index.

use std::collections::BTreeSet;
use std::fmt;

use aws_sdk_dynamodb::types::AttributeValue;
use jiff::Timestamp;
use serde::de::value::MapAccessDeserializer;
use serde::de::{self, MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};

use super::item::{Item, attribute, from_item, number, string, text, to_item};
use super::keys::{EVENT, MEMBER, member_row};
use crate::domain::addressee::Addressee;
use crate::domain::event::{Answer, Event, History, Invitee};
use crate::domain::export::{ExportedEvent, ExportedPoll};
use crate::domain::language::Language;
use crate::domain::person::{DELETED_USER, Person};
use crate::domain::poll::{Choice, Poll, Votes};
use crate::domain::{EventId, UserId};
use crate::error::{Error, Result};

/// The attribute that holds the fingerprint of the body that an event was made of.
pub(super) const MADE_OF: &str = "made_of";

#[derive(Serialize, Deserialize)]
pub(super) struct EventRow {
    pub(super) event_id: EventId,
    row: String,
    /// The organiser.
    pub(super) user_id: UserId,
    /// The organiser's name.
    pub(super) user_name: String,
    /// The organiser's username; not on rows of older days.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    username: Option<String>,
    /// When it was made, in milliseconds since 1970: where it stands in the organiser's list.
    pub(super) listed_at: i64,
    pub(super) name: String,
    pub(super) sent: bool,
    version: u64,
    pub(super) dates: Vec<String>,
    /// What was decided, by the organiser or by a majority, which records it once.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) date: Option<usize>,
    #[serde(default, skip_serializing_if = "Choice::is_usual")]
    date_choice: Choice,
    /// Whether the organiser has taken a decision back, so that no majority decides any more.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    date_reopened: bool,
    pub(super) places: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) place: Option<usize>,
    #[serde(default, skip_serializing_if = "Choice::is_usual")]
    place_choice: Choice,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    place_reopened: bool,
    /// Of a draft: without the names of users, which would be out of reach when they change or have to go.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) invitees: Vec<AddresseeRow>,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(super) additional: String,
    /// The counts of a history: see there.
    #[serde(default, skip_serializing_if = "is_zero")]
    rounds: u32,
    #[serde(default, skip_serializing_if = "is_zero")]
    removals: u32,
    #[serde(default, skip_serializing_if = "is_zero")]
    decisions: u32,
    #[serde(default, skip_serializing_if = "is_zero")]
    revision: u32,
    /// The language of guests: see [`Event::language`].
    #[serde(rename = "lang", default, skip_serializing_if = "Language::is_usual")]
    language: Language,
    /// Set when the event is deleted: from then on it does not exist, and its rows are removed in time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) expires_at: Option<i64>,
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "as serde calls it")]
const fn is_zero(count: &u32) -> bool {
    *count == 0
}

/// An addressee of a draft.
#[derive(Serialize, Deserialize)]
pub(super) struct TypedRow {
    /// The text that was typed.
    pub(super) typed: String,
    /// The user whom it means, unless it is an address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    user_id: Option<UserId>,
    /// Of an address.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    name: String,
}

/// The same when it is read: rows of older days hold an id alone.
#[derive(Serialize)]
#[serde(transparent)]
pub(super) struct AddresseeRow(pub(super) TypedRow);

/// By hand, since serde's code for an untagged enum is three times as large.
impl<'de> Deserialize<'de> for AddresseeRow {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        struct Either;

        impl<'de> Visitor<'de> for Either {
            type Value = AddresseeRow;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an id, or what was typed")
            }

            fn visit_str<E: de::Error>(self, id: &str) -> std::result::Result<AddresseeRow, E> {
                let user_id = Some(id.parse().map_err(E::custom)?);
                Ok(AddresseeRow(TypedRow { typed: id.to_owned(), user_id, name: String::new() }))
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> std::result::Result<AddresseeRow, A::Error> {
                TypedRow::deserialize(MapAccessDeserializer::new(map)).map(AddresseeRow)
            }
        }

        deserializer.deserialize_any(Either)
    }
}

impl EventRow {
    /// The event in the export of a user who organises it or has that row in it.
    pub(super) fn into_exported(self, organises: bool, membership: Option<MemberRow>) -> Result<ExportedEvent> {
        let Self {
            event_id,
            row: _,
            user_id: _,
            user_name: _,
            username: _,
            listed_at,
            name,
            sent,
            version: _,
            dates,
            date,
            date_choice,
            date_reopened: _,
            places,
            place,
            place_choice,
            place_reopened: _,
            invitees,
            additional,
            rounds: _,
            removals: _,
            decisions: _,
            revision: _,
            language: _,
            expires_at: _,
        } = self;
        let (answer, alias, date_votes, place_votes) = match membership {
            Some(MemberRow { answer, alias, date, date_votes, place, place_votes, .. }) => {
                (answer, alias, votes(date, date_votes), votes(place, place_votes))
            }
            None => Default::default(),
        };
        let poll = |options, chosen, choice| Poll { options, chosen, choice, reopened: false };
        Ok(ExportedEvent {
            id: event_id,
            name,
            sent,
            organises,
            created_at: made_at(listed_at)?,
            date: ExportedPoll { poll: poll(dates, date, date_choice), votes: date_votes },
            place: ExportedPoll { poll: poll(places, place, place_choice), votes: place_votes },
            invited: invitees.into_iter().map(|row| row.0.typed).collect(),
            answer,
            alias,
            additional,
        })
    }
}

/// The time at which an event was made, from where it stands in its organiser's list.
fn made_at(listed_at: i64) -> Result<Timestamp> {
    Timestamp::from_millisecond(listed_at).map_err(|error| Error::internal("listed_at", error))
}

/// All that the rows of an event tell, whether it was deleted or not.
pub struct Record {
    /// The event.
    pub event: Event,
    /// Those whom the organiser has taken out, each with the number of the removal.
    pub taken_out: Vec<(u32, Invitee)>,
    /// When the rest of a deleted event expires, in seconds since 1970.
    pub deleted_until: Option<i64>,
}

#[derive(Serialize, Deserialize)]
pub(super) struct MemberRow {
    pub(super) event_id: EventId,
    pub(super) row: String,
    pub(super) user_id: UserId,
    /// When it was sent, in milliseconds since 1970: where it stands in the invitee's list.
    pub(super) listed_at: i64,
    pub(super) name: String,
    /// Not on rows of older days, nor of one who is no more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) username: Option<String>,
    /// The name that came with the address by which the invitee was invited. The invitee's first vote or answer removes it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) alias: Option<String>,
    /// The place in the organiser's order.
    pub(super) position: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) answer: Option<Answer>,
    /// The date voted for, where a member has one vote.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) date: Option<usize>,
    /// The dates voted for, where a member has any number of votes.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty", with = "serde_dynamo::number_set")]
    pub(super) date_votes: Votes,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) place: Option<usize>,
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty", with = "serde_dynamo::number_set")]
    pub(super) place_votes: Votes,
    /// When the invitee was invited anew, or has a place again; in milliseconds since 1970. It is the number of the invitation; that of
    /// others is when it was sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) invited_at: Option<i64>,
    /// The round of invitations in which that was.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub(super) round: u32,
    /// Whether the invitee has no account.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(super) guest: bool,
    /// The number of the removal by which the organiser took the invitee out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) removed: Option<u32>,
    /// Whether it stands for somebody whose account was deleted. Rows from before there was this mark have the name alone.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(super) gone: bool,
    /// Set when the invitee is taken out or the event is deleted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) expires_at: Option<i64>,
}

impl MemberRow {
    /// The row of that person at that position of the event, without answer and votes.
    pub(super) fn new(event: EventId, person: &Person, position: usize, listed_at: i64) -> Self {
        Self {
            event_id: event,
            row: member_row(person.id),
            user_id: person.id,
            listed_at,
            name: person.name.clone(),
            username: person.username.clone(),
            alias: None,
            position,
            answer: None,
            date: None,
            date_votes: Votes::new(),
            place: None,
            place_votes: Votes::new(),
            invited_at: None,
            round: 0,
            guest: false,
            removed: None,
            gone: false,
            expires_at: None,
        }
    }

    /// The same for one who has been invited in that round, at a time of its own.
    pub(super) fn invited(self, round: u32, at: Timestamp) -> Self {
        Self { invited_at: Some(at.as_millisecond()), round, ..self }
    }
}

/// The votes of a member in one poll, of which one kind is stored.
fn votes(one: Option<usize>, any: Votes) -> Votes {
    one.into_iter().chain(any).collect()
}

/// The sort key of an item.
pub(super) fn row(item: &Item) -> &str {
    string(item, "row").unwrap_or_default()
}

/// The row of a draft.
pub(super) fn draft_item(event: &Event) -> Result<Item> {
    to_item(draft_row(event))
}

fn draft_row(event: &Event) -> EventRow {
    let Event {
        id,
        name,
        sent: _,
        created_at,
        organiser,
        date,
        place,
        addressees,
        invitees: _,
        additional,
        version,
        history: _,
        language,
    } = event;
    EventRow {
        event_id: *id,
        row: EVENT.to_owned(),
        user_id: organiser.id,
        user_name: organiser.name.clone(),
        username: organiser.username.clone(),
        listed_at: created_at.as_millisecond(),
        name: name.clone(),
        sent: false,
        version: *version,
        dates: date.options.clone(),
        date: date.chosen,
        date_choice: date.choice,
        date_reopened: date.reopened,
        places: place.options.clone(),
        place: place.chosen,
        place_choice: place.choice,
        place_reopened: place.reopened,
        invitees: addressees.iter().map(AddresseeRow::from).collect(),
        additional: additional.clone(),
        rounds: 0,
        removals: 0,
        decisions: 0,
        revision: 0,
        language: *language,
        expires_at: None,
    }
}

/// The attributes that an organiser can write in a draft, with their values; an attribute without a value is removed.
pub(super) fn draft_content(event: &Event) -> Result<[(&'static str, Option<AttributeValue>); 9]> {
    let EventRow {
        event_id: _,
        row: _,
        user_id: _,
        user_name: _,
        username: _,
        listed_at: _,
        name,
        sent: _,
        version: _,
        dates,
        date,
        date_choice,
        date_reopened: _,
        places,
        place,
        place_choice,
        place_reopened: _,
        invitees,
        additional,
        rounds: _,
        removals: _,
        decisions: _,
        revision: _,
        language: _,
        expires_at: _,
    } = draft_row(event);
    let choice = |choice: Choice| (!choice.is_usual()).then(|| attribute(choice)).transpose();
    Ok([
        ("name", Some(text(&name))),
        ("dates", Some(attribute(dates)?)),
        ("date", date.as_ref().map(number)),
        ("date_choice", choice(date_choice)?),
        ("places", Some(attribute(places)?)),
        ("place", place.as_ref().map(number)),
        ("place_choice", choice(place_choice)?),
        ("invitees", (!invitees.is_empty()).then(|| attribute(invitees)).transpose()?),
        ("additional", (!additional.is_empty()).then(|| text(&additional))),
    ])
}

/// The row of an invitee who has just been invited.
pub(super) fn member_item(event: EventId, position: usize, invitee: &Invitee) -> Result<Item> {
    let row = MemberRow::new(event, &invitee.person, position, invitee.number());
    to_item(MemberRow { alias: invitee.alias.clone(), round: invitee.round, guest: invitee.guest, ..row })
}

/// The event of these rows of one partition, unless it was deleted. The users to whom a draft is to be sent have no names yet. What
/// an interrupted sending has left is passed over.
pub(super) fn event_of(items: Vec<Item>) -> Result<Option<Event>> {
    Ok(record_of(items)?.filter(|record| record.deleted_until.is_none()).map(|record| record.event))
}

/// The event of these rows of one partition, deleted or not, with those who were taken out.
pub(super) fn record_of(items: Vec<Item>) -> Result<Option<Record>> {
    let (own, others): (Vec<_>, Vec<_>) = items.into_iter().partition(|item| row(item) == EVENT);
    let Some(item) = own.into_iter().next() else { return Ok(None) };
    let stored: EventRow = from_item(item)?;
    let members = others.into_iter().filter(|item| stored.sent && row(item).starts_with(MEMBER));
    let mut members: Vec<MemberRow> = members.map(from_item).collect::<Result<_>>()?;
    members.sort_by_key(|member| (member.position, member.user_id));
    let (taken_out, members): (Vec<_>, Vec<_>) = members.into_iter().partition(|member| member.removed.is_some());
    let event = Event {
        id: stored.event_id,
        name: stored.name,
        sent: stored.sent,
        created_at: made_at(stored.listed_at)?,
        organiser: Person { id: stored.user_id, name: stored.user_name, username: stored.username },
        date: Poll {
            options: stored.dates,
            chosen: stored.date,
            choice: stored.date_choice,
            reopened: stored.date_reopened,
        },
        place: Poll {
            options: stored.places,
            chosen: stored.place,
            choice: stored.place_choice,
            reopened: stored.place_reopened,
        },
        addressees: stored.invitees.into_iter().map(Addressee::from).collect(),
        invitees: members.into_iter().map(Invitee::try_from).collect::<Result<_>>()?,
        additional: stored.additional,
        version: stored.version,
        history: History {
            rounds: stored.rounds,
            removals: stored.removals,
            decisions: stored.decisions,
            revision: stored.revision,
        },
        language: stored.language,
    };
    let removal = |row: MemberRow| Ok((row.removed.unwrap_or_default(), Invitee::try_from(row)?));
    let taken_out = taken_out.into_iter().map(removal).collect::<Result<_>>()?;
    Ok(Some(Record { event, taken_out, deleted_until: stored.expires_at }))
}

impl From<&Addressee> for AddresseeRow {
    fn from(addressee: &Addressee) -> Self {
        let Addressee { typed, user, name, .. } = addressee.stored();
        Self(TypedRow { typed, user_id: user, name })
    }
}

impl From<AddresseeRow> for Addressee {
    fn from(AddresseeRow(row): AddresseeRow) -> Self {
        let TypedRow { typed, user_id, name } = row;
        Self { typed, user: user_id, name, username: None }
    }
}

impl TryFrom<MemberRow> for Invitee {
    type Error = Error;

    fn try_from(row: MemberRow) -> Result<Self> {
        Ok(Self {
            invited_at: made_at(row.invited_at.unwrap_or(row.listed_at))?,
            round: row.round,
            guest: row.guest,
            gone: row.gone || row.name == DELETED_USER,
            person: Person { id: row.user_id, name: row.name, username: row.username },
            alias: row.alias,
            answer: row.answer,
            date: votes(row.date, row.date_votes),
            place: votes(row.place, row.place_votes),
        })
    }
}
