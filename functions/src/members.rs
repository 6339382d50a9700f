//! Who is in an event after it was sent. `POST /event/{id}/members`: the organiser invites more people, or some of them anew.
//! `DELETE /event/{id}/members/{user}`: the organiser takes somebody out, or an invitee leaves.

use shared::config::{ConfigError, Env, FromEnv};
use shared::domain::addressee::MAX_INVITEES;
use shared::domain::draft::Further;
use shared::domain::event::{Event, Invitee, Role};
use shared::domain::invitation::Visitor;
use shared::error::{Error, Result};
use shared::http::{Reply, Request, both};
use shared::log::{Act, Subject};
use shared::store::contacts::Contacts;
use shared::store::decisions::Decisions;
use shared::store::departures::Departures;
use shared::store::events::Events;
use shared::store::members::Members;
use shared::token::Signer;

use crate::drafting::{Lookup, addressees};
use crate::inviting::{Invited, Inviting};
use crate::settling::{settled, settled_anew};

/// The attempts when the event changes at the same time.
const ROUNDS: usize = 5;

/// The part of the storage that this works with.
#[derive(Clone)]
pub struct Store {
    events: Events,
    members: Members,
    decisions: Decisions,
    departures: Departures,
    contacts: Contacts,
}

impl FromEnv for Store {
    fn from_env(env: &Env) -> Result<Self, ConfigError> {
        let (events, members, decisions, departures, contacts) = FromEnv::from_env(env)?;
        Ok(Self { events, members, decisions, departures, contacts })
    }
}

/// `200` with the event and all its members; `204` once somebody is out.
///
/// # Errors
/// `Invalid`, also with everyone who is unknown; `NoSuchEvent`, `NotOrganiser`, `StillDraft`, `TooSoon` after too many invitations by
/// address; `NoSuchMember`, `OrganiserStays`, `InvitationOver`.
pub async fn handle(request: Request, (signer, store, inviting): (Signer, Store, Inviting)) -> Result<Reply> {
    if request.is_delete() {
        return take_out(&request, request.visitor(&signer)?, &store).await;
    }
    let user = request.user(&signer)?;
    let (id, further) = both(request.event_id(), request.parse(Further::parse))?;
    for _ in 0..ROUNDS {
        let (event, role) = settled(&store.events, &store.decisions, &request, id, Visitor::User(user)).await?;
        if role != Role::Organiser {
            return Err(Error::NotOrganiser);
        }
        if !event.sent {
            return Err(Error::StillDraft);
        }
        if let Some(event) = invite(&request, &store, &inviting, event, &further).await? {
            return Reply::event(&event, user);
        }
    }
    Err(Error::unavailable("TransactWriteItems", "contention"))
}

/// Invites those who are not in yet, and anew those who are to be invited again. `None` if the event has changed meanwhile.
async fn invite(
    request: &Request,
    store: &Store,
    inviting: &Inviting,
    event: Event,
    further: &Further,
) -> Result<Option<Event>> {
    let (user, now) = (event.organiser.id, request.now());
    let addressees = addressees(inviting.people(), user, further.invited.clone(), now).await?;
    let again: Vec<bool> = addressees.iter().map(|addressee| further.again.contains(&addressee.typed)).collect();
    let (invited, faults) = inviting.look_up(user, &addressees, Lookup::Done, event.history.rounds + 1, now).await?;
    if !faults.is_empty() {
        return Err(faults.into());
    }
    let known = |invitee: &Invitee| event.invitees.iter().find(|known| known.person.id == invitee.person.id);
    let anew: Vec<Invitee> =
        invited.named(&again).filter_map(|(invitee, again)| known(invitee).filter(|_| again).cloned()).collect();
    let mailed = invited.retain(|invitee| known(invitee).is_none());
    if mailed.is_empty() && anew.is_empty() {
        return Ok(Some(event));
    }
    if event.invitees.len() + mailed.len() > MAX_INVITEES {
        let message = format!("must leave the event with at most {MAX_INVITEES} invitees");
        return Err(Error::invalid("invited", message));
    }
    let by_address = mailed.by_address() + anew.iter().filter(|invitee| invitee.alias.is_some()).count();
    inviting.count(user, by_address, now).await?;
    let written = write(store, inviting, &event, &mailed, &anew, request).await;
    if !matches!(written, Ok(true))
        && let Err(error) = inviting.uncount(user, by_address, now).await
    {
        request.trouble("invitations that were not sent count among those of the day", &error);
    }
    if !written? {
        return Ok(None);
    }
    request.audit(Act::Invited, Subject::Event(event.id));
    let event = store.events.find_event(event.id).await?;
    // A request that deletes an account at this moment did not find its row; now it goes.
    let gone = inviting.gone(&event.invitees, now).await?;
    if gone.is_empty() {
        return Ok(Some(event));
    }
    for user in gone {
        store.departures.leave_as_invitee(event.id, user).await?;
    }
    store.events.find_event(event.id).await.map(Some)
}

async fn write(
    store: &Store,
    inviting: &Inviting,
    event: &Event,
    invited: &Invited,
    anew: &[Invitee],
    request: &Request,
) -> Result<bool> {
    let Some(new) = inviting.admit(invited).await? else { return Ok(false) };
    store.contacts.add_contacts(event.organiser.id, &invited.contacts).await?;
    store.members.invite(event, &new, anew, request.now()).await
}

async fn take_out(request: &Request, visitor: Visitor, store: &Store) -> Result<Reply> {
    let (id, member) = both(request.event_id(), request.member_id())?;
    for round in 0..ROUNDS {
        let found = settled(&store.events, &store.decisions, request, id, visitor).await;
        // Where the answer of DynamoDB was lost, or another request came first, who leaves is out already.
        let leaves = round > 0 && member == visitor.id();
        let (mut event, role) = match found {
            Err(Error::NoSuchEvent | Error::InvitationOver) if leaves => return Ok(Reply::no_content()),
            found => found?,
        };
        if !event.sent {
            return Err(Error::StillDraft);
        }
        let index = event.invitees.iter().position(|invitee| invitee.person.id == member);
        let (is_out, act) = match role {
            Role::Organiser if member == visitor.id() => return Err(Error::OrganiserStays),
            Role::Organiser if index.is_none() && round > 0 => return Ok(Reply::no_content()),
            Role::Organiser if index.is_none() => return Err(Error::NoSuchMember),
            Role::Organiser => (store.members.take_out(&event, member, request.now()).await?, Act::TakenOut),
            Role::Invitee(_) if member == visitor.id() => (store.members.leave(id, member).await?, Act::Left),
            Role::Invitee(_) => return Err(Error::NotOrganiser),
        };
        if is_out {
            request.audit(act, Subject::Event(id));
            event.invitees.retain(|invitee| invitee.person.id != member);
            // With one less, others may be more than half.
            match settled_anew(&store.events, &store.decisions, request, event).await {
                Ok(_) | Err(Error::NoSuchEvent) => return Ok(Reply::no_content()),
                Err(error) => return Err(error),
            }
        }
    }
    Err(Error::unavailable("TransactWriteItems", "contention"))
}
