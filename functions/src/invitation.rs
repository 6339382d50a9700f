//! `GET /invitation`: the page that the links of invitations open where there is no front end.

use shared::error::Result;
use shared::http::pages::Shell;
use shared::http::{Reply, Request};

/// `200` with the page, the same for everybody: the token is in the link's fragment, which no server sees.
pub async fn handle(request: Request, (shell,): (Shell,)) -> Result<Reply> {
    shell.invitation(&request)
}
