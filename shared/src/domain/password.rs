//! Passwords: what is accepted, and how they are hashed.

use std::fmt;
use std::sync::{Mutex, PoisonError};

use argon2::password_hash::phc::{Output, ParamsString, PasswordHash, Salt};
use argon2::{Algorithm, Argon2, Block, Params, Version};
use subtle::ConstantTimeEq;

/// The shortest password, in characters.
pub const MIN_LENGTH: usize = 8;

/// The longest password, in characters.
pub const MAX_LENGTH: usize = 128;

/// A hash of the present parameters that no password has. Checking against it takes the time that a user's hash takes.
const NOBODYS_HASH: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$MDEyMzQ1Njc4OWFiY2RlZg$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/// A password that the service accepts for a new user.
#[derive(Clone)]
pub struct Password(String);

impl Password {
    /// Reads a new password, which must not be the name or the address of its user.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn parse(text: &str, username: Option<&str>, email: Option<&str>) -> Result<Self, String> {
        let length = text.chars().count();
        let is = |other: Option<&str>| other.is_some_and(|other| other.to_lowercase() == text.to_lowercase());
        if length < MIN_LENGTH {
            Err(format!("must be at least {MIN_LENGTH} characters long"))
        } else if length > MAX_LENGTH {
            Err(format!("must be at most {MAX_LENGTH} characters long"))
        } else if is(username) {
            Err("must not be the username".to_owned())
        } else if is(email) {
            Err("must not be the e-mail address".to_owned())
        } else {
            Ok(Self(text.to_owned()))
        }
    }

    /// Hashes the password with a new salt, as a [PHC string](https://github.com/P-H-C/phc-string-format). Takes some 25 ms of CPU.
    ///
    /// # Errors
    /// When the machine gives no randomness or no memory.
    pub fn hash(&self) -> Result<String, HashError> {
        let salt = argon2::password_hash::try_generate_salt().map_err(|_| HashError)?;
        let params = Params::DEFAULT;
        let hash = compute(self.0.as_bytes(), &salt, Algorithm::Argon2id, Version::V0x13, params.clone(), 32)?;
        let phc = PasswordHash {
            algorithm: Algorithm::Argon2id.ident(),
            version: Some(Version::V0x13.into()),
            params: ParamsString::try_from(&params).map_err(|_| HashError)?,
            salt: Some(Salt::new(&salt).map_err(|_| HashError)?),
            hash: Some(Output::new(&hash).map_err(|_| HashError)?),
        };
        Ok(phc.to_string())
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password(…)")
    }
}

/// What somebody typed as a password.
pub struct Attempt(String);

impl Attempt {
    /// Takes it as typed.
    #[must_use]
    pub fn new(text: &str) -> Self {
        Self(text.to_owned())
    }

    /// Whether it is the password of this PHC string. Without one the answer is no, after the same work, so that
    /// the time does not tell whether a user exists.
    ///
    /// # Errors
    /// When the stored string is no PHC string of Argon2, or the machine gives no memory.
    pub fn matches(&self, stored: Option<&str>) -> Result<bool, HashError> {
        let phc = PasswordHash::new(stored.unwrap_or(NOBODYS_HASH)).map_err(|_| HashError)?;
        let algorithm = Algorithm::try_from(phc.algorithm.as_str()).map_err(|_| HashError)?;
        let version = phc.version.map_or(Ok(Version::V0x13), Version::try_from).map_err(|_| HashError)?;
        let params = Params::try_from(&phc).map_err(|_| HashError)?;
        let (Some(salt), Some(expected)) = (phc.salt, phc.hash) else { return Err(HashError) };
        // What no user can have as a password costs the same, but not more.
        let typed: String = self.0.chars().take(MAX_LENGTH + 1).collect();
        let hash = compute(typed.as_bytes(), &salt, algorithm, version, params, expected.len())?;
        Ok(bool::from(hash.as_slice().ct_eq(expected.as_bytes())) && stored.is_some())
    }
}

impl fmt::Debug for Attempt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Attempt(…)")
    }
}

/// Why nothing could be hashed: no memory, no randomness, or a stored hash that cannot be read.
#[derive(Debug)]
pub struct HashError;

impl fmt::Display for HashError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a password could not be hashed")
    }
}

impl std::error::Error for HashError {}

/// The memory of the hash, kept between calls: touching 19 MiB anew costs more than the hash itself.
static MEMORY: Mutex<Vec<Block>> = Mutex::new(Vec::new());

fn compute(
    password: &[u8],
    salt: &[u8],
    algorithm: Algorithm,
    version: Version,
    params: Params,
    length: usize,
) -> Result<Vec<u8>, HashError> {
    let mut memory = MEMORY.lock().unwrap_or_else(PoisonError::into_inner);
    if memory.len() < params.block_count() {
        memory.resize(params.block_count(), Block::default());
    }
    let mut hash = vec![0; length];
    Argon2::new(algorithm, version, params)
        .hash_password_into_with_memory(password, salt, &mut hash, memory.as_mut_slice())
        .map_err(|_| HashError)?;
    Ok(hash)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accepted_passwords() {
        let cases = [
            ("12345678", None),
            ("correct horse battery staple", None),
            ("пароль-пароль", None),
            ("\u{1f980}\u{1f980}\u{1f980}\u{1f980}\u{1f980}\u{1f980}\u{1f980}\u{1f980}", None),
            ("1234567", Some("must be at least 8 characters long")),
            ("", Some("must be at least 8 characters long")),
            ("JaneDoe1", Some("must not be the username")),
            ("jane@Example.com", Some("must not be the e-mail address")),
        ];
        for (text, fault) in cases {
            let result = Password::parse(text, Some("janedoe1"), Some("jane@example.com"));
            assert_eq!(result.err().as_deref(), fault, "{text:?}");
        }
        assert!(Password::parse(&"x".repeat(128), None, None).is_ok());
        assert!(Password::parse(&"x".repeat(129), None, None).is_err());
    }

    #[test]
    fn a_hash_matches_its_password_alone() {
        let hash = Password::parse("correct horse", None, None).unwrap().hash().unwrap();
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
        for (typed, right) in [("correct horse", true), ("correct horsf", false), ("", false)] {
            assert_eq!(Attempt::new(typed).matches(Some(&hash)).unwrap(), right, "{typed:?}");
        }
    }

    #[test]
    fn two_hashes_of_one_password_differ() {
        let password = Password::parse("correct horse", None, None).unwrap();
        assert_ne!(password.hash().unwrap(), password.hash().unwrap());
    }

    #[test]
    fn the_parameters_are_those_of_the_stored_hash() {
        // From the test vectors of the reference implementation.
        let stored = "$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4";
        assert!(Attempt::new("password").matches(Some(stored)).unwrap());
        assert!(!Attempt::new("passwort").matches(Some(stored)).unwrap());
    }

    #[test]
    fn nobody_has_a_password() {
        assert!(!Attempt::new("correct horse").matches(None).unwrap());
    }

    #[test]
    fn a_stored_hash_that_cannot_be_read_is_an_error() {
        assert!(Attempt::new("x").matches(Some("plain")).is_err());
    }
}
