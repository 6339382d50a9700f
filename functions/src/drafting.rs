//! What making and editing a draft have in common.

use std::collections::HashSet;

use event_messenger::domain::UserId;
use event_messenger::domain::draft::{Draft, MAX_INVITEES};
use event_messenger::domain::event::{Event, Invitee, Person};
use event_messenger::domain::fault::Fault;
use event_messenger::domain::login::Login;
use event_messenger::error::{Error, Result};
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
    let mut people = users.find_people(&logins, now).await?;
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
