//! `GET /user/export`: everything that is held of the user ([GDPR, article 20](https://gdpr-info.eu/art-20-gdpr/)).

use std::sync::Arc;

use shared::app::PlanApp;
use shared::domain::export::ExportedAccount;
use shared::error::{Error, Result};
use shared::http::views::{AccountView, ExportBody, length_of_event};
use shared::http::{Reply, Request};
use shared::log::{Act, Subject};
use shared::store::lists::Position;
use shared::token::Holder;

/// How long a page is, in octets, before the event that ends it. A response of Lambda holds 6 MB, and this twice: what is in quotes
/// here is there in quotes again.
const PAGE: usize = 1024 * 1024;

/// `200` with a page: the account, the contacts, the sessions, when a link for a new password was last mailed, and the newest
/// events with the user's own answers and votes; with a cursor the events after those. Hashes and tokens are not in it: they say
/// nothing of the user, and are secret.
///
/// # Errors
/// `Unauthenticated`, also when the user is no more; `Invalid` for a cursor that is none.
pub async fn handle(app: Arc<PlanApp>, request: Request) -> Result<Reply> {
    let holder = request.holder(&app.signer, &app.clock)?;
    let user = holder.user;
    let purpose = format!("export {user}");
    let unseal = |text: String| app.signer.unseal(&purpose, &text).map(Position);
    let from = request.query("cursor").map(|text| unseal(text).ok_or_else(bad_cursor)).transpose()?;
    let account = if from.is_none() { Some(account(&app, &holder).await?) } else { None };
    let account = account.as_ref().map(|account| AccountView::new(account, holder.session));
    let room = PAGE.saturating_sub(account.as_ref().map_or(Ok(0), AccountView::length)?);
    let (events, next) = app.events.export_events(user, from, room, length_of_event).await?;
    request.audit(Act::UserExported, Subject::Account(Some(user)));
    let cursor = next.map(|position| app.signer.seal(&purpose, &position.0));
    Reply::ok(&ExportBody::new(account, &events, cursor))?.attachment("event-messenger.json")
}

fn bad_cursor() -> Error {
    Error::invalid("cursor", "must be the cursor of the page before")
}

/// What is not of events.
async fn account(app: &PlanApp, holder: &Holder) -> Result<ExportedAccount> {
    let (user, now) = (holder.user, app.clock.now());
    let (profile, reset_mailed_at) = app.users.find_export(user, now).await?.ok_or(Error::Unauthenticated)?;
    let sessions = app.users.list_sessions(user, now).await?;
    Ok(ExportedAccount { profile, sessions, reset_mailed_at })
}
