//! `GET /user/export`: everything that is held of the user ([GDPR, article 20](https://gdpr-info.eu/art-20-gdpr/)).

use jiff::Timestamp;
use serde_json::{Map, Value, json};
use shared::error::{Error, Result};
use shared::http::{Reply, Request};
use shared::log::{Act, Subject};
use shared::store::exports::Exports;
use shared::store::index::Position;
use shared::store::profiles::Profiles;
use shared::store::sessions::Sessions;
use shared::token::Holder;
use shared::token::Signer;

/// How long a page is, in octets, before the event that ends it. A response of Lambda holds 6 MB, and this twice: what is in quotes
/// here is there in quotes again.
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
    let mut export =
        if from.is_none() { account(&profiles, &sessions, &holder, request.now()).await? } else { Map::new() };
    let room = PAGE.saturating_sub(json!(export).to_string().len());
    let (events, next) = exports.export_events(user, from, room).await?;
    request.audit(Act::UserExported, Subject::Account(Some(user)));
    export.insert("events".to_owned(), json!(events));
    export.insert("cursor".to_owned(), json!(next.map(|position| signer.seal(&purpose, &position.0))));
    Reply::ok(&json!({ "export": export })).attachment("event-messenger.json")
}

fn bad_cursor() -> Error {
    Error::invalid("cursor", "must be the cursor of the page before")
}

/// What is not of events.
async fn account(
    profiles: &Profiles,
    sessions: &Sessions,
    holder: &Holder,
    now: Timestamp,
) -> Result<Map<String, Value>> {
    let user = holder.user;
    let (profile, reset_mail) = profiles.find_export(user, now).await?.ok_or(Error::Unauthenticated)?;
    let sessions = sessions.list_sessions(user, now).await?;
    let sessions: Vec<Value> = sessions.iter().map(|session| session.view(holder.session)).collect();
    let account = json!({
        "id": profile.id,
        "username": profile.username,
        "e-mail": profile.email,
        "name": profile.name,
        "avatar": profile.avatar,
    });
    Ok(Map::from_iter([
        ("user".to_owned(), account),
        ("contacts".to_owned(), json!(profile.contacts)),
        ("sessions".to_owned(), json!(sessions)),
        ("password_reset_mailed_at".to_owned(), json!(reset_mail.map(|at| at.to_string()))),
    ]))
}
