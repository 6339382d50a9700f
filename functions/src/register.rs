//! `POST /user`: registers a user, who is inactive until the link in the mail is opened.

use std::sync::Arc;

use event_messenger::app::MailApp;
use event_messenger::domain::user::NewUser;
use event_messenger::error::{Error, Result};
use event_messenger::http::{Reply, Request};
use event_messenger::log;
use event_messenger::store::users::Account;
use event_messenger::token::ConfirmationToken;
use jiff::Timestamp;
use serde_json::json;
use uuid::Uuid;

use crate::credentials::hash;
use crate::mailing::send_confirmation;

/// `200 {}` and one mail, or nothing at all: without the mail nothing is kept.
///
/// # Errors
/// `Invalid`, `UserExists`, `Unavailable`.
pub async fn handle(app: Arc<MailApp>, request: Request) -> Result<Reply> {
    let user = request.parse(NewUser::parse)?;
    let token = ConfirmationToken::new(Uuid::new_v4())?;
    let now = app.clock.now();
    let account = Account::new(token.user(), &user, hash(user.password.clone()).await?, token.hash(), now);
    if let Err(error) = create(&app, &request, &account, &token, now).await {
        // Even where DynamoDB did not answer, it may have written.
        if !matches!(error, Error::UserExists)
            && let Err(undoing) = app.users.delete_pending(&account).await
        {
            log::beside("a registration without a mail is left over", &undoing);
        }
        return Err(error);
    }
    Ok(Reply::ok(&json!({})))
}

async fn create(
    app: &MailApp,
    request: &Request,
    account: &Account,
    token: &ConfirmationToken,
    now: Timestamp,
) -> Result<()> {
    app.users.create_user(account, now).await?;
    send_confirmation(app, request, account, token, now).await
}
