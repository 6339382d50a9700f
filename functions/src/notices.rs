//! Mails that tell the owner of an account that it was changed.

use shared::http::Request;
use shared::mail::{Mail, Mailer};
use shared::store::accounts::Account;

/// Mails the notice. The change that it tells of is done, so the request succeeds without the mail too.
pub(crate) async fn tell(mailer: &Mailer, request: &Request, account: &Account, notice: Mail) {
    if let Err(error) = mailer.send(&account.email, notice).await {
        request.trouble("an owner could not be told by mail of what was done to the account", &error);
    }
}
