//! What must not be logged, collected from every request, response and mail that passes through the harness.

use mock::Mail;
use serde_json::Value;
use uuid::Uuid;

/// The fields whose text is personal or secret.
const FIELDS: [&str; 13] = [
    "username",
    "password",
    "old_password",
    "new_password",
    "e-mail",
    "email",
    "name",
    "avatar",
    "additional",
    "token",
    "access_token",
    "refresh_token",
    "cursor",
];

/// Shorter text occurs in other words by chance.
const SHORTEST: usize = 6;

/// The texts of such fields at any depth, without ids, which are neither personal nor secret.
pub(crate) fn of(body: &Value) -> Vec<String> {
    match body {
        Value::Array(items) => items.iter().flat_map(of).collect(),
        Value::Object(object) => object.iter().flat_map(|(name, value)| of_field(name, value)).collect(),
        _ => Vec::new(),
    }
}

fn of_field(name: &str, value: &Value) -> Vec<String> {
    match value {
        Value::String(text)
            if FIELDS.contains(&name) && text.chars().count() >= SHORTEST && text.parse::<Uuid>().is_err() =>
        {
            vec![text.clone()]
        }
        _ => of(value),
    }
}

/// The address that a mail went to, and the token in it.
pub(crate) fn of_mail(mail: &Mail) -> Vec<String> {
    let token = mail.text.split_once("token=").and_then(|(_, rest)| rest.split_whitespace().next());
    std::iter::once(mail.to.clone()).chain(token.map(str::to_owned)).collect()
}
