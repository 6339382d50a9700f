//! Users: their registration, and their own view of themselves.

use serde_json::Value;

use super::UserId;
use super::email::Email;
use super::fault::{Fault, Known, Node};
use super::language::Language;
use super::password::Password;
use super::person::{Card, parse_name};
use super::text;
use super::username::Username;

/// A user who wants to register.
#[derive(Debug)]
pub struct NewUser {
    /// The name to log in with.
    pub username: Username,
    /// The address that the confirmation is mailed to.
    pub email: Email,
    /// The password.
    pub password: Password,
    /// The language, if the user said one.
    pub language: Option<Language>,
}

/// The fields of a registration.
pub const REGISTRATION: Known =
    Known(&["username", "password", "e-mail", "email", "language"], &["id", "name", "avatar"]);

impl NewUser {
    /// Reads the body of `POST /user`: `{"post-data": {"username", "password", "e-mail", "language"}}`, with or without the envelope.
    /// `email` is read as `e-mail`; the language may be missing.
    ///
    /// # Errors
    /// Every fault of the body.
    pub fn parse(body: &Value) -> Result<Self, Vec<Fault>> {
        let node = Node::body(body, &["post-data"], REGISTRATION)?;
        let mut faults = Vec::new();
        let (username, password) = (node.get("username"), node.get("password"));
        let email = Some(node.get("e-mail")).filter(Node::is_present);
        let email = email.or_else(|| Some(node.get("email")).filter(Node::is_present)).unwrap_or(node.get("e-mail"));
        // The texts as typed, which the password must not be built from. They count even if they are at fault themselves.
        let typed = |node: &Node<'_>| node.text(&mut Vec::new()).map(|text| text.trim().to_owned());
        let taken = (typed(&username), typed(&email));

        let username = username.parsed(&mut faults, Username::choose);
        let email = email.parsed(&mut faults, Email::parse);
        let password =
            password.parsed(&mut faults, |text| Password::parse(text, taken.0.as_deref(), taken.1.as_deref()));
        let language = language(&node, &mut faults);
        match (username, email, password) {
            (Some(username), Some(email), Some(password)) if faults.is_empty() => {
                Ok(Self { username, email, password, language })
            }
            _ => Err(faults),
        }
    }
}

/// The language that a body names, if it names one.
fn language(body: &Node<'_>, faults: &mut Vec<Fault>) -> Option<Language> {
    let language = body.get("language");
    language.is_present().then(|| language.parsed(faults, Language::parse)).flatten()
}

/// The longest URL of a picture, in characters.
pub const MAX_AVATAR: usize = 2048;

/// Changes to what others see of a user. `None` changes nothing.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct ProfileChanges {
    /// The name.
    pub name: Option<String>,
    /// The URL of the picture. An empty one removes the picture.
    pub avatar: Option<String>,
    /// Whether others find the user by the username.
    pub searchable: Option<bool>,
    /// Whether the user is mailed about events.
    pub mails: Option<bool>,
    /// The language of the mails.
    pub language: Option<Language>,
}

const PROFILE: Known = Known(
    &["name", "avatar", "searchable", "mails", "language"],
    &["id", "username", "e-mail", "contacts", "events", "chats"],
);

