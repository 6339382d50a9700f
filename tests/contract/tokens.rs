//! Access tokens that were not given by the service: none of them passes, however it is made.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE, URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit, Mac};
use reqwest::Method;
use serde_json::{Value, json};
use sha2::{Sha256, Sha512};
use tests::{Service, User, report};

const HEADER: &str = r#"{"typ":"at+jwt","alg":"HS256"}"#;

fn hs256(key: &[u8], message: &str) -> Vec<u8> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).unwrap();
    mac.update(message.as_bytes());
    mac.finalize().into_bytes().to_vec()
}

fn hs512(key: &[u8], message: &str) -> Vec<u8> {
    let mut mac = Hmac::<Sha512>::new_from_slice(key).unwrap();
    mac.update(message.as_bytes());
    mac.finalize().into_bytes().to_vec()
}

/// A JWT of this text, signed as if it were HS256, whatever the header says.
fn signed(header: &str, claims: &str, key: &[u8]) -> String {
    let message = format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(claims));
    format!("{message}.{}", URL_SAFE_NO_PAD.encode(hs256(key, &message)))
}

type Change = fn(&mut Value, i64);

async fn status(service: &Service, token: &str) -> u16 {
    let request = service.request(Method::GET, "/user").header("authorization", format!("Bearer {token}"));
    service.send(request).await.status
}

/// The claims of the user's own token, with that change.
fn claims(user: &User, change: impl FnOnce(&mut Value)) -> String {
    let payload = URL_SAFE_NO_PAD.decode(user.access.split('.').nth(1).unwrap()).unwrap();
    let mut claims = serde_json::from_slice(&payload).unwrap();
    change(&mut claims);
    claims.to_string()
}

