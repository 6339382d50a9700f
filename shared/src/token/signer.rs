//! Everything that only this service can write: access tokens, the successors of refresh tokens, and sealed text.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use jiff::{SignedDuration, Timestamp};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;
use uuid::Uuid;

use super::{RefreshToken, SEAL_LENGTH, SECRET_LENGTH, Seal, Secret, hs256, random_secret};
use crate::domain::invitation::Invitation;
use crate::domain::lifetime::{self, seconds};
use crate::domain::{EventId, UserId};
use crate::error::{Error, Result};

/// The length of a key's id, in characters.
const KEY_ID: usize = 8;

const ISSUER: &str = "event-messenger";
const AUDIENCE: &str = "event-messenger-api";

/// The type of an access token ([RFC 9068](https://www.rfc-editor.org/rfc/rfc9068#section-2.1)). It keeps other JWTs from passing
/// for one.
const ACCESS_TYPE: &str = "at+jwt";

/// The type of the token in an invitation's link.
const INVITATION_TYPE: &str = "invitation+jwt";

/// The signer of the tokens. It has two keys during a change of keys: one signs, and tokens signed with the other are accepted as
/// well.
#[derive(Clone)]
pub struct Signer {
    key: Key,
    accepted: Option<Key>,
}

#[derive(Clone)]
struct Key {
    /// The id that names the signing key in a JWT's header ([RFC 7515](https://www.rfc-editor.org/rfc/rfc7515#section-4.1.4)). It
    /// reveals nothing of the key.
    id: String,
    encoding: EncodingKey,
    decoding: DecodingKey,
    /// The key of our own seals: the secret's SHA-256, padded to the block of HMAC-SHA-256.
    seal: [u8; 64],
}

/// The tokens that can follow a refresh token.
#[derive(Clone)]
pub struct Successors {
    /// The token that follows it.
    pub next: RefreshToken,
    /// The token that the other accepted key derives. A client may have received it just before the keys changed.
    pub other: Option<RefreshToken>,
}

/// The holder of an access token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Holder {
    /// The user.
    pub user: UserId,
    /// The session in which the token was issued.
    pub session: Uuid,
}

#[derive(Serialize, Deserialize)]
struct Claims {
    sub: UserId,
    /// The session, as in [OpenID Connect](https://openid.net/specs/openid-connect-frontchannel-1_0.html#OPLogout).
    sid: Uuid,
    iat: i64,
    exp: i64,
    /// We set none, but would respect one.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "number")]
    nbf: Option<f64>,
    iss: String,
    aud: String,
}

/// The claims of an invitation's link. It has no expiry of its own: how long it holds depends on the event as it is then.
#[derive(Serialize, Deserialize)]
struct InvitationClaims {
    /// The invitee.
    sub: UserId,
    event: EventId,
    number: i64,
    iss: String,
    aud: String,
}

/// A claim that is present has to be a number, and `null` is not one.
fn number<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<f64>, D::Error> {
    f64::deserialize(deserializer).map(Some)
}

/// Whether the header of a JWT names extensions that a recipient has to understand. We understand none
/// ([RFC 7515](https://www.rfc-editor.org/rfc/rfc7515#section-4.1.11),
/// [RFC 7797](https://www.rfc-editor.org/rfc/rfc7797#section-3)).
fn has_extensions(token: &str) -> bool {
    let header = token.split('.').next().and_then(|header| URL_SAFE_NO_PAD.decode(header).ok());
    let header = header.and_then(|header| serde_json::from_slice::<serde_json::Map<String, Value>>(&header).ok());
    header.is_none_or(|header| header.contains_key("crit") || header.contains_key("b64"))
}

