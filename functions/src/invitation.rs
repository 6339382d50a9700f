//! `GET /invitation`: the page that the links of invitations open where there is no front end.

use shared::error::Result;
use shared::http::pages::invitation_page;
use shared::http::{Reply, Request};

/// `200` with the page, the same for everybody: the token is in the link's fragment, which no server sees.
pub async fn handle(_: Request, (): ()) -> Result<Reply> {
    invitation_page()
}
