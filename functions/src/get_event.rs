//! `GET /event/{id}`: an event as its reader sees it.

use shared::error::Result;
use shared::http::{Reply, Request};
use shared::store::decisions::Decisions;
use shared::store::events::Events;
use shared::store::people::People;
use shared::token::Signer;

use crate::drafting::named;
use crate::settling::settled;

/// `200` with the event and its `ETag`, or `304` to one who has it already. A draft is always shown: its tag does not tell whether
/// somebody whom it names is called otherwise by now.
///
/// # Errors
/// `NoSuchEvent` for everybody but its members, and for an invitee as long as it is a draft.
pub async fn handle(
    request: Request,
    (signer, events, decisions, people): (Signer, Events, Decisions, People),
) -> Result<Reply> {
    let visitor = request.visitor(&signer)?;
    let user = visitor.id();
    let (event, _) = settled(&events, &decisions, &request, request.event_id()?, visitor).await?;
    let event = named(&people, event, request.now()).await?;
    let reply = Reply::event(&event, user)?;
    Ok(if event.sent { reply.unless_known(&request) } else { reply })
}
