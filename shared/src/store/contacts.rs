//! A user's contacts, everyone the user has sent an event to: one item `CONTACTS#<user id>`, the latest first. It holds their
//! ids alone; their names are looked up, so that a new name is seen and nobody who left is named.
//!
//! When the user leaves, a marker without people takes its place for an hour: whatever is still under way finds it, and makes
//! no new item of one who is gone.

use std::collections::HashSet;

use aws_sdk_dynamodb::types::AttributeValue;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::people::Consistency;
use super::resets::{RESET, ResetMail};
use super::users::{USER, Users, attribute, key};
use super::{Item, Projection, Rounds, conditional, from_item, number};
use crate::domain::UserId;
use crate::domain::login::Login;
use crate::domain::user::Profile;
use crate::error::Result;

pub(super) const CONTACTS: &str = "CONTACTS";

/// How many contacts are kept.
pub const MAX_CONTACTS: usize = 100;

#[derive(Default, Serialize, Deserialize)]
struct Contacts {
    #[serde(default)]
    people: Vec<UserId>,
    #[serde(default)]
    version: u64,
    /// Whether it is the marker of one who left.
    #[serde(default, skip_serializing)]
    left: bool,
}

#[derive(Deserialize)]
struct Shown {
    username: String,
    email: String,
    name: String,
    #[serde(default)]
    avatar: String,
    active: bool,
}

/// Never the password's hash: the function that shows a user has no right to it.
const SHOWN: Projection<'static> =
    Projection { expression: "username, email, #name, avatar, active, people", names: &[("#name", "name")] };

/// Nor what is kept of the token in the mail.
const EXPORTED: Projection<'static> = Projection {
    expression: "username, email, #name, avatar, active, people, sent_at, expires_at",
    names: &[("#name", "name")],
};

impl Users {
    /// What the user is told of oneself, unless the user is no more.
    ///
    /// # Errors
    /// When the table cannot be read.
    pub async fn find_profile(&self, id: UserId, now: Timestamp) -> Result<Option<Profile>> {
        let items = self.0.get_many(vec![key(USER, id), key(CONTACTS, id)], true, Some(&SHOWN)).await?;
        self.profile(id, items, now).await
    }

    /// The same, and when a link for a new password was last mailed, as far as that is remembered.
    ///
    /// # Errors
    /// When the table cannot be read.
    pub async fn find_export(&self, id: UserId, now: Timestamp) -> Result<Option<(Profile, Option<Timestamp>)>> {
        let keys = vec![key(USER, id), key(CONTACTS, id), key(RESET, id)];
        let items = self.0.get_many(keys, true, Some(&EXPORTED)).await?;
        let (mails, items): (Vec<_>, Vec<_>) = items.into_iter().partition(|item| item.contains_key("sent_at"));
        let mail: Option<ResetMail> = mails.into_iter().next().map(from_item).transpose()?;
        let mailed_at = mail.map(|mail| mail.sent_at(now)).transpose()?.flatten();
        Ok(self.profile(id, items, now).await?.map(|profile| (profile, mailed_at)))
    }

    async fn profile(&self, id: UserId, items: Vec<Item>, now: Timestamp) -> Result<Option<Profile>> {
        let (mut shown, mut contacts) = (None::<Shown>, Contacts::default());
        for item in items {
            if item.contains_key("people") {
                contacts = from_item(item)?;
            } else if item.contains_key("username") {
                shown = Some(from_item(item)?);
            }
        }
        let Some(Shown { username, email, name, avatar, .. }) = shown.filter(|shown| shown.active) else {
            return Ok(None);
        };
        let logins: Vec<_> = contacts.people.into_iter().map(Login::Id).collect();
        let contacts = self.find_people(&logins, Consistency::Eventual, now).await?.into_iter().flatten().collect();
        Ok(Some(Profile { id, username, email, name, avatar, contacts }))
    }

    /// Puts these people first among the contacts. Of one who left they are none.
    ///
    /// # Errors
    /// When it cannot be written.
    pub async fn add_contacts(&self, user: UserId, people: &[UserId]) -> Result<()> {
        if people.is_empty() {
            return Ok(());
        }
        let mut rounds = Rounds::new("UpdateItem");
        // At first at half the price: what is written over it is written on the version.
        let mut consistent = false;
        loop {
            let stored = self.0.get_as(key(CONTACTS, user), consistent, None).await?;
            let stored: Contacts = stored.map(from_item).transpose()?.unwrap_or_default();
            let merged = merge(people, &stored.people);
            if stored.left || merged == stored.people {
                return Ok(());
            }
            let put = self
                .0
                .client
                .update_item()
                .table_name(&self.0.name)
                .set_key(Some(key(CONTACTS, user)))
                .update_expression("SET people = :people, version = :next")
                .condition_expression(
                    "attribute_not_exists(#left) AND (attribute_not_exists(pk) OR version = :version)",
                )
                .expression_attribute_names("#left", "left")
                .expression_attribute_values(
                    ":people",
                    AttributeValue::L(merged.iter().map(attribute).collect::<Result<_>>()?),
                )
                .expression_attribute_values(":version", number(&stored.version))
                .expression_attribute_values(":next", number(&(stored.version + 1)));
            if conditional("UpdateItem", put.send().await)? {
                return Ok(());
            }
            consistent = true;
            rounds.wait().await?;
        }
    }
}

/// The new ones, then those of the old ones who are not among them, up to the limit.
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
