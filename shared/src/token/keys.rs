//! The keys that tokens are signed with, as the environment gives them.

use super::Signer;
use crate::config::{ConfigError, Env, FromEnv};

const TOKEN_SECRET: &str = "TOKEN_SECRET";
const TOKEN_SECRET_PREVIOUS: &str = "TOKEN_SECRET_PREVIOUS";
const TOKEN_SIGNED_WITH: &str = "TOKEN_SIGNED_WITH";

/// The shortest secret that tokens are signed with, in bytes ([RFC 7518](https://www.rfc-editor.org/rfc/rfc7518#section-3.2)).
const MIN_SECRET: usize = 32;

/// While the key is being changed there are two, and functions that do not know the new one yet: the old one goes on signing
/// until all do.
impl FromEnv for Signer {
    fn from_env(env: &Env) -> Result<Self, ConfigError> {
        let secret = |name: &'static str| {
            let secret = env.require(name)?;
            let unusable = || ConfigError::Unusable(name, format!("it must be at least {MIN_SECRET} bytes long"));
            if secret.len() < MIN_SECRET { Err(unusable()) } else { Ok(secret.into_bytes()) }
        };
        let current = secret(TOKEN_SECRET)?;
        match env.get(TOKEN_SIGNED_WITH).as_deref() {
            None | Some("current") if env.get(TOKEN_SECRET_PREVIOUS).is_none() => Ok(Self::new(&current)),
            None | Some("current") => Ok(Self::new(&current).accepting(&secret(TOKEN_SECRET_PREVIOUS)?)),
            Some("previous") => Ok(Self::new(&secret(TOKEN_SECRET_PREVIOUS)?).accepting(&current)),
            Some(_) => Err(ConfigError::Unusable(TOKEN_SIGNED_WITH, "it must be current or previous".to_owned())),
        }
    }
}
