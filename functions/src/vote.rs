//! `PUT /event/{id}/vote`: an invitee's vote, or the organiser's decision. `DELETE` takes them back.

use shared::domain::UserId;
use shared::domain::event::{Event, Role};
use shared::domain::poll::Topic;
use shared::domain::vote::{Effect, Vote, Withdrawal};
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
/// is not any more at that very moment.
pub async fn handle(
    request: Request,
    (signer, events, members, decisions): (Signer, Events, Members, Decisions),
) -> Result<Reply> {
    let user = request.user(&signer)?;
    let (id, vote) = both(request.event_id(), request.parse(Vote::parse))?;
    let (event, role) = settled(&events, &decisions, &request, id, user).await?;
    let member = Member { events: &events, members: &members, decisions: &decisions, request: &request, user, role };
    let event = if request.is_delete() {
        match vote.withdrawal(&event, role)? {
            Withdrawal::OfVote(topic) => member.votes(event, topic, None).await?,
            Withdrawal::OfDecision(topic) => member.decides(event, topic, None).await?,
            Withdrawal::Nothing => event,
        }
    } else {
        match vote.effect(&event, role)? {
            Effect::Cast(topic, option) => member.votes(event, topic, Some(option)).await?,
            Effect::Decide(topic, option) => member.decides(event, topic, Some(option)).await?,
            Effect::Nothing => event,
        }
    };
    Reply::event(&event, user)
}

/// Who votes or decides, or takes that back.
struct Member<'a> {
    events: &'a Events,
    members: &'a Members,
    decisions: &'a Decisions,
    request: &'a Request,
    user: UserId,
    role: Role,
}

impl Member<'_> {
    async fn votes(&self, mut event: Event, topic: Topic, option: Option<usize>) -> Result<Event> {
        self.members.update_vote(event.id, self.user, topic, option).await?;
        let act = if option.is_some() { Act::Voted } else { Act::VoteTakenBack };
        self.request.audit(act, Subject::Event(event.id));
        if let Role::Invitee(index) = self.role
            && let Some(invitee) = event.invitees.get_mut(index)
        {
            invitee.set_vote(topic, option);
        }
        settled_anew(self.events, self.decisions, self.request, event).await
    }

    async fn decides(&self, mut event: Event, topic: Topic, option: Option<usize>) -> Result<Event> {
        if !self.decisions.update_decision(event.id, self.user, topic, option).await? {
            return Err(lost(self.events, event.id).await);
        }
        let act = if option.is_some() { Act::Decided } else { Act::Reopened };
        self.request.audit(act, Subject::Event(event.id));
        let poll = event.poll_mut(topic);
        poll.chosen = option;
        poll.reopened |= option.is_none();
        Ok(event)
    }
}
