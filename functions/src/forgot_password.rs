//! `POST /user/password/forgot`: mails a link that sets a new password.

use std::time::Duration;

use jiff::Timestamp;
use serde_json::Value;
use shared::domain::UserId;
use shared::domain::fault::{Fault, Known, Node};
use shared::domain::language::Language;
use shared::domain::limits::Limits;
use shared::domain::login::Login;
use shared::error::Result;
use shared::http::{Reply, Request};
use shared::log::{Act, Subject};
use shared::mail::NOBODY;
use shared::store::accounts::{Account, Accounts};
use shared::store::quotas::{Quota, Quotas};
use shared::store::resets::Resets;
use shared::token::MailedToken;
use shared::token::digest::nobodys_id;
use uuid::Uuid;

use crate::mailing::ResetMails;

/// Every answer takes this long. That hides that reading and parsing an account takes longer than finding none.
const TIME: Duration = Duration::from_secs(1);

/// `200 {}` for every login. Neither the answer nor its time tells whether the login exists, is confirmed, or was mailed a link just
/// now: in these cases the same is done with a user who does not exist, down to a mail that SES takes and gives to nobody, and the
/// answer comes after a second (at once where there are no limits). A mail that SES refuses for good is not told either.
///
/// # Errors
/// `Invalid`, `TooSoon` after too many from one network, `Unavailable`.
pub async fn handle(
    request: Request,
    (accounts, resets, quotas, mails, limits): (Accounts, Resets, Quotas, ResetMails, Limits),
) -> Result<Reply> {
    let login = request.parse(parse)?;
    quotas.count(&Quota::of_mail_requests(request.address(), &limits, request.now())).await?;
    let time = if limits.mail_requests == 0 { Duration::ZERO } else { TIME };
    let forgot = async {
        let account = find(&accounts, &login, request.now()).await?;
        forgot(&resets, &mails, &limits, &request, &login, account.as_ref()).await
    };
    let (result, ()) = tokio::join!(forgot, tokio::time::sleep(time));
    result
}

async fn forgot(
    resets: &Resets,
    mails: &ResetMails,
    limits: &Limits,
    request: &Request,
    login: &Login,
    account: Option<&Account>,
) -> Result<Reply> {
    let token = MailedToken::new(account.map_or_else(|| nobodys_id(&login.key()), |account| account.id))?;
    let receiver = match send(resets, mails, limits, request, account, &token).await {
        Ok(receiver) => receiver,
        Err(error) => {
            // Even where DynamoDB did not answer, it may have written.
            if let Err(undoing) = resets.cancel_reset(&token).await {
                request.trouble("a link for a new password that was not mailed makes the next one wait", &undoing);
            }
            if !error.is_refused_mail() {
                return Err(error);
            }
            // With an unknown login the mail would not be refused.
            request.trouble("a link for a new password is refused by SES", &error);
            None
        }
    };
    request.audit(Act::PasswordForgotten, Subject::Account(receiver));
    Ok(Reply::done())
}

/// Keeps the token and mails it. The user whom it went to is the answer.
async fn send(
    resets: &Resets,
    mails: &ResetMails,
    limits: &Limits,
    request: &Request,
    account: Option<&Account>,
    token: &MailedToken,
) -> Result<Option<UserId>> {
    let binding = account.map(Account::reset_binding).unwrap_or_default();
    let is_kept = resets.create_reset(token, &binding, request.address(), limits, request.now()).await?;
    let receiver = account.filter(|_| is_kept);
    let nobody = (Language::default(), "nobody", NOBODY);
    let to = receiver.map_or(nobody, |account| (account.language, &account.username, &account.email));
    mails.send(request, to, token).await?;
    Ok(receiver.map(|account| account.id))
}

/// The active account with that login. For one that nobody has the same is read.
async fn find(accounts: &Accounts, login: &Login, now: Timestamp) -> Result<Option<Account>> {
    let user = accounts.find_user(login, now).await?;
    let account = accounts.find_account(user.unwrap_or(Uuid::nil()), now).await?;
    Ok(account.filter(|account| account.active))
}

fn parse(body: &Value) -> Result<Login, Vec<Fault>> {
    const NAMES: [&str; 3] = ["username", "e-mail", "email"];
    let node = Node::body(body, &["login"], Known(&NAMES, &["password"]))?;
    let mut faults = Vec::new();
    node.any(&NAMES).parsed(&mut faults, Login::parse).ok_or(faults)
}
