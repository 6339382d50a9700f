//! `PUT /event/{id}/vote`: an invitee's vote, or the organiser's decision. `DELETE` takes them back.

use shared::domain::vote::{Effect, Vote};
use shared::error::Result;
use shared::http::{Reply, Request, both};
use shared::log::{Act, Subject};
use shared::store::decisions::Decisions;
use shared::store::events::Events;
use shared::store::members::Members;
use shared::token::Signer;

use crate::settling::{lost, settled, settled_anew};

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
            if !decisions.update_decision(id, user, topic, option).await? {
                return Err(lost(&events, id).await);
            }
            if option.is_some() { Act::Decided } else { Act::Reopened }
        }
        Effect::Nothing => return Reply::event(&event, user),
    };
    request.audit(act, Subject::Event(id));
    event.apply(effect);
    let event = settled_anew(&events, &decisions, &request, event).await?;
    Reply::event(&event, user)
}
