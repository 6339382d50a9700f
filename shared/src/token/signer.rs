//! What only this service can write: access tokens, the successors of refresh tokens, and sealed text.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use jiff::Timestamp;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;
use uuid::Uuid;

use super::{RefreshToken, SECRET_LENGTH, Secret, hs256};
use crate::domain::UserId;
use crate::error::{Error, Result};

/// How long an access token is valid, in seconds.
pub const ACCESS_SECONDS: i64 = 3600;

const ISSUER: &str = "event-messenger";
const AUDIENCE: &str = "event-messenger-api";

/// The type of an access token ([RFC 9068](https://www.rfc-editor.org/rfc/rfc9068#section-2.1)), so that no other JWT passes for one.
const ACCESS_TYPE: &str = "at+jwt";

/// What signs the tokens.
#[derive(Clone)]
pub struct Signer {
    encoding: EncodingKey,
    decoding: DecodingKey,
    /// The key of our own seals: the secret's SHA-256, padded to the block of HMAC-SHA-256.
    seal: [u8; 64],
}

/// Whose access token it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Holder {
    /// The user.
    pub user: UserId,
    /// The session in which it was given.
    pub session: Uuid,
}

#[derive(Serialize, Deserialize)]
struct Claims {
    sub: UserId,
    /// The session, as in [OpenID Connect](https://openid.net/specs/openid-connect-frontchannel-1_0.html#OPLogout).
    sid: Uuid,
    iat: i64,
    exp: i64,
    iss: String,
    aud: String,
}

impl Signer {
    /// A signer with this secret, which should hold at least 256 bits.
    #[must_use]
    pub fn new(secret: &[u8]) -> Self {
        hs256::install();
        let mut seal = [0; 64];
        seal.iter_mut().zip(Sha256::digest(secret)).for_each(|(byte, digest)| *byte = digest);
        Self { encoding: EncodingKey::from_secret(secret), decoding: DecodingKey::from_secret(secret), seal }
    }

    /// A JWT for the user of that session, valid for [`ACCESS_SECONDS`] from now.
    ///
    /// # Errors
    /// When it cannot be encoded.
    pub fn access_token(&self, session: &RefreshToken, now: Timestamp) -> Result<String> {
        let iat = now.as_second();
        let (iss, aud) = (ISSUER.to_owned(), AUDIENCE.to_owned());
        let claims = Claims { sub: session.user, sid: session.session, iat, exp: iat + ACCESS_SECONDS, iss, aud };
        let header = Header { typ: Some(ACCESS_TYPE.to_owned()), ..Header::new(Algorithm::HS256) };
        jsonwebtoken::encode(&header, &claims, &self.encoding).map_err(|error| Error::internal("jwt", error))
    }

    /// Whose access token this is, if it is valid now.
    ///
    /// # Errors
    /// `Unauthenticated` for anything else.
    pub fn verify_access(&self, token: &str, now: Timestamp) -> Result<Holder> {
        let mut validation = Validation::new(Algorithm::HS256);
        validation.set_issuer(&[ISSUER]);
        validation.set_audience(&[AUDIENCE]);
        validation.set_required_spec_claims(&["exp", "iss", "aud", "sub"]);
        // The crate asks the system for the time; ours is handed in.
        validation.validate_exp = false;
        let data =
            jsonwebtoken::decode::<Claims>(token, &self.decoding, &validation).map_err(|_| Error::Unauthenticated)?;
        let now = now.as_second();
        let valid = data.header.typ.as_deref() == Some(ACCESS_TYPE) && data.claims.iat <= now && now < data.claims.exp;
        let Claims { sub: user, sid: session, .. } = data.claims;
        if valid { Ok(Holder { user, session }) } else { Err(Error::Unauthenticated) }
    }

    /// The refresh token that follows this one. It is derived, not drawn, so that a client that asks twice (two tabs, a lost
    /// answer) is given the same one and no session ever has two.
    #[must_use]
    pub fn successor(&self, token: &RefreshToken) -> RefreshToken {
        let parts = [token.user.as_bytes().as_slice(), token.session.as_bytes(), &token.secret];
        RefreshToken { secret: self.mac("refresh", &parts), ..token.clone() }
    }

    /// Text that only this service can have written for this purpose: `payload`, sealed.
    #[must_use]
    pub fn seal(&self, purpose: &str, payload: &[u8]) -> String {
        URL_SAFE_NO_PAD.encode([&self.mac(purpose, &[payload]), payload].concat())
    }

    /// What was sealed for this purpose; `None` for anything else.
    #[must_use]
    pub fn unseal(&self, purpose: &str, text: &str) -> Option<Vec<u8>> {
        let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
        let (mac, payload) = bytes.split_at_checked(SECRET_LENGTH)?;
        bool::from(mac.ct_eq(&self.mac(purpose, &[payload]))).then(|| payload.to_vec())
    }