impl Key {
    fn new(secret: &[u8]) -> Self {
        let mut seal = [0; 64];
        seal.iter_mut().zip(Sha256::digest(secret)).for_each(|(byte, digest)| *byte = digest);
        let (encoding, decoding) = (EncodingKey::from_secret(secret), DecodingKey::from_secret(secret));
        let mut key = Self { id: String::new(), encoding, decoding, seal };
        key.id = URL_SAFE_NO_PAD.encode(key.mac("key id", &[]));
        key.id.truncate(KEY_ID);
        key
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

    fn seal_of(&self, token: &RefreshToken) -> Seal {
        let mac = self.mac("refresh token", &[token.user.as_bytes(), token.session.as_bytes(), &token.secret]);
        let mut seal = [0; SEAL_LENGTH];
        seal.iter_mut().zip(mac).for_each(|(byte, mac)| *byte = mac);
        seal
    }

    fn sealed(&self, mut token: RefreshToken) -> RefreshToken {
        token.seal = Some(self.seal_of(&token));
        token
    }
}

impl Signer {
    /// A signer with this secret, which should hold at least 256 bits.
    #[must_use]
    pub fn new(secret: &[u8]) -> Self {
        hs256::install();
        Self { key: Key::new(secret), accepted: None }
    }

    /// The signer, now also accepting tokens signed with this secret.
    #[must_use]
    pub fn accepting(self, secret: &[u8]) -> Self {
        Self { accepted: Some(Key::new(secret)), ..self }
    }

    fn keys(&self) -> impl Iterator<Item = &Key> {
        std::iter::once(&self.key).chain(&self.accepted)
    }

    /// A JWT for the user of that session, valid for [`lifetime::ACCESS_TOKEN`] from now.
    ///
    /// # Errors
    /// When it cannot be encoded.
    pub fn access_token(&self, session: &RefreshToken, now: Timestamp) -> Result<String> {
        let iat = now.as_second();
        let (iss, aud) = (ISSUER.to_owned(), AUDIENCE.to_owned());
        let exp = iat + seconds(lifetime::ACCESS_TOKEN);
        let claims = Claims { sub: session.user, sid: session.session, iat, exp, nbf: None, iss, aud };
        self.signed(ACCESS_TYPE, &claims)
    }

    /// A JWT for the link of that invitation.
    ///
    /// # Errors
    /// When it cannot be encoded.
    pub fn invitation_token(&self, invitation: &Invitation) -> Result<String> {
        let Invitation { event, member: sub, number } = *invitation;
        let (iss, aud) = (ISSUER.to_owned(), AUDIENCE.to_owned());
        self.signed(INVITATION_TYPE, &InvitationClaims { sub, event, number, iss, aud })
    }

    fn signed(&self, typ: &str, claims: &impl Serialize) -> Result<String> {
        let (typ, kid) = (Some(typ.to_owned()), Some(self.key.id.clone()));
        let header = Header { typ, kid, ..Header::new(Algorithm::HS256) };
        jsonwebtoken::encode(&header, claims, &self.key.encoding).map_err(|error| Error::internal("jwt", error))
    }

    /// The claims of a JWT of that type which this service has signed, whatever the time.
    fn claims<T: DeserializeOwned>(&self, typ: &str, required: &[&str], token: &str) -> Option<T> {
        if has_extensions(token) {
            return None;
        }
        let kid = jsonwebtoken::decode_header(token).ok()?.kid;
        let key = self.keys().find(|key| kid.as_ref() == Some(&key.id))?;
        let mut validation = Validation::new(Algorithm::HS256);
        validation.set_issuer(&[ISSUER]);
        validation.set_audience(&[AUDIENCE]);
        validation.set_required_spec_claims(required);
        // The crate would ask the system for the time, but ours is passed in.
        validation.validate_exp = false;
        let data = jsonwebtoken::decode::<T>(token, &key.decoding, &validation).ok()?;
        (data.header.typ.as_deref() == Some(typ)).then_some(data.claims)
    }

