//! Forged access tokens: none passes.

use std::collections::BTreeSet;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE, URL_SAFE_NO_PAD};
use functions::ENDPOINTS;
use hmac::{Hmac, KeyInit, Mac};
use reqwest::Method;
use serde_json::{Value, json};
use sha2::{Sha256, Sha512};
use shared::token::Signer;
use tests::{Service, User, report};

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

/// A JWT of this text, signed with HS256, whatever the header says.
fn signed(header: &str, claims: &str, key: &[u8]) -> String {
    let message = format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(claims));
    format!("{message}.{}", URL_SAFE_NO_PAD.encode(hs256(key, &message)))
}

type Change = fn(&mut Value, i64);

async fn status(service: &Service, token: &str) -> u16 {
    let request = service.request(Method::GET, "/user").header("authorization", format!("Bearer {token}"));
    service.send(request).await.status
}

/// The claims of the user's own token with that change.
fn claims(user: &User, change: impl FnOnce(&mut Value)) -> String {
    let payload = URL_SAFE_NO_PAD.decode(user.access.split('.').nth(1).unwrap()).unwrap();
    let mut claims = serde_json::from_slice(&payload).unwrap();
    change(&mut claims);
    claims.to_string()
}

/// Rotates the key as OPERATIONS.md describes, and checks who is still logged in.
#[tokio::test]
async fn a_change_of_the_key_logs_nobody_out() {
    let [old, new] = ["old".repeat(20), "new".repeat(20)];
    // The two parameters; by which key a token may be signed, the old one and the new one; which one signs.
    let steps = [
        ("AWSCURRENT", "AWSCURRENT", [true, false], &old),
        (":v1", ":v2", [true, true], &old),
        (":v2", ":v1", [true, true], &new),
        (":v2", ":v2", [false, true], &new),
    ];
    for (signing, other, accepted, signs) in steps {
        let step = format!("{signing} {other}");
        let service = Service::start_with(|options| {
            let parameters = [("TokenKey", signing), ("OtherTokenKey", other)];
            options.parameters = parameters.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
            options.secret = Some(old.clone());
            options.secret_versions = [("v1", &old), ("v2", &new)].map(|(id, key)| (id.to_owned(), key.clone())).into();
        })
        .await;
        let environments = ENDPOINTS.iter().map(|endpoint| service.local.environment(endpoint.name));
        let keys: BTreeSet<_> = environments.filter_map(|environment| environment.get("TOKEN_KEYS").cloned()).collect();
        assert_eq!(keys.len(), 1, "{step}: all functions have the same, {keys:?}");
        let session = service.user("jane").await.session();
        for (secret, accepted) in [&old, &new].into_iter().zip(accepted) {
            let token = Signer::new(secret.as_bytes()).access_token(&session, service.now()).unwrap();
            assert_eq!(status(&service, &token).await == 200, accepted, "{step}, {secret}");
        }
        let refresh = service.post("/token", &json!({"refresh_token": session.encode()})).await.expect(200);
        let given = refresh.body["access_token"].as_str().unwrap();
        assert_eq!(status(&service, given).await, 200, "{step}");
        // Functions that do not know the new key yet must not meet it.
        assert!(Signer::new(signs.as_bytes()).verify_access(given, service.now()).is_ok(), "{step}");
    }
}

/// A service with a user, and the key that signs.
async fn start() -> (Service, User, String) {
    let service = Service::start().await;
    let jane = service.user("jane").await;
    let keys = &service.local.environment("get-user")["TOKEN_KEYS"];
    let secret = keys.split(',').next().unwrap().to_owned();
    let good = signed(&header(&jane), &claims(&jane, |_| {}), secret.as_bytes());
    assert_eq!(status(&service, &good).await, 200, "these tests can make a good one");
    (service, jane, secret)
}

/// The header of the user's own token.
fn header(user: &User) -> String {
    String::from_utf8(URL_SAFE_NO_PAD.decode(user.access.split('.').next().unwrap()).unwrap()).unwrap()
}

/// The same header with this change.
fn header_with(user: &User, name: &str, value: Value) -> String {
    let mut header: Value = serde_json::from_str(&header(user)).unwrap();
    header[name] = value;
    header.to_string()
}

