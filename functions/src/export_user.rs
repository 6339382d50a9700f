//! `GET /user/export`: everything that is held of the user ([GDPR, article 20](https://gdpr-info.eu/art-20-gdpr/)).

use std::sync::Arc;

use event_messenger::app::PlanApp;
use event_messenger::error::{Error, Result};
use event_messenger::http::{Reply, Request};
use event_messenger::log::{Act, Subject};
use serde_json::{Value, json};

/// `200` with the account, the contacts, the sessions, all events with the user's own answers and votes, and when a link for a
/// new password was last mailed. Hashes and tokens are not in it: they say nothing of the user, and are secret.
///
/// # Errors
/// `Unauthenticated`, also when the user is no more.
pub async fn handle(app: Arc<PlanApp>, request: Request) -> Result<Reply> {
    let holder = request.holder(&app.signer, &app.clock)?;
    let (user, now) = (holder.user, app.clock.now());
    let (profile, reset_mail) = app.users.find_export(user, now).await?.ok_or(Error::Unauthenticated)?;
    let sessions = app.users.list_sessions(user, now).await?;
    let sessions: Vec<Value> = sessions.iter().map(|session| session.view(holder.session)).collect();
    let events = app.events.export_events(user).await?;
    request.audit(Act::UserExported, Subject::Account(Some(user)));
    let account = json!({
        "id": profile.id,
        "username": profile.username,
        "e-mail": profile.email,
        "name": profile.name,
        "avatar": profile.avatar,
    });
    Reply::ok(&json!({"export": {
        "user": account,
        "contacts": profile.contacts,
        "sessions": sessions,
        "password_reset_mailed_at": reset_mail.map(|at| at.to_string()),
        "events": events,
    }}))
    .attachment("event-messenger.json")
}
