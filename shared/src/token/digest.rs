//! Digests that are not secret.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::domain::UserId;

/// The id that an `Idempotency-Key` of this user stands for. The same key gives the same id
/// ([RFC 9562, version 8](https://www.rfc-editor.org/rfc/rfc9562#section-5.8)).
#[must_use]
pub fn idempotent_id(user: UserId, key: &str) -> Uuid {
    let digest = Sha256::new().chain_update(user.as_bytes()).chain_update(key).finalize();
    let mut bytes = [0; 16];
    bytes.iter_mut().zip(digest).for_each(|(byte, digest)| *byte = digest);
    uuid::Builder::from_custom_bytes(bytes).into_uuid()
}

/// An id that no user has, always the same for the same login. It stands in for the user of an unknown login.
#[must_use]
pub fn nobodys_id(login: &str) -> Uuid {
    idempotent_id(Uuid::nil(), login)
}

/// A SHA-256 of these parts in base64url, for comparison only.
#[must_use]
pub fn fingerprint(parts: &[&[u8]]) -> String {
    let mut digest = Sha256::new();
    for part in parts {
        digest.update((part.len() as u64).to_be_bytes());
        digest.update(part);
    }
    URL_SAFE_NO_PAD.encode(digest.finalize())
}

/// A fingerprint of a JSON value. The order of the keys in its objects does not matter.
#[must_use]
pub fn json_fingerprint(value: &Value) -> String {
    let mut text = String::new();
    write_canonical(value, &mut text);
    fingerprint(&[text.as_bytes()])
}

/// Writes the text of the value with all keys in order.
fn write_canonical(value: &Value, text: &mut String) {
    let (begin, end, mut parts): (_, _, Vec<(String, &Value)>) = match value {
        Value::Object(object) => {
            ('{', '}', object.iter().map(|(key, value)| (format!("{}:", json!(key)), value)).collect())
        }
        Value::Array(items) => ('[', ']', items.iter().map(|value| (String::new(), value)).collect()),
        scalar => return text.push_str(&scalar.to_string()),
    };
    // The sort is stable, so the entries of an array stay in place.
    parts.sort_by(|(a, _), (b, _)| a.cmp(b));
    text.push(begin);
    for (key, value) in parts {
        text.push_str(&key);
        write_canonical(value, text);
        text.push(',');
    }
    text.push(end);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_is_the_same_whatever_the_order_of_its_keys() {
        let read = |text: &str| json_fingerprint(&serde_json::from_str(text).unwrap());
        let cases = [
            (r#"{"a": 1, "b": {"c": [1, 2], "d": null}}"#, r#"{"b":{"d":null,"c":[1,2]},"a":1}"#, true),
            (r#"{"a": [1, 2]}"#, r#"{"a": [2, 1]}"#, false),
            (r#"{"a": "1"}"#, r#"{"a": 1}"#, false),
            (r#"{"a": {}}"#, r#"{"a": []}"#, false),
            (r#"["a,b"]"#, r#"["a", "b"]"#, false),
            (r#"{"a:1,b": 2}"#, r#"{"a": 1, "b": 2}"#, false),
        ];
        for (a, b, same) in cases {
            assert_eq!(read(a) == read(b), same, "{a} {b}");
        }
    }

    #[test]
    fn one_key_of_one_user_stands_for_one_id() {
        let (jane, john) = (Uuid::from_u128(1), Uuid::from_u128(2));
        assert_eq!(idempotent_id(jane, "a"), idempotent_id(jane, "a"));
        assert_ne!(idempotent_id(jane, "a"), idempotent_id(jane, "b"));
        assert_ne!(idempotent_id(jane, "a"), idempotent_id(john, "a"));
    }
}
