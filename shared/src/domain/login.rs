//! The names by which a user logs in or is invited.

use super::UserId;
use super::email::Email;
use super::fault::{Fault, Known, Node};
use super::username::Username;

/// A user id, an e-mail address or a username. Nobody can confuse the three: a username holds no `@` and is shorter than an id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Login {
    /// By id.
    Id(UserId),
    /// By e-mail address.
    Email(Email),
    /// By username.
    Username(Username),
}

impl Login {
    /// Reads a login.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn parse(text: &str) -> Result<Self, String> {
        if let Some(id) = parse_id(text) {
            return Ok(Self::Id(id));
        }
        if text.contains('@') {
            return Email::parse(text).map(Self::Email);
        }
        Username::parse(text)
            .map(Self::Username)
            .map_err(|_| "must be a user id, an e-mail address or a username".to_owned())
    }

    /// A text that is the same for the same login, regardless of case.
    #[must_use]
    pub fn key(&self) -> String {
        match self {
            Self::Id(id) => id.to_string(),
            Self::Email(email) => email.key(),
            Self::Username(username) => username.key(),
        }
    }
}

/// Reads an id in the one form in which the service writes it, with hyphens.
#[must_use]
pub fn parse_id(text: &str) -> Option<uuid::Uuid> {
    let text = text.trim();
    (text.len() == uuid::fmt::Hyphenated::LENGTH).then(|| text.parse().ok()).flatten()
}

/// A login and its password, as typed.
#[derive(Debug)]
pub struct Credentials {
    /// The user who logs in.
    pub login: Login,
    /// The password as typed, not yet verified.
    pub password: super::password::Attempt,
}

impl Credentials {
    /// Reads the body of a login: `{"login": {"username": …, "password": …}}`, with or without the envelope.
    ///
    /// # Errors
    /// Every fault of the body. A password that no user can have is not a fault but a wrong password.
    pub fn parse(body: &serde_json::Value) -> Result<Self, Vec<Fault>> {
        let node = Node::body(body, &["login"], Known(&["username", "password"], &["token"]))?;
        let mut faults = Vec::new();
        let login = node.get("username").parsed(&mut faults, Login::parse);
        let password = node.get("password").required_text(&mut faults);
        match (login, password) {
            (Some(login), Some(password)) if faults.is_empty() => {
                Ok(Self { login, password: super::password::Attempt::new(password) })
            }
            _ => Err(faults),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn logins() {
        let cases = [
            ("0192f0c1-2345-7abc-8def-0123456789ab", Some("0192f0c1-2345-7abc-8def-0123456789ab")),
            ("0192F0C1-2345-7ABC-8DEF-0123456789AB", Some("0192f0c1-2345-7abc-8def-0123456789ab")),
            ("Jane@Example.com", Some("jane@example.com")),
            ("JaneDoe", Some("janedoe")),
            (" JaneDoe\t", Some("janedoe")),
            ("tom@example.com ", Some("tom@example.com")),
            ("\n0192f0c1-2345-7abc-8def-0123456789ab", Some("0192f0c1-2345-7abc-8def-0123456789ab")),
            ("jane@MÜNCHEN.example", Some("jane@xn--mnchen-3ya.example")),
            ("evil.example/win1", Some("evil.example/win1")),
            ("admin", Some("admin")),
            ("jane doe", None),
            ("jane@", None),
            ("", None),
            ("0192f0c123457abc8def0123456789ab", None),
        ];
        for (text, key) in cases {
            assert_eq!(Login::parse(text).ok().map(|login| login.key()).as_deref(), key, "{text:?}");
        }
    }

    #[test]
    fn credentials_name_every_fault() {
        let cases = [
            (serde_json::json!({}), vec!["username", "password"]),
            (serde_json::json!({"login": {}}), vec!["login.username", "login.password"]),
            (serde_json::json!({"username": 7, "password": []}), vec!["username", "password"]),
            (serde_json::json!({"username": "jane", "password": "x"}), vec![]),
            (serde_json::json!({"user": "jane", "pass": "x"}), vec!["pass", "user"]),
        ];
        for (body, fields) in cases {
            let faults = Credentials::parse(&body).err().unwrap_or_default();
            assert_eq!(faults.iter().map(|fault| fault.field.as_str()).collect::<Vec<_>>(), fields, "{body}");
        }
    }
}
