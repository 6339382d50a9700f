//! Passwords: which ones are accepted, and how they are hashed.

use std::fmt;
use std::sync::{Mutex, PoisonError};

use argon2::password_hash::phc::{Output, ParamsString, PasswordHash, Salt};
use argon2::{Algorithm, Argon2, Block, Params, Version};
use subtle::ConstantTimeEq;
use unicode_normalization::UnicodeNormalization;

/// The shortest password, in characters.
pub const MIN_LENGTH: usize = 8;

/// The longest password, in characters.
pub const MAX_LENGTH: usize = 128;

/// The common passwords of at least eight characters, in lower case. They come from the twenty thousand that Royce Williams found
/// in breaches, as Django ships them (see `common_passwords.LICENSE`). Scanning them costs nothing next to a hash.
const COMMON: &str = include_str!("common_passwords.txt");

/// The names of the service. No password may be built from them.
const SERVICE_WORDS: [&str; 3] = ["event-messenger", "eventmessenger", "event messenger"];

/// The shortest word that counts. A shorter one does not show that a password is built from it.
const MIN_WORD: usize = 3;

/// A hash with the current parameters that no password has. Checking against it takes as long as checking a user's hash.
const NOBODYS_HASH: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$MDEyMzQ1Njc4OWFiY2RlZg$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/// A password that the service accepts for a new user.
#[derive(Clone)]
pub struct Password(String);

impl Password {
    /// Reads a new password: any text of the right length, as typed, that is not easily guessed. It is kept in Unicode's normal
    /// form C, so that it is the same from any keyboard
    /// ([NIST SP 800-63B](https://pages.nist.gov/800-63-4/sp800-63b.html#passwordver)).
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn parse(text: &str, username: Option<&str>, email: Option<&str>) -> Result<Self, String> {
        let password: String = text.nfc().collect();
        let length = password.chars().count();
        let lower = password.to_lowercase();
        let local_part = email.and_then(|email| email.split('@').next());
        let of_user = [email, username, local_part].into_iter().flatten();
        if length < MIN_LENGTH {
            Err(format!("must be at least {MIN_LENGTH} characters long"))
        } else if length > MAX_LENGTH {
            Err(format!("must be at most {MAX_LENGTH} characters long"))
        } else if of_user.into_iter().any(|word| is_built_from(&lower, &word.to_lowercase())) {
            Err("must not be built from the username or the e-mail address; add words that have nothing to do with them".to_owned())
        } else if SERVICE_WORDS.iter().any(|word| is_built_from(&lower, word)) {
            Err("must not be built from the name of this service; add words that have nothing to do with it".to_owned())
        } else if COMMON.lines().any(|common| common == lower) {
            Err("is one of the passwords that are tried first; take several words that do not belong together"
                .to_owned())
        } else {
            Ok(Self(password))
        }
    }

    /// Hashes the password with a new salt, as a [PHC string](https://github.com/P-H-C/phc-string-format). This takes some 25 ms of
    /// CPU.
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

/// Whether the password without that word would be too short.
fn is_built_from(password: &str, word: &str) -> bool {
    word.chars().count() >= MIN_WORD
        && password.contains(word)
        && password.replace(word, "").chars().count() < MIN_LENGTH
}

/// A password as somebody typed it.
#[derive(Clone)]
pub struct Attempt(String);

impl Attempt {
    /// Takes the text as typed, in the same normal form as [`Password`]. A longer text than any password is cut, but stays too long
    /// to match.
    #[must_use]
    pub fn new(text: &str) -> Self {
        Self(text.nfc().take(MAX_LENGTH + 1).collect())
    }

    /// Whether it is the password of this PHC string. Without a string the answer is no after the same work, so that the time does
    /// not reveal whether a user exists.
    ///
    /// # Errors
    /// When the stored string is no PHC string of Argon2, or the machine gives no memory.
    pub fn matches(&self, stored: Option<&str>) -> Result<bool, HashError> {
        let phc = PasswordHash::new(stored.unwrap_or(NOBODYS_HASH)).map_err(|_| HashError)?;
        let algorithm = Algorithm::try_from(phc.algorithm.as_str()).map_err(|_| HashError)?;
        let version = phc.version.map_or(Ok(Version::V0x13), Version::try_from).map_err(|_| HashError)?;
        let params = Params::try_from(&phc).map_err(|_| HashError)?;
        let (Some(salt), Some(expected)) = (phc.salt, phc.hash) else { return Err(HashError) };
        let hash = compute(self.0.as_bytes(), &salt, algorithm, version, params, expected.len())?;
        Ok(bool::from(hash.as_slice().ct_eq(expected.as_bytes())) && stored.is_some())
    }
}

/// Whether the hash was made with less work than new hashes. If so, it should be renewed when the password is next typed.
#[must_use]
pub fn is_outdated(stored: &str) -> bool {
    let Ok(phc) = PasswordHash::new(stored) else { return true };
    let Ok(params) = Params::try_from(&phc) else { return true };
    let (least, algorithm) = (Params::DEFAULT, Algorithm::Argon2id.ident());
    phc.algorithm != algorithm || params.m_cost() < least.m_cost() || params.t_cost() < least.t_cost()
}

impl Attempt {
    /// The attempt as a password to be hashed, once it is known to be right. Only the rules at the time of its choice apply.
    #[must_use]
    pub fn into_password(self) -> Password {
        Password(self.0)
    }
}

impl fmt::Debug for Attempt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Attempt(…)")
    }
}

