//! The keys that sign tokens, as the environment gives them.

use super::Signer;
use crate::config::{ConfigError, Env, FromEnv};

/// The key that signs, then a comma and the other accepted key.
const TOKEN_KEYS: &str = "TOKEN_KEYS";

/// No key can hold the separator, since keys are made without punctuation.
const SEPARATOR: char = ',';

/// The shortest secret for signing tokens, in bytes ([RFC 7518](https://www.rfc-editor.org/rfc/rfc7518#section-3.2)).
const MIN_SECRET: usize = 32;

/// During a change of keys there are two, and some functions do not know the new one yet. The old key goes on signing until all of
/// them do. At other times there is one key, or the same key twice.
impl FromEnv for Signer {
    fn from_env(env: &Env) -> Result<Self, ConfigError> {
        let unusable = |why: String| ConfigError::Unusable(TOKEN_KEYS, why);
        let text = env.require(TOKEN_KEYS)?;
        let keys: Vec<_> = text.split(SEPARATOR).map(str::as_bytes).collect();
        if keys.iter().any(|key| key.len() < MIN_SECRET) {
            return Err(unusable(format!("each key must be at least {MIN_SECRET} bytes long")));
        }
        match keys[..] {
            [signs] => Ok(Self::new(signs)),
            [signs, accepted] if signs == accepted => Ok(Self::new(signs)),
            [signs, accepted] => Ok(Self::new(signs).accepting(accepted)),
            _ => Err(unusable("it must be one key or two".to_owned())),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use jiff::Timestamp;
    use uuid::Uuid;

    use super::*;

    const OLD: &str = "an old key that is not too short";
    const NEW: &str = "a new key that is as long as that";

    fn signer(keys: &str) -> Result<Signer, ConfigError> {
        Signer::from_env(&Env::table(HashMap::from([(TOKEN_KEYS.to_owned(), keys.to_owned())])))
    }

    /// Whose tokens the signer accepts, and who accepts its tokens: the old key, the new key.
    fn known(signer: &Signer) -> ([bool; 2], [bool; 2]) {
        let now = Timestamp::UNIX_EPOCH;
        let session = signer.first_token(Uuid::nil()).unwrap();
        let takes =
            |by: &Signer, from: &Signer| by.verify_access(&from.access_token(&session, now).unwrap(), now).is_ok();
        let alone = [OLD, NEW].map(|key| Signer::new(key.as_bytes()));
        (alone.each_ref().map(|key| takes(signer, key)), alone.each_ref().map(|key| takes(key, signer)))
    }

    #[test]
    fn the_first_key_signs_and_both_are_accepted() {
        for (keys, accepted, signs) in [
            (OLD.to_owned(), [true, false], [true, false]),
            (format!("{OLD},{OLD}"), [true, false], [true, false]),
            (format!("{OLD},{NEW}"), [true, true], [true, false]),
            (format!("{NEW},{OLD}"), [true, true], [false, true]),
            (format!("{NEW},{NEW}"), [false, true], [false, true]),
        ] {
            assert_eq!(known(&signer(&keys).unwrap()), (accepted, signs), "{keys}");
        }
    }

    #[test]
    fn the_same_key_twice_is_one_key() {
        let session = signer(OLD).unwrap().first_token(Uuid::nil()).unwrap();
        for (keys, another) in [(format!("{OLD},{OLD}"), false), (format!("{OLD},{NEW}"), true)] {
            assert_eq!(signer(&keys).unwrap().successors(&session).other.is_some(), another, "{keys}");
        }
    }

    #[test]
    fn other_texts_are_refused() {
        let short = "the environment variable TOKEN_KEYS cannot be used: each key must be at least 32 bytes long";
        let many = "the environment variable TOKEN_KEYS cannot be used: it must be one key or two";
        for (keys, why) in [
            (String::new(), "the environment variable TOKEN_KEYS is not set"),
            (OLD[1..].to_owned(), short),
            (format!("{OLD},"), short),
            (format!(",{OLD}"), short),
            (format!("{OLD},,{NEW}"), short),
            (format!("{OLD},{}", &NEW[..31]), short),
            (",".to_owned(), short),
            (format!("{OLD},{NEW},{OLD}"), many),
            // A key with a comma in it, twice.
            (format!("{OLD},{NEW},{OLD},{NEW}"), many),
        ] {
            assert_eq!(signer(&keys).map(drop).unwrap_err().to_string(), why, "{keys}");
        }
    }
}
