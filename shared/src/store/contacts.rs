//! A user's contacts, everyone to whom the user has sent an event: one item, the latest first. It holds their ids alone; their
//! names are looked up, so that a new name is seen and nobody who left is named.
//!
//! When the user leaves, a marker without people takes its place for an hour. A request under way finds it, and makes no new item.

use std::collections::HashSet;

use aws_sdk_dynamodb::types::AttributeValue;
use serde::{Deserialize, Serialize};

use super::accounts::LEFT;
use super::change::Change;
use super::failure::{Rounds, conditional};
use super::item::{attribute, from_item, number};
use super::keys;
use super::table::{Table, over_table};
use crate::domain::UserId;
use crate::error::Result;

/// The number of contacts that are kept.
pub const MAX_CONTACTS: usize = 100;

/// The contacts of all users.
#[derive(Clone, Debug)]
pub struct Contacts(Table);

over_table!(Contacts, of_users);

/// The item of one user.
#[derive(Default, Serialize, Deserialize)]
pub(super) struct ContactsItem {
    #[serde(default)]
    pub(super) people: Vec<UserId>,
    #[serde(default)]
    version: u64,
    /// Whether it is the marker of one who left.
    #[serde(default, skip_serializing)]
    left: bool,
}

impl Contacts {
    /// Puts these people first among the contacts. A user who has left gets none.
    pub async fn add_contacts(&self, user: UserId, people: &[UserId]) -> Result<()> {
        if people.is_empty() {
            return Ok(());
        }
        let mut rounds = Rounds::new("UpdateItem");
        // First at half the price: the write is conditional on the version.
        let mut consistent = false;
        loop {
            let stored = self.0.get_as(keys::contacts(user), consistent, None).await?;
            let stored: ContactsItem = stored.map(from_item).transpose()?.unwrap_or_default();
            let merged = merge(people, &stored.people);
            if stored.left || merged == stored.people {
                return Ok(());
            }
            let people = merged.iter().map(attribute).collect::<Result<_>>()?;
            let change = Change::new()
                .set("people", AttributeValue::L(people))
                .set("version", number(&(stored.version + 1)))
                .when("attribute_not_exists(#left)")
                .when("attribute_not_exists(pk) OR version = :version")
                .name("#left", LEFT)
                .value(":version", number(&stored.version));
            if conditional("UpdateItem", change.of(self.0.update_item(keys::contacts(user))).send().await)? {
                return Ok(());
            }
            consistent = true;
            rounds.wait().await?;
        }
    }
}

/// The new contacts, then the old ones that are not among them, up to the limit.
fn merge(new: &[UserId], old: &[UserId]) -> Vec<UserId> {
    let mut seen = HashSet::new();
    new.iter().chain(old).filter(|id| seen.insert(**id)).take(MAX_CONTACTS).copied().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    #[test]
    fn the_latest_come_first_and_nobody_twice() {
        let people = |ids: &[u128]| -> Vec<UserId> { ids.iter().copied().map(Uuid::from_u128).collect() };
        let many: Vec<u128> = (100..250).collect();
        let cases = [
            (people(&[1, 2]), people(&[]), people(&[1, 2])),
            (people(&[3]), people(&[1, 2]), people(&[3, 1, 2])),
            (people(&[2]), people(&[1, 2]), people(&[2, 1])),
            (people(&[1, 2]), people(&[1, 2]), people(&[1, 2])),
            (people(&[1]), people(&many), people(&[&[1], &many[..99]].concat())),
        ];
        for (new, old, merged) in cases {
            assert_eq!(merge(&new, &old), merged);
        }
    }
}
