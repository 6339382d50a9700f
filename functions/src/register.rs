//! `POST /user`: registers a user, who is inactive until the link in the mail is opened.

use shared::domain::fault::Node;
use shared::domain::limits::Limits;
use shared::domain::user::{NewUser, REGISTRATION};
use shared::error::{Error, Result};
use shared::http::{Reply, Request};
use shared::log::{Act, Subject};
use shared::store::accounts::{Account, Accounts};
use shared::store::quotas::{Quota, Quotas};
use shared::store::registrations::Registrations;
use shared::token::MailedToken;
use uuid::Uuid;

use crate::credentials::hash;
use crate::mailing::ConfirmationMails;

/// `200 {}` and one mail. Without the mail nothing is kept.
///
/// # Errors
/// `Invalid`, also for an address that SES refuses; `UserExists`; `TooSoon` after too many from one network or for one address;
/// `MailRefused`, `Unavailable`.
pub async fn handle(
    request: Request,
    (accounts, registrations, quotas, mails, limits): (Accounts, Registrations, Quotas, ConfirmationMails, Limits),
) -> Result<Reply> {
    let mut user = request.parse(NewUser::parse)?;
    // Who says no language speaks the one of the browser.
    user.language = user.language.or(request.language());
    let now = request.now();
    // First, since everything below costs more.
    quotas.count(&Quota::of_mail_requests(request.address(), &limits, now)).await?;
    let token = MailedToken::new(Uuid::new_v4())?;
    let account = Account::new(token.user(), &user, hash(user.password.clone()).await?, token.hash(), now);
    let quota = Quota::of_confirmations(&account.email, request.address(), &limits, now);
    let created = async {
        registrations.create_account(&account, now).await?;
        quotas.count(&quota).await?;
        let sent = mails.send(&request, &account, &token).await;
        if sent.is_err() {
            quotas.uncount(&quota).await?;
        }
        sent
    };
    if let Err(error) = created.await {
        // Even where DynamoDB did not answer, it may have written.
        if !matches!(error, Error::UserExists)
            && let Err(undoing) = accounts.delete_inactive(&account).await
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

/// The field of the address, as the client named it.
fn address_field(request: &Request) -> String {
    let body = request.json().unwrap_or_default();
    let written = Node::body(&body, &["post-data"], REGISTRATION).ok().and_then(|node| {
        let fields = ["e-mail", "email"].map(|name| node.get(name));
        fields.into_iter().find(Node::is_present)
    });
    written.map_or_else(|| "e-mail".to_owned(), |node| node.fault("").field)
}
