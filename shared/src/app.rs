//! What a function works with. Each kind of function builds the clients that it needs and no others, so that its binary
//! holds nothing else and its environment gives it nothing else.

use crate::clock::Clock;
use crate::config::{ConfigError, Env};
use crate::domain::limits::Limits;
use crate::mail::Mailer;
use crate::store::events::Events;
use crate::store::users::Users;
use crate::store::{self, Table};
use crate::token::Signer;

const USERS_TABLE: &str = "USERS_TABLE";
const EVENTS_TABLE: &str = "EVENTS_TABLE";
const TOKEN_SECRET: &str = "TOKEN_SECRET";
const TOKEN_SECRET_PREVIOUS: &str = "TOKEN_SECRET_PREVIOUS";
const TOKEN_SIGNED_WITH: &str = "TOKEN_SIGNED_WITH";

/// The shortest secret that tokens are signed with, in bytes ([RFC 7518](https://www.rfc-editor.org/rfc/rfc7518#section-3.2)).
const MIN_SECRET: usize = 32;

/// What a function is built from.
pub trait App: Sized + Send + Sync + 'static {
    /// Builds the clients.
    ///
    /// # Errors
    /// Names the variable of the environment that is missing or wrong.
    fn start(env: &Env, clock: Clock) -> Result<Self, ConfigError>;
}

/// For functions that deal with users and tokens.
pub struct UserApp {
    /// The time.
    pub clock: Clock,
    /// Signs and reads tokens.
    pub signer: Signer,
    /// The users.
    pub users: Users,
}

/// For functions that open or go on with sessions, which somebody may try to guess.
pub struct SessionApp {
    /// The time.
    pub clock: Clock,
    /// Signs and reads tokens.
    pub signer: Signer,
    /// The users.
    pub users: Users,
    /// How often it may be tried.
    pub limits: Limits,
}

/// For functions that mail a link to users.
#[derive(Debug)]
pub struct LinkApp {
    /// The time.
    pub clock: Clock,
    /// The users.
    pub users: Users,
    /// Sends the mails.
    pub mailer: Mailer,
    /// The front end's page that the links open, if there is one.
    pub page: Option<String>,
    /// How often it may be asked for.
    pub limits: Limits,
}

/// For functions that act on such a link and tell of it by mail.
#[derive(Debug)]
pub struct MailApp {
    /// The time.
    pub clock: Clock,
    /// The users.
    pub users: Users,
    /// Sends the mails.
    pub mailer: Mailer,
    /// How often it may be tried.
    pub limits: Limits,
}

/// For functions that change an account and tell its owner by mail.
pub struct AccountApp {
    /// The time.
    pub clock: Clock,
    /// Reads tokens.
    pub signer: Signer,
    /// The users.
    pub users: Users,
    /// Sends the mails.
    pub mailer: Mailer,
    /// How often a password may be tried.
    pub limits: Limits,
}

/// For functions that delete accounts.
pub struct LeaveApp {
    /// The account's side.
    pub account: AccountApp,
    /// The events.
    pub events: Events,
}

/// For functions that deal with events alone.
pub struct EventApp {
    /// The time.
    pub clock: Clock,
    /// Reads tokens.
    pub signer: Signer,
    /// The events.
    pub events: Events,
}

/// For functions that deal with events and with what is known of users.
pub struct PlanApp {
    /// The time.
    pub clock: Clock,
    /// Reads tokens.
    pub signer: Signer,
    /// The users.
    pub users: Users,
    /// The events.
    pub events: Events,
}

impl App for UserApp {
    fn start(env: &Env, clock: Clock) -> Result<Self, ConfigError> {
        Ok(Self { clock, signer: signer(env)?, users: users(env)? })
    }
}

impl App for SessionApp {
    fn start(env: &Env, clock: Clock) -> Result<Self, ConfigError> {
        Ok(Self { clock, signer: signer(env)?, users: users(env)?, limits: limits(env)? })
    }
}

