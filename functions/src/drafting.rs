//! What making and editing a draft have in common.

use std::collections::HashSet;

use event_messenger::domain::UserId;
use event_messenger::domain::draft::{Draft, MAX_INVITEES};
use event_messenger::domain::event::{DELETED_USER, Event, Invitee, Person};
use event_messenger::domain::fault::Fault;
use event_messenger::domain::login::Login;
use event_messenger::error::{Error, Result};
use event_messenger::store::people::Consistency;
use event_messenger::store::users::Users;
use jiff::Timestamp;
use uuid::Uuid;

/// The draft as an event of this organiser, with those who are invited looked up. The id is yet to be given.
///
/// # Errors
/// `Invalid` with every invitee who is unknown, `Unauthenticated` when the organiser is no more.
pub(crate) async fn plan(users: &Users, organiser: UserId, draft: Draft, now: Timestamp) -> Result<Event> {
    let (fields, mut logins): (Vec<_>, Vec<_>) = draft.invited.into_iter().unzip();
    logins.push(Login::Id(organiser));
    let mut people = users.find_people(&logins, Consistency::Strong, now).await?;
    let organiser = people.pop().flatten().ok_or(Error::Unauthenticated)?;
    let unknown = fields.iter().zip(&people).filter(|(_, person)| person.is_none());
    let mut faults: Vec<_> = unknown.map(|(field, _)| Fault::new(field, "is no user of this service")).collect();
    let mut seen = HashSet::from([organiser.id]);
    let invited: Vec<Person> = people.into_iter().flatten().filter(|person| seen.insert(person.id)).collect();
    if invited.len() > MAX_INVITEES {
        faults.push(Fault::new("event.members", format!("must hold at most {MAX_INVITEES} invitees")));
    }
    if !faults.is_empty() {
        return Err(faults.into());
    }
    Ok(Event {
        id: Uuid::nil(),
        name: draft.name,
        sent: false,
        created_at: now,
        organiser,
        date: draft.date,
        place: draft.place,
        invitees: invited.into_iter().map(Invitee::new).collect(),
        additional: draft.additional,
        version: 1,
    })
}

/// The event with the names of its invitees, which a draft is stored without. Of what was sent nothing is looked up.
pub(crate) async fn named(users: &Users, event: Event, now: Timestamp) -> Result<Event> {
    if event.sent || event.invitees.is_empty() {
        return Ok(event);
    }
    let found = users.find_people(&logins(&event), Consistency::Eventual, now).await?;
    let name = |(invitee, person): (Invitee, Option<Person>)| {
        let gone = || Person { name: DELETED_USER.to_owned(), ..invitee.person.clone() };
        Invitee::new(person.unwrap_or_else(gone))
    };
    Ok(Event { invitees: event.invitees.iter().cloned().zip(found).map(name).collect(), ..event })
}

/// The draft with the names of its invitees as they are, to be sent.
///
/// # Errors
/// `Invalid` with every invitee who is no more.
pub(crate) async fn sendable(users: &Users, event: Event, now: Timestamp) -> Result<Event> {
    let mut faults = event.missing();
    let found = users.find_people(&logins(&event), Consistency::Strong, now).await?;
    let gone = found.iter().enumerate().filter(|(_, person)| person.is_none());
    let fault =
        |index| Fault::new(format!("event.members[0].invited[{index}].id"), "is no user of this service any more");
    faults.extend(gone.map(|(index, _)| fault(index)));
    if !faults.is_empty() {
        return Err(faults.into());
    }
    Ok(Event { invitees: found.into_iter().flatten().map(Invitee::new).collect(), ..event })
}

fn logins(event: &Event) -> Vec<Login> {
    event.invitees.iter().map(|invitee| Login::Id(invitee.person.id)).collect()
}
