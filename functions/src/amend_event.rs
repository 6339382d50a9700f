//! `PATCH /event/{id}`: changes name and text of an event, and adds options to its polls, also after it was sent.

use shared::domain::amendment::Amendment;
use shared::domain::event::Role;
use shared::error::{Error, Result};
use shared::http::{Reply, Request, both};
use shared::log::{Act, Subject};
use shared::store::events::Events;
use shared::store::people::People;
use shared::token::Signer;

use crate::drafting::named;

/// The attempts when the event changes at the same time.
const ROUNDS: usize = 5;

/// `200` with the event. What is the same already is not written again.
///
/// # Errors
/// `Invalid`, `NoSuchEvent`, `NotOrganiser`, `PollDecided` for further options of a decided poll.
pub async fn handle(request: Request, (signer, events, people): (Signer, Events, People)) -> Result<Reply> {
    let user = request.user(&signer)?;
    let (id, amendment) = both(request.event_id(), request.parse(Amendment::parse))?;
    for _ in 0..ROUNDS {
        let event = events.find_event(id).await?;
        match event.role(user) {
            None => return Err(Error::NoSuchEvent),
            Some(Role::Invitee(_)) => return Err(Error::NotOrganiser),
            Some(Role::Organiser) => {}
        }
        let mut amended = amendment.of(&event)?;
        if !amended.is_nothing() {
            if !events.amend(&amended).await? {
                continue;
            }
            request.audit(Act::EventAmended, Subject::Event(id));
            amended.event.version += 1;
        }
        return Reply::event(&named(&people, amended.event, request.now()).await?, user);
    }
    Err(Error::unavailable("UpdateItem", "contention"))
}
