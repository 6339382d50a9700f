//! The one place that reads the environment.

use std::collections::HashMap;
use std::fmt;

/// Where variables come from: the process, or a table of them (the local service, tests).
/// An empty variable counts as unset, since `sam local` passes those that it was not given as empty strings.
#[derive(Clone, Debug)]
pub enum Env {
    /// The variables of this process.
    Process,
    /// These and no others.
    Table(HashMap<String, String>),
}

impl Env {
    /// The variable's value, unless it is unset or empty.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<String> {
        match self {
            Self::Process => std::env::var(name).ok(),
            Self::Table(table) => table.get(name).cloned(),
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

/// What `main` prints of it is this.
impl fmt::Debug for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl std::error::Error for ConfigError {}
