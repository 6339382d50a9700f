//! The tokens that the service hands out: access tokens, refresh tokens, the tokens of confirmation links, and cursors.
//!
//! Only the SHA-256 of a token is stored.

pub mod digest;
mod hs256;
mod keys;
mod signer;

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;
use uuid::Uuid;

pub use self::signer::{Holder, Signer, Successors};
use crate::domain::UserId;
use crate::error::{Error, Result};

const SECRET_LENGTH: usize = 32;

/// The SHA-256 of a token's secret in base64url, as it is stored. It is compared in constant time.
#[derive(Clone, Serialize, Deserialize)]
#[serde(transparent)]
pub struct TokenHash(String);

impl TokenHash {
    fn of(secret: &Secret) -> Self {
        Self(URL_SAFE_NO_PAD.encode(Sha256::digest(secret)))
    }
}

impl PartialEq for TokenHash {
    fn eq(&self, other: &Self) -> bool {
        self.0.as_bytes().ct_eq(other.0.as_bytes()).into()
    }
}

impl fmt::Debug for TokenHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TokenHash(…)")
    }
}

type Secret = [u8; SECRET_LENGTH];

fn random_secret() -> Result<Secret> {
    let mut secret = [0; SECRET_LENGTH];
    getrandom::fill(&mut secret).map_err(|error| Error::internal("getrandom", error))?;
    Ok(secret)
}

/// The token of a confirmation link: 256 random bits, and the user that it confirms.
#[derive(Clone)]
pub struct MailedToken {
    user: UserId,
    secret: Secret,
}

impl MailedToken {
    /// Makes a new token for this user.
    ///
    /// # Errors
    /// When the machine gives no randomness.
    pub fn new(user: UserId) -> Result<Self> {
        Ok(Self { user, secret: random_secret()? })
    }

    /// Reads the token in a link. `None` if it is not a token at all.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let bytes: [u8; 16 + SECRET_LENGTH] = URL_SAFE_NO_PAD.decode(text.trim()).ok()?.try_into().ok()?;
        Some(Self { user: Uuid::from_slice(bytes.get(..16)?).ok()?, secret: bytes.get(16..)?.try_into().ok()? })
    }

    /// The token as the link carries it: 64 characters that need no escaping in a URL.
    #[must_use]
    pub fn encode(&self) -> String {
        URL_SAFE_NO_PAD.encode([self.user.as_bytes().as_slice(), &self.secret].concat())
    }

    /// The user that it confirms.
    #[must_use]
    pub const fn user(&self) -> UserId {
        self.user
    }

    /// The hash that is stored.
    #[must_use]
    pub fn hash(&self) -> TokenHash {
        TokenHash::of(&self.secret)
    }
}

/// The token that continues a session: 256 bits, with its user and its session. By its seal the service recognises a token that it
/// issued, without having stored it.
#[derive(Clone)]
pub struct RefreshToken {
    user: UserId,
    session: Uuid,
    secret: Secret,
    /// Tokens issued before seals were introduced have none.
    seal: Option<Seal>,
}

const SEAL_LENGTH: usize = 16;

type Seal = [u8; SEAL_LENGTH];

impl RefreshToken {
    /// Reads what a client sent. `None` if it cannot be a refresh token.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let bytes = URL_SAFE_NO_PAD.decode(text.trim()).ok()?;
        let (user, rest) = bytes.split_at_checked(16)?;
        let (session, rest) = rest.split_at_checked(16)?;
        let (secret, seal) = rest.split_at_checked(SECRET_LENGTH)?;
        Some(Self {
            user: Uuid::from_slice(user).ok()?,
            session: Uuid::from_slice(session).ok()?,
            secret: secret.try_into().ok()?,
            seal: if seal.is_empty() { None } else { Some(seal.try_into().ok()?) },
        })
    }

    /// The token as a client holds it: 107 characters.
    #[must_use]
    pub fn encode(&self) -> String {
        let seal = self.seal.as_ref().map_or(&[][..], Seal::as_slice);
        URL_SAFE_NO_PAD.encode([self.user.as_bytes().as_slice(), self.session.as_bytes(), &self.secret, seal].concat())
    }

    /// The user whose session it continues.
    #[must_use]
    pub const fn user(&self) -> UserId {
        self.user
    }

    /// The session that it continues.
    #[must_use]
    pub const fn session(&self) -> Uuid {
        self.session
    }

    /// The hash that is stored.
    #[must_use]
    pub fn hash(&self) -> TokenHash {
        TokenHash::of(&self.secret)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_survive_their_text_and_nothing_else_is_read_as_one() {
        let user = Uuid::new_v4();
        let refresh = Signer::new(b"secret").first_token(user).unwrap();
        let confirmation = MailedToken::new(user).unwrap();
        let read = MailedToken::parse(&confirmation.encode()).unwrap();
        assert_eq!((read.user(), read.hash() == confirmation.hash()), (user, true));
        let read = RefreshToken::parse(&refresh.encode()).unwrap();
        assert!(MailedToken::parse(&format!(" {}\n", confirmation.encode())).is_some());
        assert!(RefreshToken::parse(&format!("\t{} ", refresh.encode())).is_some());
        assert_eq!((read.user(), read.session(), read.hash() == refresh.hash()), (user, refresh.session(), true));
        for text in ["", "token", &refresh.encode(), &format!("{}A", confirmation.encode()), "ä"] {
            assert!(MailedToken::parse(text).is_none(), "{text}");
        }
        let text = refresh.encode();
        for text in [&confirmation.encode(), &text[..84], &text[..100], &format!("{text}AAAA")] {
            assert!(RefreshToken::parse(text).is_none(), "{text}");
        }
        let unsealed = RefreshToken { seal: None, ..refresh };
        let read = RefreshToken::parse(&unsealed.encode()).unwrap();
        assert!(read.seal.is_none() && read.hash() == unsealed.hash());
    }
}
