//! `PUT /event/{id}/vote`: an invitee's vote, or the organiser's decision. `DELETE` takes them back.

use shared::domain::event::Role;
use shared::domain::poll::Topic;
use shared::domain::vote::{Effect, Vote};
use shared::domain::{EventId, UserId};
use shared::error::{Error, Result};
use shared::http::{Reply, Request, both};
use shared::log::{Act, Subject};
use shared::store::decisions::Decisions;
use shared::store::events::Events;
use shared::store::members::Members;
use shared::token::Signer;

use crate::settling::{settled, settled_anew};

/// The attempts when the decision changes at the same time.
const ROUNDS: usize = 5;

/// `200` with the event after the vote, or after it was taken back.
///
/// # Errors
/// `Invalid` unless exactly one element moves or goes back, `NoSuchEvent`, `PollDecided`, `StillDraft`, `NotOrganiser` for one who
/// has handed the event over at that moment.
pub async fn handle(
    request: Request,
    (signer, events, members, decisions): (Signer, Events, Members, Decisions),
) -> Result<Reply> {
    let visitor = request.visitor(&signer)?;
    let user = visitor.id();
    let (id, vote) = both(request.event_id(), request.parse(Vote::parse))?;
    let (mut event, role) = settled(&events, &decisions, &request, id, visitor).await?;
    let effect = if request.is_delete() { vote.withdrawal(&event, role)? } else { vote.effect(&event, role)? };
    let poll = |topic| (topic, event.poll(topic).choice);
    let act = match effect {
        Effect::Vote { topic, option, .. } => {
            members.add_vote(id, user, poll(topic), option).await?;
            Act::Voted
        }
        Effect::Withdrawal { topic, option, .. } => {
            members.remove_vote(id, user, poll(topic), option).await?;
            Act::VoteTakenBack
        }
        Effect::Decision { topic, option } => {
            decide(&events, &decisions, (id, user), topic, option).await?;
            if option.is_some() { Act::Decided } else { Act::Reopened }
        }
        Effect::Nothing => return Reply::event(&event, user),
    };
    request.audit(act, Subject::Event(id));
    event.apply(effect);
    let event = settled_anew(&events, &decisions, &request, event).await?;
    Reply::event(&event, user)
}

/// Records what the organiser decides. Where it is recorded already, be it that only the answer of DynamoDB was lost, that is well.
async fn decide(
    events: &Events,
    decisions: &Decisions,
    (id, organiser): (EventId, UserId),
    topic: Topic,
    option: Option<usize>,
) -> Result<()> {
    for _ in 0..ROUNDS {
        if decisions.update_decision(id, organiser, topic, option).await? {
            return Ok(());
        }
        let event = events.find_event(id).await?;
        if event.role(organiser) != Some(Role::Organiser) {
            return Err(Error::NotOrganiser);
        }
        if event.poll(topic).chosen == option {
            return Ok(());
        }
    }
    Err(Error::unavailable("UpdateItem", "contention"))
}
