//! The bodies of successful answers, one file for each, in the order of their examples in `mock/JSON_Schems`.
//!
//! A view takes its domain type apart without `..`: a new field there does not compile until it is decided whether it is shown.

mod event;
mod events;
mod export;
mod sessions;
mod token;
mod user;

use std::fmt::Display;

use serde::{Serialize, Serializer};
use uuid::Uuid;

use crate::domain::event::Person;
use crate::error::{Error, Result};

pub use event::EventBody;
pub use events::EventsBody;
pub use export::{AccountView, ExportBody, length_of_event};
pub use sessions::SessionsBody;
pub use token::TokenBody;
pub use user::UserBody;

/// Somebody's id and names.
#[derive(Serialize)]
struct PersonView<'a> {
    id: Uuid,
    name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    username: Option<&'a str>,
}

impl<'a> From<&'a Person> for PersonView<'a> {
    fn from(person: &'a Person) -> Self {
        let Person { id, name, username } = person;
        Self { id: *id, name, username: username.as_deref() }
    }
}

/// The body as JSON, its keys in the order in which they are declared.
pub(super) fn json(body: &impl Serialize) -> Result<String> {
    serde_json::to_string(body).map_err(|error| Error::internal("body", error))
}

/// What the API calls a member's part in an event.
const fn role(organises: bool) -> &'static str {
    if organises { "admin" } else { "user" }
}

/// Serialises what prints itself as its text.
fn text<S: Serializer>(value: &impl Display, serializer: S) -> std::result::Result<S::Ok, S::Error> {
    serializer.collect_str(value)
}
