//! `GET /event`: the user's events.

use shared::domain::UserId;
use shared::domain::fault::Fault;
use shared::error::Result;
use shared::http::views::ListBody;
use shared::http::{Reply, Request};
use shared::store::index::Position;
use shared::store::lists::Lists;
use shared::token::Signer;

/// The events of a page when the client gives no limit.
const DEFAULT_LIMIT: usize = 20;

/// The most events of a page.
const MAX_LIMIT: usize = 50;

/// The list that the client asks for.
struct Wanted {
    /// Only sent events, or only drafts.
    sent: Option<bool>,
    limit: usize,
    from: Option<Position>,
    /// The purpose that cursors of this list are sealed for, so that a cursor of another list is refused.
    purpose: String,
}

/// `200` with a page of the events organised or invited to, the newest first, and the cursor of the next page; or `304` to one who
/// has that page already.
///
/// # Errors
/// `Invalid`.
pub async fn handle(request: Request, (signer, lists): (Signer, Lists)) -> Result<Reply> {
    let user = request.user(&signer)?;
    let wanted = Wanted::read(&request, user, &signer)?;
    let (entries, next) = lists.list_events(user, wanted.sent, wanted.limit, wanted.from).await?;
    let cursor = next.map(|position| signer.seal(&wanted.purpose, &position.0));
    Ok(Reply::tagged(&ListBody::new(&entries, cursor.as_deref()))?.unless_known(&request))
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
