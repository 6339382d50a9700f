//! The users whom a draft names: looked up when it is made, edited, read and sent.

use jiff::Timestamp;
use shared::domain::EventId;
use shared::domain::UserId;
use shared::domain::addressee::{Addressee, Named, Wanted};
use shared::domain::draft::Draft;
use shared::domain::event::{Event, History};
use shared::domain::login::Login;
use shared::error::{Error, Result};
use shared::store::people::{Consistency, People};

/// Whether the names of the users whom a draft names stand in it as they are now.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Lookup {
    /// They are yet to be looked up.
    Due,
    /// This request has looked them up.
    Done,
}

/// The draft as an event of this organiser, with its invitees looked up: as they are now, if it is to be sent.
///
/// # Errors
/// `Invalid` with every invitee who is unknown, `Unauthenticated` when the organiser is no more.
pub(crate) async fn plan(
    people: &People,
    id: EventId,
    organiser: UserId,
    draft: Draft,
    now: Timestamp,
) -> Result<Event> {
    let Draft { send, name, date, place, invited, additional } = draft;
    let wanted = Wanted::of(&invited, &[]);
    let mut logins: Vec<Login> = wanted.iter().filter_map(Wanted::login).collect();
    logins.push(Login::Id(organiser));
    let consistency = if send { Consistency::Strong } else { Consistency::Eventual };
    let mut found = people.find_speakers(&logins, consistency, now).await?;
    let (organiser, language) = found.pop().flatten().ok_or(Error::Unauthenticated)?;
    let found = found.into_iter().map(|found| found.map(|(person, _)| person)).collect();
    Ok(Event {
        id,
        name,
        sent: false,
        created_at: now,
        addressees: Addressee::all(organiser.id, invited, &wanted, found)?,
        invitees: Vec::new(),
        organiser,
        date,
        place,
        additional,
        version: 1,
        history: History::default(),
        language,
    })
}

/// The people whom that organiser names, each once, as they are now.
///
/// # Errors
/// `Invalid` with everyone who is unknown.
pub(crate) async fn addressees(
    people: &People,
    organiser: UserId,
    named: Vec<Named>,
    now: Timestamp,
) -> Result<Vec<Addressee>> {
    let wanted = Wanted::of(&named, &[]);
    let logins: Vec<Login> = wanted.iter().filter_map(Wanted::login).collect();
    let found = people.find_people(&logins, Consistency::Strong, now).await?;
    Ok(Addressee::all(organiser, named, &wanted, found)?)
}

/// The stored draft with new content. A name that stands in both keeps its stored meaning.
///
/// # Errors
/// `Invalid` with every further invitee who is unknown.
pub(crate) async fn replacement(people: &People, stored: &Event, draft: Draft, now: Timestamp) -> Result<Event> {
    let Draft { send, name, date, place, invited, additional } = draft;
    let wanted = Wanted::of(&invited, &stored.addressees);
    let is_new = wanted.iter().any(|wanted| matches!(wanted, Wanted::New(_)));
    let consistency = if send || is_new { Consistency::Strong } else { Consistency::Eventual };
    let logins: Vec<Login> = wanted.iter().filter_map(Wanted::login).collect();
    let found = people.find_people(&logins, consistency, now).await?;
    Ok(Event {
        name,
        addressees: Addressee::all(stored.organiser.id, invited, &wanted, found)?,
        date,
        place,
        additional,
        ..stored.clone()
    })
}

/// The draft with the names of its users, which are not stored in it. For a sent event nothing is looked up.
pub(crate) async fn named(people: &People, event: Event, now: Timestamp) -> Result<Event> {
    let logins: Vec<Login> = event.addressees.iter().filter_map(|addressee| addressee.user).map(Login::Id).collect();
    let mut found = people.find_people(&logins, Consistency::Eventual, now).await?.into_iter();
    let name = |addressee: Addressee| {
        if addressee.user.is_some() { addressee.named(found.next().flatten()) } else { addressee }
    };
    Ok(Event { addressees: event.addressees.iter().cloned().map(name).collect(), ..event })
}