/// The reason why hashing failed: no memory, no randomness, or an unreadable stored hash.
#[derive(Debug)]
pub struct HashError;

impl fmt::Display for HashError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a password could not be hashed")
    }
}

impl std::error::Error for HashError {}

/// The memory of the hash. It is kept between calls, since touching 19 MiB anew costs more than the hash itself.
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
        let (short, user) = ("must be at least 8", "must not be built from the username");
        let (service, common) = ("must not be built from the name", "is one of the passwords");
        let cases = [
            ("correct horse", None),
            ("correct horse battery staple", None),
            ("пароль-пароль", None),
            ("\u{1f980}\u{1f980}\u{1f980}\u{1f980}\u{1f980}\u{1f980}\u{1f980}\u{1f980}", None),
            ("  spaces  ", None),
            ("janedoe1's dearest", None),
            ("1234567", Some(short)),
            ("", Some(short)),
            ("e\u{301}e\u{301}e\u{301}e\u{301}", Some(short)),
            ("JaneDoe1", Some(user)),
            ("janedoe1!2027", Some(user)),
            ("xJaneDoe1JaneDoe1x", Some(user)),
            ("jane.d@Example.com", Some(user)),
            ("Jane.D-2027", Some(user)),
            ("event-messenger", Some(service)),
            ("EventMessenger1", Some(service)),
            ("password1", Some(common)),
            ("PASSWORD1", Some(common)),
            ("qwertyuiop", Some(common)),
        ];
        for (text, fault) in cases {
            let message = Password::parse(text, Some("janedoe1"), Some("jane.d@example.com")).err();
            match (fault, &message) {
                (None, None) => {}
                (Some(start), Some(message)) => assert!(message.starts_with(start), "{text:?}: {message}"),
                _ => panic!("{text:?}: {message:?}"),
            }
        }
        let long = "x".repeat(128);
        assert!(Password::parse(&long, None, None).is_ok());
        assert!(Password::parse(&format!("{long}x"), None, None).is_err());
        assert!(
            Password::parse("correct horse", Some("x"), Some("c@example.com")).is_ok(),
            "short names forbid nothing"
        );
    }

    #[test]
    fn the_common_passwords_are_enough_and_could_be_chosen() {
        assert!(COMMON.lines().count() >= 3000);
        for common in COMMON.lines() {
            assert!(common.chars().count() >= MIN_LENGTH && common == common.to_lowercase(), "{common}");
        }
    }

    #[test]
    fn a_password_is_the_same_however_its_letters_are_composed() {
        let hash = Password::parse("Ga\u{308}nsefu\u{308}ßchen", None, None).unwrap().hash().unwrap();
        assert!(Attempt::new("G\u{e4}nsef\u{fc}ßchen").matches(Some(&hash)).unwrap());
        assert!(!Attempt::new("Gansefußchen").matches(Some(&hash)).unwrap());
    }

    #[test]
    fn what_is_too_long_is_wrong_even_where_it_begins_right() {
        let long = "x".repeat(128);
        let hash = Password::parse(&long, None, None).unwrap().hash().unwrap();
        assert!(Attempt::new(&long).matches(Some(&hash)).unwrap());
        assert!(!Attempt::new(&format!("{long}x")).matches(Some(&hash)).unwrap());
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
    fn a_hash_of_less_work_is_outdated() {
        let fresh = Password::parse("correct horse", None, None).unwrap().hash().unwrap();
        let rest = "$MDEyMzQ1Njc4OWFiY2RlZg$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
        let cases = [
            (fresh, false),
            (format!("$argon2id$v=19$m=19456,t=2,p=1{rest}"), false),
            (format!("$argon2id$v=19$m=65536,t=3,p=1{rest}"), false),
            (format!("$argon2id$v=19$m=19455,t=2,p=1{rest}"), true),
            (format!("$argon2id$v=19$m=19456,t=1,p=1{rest}"), true),
            (format!("$argon2i$v=19$m=19456,t=2,p=1{rest}"), true),
            ("plain".to_owned(), true),
        ];
        for (stored, outdated) in cases {
            assert_eq!(is_outdated(&stored), outdated, "{stored}");
        }
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