impl ProfileChanges {
    /// Reads the body of `PATCH /user`: `{"user": {"name", "avatar", "searchable", "mails", "language"}}`, with or without the
    /// envelope. A missing field stays as it is, and an empty avatar removes the picture.
    ///
    /// # Errors
    /// Every fault of the body.
    pub fn parse(body: &Value) -> Result<Self, Vec<Fault>> {
        let node = Node::body(body, &["user"], PROFILE)?;
        let mut faults = Vec::new();
        let (name, avatar, searchable, mails) =
            (node.get("name"), node.get("avatar"), node.get("searchable"), node.get("mails"));
        if ![&name, &avatar, &searchable, &mails, &node.get("language")].into_iter().any(Node::is_present) {
            let message = "must hold a name, an avatar, whether one is searchable, whether one wants mails about events, or \
                           the language of mails";
            return Err(vec![Fault::new("body", message)]);
        }
        let changes = Self {
            name: name.is_present().then(|| name.parsed(&mut faults, parse_name)).flatten(),
            avatar: avatar.is_present().then(|| avatar.optional(&mut faults, parse_avatar).unwrap_or_default()),
            searchable: searchable.flag(&mut faults),
            mails: mails.flag(&mut faults),
            language: language(&node, &mut faults),
        };
        if faults.is_empty() { Ok(changes) } else { Err(faults) }
    }
}

/// Reads the URL of a picture. It must be https, so that nobody can read or replace the picture on its way.
fn parse_avatar(text: &str) -> Result<String, String> {
    let url = text::line(text, MAX_AVATAR)?;
    let is_https = |uri: http::Uri| uri.scheme() == Some(&http::uri::Scheme::HTTPS);
    if !url.is_empty() && !url.parse().is_ok_and(is_https) {
        return Err("must be an https URL".to_owned());
    }
    Ok(url)
}

/// A user with everything that the service shows to that user.
#[derive(Debug)]
pub struct Profile {
    /// The user.
    pub id: UserId,
    /// The name to log in with.
    pub username: String,
    /// The address.
    pub email: String,
    /// The name that others see.
    pub name: String,
    /// The URL of the picture, or empty without one.
    pub avatar: String,
    /// Whether others find the user by the username.
    pub searchable: bool,
    /// Whether the user is mailed about events.
    pub mails: bool,
    /// The language of the mails.
    pub language: Language,
    /// Those whom the user has added or sent an event to, and those who have sent the user one, the latest first.
    pub contacts: Vec<Card>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn changes_of_a_profile() {
        let long = format!("https://example.com/{}", "x".repeat(MAX_AVATAR));
        let changes = |name: Option<&str>, avatar: Option<&str>| {
            let (name, avatar) = (name.map(str::to_owned), avatar.map(str::to_owned));
            Ok(ProfileChanges { name, avatar, ..ProfileChanges::default() })
        };
        let searchable = |searchable| Ok(ProfileChanges { searchable: Some(searchable), ..ProfileChanges::default() });
        let cases = [
            (json!({"name": " Jane Doe "}), changes(Some("Jane Doe"), None)),
            (json!({"user": {"name": "Жанна", "id": 7}}), changes(Some("Жанна"), None)),
            (json!({"avatar": "https://example.com/a.png?s=1"}), changes(None, Some("https://example.com/a.png?s=1"))),
            (json!({"avatar": ""}), changes(None, Some(""))),
            (json!({"name": "x".repeat(50), "avatar": ""}), changes(Some(&"x".repeat(50)), Some(""))),
            (json!({"name": "Rene\u{301}"}), changes(Some("Ren\u{e9}"), None)),
            (json!({"name": "e\u{301}".repeat(50)}), changes(Some(&"é".repeat(50)), None)),
            (json!({"name": "x".repeat(51)}), Err(vec!["name"])),
            (json!({"name": "\u{200b}\u{3164}"}), Err(vec!["name"])),
            (json!({"name": "Jane\u{202e}"}), Err(vec!["name"])),
            (json!({"name": "Deleted User"}), Err(vec!["name"])),
            (json!({"name": "deleted\u{a0}user"}), Err(vec!["name"])),
            (json!({"name": "ＡＤＭＩＮ"}), Err(vec!["name"])),
            (json!({"name": "\u{430}dm\u{456}n"}), Err(vec!["name"])),
            (json!({"name": "Event Messenger"}), Err(vec!["name"])),
            (json!({"name": "Joe Root"}), changes(Some("Joe Root"), None)),
            (json!({"searchable": false}), searchable(false)),
            (json!({"user": {"searchable": true}}), searchable(true)),
            (json!({"mails": false}), Ok(ProfileChanges { mails: Some(false), ..ProfileChanges::default() })),
            (json!({"mails": "no"}), Err(vec!["mails"])),
            (json!({"searchable": "no"}), Err(vec!["searchable"])),
            (json!({"name": "Jane", "searchable": 0}), Err(vec!["searchable"])),
            (json!({"searchable": null}), Err(vec!["body"])),
            (json!({"username": "jane"}), Err(vec!["body"])),
            (json!({"Name": "Jane", "picture": ""}), Err(vec!["Name", "picture"])),
            (json!({"user": {"name": " "}}), Err(vec!["user.name"])),
            (json!({"name": "a\nb", "avatar": "http://example.com/a"}), Err(vec!["name", "avatar"])),
            (json!({"name": 7, "avatar": []}), Err(vec!["name", "avatar"])),
            (json!({"avatar": "javascript:alert(1)"}), Err(vec!["avatar"])),
            (json!({"avatar": "https://"}), Err(vec!["avatar"])),
            (json!({"avatar": "https://a b/"}), Err(vec!["avatar"])),
            (json!({"avatar": "https://example.com/\"><script>"}), Err(vec!["avatar"])),
            (json!({"avatar": "/a.png"}), Err(vec!["avatar"])),
            (json!({"avatar": "https://example.com/\u{202e}gnp.a"}), Err(vec!["avatar"])),
            (json!({"avatar": long}), Err(vec!["avatar"])),
            (json!({}), Err(vec!["body"])),
            (json!({"name": null}), Err(vec!["body"])),
            (json!({"user": 7}), Err(vec!["user"])),
        ];
        for (body, expected) in cases {
            let found = ProfileChanges::parse(&body);
            let found = found.map_err(|faults| faults.into_iter().map(|fault| fault.field).collect::<Vec<_>>());
            assert_eq!(found, expected.map_err(|fields| fields.into_iter().map(str::to_owned).collect()), "{body}");
        }
    }