impl App for LinkApp {
    fn start(env: &Env, clock: Clock) -> Result<Self, ConfigError> {
        let (mailer, limits) = (Mailer::from_env(env)?, limits(env)?);
        Ok(Self { clock, users: users(env)?, mailer, page: env.get("FRONTEND_URL"), limits })
    }
}

impl App for MailApp {
    fn start(env: &Env, clock: Clock) -> Result<Self, ConfigError> {
        Ok(Self { clock, users: users(env)?, mailer: Mailer::from_env(env)?, limits: limits(env)? })
    }
}

impl App for AccountApp {
    fn start(env: &Env, clock: Clock) -> Result<Self, ConfigError> {
        let (mailer, limits) = (Mailer::from_env(env)?, limits(env)?);
        Ok(Self { clock, signer: signer(env)?, users: users(env)?, mailer, limits })
    }
}

impl App for LeaveApp {
    fn start(env: &Env, clock: Clock) -> Result<Self, ConfigError> {
        let client = store::client(env)?;
        let users = Users::new(Table::from_env(client.clone(), env, USERS_TABLE)?);
        let events = Events::new(Table::from_env(client, env, EVENTS_TABLE)?);
        let (mailer, limits) = (Mailer::from_env(env)?, limits(env)?);
        Ok(Self { account: AccountApp { clock, signer: signer(env)?, users, mailer, limits }, events })
    }
}

impl App for EventApp {
    fn start(env: &Env, clock: Clock) -> Result<Self, ConfigError> {
        let table = Table::from_env(store::client(env)?, env, EVENTS_TABLE)?;
        Ok(Self { clock, signer: signer(env)?, events: Events::new(table) })
    }
}

impl App for PlanApp {
    fn start(env: &Env, clock: Clock) -> Result<Self, ConfigError> {
        let client = store::client(env)?;
        let users = Users::new(Table::from_env(client.clone(), env, USERS_TABLE)?);
        let events = Events::new(Table::from_env(client, env, EVENTS_TABLE)?);
        Ok(Self { clock, signer: signer(env)?, users, events })
    }
}

fn users(env: &Env) -> Result<Users, ConfigError> {
    Table::from_env(store::client(env)?, env, USERS_TABLE).map(Users::new)
}

/// While the key is being changed there are two, and functions that do not know the new one yet: the old one goes on signing
/// until all do.
fn signer(env: &Env) -> Result<Signer, ConfigError> {
    let secret = |name: &'static str| {
        let secret = env.require(name)?;
        let unusable = || ConfigError::Unusable(name, format!("it must be at least {MIN_SECRET} bytes long"));
        if secret.len() < MIN_SECRET { Err(unusable()) } else { Ok(secret.into_bytes()) }
    };
    let current = secret(TOKEN_SECRET)?;
    match env.get(TOKEN_SIGNED_WITH).as_deref() {
        None | Some("current") if env.get(TOKEN_SECRET_PREVIOUS).is_none() => Ok(Signer::new(&current)),
        None | Some("current") => Ok(Signer::new(&current).accepting(&secret(TOKEN_SECRET_PREVIOUS)?)),
        Some("previous") => Ok(Signer::new(&secret(TOKEN_SECRET_PREVIOUS)?).accepting(&current)),
        Some(_) => Err(ConfigError::Unusable(TOKEN_SIGNED_WITH, "it must be current or previous".to_owned())),
    }
}

fn limits(env: &Env) -> Result<Limits, ConfigError> {
    let number = |name| {
        let unusable = |error: std::num::ParseIntError| ConfigError::Unusable(name, error.to_string());
        env.require(name)?.parse().map_err(unusable)
    };
    Ok(Limits {
        failures: number("FREE_FAILURES")?,
        failures_of_network: number("FREE_FAILURES_OF_NETWORK")?,
        mail_requests: number("MAIL_REQUESTS_AN_HOUR")?,
        mails: number("MAILS_A_DAY")?,
    })
}
