//! `GET /user/export`: everything that is held of the user ([GDPR, article 20](https://gdpr-info.eu/art-20-gdpr/)).

use jiff::Timestamp;
use shared::domain::UserId;
use shared::domain::export::{ExportedAccount, ExportedEvent};
use shared::domain::session::Session;
use shared::error::{Error, Result};
use shared::http::views::{EventExport, ExportBody, UserExport, to_json};
use shared::http::{Reply, Request};
use shared::log::{Act, Subject};
use shared::store::exports::Exports;
use shared::store::index::Position;
use shared::store::profiles::Profiles;
use shared::store::sessions::Sessions;
use shared::token::Signer;

/// The length of a page in octets, which its last event exceeds. A response of Lambda holds 6 MB, in which every quote of this JSON
/// is escaped again.
const PAGE: usize = 1024 * 1024;

/// `200` with a page: the account, the contacts, the sessions, when a link for a new password was last mailed, and the newest
/// events with the user's own answers and votes; with a cursor the events after those. Hashes and tokens are not in it: they say
/// nothing of the user, and are secret.
///
/// # Errors
/// `Unauthenticated`, also when the user is no more; `Invalid` for a cursor that is none.
pub async fn handle(
    request: Request,
    (signer, profiles, sessions, exports): (Signer, Profiles, Sessions, Exports),
) -> Result<Reply> {
    let holder = request.holder(&signer)?;
    let user = holder.user;
    let purpose = format!("export {user}");
    let unseal = |text: String| signer.unseal(&purpose, &text).map(Position);
    let from = request.query("cursor").map(|text| unseal(text).ok_or_else(bad_cursor)).transpose()?;
    let held = if from.is_none() { Some(held(&profiles, &sessions, user, request.now()).await?) } else { None };
    let held = held.as_ref().map(|(account, sessions)| UserExport::new(account, sessions, holder.session));
    let room = PAGE.saturating_sub(to_json(&held)?.len());
    let octets = |event: &ExportedEvent| to_json(&EventExport::from(event)).map(|json| json.len());
    let (events, next) = exports.export_events(user, from, room, octets).await?;
    request.audit(Act::UserExported, Subject::Account(Some(user)));
    let cursor = next.map(|position| signer.seal(&purpose, &position.0));
    Reply::ok(&ExportBody::new(held, &events, cursor.as_deref()))?.attachment("event-messenger.json")
}

fn bad_cursor() -> Error {
    Error::invalid("cursor", "must be the cursor of the page before")
}

/// All that is held of the user but for the events.
async fn held(
    profiles: &Profiles,
    sessions: &Sessions,
    user: UserId,
    now: Timestamp,
) -> Result<(ExportedAccount, Vec<Session>)> {
    let account = profiles.find_export(user, now).await?.ok_or(Error::Unauthenticated)?;
    Ok((account, sessions.list_sessions(user, now).await?))
}
