//! Who somebody is, by login and password, as logging in and resending the confirmation ask it.

use event_messenger::domain::login::Credentials;
use event_messenger::domain::password::{Attempt, HashError, Password};
use event_messenger::error::{Error, Result};
use event_messenger::http::Request;
use event_messenger::store::attempts::Source;
use event_messenger::store::users::{Account, Users};
use jiff::Timestamp;
use uuid::Uuid;

/// Finds the account of these credentials, active or pending. An unknown login takes the same calls and the same work as a
/// wrong password, and ends in the same error.
///
/// # Errors
/// `BadCredentials`, `TooSoon` after too many failures, `Invalid`.
pub(crate) async fn authenticate(users: &Users, request: &Request, now: Timestamp) -> Result<Account> {
    let Credentials { login, password } = request.parse(Credentials::parse)?;
    let source = Source::new(&login, &request.source());
    let prospect = users.find_login(&login, &source, now).await?;
    if prospect.wait > 0 {
        return Err(Error::TooSoon(prospect.wait));
    }
    let account = users.find_account(prospect.user.unwrap_or(Uuid::nil()), now).await?;
    let right = matches(password, account.as_ref()).await?;
    match account {
        Some(account) if right => {
            if prospect.failed_before {
                users.forget_failures(&source).await?;
            }
            Ok(account)
        }
        _ => {
            users.add_failure(&source, now).await?;
            Err(Error::BadCredentials)
        }
    }
}

/// Hashes a new password beside the async thread.
pub(crate) async fn hash(password: Password) -> Result<String> {
    beside(move || password.hash()).await
}

/// Whether that is the password of this account, beside the async thread.
pub(crate) async fn matches(attempt: Attempt, account: Option<&Account>) -> Result<bool> {
    let stored = account.map(|account| account.password.clone());
    beside(move || attempt.matches(stored.as_deref())).await
}

async fn beside<T: Send + 'static>(work: impl FnOnce() -> Result<T, HashError> + Send + 'static) -> Result<T> {
    let done = tokio::task::spawn_blocking(work).await.map_err(|error| Error::internal("hash", error))?;
    done.map_err(|error| Error::internal("hash", error))
}
