//! Who somebody is: by login and password, by a password beside an access token, or by a mailed token; and what guessing costs.

use jiff::Timestamp;
use shared::config::{ConfigError, Env, FromEnv};
use shared::domain::UserId;
use shared::domain::limits::Limits;
use shared::domain::login::{Credentials, Login};
use shared::domain::password::{Attempt, HashError, Password, is_outdated};
use shared::error::{Error, Result};
use shared::http::Request;
use shared::log::{Act, Subject};
use shared::store::accounts::{Account, Accounts, NewPassword};
use shared::store::attempts::{Attempts, Ledger, Refused, Turn};
use shared::store::sessions::Sessions;
use shared::token::digest::nobodys_id;

/// Stands before passwords and tokens, so that nobody can guess them. It reads accounts and sessions, counts attempts, and replaces
/// a hash that is outdated.
#[derive(Clone)]
pub struct Guard {
    accounts: Accounts,
    attempts: Attempts,
    sessions: Sessions,
    limits: Limits,
}

impl FromEnv for Guard {
    fn from_env(env: &Env) -> Result<Self, ConfigError> {
        let (accounts, attempts, sessions, limits) = FromEnv::from_env(env)?;
        Ok(Self { accounts, attempts, sessions, limits })
    }
}

impl Guard {
    /// Finds the account of the credentials in the body, active or pending. An unknown login takes the same calls and the same work
    /// as a wrong password, and ends in the same error. A password whose hash is outdated is hashed anew.
    ///
    /// # Errors
    /// `BadCredentials`, `TooSoon` after too many failures, `Invalid`.
    pub(crate) async fn authenticate<'a>(&'a self, request: &'a Request) -> Result<(Account, Trial<'a>)> {
        let Credentials { login, password } = request.parse(Credentials::parse)?;
        let trial = self.try_login(request, &login).await?;
        let account = trial.account().await?;
        let right = matches(password.clone(), account.as_ref().map(|account| &account.password_hash)).await?;
        let Some(mut account) = account.filter(|account| right && !account.leaving) else {
            return Err(trial.failed());
        };
        request.identify(account.id);
        if is_outdated(&account.password_hash) {
            let fresh = hash(password.into_password()).await?;
            if self.accounts.update_password(&account, &fresh, NewPassword::Rehashed).await? {
                account.password_hash = fresh;
            }
        }
        Ok((account, trial))
    }

    /// Takes a turn at the account with that login.
    async fn try_login<'a>(&'a self, request: &'a Request, login: &Login) -> Result<Trial<'a>> {
        let now = request.now();
        let found = self.accounts.find_user(login, now).await?;
        let account = found.unwrap_or_else(|| nobodys_id(&login.key()));
        let mut trial = self.open(request, account, found, now).await?;
        // One password tried on many accounts fails at each of them once only.
        let ledger = Ledger::of_network(request.address(), &self.limits, now);
        match self.take(request, account, found, ledger, now).await {
            Ok(turn) => trial.turn_of_network = Some(turn),
            Err(error) => {
                self.attempts.give_back(&trial.turn).await?;
                return Err(error);
            }
        }
        Ok(trial)
    }

    /// Takes a turn at the account of the user whom an access token names: there is no other account to try.
    ///
    /// # Errors
    /// `TooSoon` after too many failures.
    pub(crate) async fn try_holder<'a>(&'a self, request: &'a Request, holder: UserId) -> Result<Trial<'a>> {
        self.open(request, holder, Some(holder), request.now()).await
    }

    async fn open<'a>(
        &'a self,
        request: &'a Request,
        account: UserId,
        found: Option<UserId>,
        now: Timestamp,
    ) -> Result<Trial<'a>> {
        let ledger = Ledger::of_account(account, request.address(), &self.limits, now);
        let turn = self.take(request, account, found, ledger, now).await?;
        Ok(Trial { guard: self, request, account, found, turn, turn_of_network: None, now })
    }

    /// Takes a turn. Failures from elsewhere shut nobody out of a network in which the account has a session.
    async fn take(
        &self,
        request: &Request,
        account: UserId,
        found: Option<UserId>,
        ledger: Ledger,
        now: Timestamp,
    ) -> Result<Turn> {
        let taken = match self.attempts.take_turn(ledger.clone()).await? {
            Err(Refused::Crowded(_)) if self.sessions.has_session_from(account, request.address(), now).await? => {
                self.attempts.take_turn(ledger.of_a_known_network()).await?
            }
            taken => taken,
        };
        taken.map_err(|(Refused::Wait(seconds) | Refused::Crowded(seconds))| {
            request.audit(Act::PasswordNotTaken, Subject::Account(found));
            Error::TooSoon(seconds)
        })
    }

    /// Counts a token that was refused, for the user whom it names and the network that sent it, and gives the error for it. The
    /// tokens cannot be guessed; this keeps those who try from costing more than they have to. A good token is never counted and
    /// never waits.
    pub(crate) async fn refused(&self, request: &Request, user: UserId, error: Error) -> Error {
        request.audit(Act::TokenRefused, Subject::Account(Some(user)));
        let ledger = Ledger::of_tokens(user, request.address(), &self.limits, request.now());
        match self.attempts.take_turn(ledger).await {
            Ok(Ok(_)) => error,
            Ok(Err(Refused::Wait(seconds) | Refused::Crowded(seconds))) => Error::TooSoon(seconds),
            Err(error) => error,
        }
    }
}

/// A turn at somebody's password. It is taken before anything is looked at, and counts as a failure unless it is given back.
pub(crate) struct Trial<'a> {
    guard: &'a Guard,
    request: &'a Request,
    /// Whose password it is; for a login that nobody has, an id that nobody has.
    account: UserId,
    found: Option<UserId>,
    turn: Turn,
    turn_of_network: Option<Turn>,
    now: Timestamp,
}

impl Trial<'_> {
    /// The account, if there is one. For a login that nobody has the same is read.
    pub(crate) async fn account(&self) -> Result<Option<Account>> {
        self.guard.accounts.find_account(self.account, self.now).await
    }

    /// The password was right: forgets the failures.
    pub(crate) async fn passed(&self) -> Result<()> {
        self.guard.attempts.forget_failures(&self.turn).await?;
        match &self.turn_of_network {
            Some(turn) => self.guard.attempts.give_back(turn).await,
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
