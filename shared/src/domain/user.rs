//! Users: what registers one, and what one sees of oneself.

use serde_json::{Value, json};

use super::UserId;
use super::draft::check_line;
use super::email::Email;
use super::event::Person;
use super::fault::{Fault, Node};
use super::password::Password;
use super::username::Username;

/// Who wants to register.
#[derive(Debug)]
pub struct NewUser {
    /// The name to log in with.
    pub username: Username,
    /// Where the confirmation goes.
    pub email: Email,
    /// The password.
    pub password: Password,
}

impl NewUser {
    /// Reads the body of `POST /user`: `{"post-data": {"username", "password", "e-mail"}}`, with or without the envelope.
    /// `email` is read as `e-mail`.
    ///
    /// # Errors
    /// Every fault of the body.
    pub fn parse(body: &Value) -> Result<Self, Vec<Fault>> {
        let node = Node::body(body, &["post-data"]).map_err(|fault| vec![fault])?;
        let mut faults = Vec::new();
        let (username, password) = (node.get("username"), node.get("password"));
        let email = Some(node.get("e-mail")).filter(Node::is_present);
        let email = email.or_else(|| Some(node.get("email")).filter(Node::is_present)).unwrap_or(node.get("e-mail"));
        // What the password must not be, as typed, even where that is at fault itself.
        let typed = |node: &Node<'_>| node.text(&mut Vec::new()).map(str::to_owned);
        let taken = (typed(&username), typed(&email));

        let username = username.parsed(&mut faults, Username::parse);
        let email = email.parsed(&mut faults, Email::parse);
        let password =
            password.parsed(&mut faults, |text| Password::parse(text, taken.0.as_deref(), taken.1.as_deref()));
        match (username, email, password) {
            (Some(username), Some(email), Some(password)) => Ok(Self { username, email, password }),
            _ => Err(faults),
        }
    }
}

/// The longest name that others see, in characters.
pub const MAX_NAME: usize = 50;

/// The longest URL of a picture, in characters.
pub const MAX_AVATAR: usize = 2048;

/// What is to change of what others see of a user; what is `None` stays.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct ProfileChanges {
    /// The name.
    pub name: Option<String>,
    /// The URL of the picture; empty takes it away.
    pub avatar: Option<String>,
}

impl ProfileChanges {
    /// Reads the body of `PATCH /user`: `{"user": {"name", "avatar"}}`, with or without the envelope,
    /// and changes what is there. An empty avatar takes the picture away.
    ///
    /// # Errors
    /// Every fault of the body.
    pub fn parse(body: &Value) -> Result<Self, Vec<Fault>> {
        let node = Node::body(body, &["user"]).map_err(|fault| vec![fault])?;
        let mut faults = Vec::new();
        let (name, avatar) = (node.get("name"), node.get("avatar"));
        if !name.is_present() && !avatar.is_present() {
            return Err(vec![Fault::new("body", "must hold a name or an avatar")]);
        }
        let changes = Self {
            name: name.is_present().then(|| name.parsed(&mut faults, parse_name)).flatten(),
            avatar: avatar.is_present().then(|| avatar.text(&mut faults).unwrap_or_default().trim().to_owned()),
        };
        if let Some(message) = changes.avatar.as_deref().and_then(|url| check_avatar(url).err()) {
            faults.push(avatar.fault(message));
        }
        if faults.is_empty() { Ok(changes) } else { Err(faults) }
    }
}

pub(super) fn parse_name(text: &str) -> Result<String, String> {
    let name = text.trim();
    check_line(name, MAX_NAME)?;
    if name.is_empty() { Err("must not be empty".to_owned()) } else { Ok(name.to_owned()) }
}

/// A picture comes from where it cannot be read or exchanged on its way.
fn check_avatar(url: &str) -> Result<(), String> {
    let is_https = |uri: http::Uri| uri.scheme() == Some(&http::uri::Scheme::HTTPS);
    if !url.is_empty() && !url.parse().is_ok_and(is_https) {
        return Err("must be an https URL".to_owned());
    }
    if url.len() > MAX_AVATAR {
        return Err(format!("must be at most {MAX_AVATAR} characters long"));
    }
    Ok(())
}

/// A user with what the service tells about oneself.
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
    /// Where the picture is; empty without one.
    pub avatar: String,
    /// Those to whom the user has sent an event, the latest first.
    pub contacts: Vec<Person>,
}

impl Profile {
    /// The user in the shape of `mock/JSON_Schems/user_pattern.json`, with the events and the open chats.
    #[must_use]
    pub fn view(&self, events: &[super::EventId], chats: &[super::EventId]) -> Value {
        json!({
            "id": self.id,
            "username": self.username,
            "e-mail": self.email,
            "name": self.name,
            "avatar": self.avatar,
            "contacts": self.contacts,
            "events": events.iter().map(|id| json!({"id": id})).collect::<Vec<_>>(),
            "chats": chats,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changes_of_a_profile() {
        let long = format!("https://example.com/{}", "x".repeat(MAX_AVATAR));
        let changes = |name: Option<&str>, avatar: Option<&str>| {
            Ok(ProfileChanges { name: name.map(str::to_owned), avatar: avatar.map(str::to_owned) })
        };
        let cases = [
            (json!({"name": " Jane Doe "}), changes(Some("Jane Doe"), None)),
            (json!({"user": {"name": "Жанна", "id": 7}}), changes(Some("Жанна"), None)),
            (json!({"avatar": "https://example.com/a.png?s=1"}), changes(None, Some("https://example.com/a.png?s=1"))),
            (json!({"avatar": ""}), changes(None, Some(""))),
            (json!({"name": "x".repeat(50), "avatar": ""}), changes(Some(&"x".repeat(50)), Some(""))),
            (json!({"name": "x".repeat(51)}), Err(vec!["name"])),
            (json!({"user": {"name": " "}}), Err(vec!["user.name"])),
            (json!({"name": "a\nb", "avatar": "http://example.com/a"}), Err(vec!["name", "avatar"])),
            (json!({"name": 7, "avatar": []}), Err(vec!["name", "avatar"])),
            (json!({"avatar": "javascript:alert(1)"}), Err(vec!["avatar"])),
            (json!({"avatar": "https://"}), Err(vec!["avatar"])),
            (json!({"avatar": "https://a b/"}), Err(vec!["avatar"])),
            (json!({"avatar": "https://example.com/\"><script>"}), Err(vec!["avatar"])),
            (json!({"avatar": "/a.png"}), Err(vec!["avatar"])),
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
            (json!({"username": "jane.doe", "password": "Jane.Doe", "e-mail": "j@example.com"}), vec!["password"]),
            (
                json!({"username": "j e", "password": "j@example.com", "e-mail": "j@example.com"}),
                vec!["username", "password"],
            ),
            (json!({"post-data": null}), vec!["post-data"]),
            (json!("post-data"), vec!["body"]),
        ];
        for (body, fields) in cases {
            let faults = NewUser::parse(&body).err().unwrap_or_default();
            assert_eq!(faults.iter().map(|fault| fault.field.as_str()).collect::<Vec<_>>(), fields, "{body}");
        }
    }
}
