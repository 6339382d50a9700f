//! `GET /event`: the user's events.

use std::sync::Arc;

use shared::app::EventApp;
use shared::domain::UserId;
use shared::domain::fault::Fault;
use shared::error::Result;
use shared::http::views::EventsBody;
use shared::http::{Reply, Request};
use shared::store::lists::Position;
use shared::token::Signer;

/// How many events a page holds when the client does not say.
const DEFAULT_LIMIT: usize = 20;

/// How many events a page holds at most.
const MAX_LIMIT: usize = 50;

/// What is asked for.
struct Wanted {
    /// Only the sent ones, or only the drafts.
    sent: Option<bool>,
    limit: usize,
    from: Option<Position>,
    /// What a cursor of this list is sealed for, so that one from another list is none.
    purpose: String,
}

/// `200` with a page of the events organised or invited to, the newest first, and the cursor of the next page.
///
/// # Errors
/// `Invalid`.
pub async fn handle(app: Arc<EventApp>, request: Request) -> Result<Reply> {
    let user = request.user(&app.signer, &app.clock)?;
    let wanted = Wanted::read(&request, user, &app.signer)?;
    let (events, next) = app.events.list_events(user, wanted.sent, wanted.limit, wanted.from).await?;
    let cursor = next.map(|position| app.signer.seal(&wanted.purpose, &position.0));
    Reply::ok(&EventsBody::new(&events, cursor))
}

impl Wanted {
    fn read(request: &Request, user: UserId, signer: &Signer) -> Result<Self> {
        let mut faults = Vec::new();
        let status = request.query("status");
        let sent = match status.as_deref() {
            None => None,
            Some("draft") => Some(false),
            Some("sent") => Some(true),
            Some(_) => {
                faults.push(Fault::new("status", "must be draft or sent"));
                None
            }
        };
        let limit = match request.query("limit").map(|text| text.parse()) {
            None => DEFAULT_LIMIT,
            Some(Ok(limit)) if (1..=MAX_LIMIT).contains(&limit) => limit,
            Some(_) => {
                faults.push(Fault::new("limit", format!("must be a number from 1 to {MAX_LIMIT}")));
                DEFAULT_LIMIT
            }
        };
        let purpose = format!("events {user} {}", status.unwrap_or_default());
        let cursor = request.query("cursor").map(|text| signer.unseal(&purpose, &text).map(Position));
        if cursor == Some(None) {
            faults.push(Fault::new("cursor", "must be the cursor of the page before, from the same list"));
        }
        if !faults.is_empty() {
            return Err(faults.into());
        }
        Ok(Self { sent, limit, from: cursor.flatten(), purpose })
    }
}
