//! Users as others see them.

use super::UserId;
use super::text;
use super::username::check_reserved;

/// The longest name that others see, in characters.
pub const MAX_NAME: usize = 50;

/// The name of a user whose account was deleted.
pub const DELETED_USER: &str = "deleted user";

/// The name of a guest who is invited by the id, without a name that an inviter gave.
pub const GUEST: &str = "guest";

/// The id and the names of a user or a guest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// The user.
    pub id: UserId,
    /// The name that others see.
    pub name: String,
    /// The username, which tells users of the same name apart. Guests, deleted users and old rows have none.
    pub username: Option<String>,
}

impl Person {
    /// A guest.
    #[must_use]
    pub fn guest(id: UserId) -> Self {
        Self { id, name: GUEST.to_owned(), username: None }
    }

    /// A deleted user.
    #[must_use]
    pub fn deleted(id: UserId) -> Self {
        Self { id, name: DELETED_USER.to_owned(), username: None }
    }
}

/// A user as others see one where they choose people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Card {
    /// The user.
    pub id: UserId,
    /// The name that others see.
    pub name: String,
    /// Where the picture is; empty without one.
    pub avatar: String,
    /// What tells the user from others of the same name.
    pub username: String,
}

/// Reads a name that others see.
pub(super) fn parse_name(text: &str) -> Result<String, String> {
    let name = text::line(text, MAX_NAME)?;
    if name.is_empty() {
        return Err("must not be empty".to_owned());
    }
    check_reserved(&text::skeleton(&name))?;
    Ok(name)
}