    /// What this token of an invitation's link says. Whether the invitation still holds is the event's to tell.
    ///
    /// # Errors
    /// `Unauthenticated` for anything else.
    pub fn verify_invitation(&self, token: &str) -> Result<Invitation> {
        let claims = self.claims(INVITATION_TYPE, &["iss", "aud", "sub"], token);
        let InvitationClaims { sub: member, event, number, .. } = claims.ok_or(Error::Unauthenticated)?;
        Ok(Invitation { event, member, number })
    }

    /// The holder of this access token, if it is valid now within [`lifetime::LEEWAY`]. The time of issue does not matter.
    ///
    /// # Errors
    /// `Unauthenticated` for anything else.
    pub fn verify_access(&self, token: &str, now: Timestamp) -> Result<Holder> {
        let claims = self.claims(ACCESS_TYPE, &["exp", "iss", "aud", "sub"], token);
        let Claims { exp, nbf, sub: user, sid: session, .. } = claims.ok_or(Error::Unauthenticated)?;
        let soon = now.as_duration() + SignedDuration::from_secs(seconds(lifetime::LEEWAY));
        let has_begun = nbf.is_none_or(|nbf| SignedDuration::try_from_secs_f64(nbf).is_ok_and(|nbf| nbf <= soon));
        let is_over = now.as_second() >= exp.saturating_add(seconds(lifetime::LEEWAY));
        if has_begun && !is_over { Ok(Holder { user, session }) } else { Err(Error::Unauthenticated) }
    }

    /// The refresh token of a new session.
    ///
    /// # Errors
    /// When the machine gives no randomness.
    pub fn first_token(&self, user: UserId) -> Result<RefreshToken> {
        let token = RefreshToken { user, session: Uuid::new_v4(), secret: random_secret()?, seal: None };
        Ok(self.key.sealed(token))
    }

    /// Whether this service issued that token. Nobody else can seal one.
    #[must_use]
    pub fn gave(&self, token: &RefreshToken) -> bool {
        token.seal.is_some_and(|seal| self.keys().any(|key| seal.ct_eq(&key.seal_of(token)).into()))
    }

    /// The refresh tokens that follow this one. They are derived, not drawn at random. A client that asks twice (two tabs, a lost
    /// answer) gets the same token, and no session ever has two.
    #[must_use]
    pub fn successors(&self, token: &RefreshToken) -> Successors {
        let parts = [token.user.as_bytes().as_slice(), token.session.as_bytes(), &token.secret];
        let derived = |key: &Key| key.sealed(RefreshToken { secret: key.mac("refresh", &parts), ..token.clone() });
        Successors { next: derived(&self.key), other: self.accepted.as_ref().map(derived) }
    }

    /// Seals `payload`: only this service can have written the text, and only for this purpose.
    #[must_use]
    pub fn seal(&self, purpose: &str, payload: &[u8]) -> String {
        URL_SAFE_NO_PAD.encode([&self.key.mac(purpose, &[payload]), payload].concat())
    }

