//! `POST /user/password/forgot`: mails a link that sets a new password.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use serde_json::Value;
use shared::app::LinkApp;
use shared::domain::UserId;
use shared::domain::fault::{Fault, Known, Node};
use shared::domain::login::Login;
use shared::error::Result;
use shared::http::{Reply, Request};
use shared::log::{Act, Subject};
use shared::mail::NOBODY;
use shared::store::quotas::Quota;
use shared::store::users::{Account, Users};
use shared::token::MailedToken;
use shared::token::digest::nobodys_id;
use uuid::Uuid;

use crate::mailing::send_reset;

/// The time of an answer, which hides what is left of a difference: to read and to parse an account takes longer than to find none.
const TIME: Duration = Duration::from_secs(1);

/// `200 {}`, whoever is asked for. That nobody has the login, has not confirmed, or was mailed a link just now, is not to be
/// told: not by the answer, nor by its time. So in these cases the same is done with a user who does not exist, down to a mail
/// that SES takes and gives to nobody; and the answer comes after a second, unless there are no limits. A mail that SES refuses for
/// good is not told either.
///
/// # Errors
/// `Invalid`, `TooSoon` after too many from one network, `Unavailable`.
pub async fn handle(app: Arc<LinkApp>, request: Request) -> Result<Reply> {
    let login = request.parse(parse)?;
    let now = app.clock.now();
    app.users.count(&Quota::of_mail_requests(request.address(), &app.limits, now)).await?;
    let time = if app.limits.mail_requests == 0 { Duration::ZERO } else { TIME };
    let (result, ()) = tokio::join!(forgot(&app, &request, &login, now), tokio::time::sleep(time));
    result
}

async fn forgot(app: &LinkApp, request: &Request, login: &Login, now: Timestamp) -> Result<Reply> {
    let account = find(&app.users, login, now).await?;
    let (user, password) = match &account {
        Some(account) => (account.id, account.password.as_str()),
        None => (nobodys_id(&login.key()), ""),
    };
    let token = MailedToken::new(user)?;
    match send(app, request, account.as_ref(), password, &token, now).await {
        Ok(receiver) => {
            request.audit(Act::PasswordForgotten, Subject::Account(receiver));
            Ok(Reply::done())
        }
        Err(error) => {
            // Even where DynamoDB did not answer, it may have written.
            if let Err(undoing) = app.users.cancel_reset(&token).await {
                request.trouble("a link for a new password that was not mailed makes the next one wait", &undoing);
            }
            if !error.is_refused_mail() {
                return Err(error);
            }
            // Of nobody's login it would not be refused.
            request.trouble("a link for a new password is refused by SES", &error);
            request.audit(Act::PasswordForgotten, Subject::Account(None));
            Ok(Reply::done())
        }
    }
}

/// Keeps the token and mails it. Tells whom it went to.
async fn send(
    app: &LinkApp,
    request: &Request,
    account: Option<&Account>,
    password: &str,
    token: &MailedToken,
    now: Timestamp,
) -> Result<Option<UserId>> {
    let is_kept = app.users.create_reset(token, password, request.address(), &app.limits, now).await?;
    let receiver = account.filter(|_| is_kept);
    let to = receiver.map_or(("nobody", NOBODY), |account| (&account.username, &account.email));
    send_reset(app, request, to, token, now).await?;
    Ok(receiver.map(|account| account.id))
}

/// The active account with that login. For one that nobody has the same is read.
async fn find(users: &Users, login: &Login, now: Timestamp) -> Result<Option<Account>> {
    let user = users.find_user(login, now).await?;
    let account = users.find_account(user.unwrap_or(Uuid::nil()), now).await?;
    Ok(account.filter(|account| account.active))
}

fn parse(body: &Value) -> Result<Login, Vec<Fault>> {
    let node = Node::body(body, &["login"], Known(&["username"], &["password"]))?;
    let mut faults = Vec::new();
    node.get("username").parsed(&mut faults, Login::parse).ok_or(faults)
}
