//! Mails that tell an owner what was done to the account.

use shared::http::Request;
use shared::mail::{Mail, Mailer};
use shared::store::accounts::Account;

/// Mails the notice. What it tells of is done, so without the mail the request succeeds all the same.
pub(crate) async fn tell(mailer: &Mailer, request: &Request, account: &Account, notice: Mail) {
    if let Err(error) = mailer.send(&account.email, notice).await {
        request.trouble("an owner could not be told by mail of what was done to the account", &error);
    }
}
