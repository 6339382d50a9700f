//! Who somebody is: by login and password, by a password beside an access token, or by a mailed token; and what guessing costs.

use event_messenger::domain::UserId;
use event_messenger::domain::limits::{Limits, wait_after};
use event_messenger::domain::login::{Credentials, Login};
use event_messenger::domain::password::{Attempt, HashError, Password, is_outdated};
use event_messenger::error::{Error, Result};
use event_messenger::http::Request;
use event_messenger::log::{Act, Subject};
use event_messenger::store::attempts::{Counter, Guesser, Prospect};
use event_messenger::store::users::{Account, Users};
use jiff::Timestamp;
use uuid::Uuid;

/// Where somebody's password is tried, and what is known of former attempts.
pub(crate) struct Trial<'a> {
    users: &'a Users,
    request: &'a Request,
    guesser: Guesser,
    prospect: Prospect,
    now: Timestamp,
}

impl<'a> Trial<'a> {
    /// Looks up whose login that is.
    ///
    /// # Errors
    /// `TooSoon` after too many failures.
    pub(crate) async fn open(
        users: &'a Users,
        limits: &Limits,
        request: &'a Request,
        login: &Login,
        now: Timestamp,
    ) -> Result<Self> {
        let guesser = Guesser::new(login, request.address());
        let prospect = users.find_login(login, &guesser, limits, now).await?;
        if prospect.wait > 0 {
            request.audit(Act::PasswordNotTaken, Subject::Account(prospect.user));
            return Err(Error::TooSoon(prospect.wait));
        }
        Ok(Self { users, request, guesser, prospect, now })
    }

    /// The account, if there is one. For a login that nobody has the same is read.
    pub(crate) async fn account(&self) -> Result<Option<Account>> {
        self.users.find_account(self.prospect.user.unwrap_or(Uuid::nil()), self.now).await
    }

    /// The password was right: forgets the failures.
    pub(crate) async fn passed(&self) -> Result<()> {
        if self.prospect.failed_before { self.users.forget_failures(&self.guesser).await } else { Ok(()) }
    }

    /// The password was wrong: counts the failure, and gives the error for it.
    pub(crate) async fn failed(&self) -> Error {
        self.request.audit(Act::PasswordRefused, Subject::Account(self.prospect.user));
        self.users.add_failure(&self.guesser, self.now).await.err().unwrap_or(Error::BadCredentials)
    }
}

/// Finds the account of the credentials in the body, active or pending. An unknown login takes the same calls and the same work
/// as a wrong password, and ends in the same error. A password whose hash is outdated is hashed anew.
///
/// # Errors
/// `BadCredentials`, `TooSoon` after too many failures, `Invalid`.
pub(crate) async fn authenticate(users: &Users, limits: &Limits, request: &Request, now: Timestamp) -> Result<Account> {
    let Credentials { login, password } = request.parse(Credentials::parse)?;
    let trial = Trial::open(users, limits, request, &login, now).await?;
    let account = trial.account().await?;
    let right = matches(password.clone(), account.as_ref()).await?;
    let Some(mut account) = account.filter(|account| right && !account.leaving) else {
        return Err(trial.failed().await);
    };
    trial.passed().await?;
    request.identify(account.id);
    if is_outdated(&account.password) {
        let fresh = hash(password.into_password()).await?;
        if users.update_password(&account, &fresh).await? {
            account.password = fresh;
        }
    }
    Ok(account)
}

/// Counts a token that was refused, for whoever it is said to be of and from where, and gives the error for it. The tokens
/// cannot be guessed; this keeps those who try from costing more than they have to. A good token is never counted and never waits.
pub(crate) async fn refused(
    users: &Users,
    limits: &Limits,
    request: &Request,
    user: UserId,
    error: Error,
    now: Timestamp,
) -> Error {
    request.audit(Act::TokenRefused, Subject::Account(Some(user)));
    let counter = Counter::new(&["token", &user.to_string()], request.address());
    match users.count_failure(&counter, now).await {
        Ok(failures) => match wait_after(failures.saturating_sub(1), limits.failures).as_secs() {
            0 => error,
            wait => Error::TooSoon(wait),
        },
        Err(error) => error,
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
