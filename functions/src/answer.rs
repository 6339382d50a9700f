//! `PUT /event/{id}/answer`: what an invitee says to the invitation.

use serde_json::Value;
use shared::domain::event::{Answer, Role};
use shared::domain::fault::{Fault, Known, Node};
use shared::error::{Error, Result};
use shared::http::{Reply, Request, both};
use shared::log::{Act, Subject};
use shared::store::decisions::Decisions;
use shared::store::events::Events;
use shared::store::members::Members;
use shared::token::Signer;

use crate::settling::{settled, settled_anew};

/// `200` with the event after the answer.
///
/// # Errors
/// `Invalid`, `NoSuchEvent`, `OrganiserNeedNotAnswer`.
pub async fn handle(
    request: Request,
    (signer, events, members, decisions): (Signer, Events, Members, Decisions),
) -> Result<Reply> {
    let visitor = request.visitor(&signer)?;
    let user = visitor.id();
    let (id, answer) = both(request.event_id(), request.parse(parse))?;
    let (mut event, role) = settled(&events, &decisions, &request, id, visitor).await?;
    let Role::Invitee(index) = role else { return Err(Error::OrganiserNeedNotAnswer) };
    if event.invitees[index].answer != Some(answer) {
        members.update_answer(id, user, answer).await?;
        request.audit(Act::Answered, Subject::Event(id));
        event.invitees[index].answer = Some(answer);
        event = settled_anew(&events, &decisions, &request, event).await?;
    }
    Reply::event(&event, user)
}

fn parse(body: &Value) -> Result<Answer, Vec<Fault>> {
    let node = Node::body(body, &[], Known(&["answer"], &[]))?;
    let mut faults = Vec::new();
    node.get("answer").parsed(&mut faults, Answer::parse).ok_or(faults)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn answers() {
        let cases = [
            (json!({"answer": "yes"}), Some(Answer::Yes)),
            (json!({"answer": "maybe", "more": 1}), Some(Answer::Maybe)),
            (json!({"answer": "no"}), Some(Answer::No)),
            (json!({"answer": "Yes"}), None),
            (json!({"answer": true}), None),
            (json!({}), None),
            (json!("yes"), None),
        ];
        for (body, answer) in cases {
            assert_eq!(parse(&body).ok(), answer, "{body}");
        }
    }
}
