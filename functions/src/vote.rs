//! `PUT /event/{id}/vote`: an invitee's vote, or the organiser's decision.

use std::sync::Arc;

use event_messenger::app::EventApp;
use event_messenger::domain::event::Role;
use event_messenger::domain::vote::{Effect, Vote};
use event_messenger::error::{Error, Result};
use event_messenger::http::{Reply, Request, both};
use event_messenger::log::{Act, Subject};

/// `200` with the event after the vote.
///
/// # Errors
/// `Invalid` unless exactly one element moves, `NoSuchEvent`, `PollDecided`, `StillDraft`.
pub async fn handle(app: Arc<EventApp>, request: Request) -> Result<Reply> {
    let user = request.user(&app.signer, &app.clock)?;
    let (id, vote) = both(request.event_id(), request.parse(Vote::parse))?;
    let mut event = app.events.find_event(id).await?;
    let role = event.role(user).ok_or(Error::NoSuchEvent)?;
    match vote.effect(&event, role)? {
        Effect::Cast(topic, option) => {
            app.events.update_vote(id, user, topic, option).await?;
            request.audit(Act::Voted, Subject::Event(id));
            if let Role::Invitee(index) = role
                && let Some(invitee) = event.invitees.get_mut(index)
            {
                invitee.set_vote(topic, option);
            }
        }
        Effect::Decide(topic, option) => {
            app.events.update_decision(id, topic, option).await?;
            request.audit(Act::Decided, Subject::Event(id));
            event.poll_mut(topic).chosen = Some(option);
        }
        Effect::Nothing => {}
    }
    Reply::event(&event, user)
}
