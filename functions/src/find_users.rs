//! `GET /user/search?query=`: users whose usernames begin so.

use shared::domain::fault::Fault;
use shared::domain::username::Beginning;
use shared::error::Result;
use shared::http::views::UsersBody;
use shared::http::{Reply, Request};
use shared::store::directory::Directory;
use shared::token::Signer;

/// The most users that are found.
const MAX_LIMIT: usize = 20;

/// `200` with the first users by username, but never the one who asks, and nobody who does not want to be found.
///
/// # Errors
/// `Unauthenticated`, `Invalid`.
pub async fn handle(request: Request, (signer, directory): (Signer, Directory)) -> Result<Reply> {
    let user = request.user(&signer)?;
    let (beginning, limit) = read(&request)?;
    // One more, since the one who asks may be among them.
    let mut found = directory.find_users(&beginning, limit + 1).await?;
    found.retain(|card| card.id != user);
    found.truncate(limit);
    Reply::ok(&UsersBody::new(&found))
}

fn read(request: &Request) -> Result<(Beginning, usize)> {
    let mut faults = Vec::new();
    let beginning = Beginning::parse(&request.query("query").unwrap_or_default());
    let limit = match request.query("limit").map(|text| text.parse()) {
        None => Some(MAX_LIMIT),
        Some(Ok(limit)) if (1..=MAX_LIMIT).contains(&limit) => Some(limit),
        Some(_) => {
            faults.push(Fault::new("limit", format!("must be a number from 1 to {MAX_LIMIT}")));
            None
        }
    };
    match (beginning, limit) {
        (Ok(beginning), Some(limit)) => Ok((beginning, limit)),
        (beginning, _) => {
            faults.splice(0..0, beginning.err().map(|message| Fault::new("query", message)));
            Err(faults.into())
        }
    }
}
