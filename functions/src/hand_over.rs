//! `PUT /event/{id}/organiser`: the organiser hands the event over to another member.

use serde_json::Value;
use shared::domain::UserId;
use shared::domain::event::Role;
use shared::domain::fault::{Fault, Known, Node};
use shared::domain::invitation::Visitor;
use shared::domain::login::parse_id;
use shared::error::{Error, Result};
use shared::http::{Reply, Request, both};
use shared::log::{Act, Subject};
use shared::store::decisions::Decisions;
use shared::store::events::Events;
use shared::store::organisers::Organisers;
use shared::token::Signer;

use crate::settling::settled;

/// The attempts when the event changes at the same time.
const ROUNDS: usize = 5;

/// `200` with the event, which is the new organiser's now. Handing it over again to the same member changes nothing.
///
/// # Errors
/// `Invalid`, also if the event cannot pass on to that member; `NoSuchEvent`, `NotOrganiser`, `StillDraft`.
pub async fn handle(
    request: Request,
    (signer, events, decisions, organisers): (Signer, Events, Decisions, Organisers),
) -> Result<Reply> {
    let user = request.user(&signer)?;
    let (id, successor) = both(request.event_id(), request.parse(parse))?;
    for _ in 0..ROUNDS {
        let (mut event, role) = settled(&events, &decisions, &request, id, Visitor::User(user)).await?;
        if !event.sent {
            return Err(Error::StillDraft);
        }
        // The former organiser may repeat a request whose answer was lost.
        if event.organiser.id == successor {
            return Reply::event(&event, user);
        }
        if role != Role::Organiser {
            return Err(Error::NotOrganiser);
        }
        let Some(index) = event.successor(successor) else {
            return Err(Error::invalid(
                "id",
                "must be the id of a member who has an account and has not declined; one who was invited by an address has to answer or vote first",
            ));
        };
        if organisers.hand_over(&event, successor, request.now()).await? {
            request.audit(Act::HandedOver, Subject::Event(id));
            event.pass_on(index, request.now());
            return Reply::event(&event, user);
        }
    }
    Err(Error::unavailable("TransactWriteItems", "contention"))
}

fn parse(body: &Value) -> Result<UserId, Vec<Fault>> {
    let node = Node::body(body, &[], Known(&["id"], &[]))?;
    let mut faults = Vec::new();
    let id = |text: &str| parse_id(text.trim()).ok_or_else(|| "must be the id of a member, a UUID".to_owned());
    node.get("id").parsed(&mut faults, id).ok_or(faults)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn members_are_named_by_their_ids() {
        let id = "0192f0c1-2345-4abc-8def-0123456789ab";
        let cases = [
            (json!({"id": id}), true),
            (json!({"id": format!(" {id}\n"), "more": 1}), true),
            (json!({"id": "jane"}), false),
            (json!({"id": 7}), false),
            (json!({}), false),
            (json!(id), false),
        ];
        for (body, fits) in cases {
            assert_eq!(parse(&body).is_ok(), fits, "{body}");
        }
    }
}
