//! The bodies of successful answers. Their fields stand in the order of the seed's files, which the examples in
//! `mock/JSON_Schems` keep: a test holds every answer to it.
//!
//! A view takes its domain type apart without `..`, so that a new field does not compile until it is shown or left out here.

mod event;
mod export;
mod list;
mod people;
mod polls;
mod sessions;
mod tokens;
mod user;

use serde::Serialize;

pub use self::event::EventBody;
pub use self::export::{EventExport, ExportBody, UserExport};
pub use self::list::ListBody;
pub use self::people::{ContactBody, ContactsBody, UsersBody};
pub use self::sessions::SessionsBody;
pub use self::tokens::TokenBody;
pub use self::user::UserBody;
use crate::error::{Error, Result};

/// The JSON of a body.
pub fn to_json(body: &impl Serialize) -> Result<String> {
    serde_json::to_string(body).map_err(|error| Error::internal("to_json", error))
}

/// The role of a member in JSON.
const fn role(organises: bool) -> &'static str {
    if organises { "admin" } else { "user" }
}