    #[test]
    fn registrations() {
        let cases = [
            (json!({"post-data": {"username": "jane", "password": "long enough", "e-mail": "j@example.com"}}), vec![]),
            (json!({"username": "jane", "password": "long enough", "email": "j@example.com", "admin": true}), vec![]),
            (json!({"post-data": {}}), vec!["post-data.username", "post-data.e-mail", "post-data.password"]),
            (json!({"username": 1, "password": [], "e-mail": {}}), vec!["username", "e-mail", "password"]),
            (json!({"username": "a b", "password": "short", "email": "j"}), vec!["username", "email", "password"]),
            (json!({"username": "jane-doe", "password": "Jane-Doe", "e-mail": "j@example.com"}), vec!["password"]),
            (
                json!({"username": "j e", "password": "j@example.com", "e-mail": "j@example.com"}),
                vec!["username", "password"],
            ),
            (json!({"username": " jane ", "password": "long enough", "e-mail": " j@example.com\n"}), vec![]),
            (json!({"username": "jane-doe ", "password": "jane-doe", "e-mail": "j@example.com"}), vec!["password"]),
            (json!({"username": "jane.doe", "password": "long enough", "e-mail": "j@example.com"}), vec!["username"]),
            (
                json!({"username": "admin", "password": "long enough", "e-mail": "a..b@example.com"}),
                vec!["username", "e-mail"],
            ),
            (json!({"user": "jane", "mail": "j@example.com"}), vec!["mail", "user"]),
            (json!({"post-data": null}), vec!["post-data"]),
            (json!("post-data"), vec!["body"]),
        ];
        for (body, fields) in cases {
            let faults = NewUser::parse(&body).err().unwrap_or_default();
            assert_eq!(faults.iter().map(|fault| fault.field.as_str()).collect::<Vec<_>>(), fields, "{body}");
        }
    }
}