    /// The payload of a text that was sealed for this purpose. `None` for any other text.
    #[must_use]
    pub fn unseal(&self, purpose: &str, text: &str) -> Option<Vec<u8>> {
        let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
        let (mac, payload) = bytes.split_at_checked(SECRET_LENGTH)?;
        let is_ours = self.keys().any(|key| mac.ct_eq(&key.mac(purpose, &[payload])).into());
        is_ours.then(|| payload.to_vec())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const SECRET: &[u8] = b"0123456789abcdef0123456789abcdef";

    fn signer() -> Signer {
        Signer::new(SECRET)
    }

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    #[test]
    fn an_access_token_is_valid_for_an_hour_and_a_minute() {
        let session = signer().first_token(Uuid::new_v4()).unwrap();
        let holder = Holder { user: session.user(), session: session.session() };
        let token = signer().access_token(&session, at(1000)).unwrap();
        for (second, valid) in [(0, true), (1000, true), (4600, true), (4659, true), (4660, false)] {
            assert_eq!(signer().verify_access(&token, at(second)).ok(), valid.then_some(holder), "{second}");
        }
    }

    #[test]
    fn no_other_jwt_passes_for_an_access_token() {
        let claims = json!({"sub": Uuid::new_v4(), "sid": Uuid::new_v4(), "iat": 100, "exp": 110, "iss": ISSUER, "aud": AUDIENCE});
        let with = |field: &str, value: Value| {
            let mut claims = claims.clone();
            claims[field] = value;
            claims
        };
        let header = |typ: &str| Header {
            typ: Some(typ.to_owned()),
            kid: Some(signer().key.id),
            ..Header::new(Algorithm::HS256)
        };
        let without_key = Header { kid: None, ..header(ACCESS_TYPE) };
        let of_another_key = Header { kid: Some("AAAAAAAA".to_owned()), ..header(ACCESS_TYPE) };
        let ours = EncodingKey::from_secret(SECRET);
        let theirs = EncodingKey::from_secret(b"another secret of the same length");
        let cases = [
            ("a good one", header(ACCESS_TYPE), &ours, claims.clone(), true),
            ("another type", header("JWT"), &ours, claims.clone(), false),
            ("another key", header(ACCESS_TYPE), &theirs, claims.clone(), false),
            ("no key's id", without_key, &ours, claims.clone(), false),
            ("another key's id", of_another_key, &ours, claims.clone(), false),
            ("another issuer", header(ACCESS_TYPE), &ours, with("iss", json!("them")), false),
            ("another audience", header(ACCESS_TYPE), &ours, with("aud", json!("them")), false),
            ("no user", header(ACCESS_TYPE), &ours, with("sub", json!("jane")), false),
            ("given in the future", header(ACCESS_TYPE), &ours, with("iat", json!(600)), true),
            ("given at no time", header(ACCESS_TYPE), &ours, with("iat", json!("0")), false),
            ("a minute ago", header(ACCESS_TYPE), &ours, with("exp", json!(46)), true),
            ("no more", header(ACCESS_TYPE), &ours, with("exp", json!(45)), false),
            ("in a minute", header(ACCESS_TYPE), &ours, with("nbf", json!(165)), true),
            ("not yet", header(ACCESS_TYPE), &ours, with("nbf", json!(165.5)), false),
            ("not before no time", header(ACCESS_TYPE), &ours, with("nbf", Value::Null), false),
            ("not before a text", header(ACCESS_TYPE), &ours, with("nbf", json!("0")), false),
        ];
        for (name, header, key, claims, valid) in cases {
            let token = jsonwebtoken::encode(&header, &claims, key).unwrap();
            assert_eq!(signer().verify_access(&token, at(105)).is_ok(), valid, "{name}");
        }
    }

    #[test]
    fn an_invitation_and_an_access_token_do_not_pass_for_each_other() {
        let invitation = Invitation { event: Uuid::new_v4(), member: Uuid::new_v4(), number: 7 };
        let link = signer().invitation_token(&invitation).unwrap();
        let access = signer().access_token(&signer().first_token(Uuid::new_v4()).unwrap(), at(0)).unwrap();
        assert_eq!(signer().verify_invitation(&link).ok(), Some(invitation));
        assert!(signer().verify_access(&link, at(1)).is_err());
        assert!(signer().verify_invitation(&access).is_err());
        assert!(Signer::new(OTHER).verify_invitation(&link).is_err());
        assert!(Signer::new(OTHER).accepting(SECRET).verify_invitation(&link).is_ok());
        for text in ["", "token", &link[1..], &link[..link.len() - 4]] {
            assert!(signer().verify_invitation(text).is_err(), "{text}");
        }
    }

    #[test]
    fn an_unsigned_or_altered_token_is_refused() {
        let token = signer().access_token(&signer().first_token(Uuid::new_v4()).unwrap(), at(0)).unwrap();
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

    const OTHER: &[u8] = b"another secret";

    /// Signers in the order of a change of keys. Each comes with the keys of two that it accepts, and the one that it signs with.
    fn change_of_keys() -> [(&'static str, Signer, [bool; 2], usize); 4] {
        [
            ("before", Signer::new(SECRET), [true, false], 0),
            ("begun", Signer::new(SECRET).accepting(OTHER), [true, true], 0),
            ("done", Signer::new(OTHER).accepting(SECRET), [true, true], 1),
            ("over", Signer::new(OTHER), [false, true], 1),
        ]
    }

    #[test]
    fn tokens_outlive_a_change_of_keys() {
        let session = signer().first_token(Uuid::new_v4()).unwrap();
        let keys = [Signer::new(SECRET), Signer::new(OTHER)];
        for (when, signer, accepted, signing) in change_of_keys() {
            for (key, accepted) in keys.iter().zip(accepted) {
                let token = key.access_token(&session, at(0)).unwrap();
                assert_eq!(signer.verify_access(&token, at(1)).is_ok(), accepted, "{when}");
                assert_eq!(signer.unseal("list", &key.seal("list", b"2")).is_some(), accepted, "{when}");
                let (given, known) = (key.successors(&session).next, signer.successors(&session));
                let known = [Some(known.next), known.other].into_iter().flatten();
                assert_eq!(known.into_iter().any(|known| known.hash() == given.hash()), accepted, "{when}");
            }
            let (token, sealed) = (signer.access_token(&session, at(0)).unwrap(), signer.seal("list", b"2"));
            assert!(keys[signing].verify_access(&token, at(1)).is_ok(), "{when}");
            assert!(keys[signing].unseal("list", &sealed).is_some(), "{when}");
            let (next, derived) = (signer.successors(&session).next, keys[signing].successors(&session).next);
            assert!(next.hash() == derived.hash(), "{when}");
        }
    }

    #[test]
    fn the_successor_of_a_refresh_token_is_always_the_same_and_never_itself() {
        let token = signer().first_token(Uuid::new_v4()).unwrap();
        let next = signer().successors(&token).next;
        assert_eq!(next.encode(), signer().successors(&token).next.encode());
        assert_eq!((next.user(), next.session()), (token.user(), token.session()));
        assert!(next.hash() != token.hash());
        assert!(Signer::new(OTHER).successors(&token).next.hash() != next.hash());
    }

    #[test]
    fn only_tokens_that_were_given_are_known_again() {
        let first = signer().first_token(Uuid::new_v4()).unwrap();
        let next = signer().successors(&first).next;
        let read = |token: &RefreshToken| RefreshToken::parse(&token.encode()).unwrap();
        let cases = [
            ("the first", read(&first), true),
            ("the next", read(&next), true),
            ("another secret", RefreshToken { secret: [7; SECRET_LENGTH], ..first.clone() }, false),
            ("another session", RefreshToken { session: Uuid::new_v4(), ..first.clone() }, false),
            ("another user", RefreshToken { user: Uuid::new_v4(), ..first.clone() }, false),
            ("another seal", RefreshToken { seal: next.seal, ..first.clone() }, false),
            ("no seal", RefreshToken { seal: None, ..first.clone() }, false),
        ];
        for (name, token, given) in cases {
            assert_eq!(signer().gave(&token), given, "{name}");
        }
        assert!(Signer::new(OTHER).accepting(SECRET).gave(&first));
        assert!(!Signer::new(OTHER).gave(&first));
    }

    #[test]
    fn what_is_sealed_is_unsealed_for_the_same_purpose_only() {
        let sealed = signer().seal("list of jane", b"page 2");
        assert_eq!(signer().unseal("list of jane", &sealed).as_deref(), Some(b"page 2".as_slice()));
        assert_eq!(signer().unseal("list of john", &sealed), None);
        assert_eq!(Signer::new(OTHER).unseal("list of jane", &sealed), None);
        for text in ["", "AAAA", "no base64!", &sealed[1..]] {
            assert_eq!(signer().unseal("list of jane", text), None, "{text}");
        }
    }
}
