//! Users: what registers one, and what one sees of oneself.

use serde_json::{Value, json};

use super::UserId;
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
