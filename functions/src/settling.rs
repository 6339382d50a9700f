//! Records the decision of a majority, once. The first request that sees the majority does it: the vote or the answer that passes
//! half or, where two came at once and each saw itself alone, the next request, even one that only reads.

use jiff::Timestamp;
use shared::domain::EventId;
use shared::domain::event::{Event, Role};
use shared::domain::invitation::Visitor;
use shared::domain::poll::Topic;
use shared::domain::vote::Effect;
use shared::error::{Error, Result};
use shared::http::Request;
use shared::log::{Act, Subject};
use shared::store::decisions::Decisions;
use shared::store::events::Events;

/// The event and that member's role in it, after the decisions that are due were recorded.
///
/// # Errors
/// `NoSuchEvent`, also for a stranger.
pub(crate) async fn settled(
    events: &Events,
    decisions: &Decisions,
    request: &Request,
    id: EventId,
    visitor: Visitor,
) -> Result<(Event, Role)> {
    let event = admitted(events.find_event(id).await, id, visitor, request.now())?;
    event.role(visitor.id()).ok_or(Error::NoSuchEvent)?;
    let event = settle(events, decisions, request, event).await?;
    let role = event.role(visitor.id()).ok_or(Error::NoSuchEvent)?;
    Ok((event, role))
}

/// The event that was looked for, as far as an invitation opens it. An invitation to another event is a stranger's here.
fn admitted(found: Result<Event>, id: EventId, visitor: Visitor, now: Timestamp) -> Result<Event> {
    match (visitor, found) {
        (Visitor::Invitee(invitation), Ok(_)) if invitation.event != id => Err(Error::NoSuchEvent),
        (Visitor::Invitee(invitation), Ok(event)) if !event.honours(&invitation, now) => Err(Error::InvitationOver),
        (Visitor::Invitee(invitation), Err(Error::NoSuchEvent)) if invitation.event == id => Err(Error::InvitationOver),
        (_, found) => found,
    }
}

/// The event after this request has written a vote or an answer to it. If that decides a poll, the event is read again: others may
/// have changed their votes since, and a recorded decision stays.
///
/// # Errors
/// `NoSuchEvent`.
pub(crate) async fn settled_anew(
    events: &Events,
    decisions: &Decisions,
    request: &Request,
    event: Event,
) -> Result<Event> {
    if event.has_due_decisions() {
        settle(events, decisions, request, events.find_event(event.id).await?).await
    } else {
        Ok(event)
    }
}

/// A decision that cannot be recorded now is left to the next request. Until then the poll is undecided for everybody.
async fn settle(events: &Events, decisions: &Decisions, request: &Request, mut event: Event) -> Result<Event> {
    match record(events, decisions, request, &mut event).await {
        Err(error) if error.cause().is_some() => request.trouble("a decision is yet to be recorded", &error),
        result => result?,
    }
    Ok(event)
}

async fn record(events: &Events, decisions: &Decisions, request: &Request, event: &mut Event) -> Result<()> {
    for &topic in Topic::ALL {
        let Some(option) = event.due_decision(topic) else { continue };
        if decisions.record_majority(event.id, topic, option).await? {
            request.audit(Act::Settled, Subject::Event(event.id));
            event.apply(Effect::Decision { topic, option: Some(option) });
        } else {
            // Another request has decided it, or the organiser has taken a decision back.
            *event = events.find_event(event.id).await?;
        }
    }
    Ok(())
}