    /// An HMAC-SHA-256 over the purpose and the parts, each with its length.
    fn mac(&self, purpose: &str, parts: &[&[u8]]) -> Secret {
        let mut mac = Hmac::<Sha256>::new(&self.seal.into());
        for part in std::iter::once(&purpose.as_bytes()).chain(parts) {
            mac.update(&(part.len() as u64).to_be_bytes());
            mac.update(part);
        }
        mac.finalize().into_bytes().into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn signer() -> Signer {
        Signer::new(b"0123456789abcdef0123456789abcdef")
    }

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    #[test]
    fn an_access_token_is_valid_for_an_hour() {
        let session = RefreshToken::new(Uuid::new_v4()).unwrap();
        let holder = Holder { user: session.user(), session: session.session() };
        let token = signer().access_token(&session, at(1000)).unwrap();
        for (second, valid) in [(999, false), (1000, true), (4599, true), (4600, false)] {
            assert_eq!(signer().verify_access(&token, at(second)).ok(), valid.then_some(holder), "{second}");
        }
    }

    #[test]
    fn no_other_jwt_passes_for_an_access_token() {
        let claims =
            json!({"sub": Uuid::new_v4(), "sid": Uuid::new_v4(), "iat": 0, "exp": 10, "iss": ISSUER, "aud": AUDIENCE});
        let with = |field: &str, value: Value| {
            let mut claims = claims.clone();
            claims[field] = value;
            claims
        };
        let header = |typ: &str| Header { typ: Some(typ.to_owned()), ..Header::new(Algorithm::HS256) };
        let ours = EncodingKey::from_secret(b"0123456789abcdef0123456789abcdef");
        let theirs = EncodingKey::from_secret(b"another secret of the same length");
        let cases = [
            ("a good one", header(ACCESS_TYPE), &ours, claims.clone(), true),
            ("another type", header("JWT"), &ours, claims.clone(), false),
            ("another key", header(ACCESS_TYPE), &theirs, claims.clone(), false),
            ("another issuer", header(ACCESS_TYPE), &ours, with("iss", json!("them")), false),
            ("another audience", header(ACCESS_TYPE), &ours, with("aud", json!("them")), false),
            ("no user", header(ACCESS_TYPE), &ours, with("sub", json!("jane")), false),
            ("not yet", header(ACCESS_TYPE), &ours, with("iat", json!(6)), false),
            ("no more", header(ACCESS_TYPE), &ours, with("exp", json!(5)), false),
        ];
        for (name, header, key, claims, valid) in cases {
            let token = jsonwebtoken::encode(&header, &claims, key).unwrap();
            assert_eq!(signer().verify_access(&token, at(5)).is_ok(), valid, "{name}");
        }
    }

    #[test]
    fn an_unsigned_or_altered_token_is_refused() {
        let token = signer().access_token(&RefreshToken::new(Uuid::new_v4()).unwrap(), at(0)).unwrap();
        let parts: Vec<_> = token.split('.').collect();
        let none = URL_SAFE_NO_PAD.encode(r#"{"typ":"at+jwt","alg":"none"}"#);
        let forged =
            URL_SAFE_NO_PAD.encode(format!(r#"{{"sub":"{}","iat":0,"exp":99,"iss":"event-messenger"}}"#, Uuid::nil()));
        let cases = [
            format!("{none}.{}.", parts[1]),
            format!("{none}.{}.{}", parts[1], parts[2]),
            format!("{}.{forged}.{}", parts[0], parts[2]),
            format!("{}.{}.", parts[0], parts[1]),
            format!("{}.{}", parts[0], parts[1]),
            format!("{token}="),
            String::new(),
        ];
        for case in cases {
            assert!(signer().verify_access(&case, at(1)).is_err(), "{case}");
        }
    }

    #[test]
    fn the_successor_of_a_refresh_token_is_always_the_same_and_never_itself() {
        let token = RefreshToken::new(Uuid::new_v4()).unwrap();
        let next = signer().successor(&token);
        assert_eq!(next.encode(), signer().successor(&token).encode());
        assert_eq!((next.user(), next.session()), (token.user(), token.session()));
        assert!(next.hash() != token.hash());
        assert!(Signer::new(b"another secret").successor(&token).hash() != next.hash());
    }

    #[test]
    fn what_is_sealed_is_unsealed_for_the_same_purpose_only() {
        let sealed = signer().seal("list of jane", b"page 2");
        assert_eq!(signer().unseal("list of jane", &sealed).as_deref(), Some(b"page 2".as_slice()));
        assert_eq!(signer().unseal("list of john", &sealed), None);
        assert_eq!(Signer::new(b"another secret").unseal("list of jane", &sealed), None);
        for text in ["", "AAAA", "no base64!", &sealed[1..]] {
            assert_eq!(signer().unseal("list of jane", text), None, "{text}");
        }
    }
}
