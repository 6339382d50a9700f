//! The users whom a draft names: looked up when it is made, edited, read and sent.

use std::collections::HashSet;

use jiff::Timestamp;
use shared::domain::addressee::{Addressee, Wanted};
use shared::domain::draft::Draft;
use shared::domain::event::{Event, Invitee};
use shared::domain::fault::Fault;
use shared::domain::login::Login;
use shared::domain::person::Person;
use shared::domain::{EventId, UserId};
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

/// A draft that can be sent.
pub(crate) struct Sendable {
    /// The event with its invitees.
    pub(crate) event: Event,
    /// The users whom the organiser named by id or username. Only they become contacts, which are shown by their own names.
    pub(crate) contacts: Vec<UserId>,
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
    let mut found = if send {
        people.find_people(&logins, Consistency::Strong, now).await?
    } else {
        people.find_people_cheaply(&logins, now).await?
    };
    let organiser = found.pop().flatten().ok_or(Error::Unauthenticated)?;
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
    })
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

/// The draft, ready to be sent: its invitees as they are now, each once, without the organiser.
///
/// # Errors
/// `Invalid` with everything that is missing, every invitee whose account is gone, and whether an address is nobody's.
pub(crate) async fn sendable(people: &People, event: Event, lookup: Lookup, now: Timestamp) -> Result<Sendable> {
    let mut faults = event.missing();
    let is_known = |addressee: &Addressee| lookup == Lookup::Done && addressee.user.is_some();
    let login = |addressee: &Addressee| if is_known(addressee) { None } else { addressee.login() };
    let logins: Vec<Option<Login>> = event.addressees.iter().map(login).collect();
    let known: Vec<Login> = logins.iter().flatten().cloned().collect();
    let mut found = people.find_people(&known, Consistency::Strong, now).await?.into_iter();
    let (mut invitees, mut contacts) = (Vec::new(), Vec::new());
    let mut seen = HashSet::from([event.organiser.id]);
    let mut has_strangers = false;
    for (index, (addressee, login)) in event.addressees.iter().zip(logins).enumerate() {
        let person = if is_known(addressee) { addressee.person() } else { login.and_then(|_| found.next().flatten()) };
        match person {
            None if addressee.user.is_none() => has_strangers = true,
            None => faults.push(gone_addressee(index)),
            Some(person) => {
                contacts.extend(addressee.user);
                if seen.insert(person.id) {
                    invitees.push(Invitee { alias: addressee.alias(), ..Invitee::new(person) });
                }
            }
        }
    }
    if has_strangers {
        // It does not say which: one request must not tell of many addresses which of them have accounts.
        let message = "names an address that is no user's here; whoever is invited by an address has to register first";
        faults.push(Fault::new("event.members[0].invited", message));
    }
    let event = Event { addressees: Vec::new(), invitees, ..event };
    if faults.is_empty() {
        // The organiser may be the only one whom it names.
        faults = event.missing();
    }
    if faults.is_empty() { Ok(Sendable { event, contacts }) } else { Err(faults.into()) }
}

fn gone_addressee(index: usize) -> Fault {
    Fault::new(format!("event.members[0].invited[{index}].id"), "is no user of this service any more")
}

/// The invitees whose accounts are gone.
pub(crate) async fn gone(people: &People, invitees: &[Invitee], now: Timestamp) -> Result<Vec<UserId>> {
    let logins: Vec<Login> = invitees.iter().map(|invitee| Login::Id(invitee.person.id)).collect();
    let found: Vec<Option<Person>> = people.find_people_cheaply(&logins, now).await?;
    let gone = invitees.iter().zip(found).filter(|(_, person)| person.is_none());
    Ok(gone.map(|(invitee, _)| invitee.person.id).collect())
}