#[tokio::test]
async fn no_forged_token_passes() {
    let service = Service::start().await;
    let [jane, john] = service.users(["jane", "john"]).await;
    let secret = service.local.environment("get-user")["TOKEN_SECRET"].clone();
    let (key, theirs) =
        (secret.as_bytes(), b"another secret that is as long as ours, 64 bytes, all of them.".as_slice());
    let own = claims(&jane, |_| {});
    assert_eq!(status(&service, &signed(HEADER, &own, key)).await, 200, "these tests can make a good one");

    let parts: Vec<_> = jane.access.split('.').collect();
    let [header, payload, signature] = parts[..] else { panic!("{parts:?}") };
    let with_header = |header: &str| signed(header, &own, theirs);
    let unsigned = |header: &str| format!("{}.{payload}.", URL_SAFE_NO_PAD.encode(header));
    let message = format!("{}.{payload}", URL_SAFE_NO_PAD.encode(r#"{"typ":"at+jwt","alg":"HS512"}"#));
    let other = URL_SAFE_NO_PAD.encode(claims(&jane, |claims| claims["sub"] = json!(john.id)));
    let bytes = URL_SAFE_NO_PAD.decode(signature).unwrap();
    let mut flipped = bytes.clone();
    flipped[0] ^= 1;
    // The last character holds two bits that mean nothing: a lax reader takes four spellings for one signature.
    let last = signature.chars().last().unwrap();
    let alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let next = alphabet.chars().nth(alphabet.find(last).unwrap() + 1).unwrap();
    let cases = [
        ("alg none", unsigned(r#"{"typ":"at+jwt","alg":"none"}"#)),
        ("alg None", unsigned(r#"{"typ":"at+jwt","alg":"None"}"#)),
        ("alg empty", unsigned(r#"{"typ":"at+jwt","alg":""}"#)),
        ("no alg", unsigned(r#"{"typ":"at+jwt"}"#)),
        ("alg none with our signature", signed(r#"{"typ":"at+jwt","alg":"none"}"#, &own, key)),
        ("HS512 with our key", format!("{message}.{}", URL_SAFE_NO_PAD.encode(hs512(key, &message)))),
        ("HS384 in the header", signed(r#"{"typ":"at+jwt","alg":"HS384"}"#, &own, key)),
        ("RS256 in the header", signed(r#"{"typ":"at+jwt","alg":"RS256"}"#, &own, key)),
        ("ES256 in the header", signed(r#"{"typ":"at+jwt","alg":"ES256"}"#, &own, key)),
        ("another key", with_header(HEADER)),
        ("an empty key", signed(HEADER, &own, b"")),
        ("a key in the header", with_header(r#"{"typ":"at+jwt","alg":"HS256","jwk":{"kty":"oct","k":"YQ"}}"#)),
        ("a key at a URL", with_header(r#"{"typ":"at+jwt","alg":"HS256","jku":"https://example.com/jwks"}"#)),
        ("a key id", with_header(r#"{"typ":"at+jwt","alg":"HS256","kid":"../../dev/null"}"#)),
        ("no signature", format!("{header}.{payload}.")),
        ("no signature and no dot", format!("{header}.{payload}")),
        ("half a signature", format!("{header}.{payload}.{}", &signature[..20])),
        ("one bit of the signature", format!("{header}.{payload}.{}", URL_SAFE_NO_PAD.encode(flipped))),
        ("somebody else's id under the same signature", format!("{header}.{other}.{signature}")),
        ("somebody else's signature", format!("{header}.{payload}.{}", john.access.rsplit('.').next().unwrap())),
        ("the type JWT", signed(r#"{"typ":"JWT","alg":"HS256"}"#, &own, key)),
        ("no type", signed(r#"{"alg":"HS256"}"#, &own, key)),
        ("a refresh token", jane.refresh.clone()),
        ("a fourth part", format!("{}.x", jane.access)),
        ("an empty part before", format!(".{}", jane.access)),
        ("a padded signature", format!("{header}.{payload}.{}", URL_SAFE.encode(&bytes))),
        ("base64 that is not for URLs", format!("{header}.{payload}.{}", STANDARD.encode([0xfb; 32]))),
        ("bits that mean nothing", format!("{header}.{payload}.{}{next}", &signature[..42])),
        ("a blank inside", format!("{header}. {payload}.{signature}")),
        ("a claim twice", signed(HEADER, &own.replacen('{', &format!("{{\"sub\":\"{}\",", john.id), 1), key)),
        ("no JSON", signed(HEADER, "claims", key)),
        ("an array", signed(HEADER, "[]", key)),
        ("a giant", signed(HEADER, &claims(&jane, |claims| claims["more"] = json!("x".repeat(200_000))), theirs)),
    ];
    let count = cases.len();
    for (name, token) in cases {
        assert_eq!(status(&service, &token).await, 401, "{name}");
    }

    let now = service.now().as_second();
    let claimed: [(&str, Change); 16] = [
        ("expired", |claims, now| claims["exp"] = json!(now)),
        ("not yet valid", |claims, now| claims["iat"] = json!(now + 1)),
        ("no expiry", |claims, _| drop(claims.as_object_mut().unwrap().remove("exp"))),
        ("no issue time", |claims, _| drop(claims.as_object_mut().unwrap().remove("iat"))),
        ("no user", |claims, _| drop(claims.as_object_mut().unwrap().remove("sub"))),
        ("no session", |claims, _| drop(claims.as_object_mut().unwrap().remove("sid"))),
        ("no issuer", |claims, _| drop(claims.as_object_mut().unwrap().remove("iss"))),
        ("no audience", |claims, _| drop(claims.as_object_mut().unwrap().remove("aud"))),
        ("expiry as text", |claims, now| claims["exp"] = json!((now + 9).to_string())),
        ("expiry as a fraction", |claims, _| claims["exp"] = json!(4e9)),
        ("expiry beyond all numbers", |claims, _| claims["exp"] = json!(u64::MAX)),
        ("another issuer", |claims, _| claims["iss"] = json!("https://example.com")),
        ("another audience", |claims, _| claims["aud"] = json!("another-api")),
        ("several audiences", |claims, _| claims["aud"] = json!(["event-messenger-api", "another-api"])),
        ("a user that is no id", |claims, _| claims["sub"] = json!("jane")),
        ("a user with more", |claims, _| claims["sub"] = json!({"id": claims["sub"]})),
    ];
    for (name, change) in claimed {
        let token = signed(HEADER, &claims(&jane, |claims| change(claims, now)), key);
        assert_eq!(status(&service, &token).await, 401, "{name}");
    }
    report(&format!("{} forged tokens", count + claimed.len()));
}
