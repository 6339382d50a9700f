//! The index `by_username`: the users who can be found by the beginning of their usernames, with what others see of them. It may lag a
//! moment.
//!
//! A user stands in it from the confirmation on, unless the user does not want to be found: an account without [`INITIALS`] is not in
//! the index. Its partitions are the first characters of the usernames, which every search has, so that no partition holds all users.

use aws_sdk_dynamodb::types::AttributeValue;

use super::cards::card;
use super::failure::failure;
use super::item::text;
use super::table::{Table, over_table};
use crate::domain::person::Card;
use crate::domain::username::{Beginning, initials};
use crate::error::Result;

const INDEX: &str = "by_username";

/// The partition key of the index.
pub(super) const INITIALS: &str = "found_under";

/// The sort key of the index: the username in lower case.
pub(super) const FOUND_AS: &str = "found_as";

/// The keys of the index for this username.
pub(super) fn entry(username: &str) -> [(&'static str, AttributeValue); 2] {
    let key = username.to_ascii_lowercase();
    [(INITIALS, text(&initials(&key))), (FOUND_AS, text(&key))]
}

/// The users who can be found.
#[derive(Clone, Debug)]
pub struct Directory(Table);

over_table!(Directory, of_users);

impl Directory {
    /// The first users whose usernames begin so, at most `number`, by username.
    pub async fn find_users(&self, beginning: &Beginning, number: usize) -> Result<Vec<Card>> {
        let query = self
            .0
            .query()
            .index_name(INDEX)
            .key_condition_expression("found_under = :initials AND begins_with(found_as, :beginning)")
            .expression_attribute_values(":initials", text(&initials(beginning.as_str())))
            .expression_attribute_values(":beginning", text(&beginning.as_str()))
            .limit(i32::try_from(number).unwrap_or(i32::MAX));
        let output = query.send().await.map_err(|error| failure("Query", error))?;
        output.items.unwrap_or_default().into_iter().filter_map(|item| card(item).transpose()).collect()
    }
}
