//! The one place that reads the environment, and what is built from it.

use std::any::Any;
use std::collections::HashMap;
use std::fmt;
use std::sync::{Mutex, PoisonError};

use crate::domain::limits::Limits;

/// The variables of a process, or a table of them (the local service, tests).
/// An empty variable counts as unset, since `sam local` passes those that it was not given as empty strings.
#[derive(Default)]
pub struct Env {
    /// Without a table, the variables of this process.
    table: Option<HashMap<String, String>>,
    /// What several parts have in common: built once.
    common: Mutex<Vec<Box<dyn Any + Send>>>,
}

impl Env {
    /// The variables of this process.
    #[must_use]
    pub fn process() -> Self {
        Self::default()
    }

    /// These variables and no others.
    #[must_use]
    pub fn table(table: HashMap<String, String>) -> Self {
        Self { table: Some(table), ..Self::default() }
    }

    /// The variable's value, unless it is unset or empty.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<String> {
        match &self.table {
            None => std::env::var(name).ok(),
            Some(table) => table.get(name).cloned(),
        }
        .filter(|value| !value.is_empty())
    }

    /// The variable's value.
    ///
    /// # Errors
    /// Names the variable when it is unset or empty.
    pub fn require(&self, name: &'static str) -> Result<String, ConfigError> {
        self.get(name).ok_or(ConfigError::Missing(name))
    }

    /// What `build` makes of these variables, made once: the clients of AWS are shared by all parts that use them.
    ///
    /// # Errors
    /// Those of `build`.
    pub(crate) fn common<T: Clone + Send + 'static>(
        &self,
        build: impl FnOnce(&Self) -> Result<T, ConfigError>,
    ) -> Result<T, ConfigError> {
        let lock = || self.common.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(built) = lock().iter().find_map(|built| built.downcast_ref::<T>()) {
            return Ok(built.clone());
        }
        let built = build(self)?;
        lock().push(Box::new(built.clone()));
        Ok(built)
    }
}

/// A part that a function works with, such as the accounts, the events or the mailer. A function names its parts in the signature
/// of its `handle`: they are built once, when it starts, and nothing else is.
pub trait FromEnv: Sized {
    /// Builds the part.
    ///
    /// # Errors
    /// Names the variable of the environment that is missing or wrong.
    fn from_env(env: &Env) -> Result<Self, ConfigError>;
}

macro_rules! tuples {
    ($($($part:ident)+,)+) => {
        $(impl<$($part: FromEnv),+> FromEnv for ($($part,)+) {
            fn from_env(env: &Env) -> Result<Self, ConfigError> {
                Ok(($($part::from_env(env)?,)+))
            }
        })+
    };
}

tuples!(A, A B, A B C, A B C D, A B C D E, A B C D E F, A B C D E F G,);

impl FromEnv for () {
    fn from_env(_: &Env) -> Result<Self, ConfigError> {
        Ok(())
    }
}

impl FromEnv for Limits {
    fn from_env(env: &Env) -> Result<Self, ConfigError> {
        let number = |name| {
            let unusable = |error: std::num::ParseIntError| ConfigError::Unusable(name, error.to_string());
            env.require(name)?.parse().map_err(unusable)
        };
        Ok(Self {
            failures: number("FREE_FAILURES")?,
            failures_of_network: number("FREE_FAILURES_OF_NETWORK")?,
            mail_requests: number("MAIL_REQUESTS_AN_HOUR")?,
            mails: number("MAILS_A_DAY")?,
            invitations_by_address: number("INVITATIONS_BY_ADDRESS_A_DAY")?,
            invitations_to_address: number("INVITATIONS_TO_ADDRESS_A_DAY")?,
        })
    }
}

/// Why a function cannot start.
pub enum ConfigError {
    /// A variable that the function needs is unset or empty.
    Missing(&'static str),
    /// A variable is set to something that cannot be used.
    Unusable(&'static str, String),
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing(name) => write!(f, "the environment variable {name} is not set"),
            Self::Unusable(name, why) => write!(f, "the environment variable {name} cannot be used: {why}"),
        }
    }
}

/// `main` prints an error by this.
impl fmt::Debug for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl std::error::Error for ConfigError {}