async fn refuses(service: &Service, cases: &[(&str, String)]) {
    for (name, token) in cases {
        assert_eq!(status(service, token).await, 401, "{name}");
    }
    report(&format!("{} forged tokens", cases.len()));
}

#[tokio::test]
async fn no_forged_token_passes() {
    let (service, jane, secret) = start().await;
    let john = service.user("john").await;
    let (key, theirs) =
        (secret.as_bytes(), b"another secret that is as long as ours, 64 bytes, all of them.".as_slice());
    let (own, decoded) = (claims(&jane, |_| {}), header(&jane));
    let ours = |name: &str, value: Value| header_with(&jane, name, value);

    let parts: Vec<_> = jane.access.split('.').collect();
    let [header, payload, signature] = parts[..] else { panic!("{parts:?}") };
    let with_header = |header: &str| signed(header, &own, theirs);
    let unsigned = |header: &str| format!("{}.{payload}.", URL_SAFE_NO_PAD.encode(header));
    let message = format!("{}.{payload}", URL_SAFE_NO_PAD.encode(ours("alg", json!("HS512"))));
    let other = URL_SAFE_NO_PAD.encode(claims(&jane, |claims| claims["sub"] = json!(john.id)));
    let bytes = URL_SAFE_NO_PAD.decode(signature).unwrap();
    let mut flipped = bytes.clone();
    flipped[0] ^= 1;
    // Two bits of the last character mean nothing: a lax parser accepts four spellings of one signature.
    let last = signature.chars().last().unwrap();
    let alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let next = alphabet.chars().nth(alphabet.find(last).unwrap() + 1).unwrap();
    let cases = [
        ("alg none", unsigned(&ours("alg", json!("none")))),
        ("alg None", unsigned(&ours("alg", json!("None")))),
        ("alg empty", unsigned(&ours("alg", json!("")))),
        ("no alg", unsigned(&ours("alg", Value::Null))),
        ("alg none with our signature", signed(&ours("alg", json!("none")), &own, key)),
        ("HS512 with our key", format!("{message}.{}", URL_SAFE_NO_PAD.encode(hs512(key, &message)))),
        ("HS384 in the header", signed(&ours("alg", json!("HS384")), &own, key)),
        ("RS256 in the header", signed(&ours("alg", json!("RS256")), &own, key)),
        ("ES256 in the header", signed(&ours("alg", json!("ES256")), &own, key)),
        ("another key", with_header(&decoded)),
        ("an empty key", signed(&decoded, &own, b"")),
        ("a key in the header", with_header(&ours("jwk", json!({"kty": "oct", "k": "YQ"})))),
        ("a key at a URL", with_header(&ours("jku", json!("https://example.com/jwks")))),
        ("a file for a key's id", with_header(&ours("kid", json!("../../dev/null")))),
        ("another key's id", signed(&ours("kid", json!("AAAAAAAA")), &own, key)),
        ("a key's id that is none", signed(&ours("kid", json!("")), &own, key)),
        ("no key's id", signed(&ours("kid", Value::Null), &own, key)),
        ("no signature", format!("{header}.{payload}.")),
        ("no signature and no dot", format!("{header}.{payload}")),
        ("half a signature", format!("{header}.{payload}.{}", &signature[..20])),
        ("one bit of the signature", format!("{header}.{payload}.{}", URL_SAFE_NO_PAD.encode(flipped))),
        ("somebody else's id under the same signature", format!("{header}.{other}.{signature}")),
        ("somebody else's signature", format!("{header}.{payload}.{}", john.access.rsplit('.').next().unwrap())),
        ("the type JWT", signed(&ours("typ", json!("JWT")), &own, key)),
        ("no type", signed(&ours("typ", Value::Null), &own, key)),
        ("a refresh token", jane.refresh.clone()),
        ("a fourth part", format!("{}.x", jane.access)),
        ("an empty part before", format!(".{}", jane.access)),
        ("a padded signature", format!("{header}.{payload}.{}", URL_SAFE.encode(&bytes))),
        ("base64 that is not for URLs", format!("{header}.{payload}.{}", STANDARD.encode([0xfb; 32]))),
        ("bits that mean nothing", format!("{header}.{payload}.{}{next}", &signature[..42])),
        ("a blank inside", format!("{header}. {payload}.{signature}")),
        ("a claim twice", signed(&decoded, &own.replacen('{', &format!("{{\"sub\":\"{}\",", john.id), 1), key)),
        ("no JSON", signed(&decoded, "claims", key)),
        ("an array", signed(&decoded, "[]", key)),
        ("a giant", signed(&decoded, &claims(&jane, |claims| claims["more"] = json!("x".repeat(200_000))), theirs)),
    ];
    refuses(&service, &cases).await;
}

