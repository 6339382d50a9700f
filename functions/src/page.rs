//! `GET /`: the page for people, which does all that the API offers. `GET /app/{file}`: its files.

use shared::error::{Error, Result};
use shared::http::pages::{Shell, file};
use shared::http::{Reply, Request};
use shared::page::FILES;

/// `200` with the page, the same for everybody who reads the same language; or with one of its files, which may be kept for good.
///
/// # Errors
/// `NoSuchPage` for another name, or where the page is turned off: its files stay, since the pages of links need them.
pub async fn handle(request: Request, (shell,): (Shell,)) -> Result<Reply> {
    let Some(name) = request.file() else { return shell.home(&request) };
    let found = FILES.iter().find(|file| file.name == name);
    file(&request, found.ok_or(Error::NoSuchPage)?)
}
