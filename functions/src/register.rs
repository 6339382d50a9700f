//! `POST /user`: registers a user, who is inactive until the link in the mail is opened.

use std::sync::Arc;

use jiff::Timestamp;
use shared::app::LinkApp;
use shared::domain::fault::Node;
use shared::domain::user::{NewUser, REGISTRATION};
use shared::error::{Error, Result};
use shared::http::{Reply, Request};
use shared::log::{Act, Subject};
use shared::store::quotas::Quota;
use shared::store::users::Account;
use shared::token::MailedToken;
use uuid::Uuid;

use crate::credentials::hash;
use crate::mailing::send_confirmation;

/// `200 {}` and one mail, or nothing at all: without the mail nothing is kept.
///
/// # Errors
/// `Invalid`, also for an address that SES refuses; `UserExists`; `TooSoon` after too many from one network or for one address;
/// `MailRefused`, `Unavailable`.
pub async fn handle(app: Arc<LinkApp>, request: Request) -> Result<Reply> {
    let user = request.parse(NewUser::parse)?;
    let now = app.clock.now();
    // Before anything that costs more than this.
    app.users.count(&Quota::of_mail_requests(request.address(), &app.limits, now)).await?;
    let token = MailedToken::new(Uuid::new_v4())?;
    let account = Account::new(token.user(), &user, hash(user.password.clone()).await?, token.hash(), now);
    let mails = Quota::of_confirmations(&account.email, request.address(), &app.limits, now);
    if let Err(error) = create(&app, &request, &account, &token, &mails, now).await {
        // Even where DynamoDB did not answer, it may have written.
        if !matches!(error, Error::UserExists)
            && let Err(undoing) = app.users.delete_inactive(&account).await
        {
            request.trouble("a registration without a mail is left over", &undoing);
        }
        if !matches!(error, Error::AddressRefused(_)) {
            return Err(error);
        }
        request.trouble("SES refuses what was taken for an address", &error);
        return Err(Error::invalid(address_field(&request), "cannot be mailed to"));
    }
    request.audit(Act::Registered, Subject::Account(Some(account.id)));
    Ok(Reply::done())
}

async fn create(
    app: &LinkApp,
    request: &Request,
    account: &Account,
    token: &MailedToken,
    mails: &Quota,
    now: Timestamp,
) -> Result<()> {
    app.users.create_user(account, now).await?;
    app.users.count(mails).await?;
    let sent = send_confirmation(app, request, account, token).await;
    if sent.is_err() {
        app.users.uncount(mails).await?;
    }
    sent
}

/// Where the address stands in the body, as the client wrote it.
fn address_field(request: &Request) -> String {
    let body = request.json().unwrap_or_default();
    let written = Node::body(&body, &["post-data"], REGISTRATION).ok().and_then(|node| {
        let fields = ["e-mail", "email"].map(|name| node.get(name));
        fields.into_iter().find(Node::is_present)
    });
    written.map_or_else(|| "e-mail".to_owned(), |node| node.fault("").field)
}
