//! Who somebody is: by login and password, by a password beside an access token, or by a mailed token; and what guessing costs.

use jiff::Timestamp;
use shared::domain::UserId;
use shared::domain::limits::Limits;
use shared::domain::login::{Credentials, Login};
use shared::domain::password::{Attempt, HashError, Password, is_outdated};
use shared::error::{Error, Result};
use shared::http::Request;
use shared::log::{Act, Subject};
use shared::store::attempts::{Ledger, Refused, Turn};
use shared::store::users::{Account, NewPassword, Users};
use shared::token::digest::nobodys_id;

/// A turn at somebody's password. It is taken before anything is looked at, and counts as a failure unless it is given back.
pub(crate) struct Trial<'a> {
    users: &'a Users,
    request: &'a Request,
    /// Whose password it is; of a login that nobody has an id that nobody has.
    account: UserId,
    found: Option<UserId>,
    turn: Turn,
    turn_of_network: Option<Turn>,
    now: Timestamp,
}

impl<'a> Trial<'a> {
    /// Takes a turn at the account with that login.
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
        let found = users.find_user(login, now).await?;
        let account = found.unwrap_or_else(|| nobodys_id(&login.key()));
        let mut trial = Self::begin(users, limits, request, account, found, now).await?;
        // Whoever tries one password on many accounts fails at each of them once only.
        let ledger = Ledger::of_network(request.address(), limits, now);
        match trial.take(ledger).await {
            Ok(turn) => trial.turn_of_network = Some(turn),
            Err(error) => {
                users.give_back(&trial.turn).await?;
                return Err(error);
            }
        }
        Ok(trial)
    }

    /// Takes a turn at the account of whom an access token names: there is no other account to try.
    ///
    /// # Errors
    /// `TooSoon` after too many failures.
    pub(crate) async fn of_holder(
        users: &'a Users,
        limits: &Limits,
        request: &'a Request,
        holder: UserId,
        now: Timestamp,
    ) -> Result<Self> {
        Self::begin(users, limits, request, holder, Some(holder), now).await
    }

    async fn begin(
        users: &'a Users,
        limits: &Limits,
        request: &'a Request,
        account: UserId,
        found: Option<UserId>,
        now: Timestamp,
    ) -> Result<Self> {
        let ledger = Ledger::of_account(account, request.address(), limits, now);
        let turn = take(users, request, account, found, ledger, now).await?;
        Ok(Self { users, request, account, found, turn, turn_of_network: None, now })
    }

    async fn take(&self, ledger: Ledger) -> Result<Turn> {
        take(self.users, self.request, self.account, self.found, ledger, self.now).await
    }

    /// The account, if there is one. For a login that nobody has the same is read.
    pub(crate) async fn account(&self) -> Result<Option<Account>> {
        self.users.find_account(self.account, self.now).await
    }

    /// The password was right: forgets the failures.
    pub(crate) async fn passed(&self) -> Result<()> {
        self.users.forget_failures(&self.turn).await?;
        match &self.turn_of_network {
            Some(turn) => self.users.give_back(turn).await,
            None => Ok(()),
        }
    }

    /// The same where turns are rarely taken: one that nothing went before may as well stay.
    pub(crate) async fn passed_once(&self) -> Result<()> {
        if self.turn.follows_failures() { self.passed().await } else { Ok(()) }
    }

    /// The password was wrong: the error for it. It is counted already.
    pub(crate) fn failed(&self) -> Error {
        self.request.audit(Act::PasswordRefused, Subject::Account(self.found));
        Error::BadCredentials
    }
}

/// Takes a turn. What comes from elsewhere shuts nobody out of a network in which the account has a session.
async fn take(
    users: &Users,
    request: &Request,
    account: UserId,
    found: Option<UserId>,
    ledger: Ledger,
    now: Timestamp,
) -> Result<Turn> {
    let taken = match users.take_turn(ledger.clone()).await? {
        Err(Refused::Crowded(_)) if users.has_session_from(account, request.address(), now).await? => {
            users.take_turn(ledger.of_a_known_network()).await?
        }
        taken => taken,
    };
    taken.map_err(|(Refused::Wait(seconds) | Refused::Crowded(seconds))| {
        request.audit(Act::PasswordNotTaken, Subject::Account(found));
        Error::TooSoon(seconds)
    })
}

/// Finds the account of the credentials in the body, active or pending. An unknown login takes the same calls and the same work
/// as a wrong password, and ends in the same error. A password whose hash is outdated is hashed anew.
///
/// # Errors
/// `BadCredentials`, `TooSoon` after too many failures, `Invalid`.
pub(crate) async fn authenticate<'a>(
    users: &'a Users,
    limits: &Limits,
    request: &'a Request,
    now: Timestamp,
) -> Result<(Account, Trial<'a>)> {
    let Credentials { login, password } = request.parse(Credentials::parse)?;
    let trial = Trial::open(users, limits, request, &login, now).await?;
    let account = trial.account().await?;
    let right = matches(password.clone(), account.as_ref().map(|account| &account.password)).await?;
    let Some(mut account) = account.filter(|account| right && !account.leaving) else {
        return Err(trial.failed());
    };
    request.identify(account.id);
    if is_outdated(&account.password) {
        let fresh = hash(password.into_password()).await?;
        if users.update_password(&account, &fresh, NewPassword::Rehashed).await? {
            account.password = fresh;
        }
    }
    Ok((account, trial))
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
    match users.take_turn(Ledger::of_tokens(user, request.address(), limits, now)).await {
        Ok(Ok(_)) => error,
        Ok(Err(Refused::Wait(seconds) | Refused::Crowded(seconds))) => Error::TooSoon(seconds),
        Err(error) => error,
    }
}

/// Hashes a new password beside the async thread.
pub(crate) async fn hash(password: Password) -> Result<String> {
    beside(move || password.hash()).await
}

/// Whether that is the password of this hash, beside the async thread.
pub(crate) async fn matches(attempt: Attempt, hash: Option<&String>) -> Result<bool> {
    let stored = hash.cloned();
    beside(move || attempt.matches(stored.as_deref())).await
}

async fn beside<T: Send + 'static>(work: impl FnOnce() -> Result<T, HashError> + Send + 'static) -> Result<T> {
    let done = tokio::task::spawn_blocking(work).await.map_err(|error| Error::internal("hash", error))?;
    done.map_err(|error| Error::internal("hash", error))
}