/// Signed with the right key, but with a header that demands unknown extensions, or declares another type.
#[tokio::test]
async fn no_header_but_ours_passes() {
    let (service, jane, secret) = start().await;
    let (key, own) = (secret.as_bytes(), claims(&jane, |_| {}));
    let ours = |name: &str, value: Value| header_with(&jane, name, value);
    let critical = json!({"crit": ["http://example.com/x"], "http://example.com/x": true});
    let critical = header(&jane).replacen('}', &critical.to_string().replacen('{', ",", 1), 1);
    let critical = signed(&critical, &own, key);
    let cases = [
        ("the type of any access token", signed(&ours("typ", json!("application/at+jwt")), &own, key)),
        ("a type that is no text", signed(&ours("typ", json!(7)), &own, key)),
        ("something critical", signed(&ours("crit", json!(["exp"])), &own, key)),
        ("something critical and unknown", signed(&ours("crit", json!(["urn:example:x"])), &own, key)),
        ("something critical that is there", critical),
        ("nothing critical", signed(&ours("crit", json!([])), &own, key)),
        ("a critical null", signed(&ours("crit", Value::Null), &own, key)),
        ("a critical text", signed(&ours("crit", json!("exp")), &own, key)),
        ("a payload that is not encoded", signed(&ours("b64", json!(false)), &own, key)),
        ("a payload that is encoded", signed(&ours("b64", json!(true)), &own, key)),
    ];
    refuses(&service, &cases).await;
}

#[tokio::test]
async fn no_claims_but_ours_pass() {
    let (service, jane, secret) = start().await;
    let (key, decoded) = (secret.as_bytes(), header(&jane));
    let now = service.now().as_second();
    let claimed: [(&str, Change); 24] = [
        ("expired", |claims, now| claims["exp"] = json!(now - 60)),
        ("not yet valid", |claims, now| claims["nbf"] = json!(now + 61)),
        ("not yet valid by a fraction", |claims, now| {
            claims["nbf"] = json!(f64::from(u32::try_from(now).unwrap()) + 60.5);
        }),
        ("valid from no number", |claims, _| claims["nbf"] = Value::Null),
        ("valid from a text", |claims, now| claims["nbf"] = json!(now.to_string())),
        ("valid from beyond all numbers", |claims, _| claims["nbf"] = json!(1e300)),
        ("expiry null", |claims, _| claims["exp"] = Value::Null),
        ("expiry as an array", |claims, now| claims["exp"] = json!([now + 9])),
        ("issue time as text", |claims, now| claims["iat"] = json!(now.to_string())),
        ("issue time null", |claims, _| claims["iat"] = Value::Null),
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
        let token = signed(&decoded, &claims(&jane, |claims| change(claims, now)), key);
        assert_eq!(status(&service, &token).await, 401, "{name}");
    }
    let within: [(&str, Change); 4] = [
        ("expired less than a minute ago", |claims, now| claims["exp"] = json!(now - 59)),
        ("valid within a minute", |claims, now| claims["nbf"] = json!(now + 60)),
        ("given in the future", |claims, now| claims["iat"] = json!(now + 999)),
        ("valid for long", |claims, now| claims["nbf"] = json!(now - 999)),
    ];
    for (name, change) in within {
        let token = signed(&decoded, &claims(&jane, |claims| change(claims, now)), key);
        assert_eq!(status(&service, &token).await, 200, "{name}");
    }
    report(&format!("{} forged claims", claimed.len()));
}
