//! A user's contacts, everyone whom the user has added or sent an event to, or who has sent one to the user: one item, the latest
//! first. It holds their ids alone; what others see of them is looked up, so that a new name is seen and nobody who left is named.
//!
//! When the user leaves, a marker without people takes its place for an hour. A request under way finds it, and makes no new item.

use std::collections::HashMap;

use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::AttributeValue;
use serde::Deserialize;
use tokio::task::JoinSet;

use super::accounts::LEFT;
use super::cards::card;
use super::change::Change;
use super::failure::{Rounds, conditional};
use super::item::{Item, Projection, from_item, number, string};
use super::keys;
use super::table::{Table, over_table};
use crate::domain::UserId;
use crate::domain::contact::{MAX_CONTACTS, merge};
use crate::domain::person::Card;
use crate::error::{Error, Result};

/// The ids, sixteen octets each: as text, hundreds of them would make each write twice as dear.
const IDS: &str = "ids";

/// What is read to add a contact: the contacts, and what others see of the one.
const ADDED: Projection<'static> = Projection {
    expression: "user_id, #name, avatar, username, active, ids, people, version, #left",
    names: &[("#name", "name"), ("#left", LEFT)],
};

/// How many address books are written at once when an event is sent.
const AT_ONCE: usize = 25;

/// What is read to find out who lacks a contact.
const STORED: Projection<'static> =
    Projection { expression: "pk, ids, people, version, #left", names: &[("#left", LEFT)] };

/// The contacts of all users.
#[derive(Clone, Debug)]
pub struct Contacts(Table);

over_table!(Contacts, of_users);

/// The item of one user.
#[derive(Default, Deserialize)]
struct ContactsItem {
    /// Items of older days have the ids as texts.
    #[serde(default)]
    people: Vec<UserId>,
    #[serde(default)]
    version: u64,
    /// Whether it is the marker of one who left.
    #[serde(default)]
    left: bool,
}

impl ContactsItem {
    /// Whether that one is to be put among the contacts without their owner's doing. In a full address book nobody has to go for
    /// it, and one who has left gets none.
    fn lacks(&self, contact: UserId) -> bool {
        !self.left && self.people.len() < MAX_CONTACTS && !self.people.contains(&contact)
    }

    fn read(item: Option<Item>) -> Result<Self> {
        let Some(mut item) = item else { return Ok(Self::default()) };
        let ids = item.remove(IDS);
        let stored: Self = from_item(item)?;
        let Some(AttributeValue::B(ids)) = ids else { return Ok(stored) };
        let (ids, _) = ids.as_ref().as_chunks();
        Ok(Self { people: ids.iter().copied().map(UserId::from_bytes).collect(), ..stored })
    }
}

/// The people of this item, or of a part of it that holds them.
pub(super) fn people(item: Item) -> Result<Vec<UserId>> {
    ContactsItem::read(Some(item)).map(|stored| stored.people)
}

impl Contacts {
    /// The user's contacts, the latest first.
    ///
    /// # Errors
    /// `Unauthenticated` if the user has left.
    pub async fn find_contacts(&self, user: UserId) -> Result<Vec<UserId>> {
        let stored = self.find(user, true).await?;
        if stored.left { Err(Error::Unauthenticated) } else { Ok(stored.people) }
    }

    /// Puts that one first among the user's contacts, and gives what others see of the one.
    ///
    /// # Errors
    /// `NoSuchUser`; `Unauthenticated` if the user has left.
    pub async fn create_contact(&self, user: UserId, contact: UserId) -> Result<Card> {
        let mut rounds = Rounds::new("UpdateItem");
        // First at half the price: the write is conditional on the version, and what is not found is looked for once more.
        let mut consistent = false;
        loop {
            let (mut found, mut stored) = (None, None);
            let wanted = vec![keys::user(contact), keys::contacts(user)];
            for item in self.0.get_many(wanted, consistent, Some(&ADDED)).await? {
                if item.contains_key("username") { found = card(item)? } else { stored = Some(item) }
            }
            let stored = ContactsItem::read(stored)?;
            let merged = merge(&[contact], &stored.people);
            match found {
                _ if stored.left => return Err(Error::Unauthenticated),
                None if consistent => return Err(Error::NoSuchUser),
                Some(card) if consistent && merged == stored.people => return Ok(card),
                Some(card) if merged != stored.people => {
                    if self.update(user, &stored, &merged).await? {
                        return Ok(card);
                    }
                    rounds.wait().await?;
                }
                _ => {}
            }
            consistent = true;
        }
    }

    /// Takes that one out of the user's contacts; `false` if the one is not among them.
    ///
    /// # Errors
    /// `Unauthenticated` if the user has left.
    pub async fn delete_contact(&self, user: UserId, contact: UserId) -> Result<bool> {
        let mut rounds = Rounds::new("UpdateItem");
        let (mut consistent, mut was_there) = (false, false);
        loop {
            let stored = self.find(user, consistent).await?;
            let others: Vec<_> = stored.people.iter().copied().filter(|id| *id != contact).collect();
            if stored.left {
                return Err(Error::Unauthenticated);
            }
            if others.len() < stored.people.len() {
                if self.update(user, &stored, &others).await? {
                    return Ok(true);
                }
                was_there = true;
                rounds.wait().await?;
            } else if consistent {
                // A write that was repeated because its answer was lost finds its own work done.
                return Ok(was_there);
            }
            consistent = true;
        }
    }

    /// Puts these people first among the contacts. A user who has left gets none.
    pub async fn add_contacts(&self, user: UserId, people: &[UserId]) -> Result<()> {
        if people.is_empty() {
            return Ok(());
        }
        let mut rounds = Rounds::new("UpdateItem");
        // First at half the price: the write is conditional on the version.
        let mut consistent = false;
        loop {
            let stored = self.find(user, consistent).await?;
            let merged = merge(people, &stored.people);
            if stored.left || merged == stored.people || self.update(user, &stored, &merged).await? {
                return Ok(());
            }
            consistent = true;
            rounds.wait().await?;
        }
    }

    /// Puts that one first among the contacts of each of these users, as far as they lack the one.
    pub async fn introduce(&self, contact: UserId, users: &[UserId]) -> Result<()> {
        let keys = users.iter().map(|user| keys::contacts(*user)).collect();
        let mut stored = HashMap::new();
        for item in self.0.get_many(keys, false, Some(&STORED)).await? {
            let key = string(&item, "pk").unwrap_or_default().to_owned();
            stored.insert(key, ContactsItem::read(Some(item))?);
        }
        let mut lacking = users.iter().filter_map(|&user| {
            let key = keys::contacts(user);
            let stored = string(&key, "pk").and_then(|key| stored.remove(key)).unwrap_or_default();
            stored.lacks(contact).then_some((user, stored))
        });
        loop {
            let mut writes = JoinSet::new();
            for (user, stored) in lacking.by_ref().take(AT_ONCE) {
                let contacts = self.clone();
                writes.spawn(async move { contacts.introduce_to(user, stored, contact).await });
            }
            if writes.is_empty() {
                return Ok(());
            }
            while let Some(written) = writes.join_next().await {
                written.map_err(|error| Error::internal("introduce", error))??;
            }
        }
    }

    async fn introduce_to(&self, user: UserId, mut stored: ContactsItem, contact: UserId) -> Result<()> {
        let mut rounds = Rounds::new("UpdateItem");
        while stored.lacks(contact) && !self.update(user, &stored, &merge(&[contact], &stored.people)).await? {
            rounds.wait().await?;
            stored = self.find(user, true).await?;
        }
        Ok(())
    }

    async fn find(&self, user: UserId, consistent: bool) -> Result<ContactsItem> {
        ContactsItem::read(self.0.get_as(keys::contacts(user), consistent, None).await?)
    }

    /// Writes the contacts, if they are still those that were read; `false` if they are not.
    async fn update(&self, user: UserId, stored: &ContactsItem, people: &[UserId]) -> Result<bool> {
        let ids: Vec<u8> = people.iter().flat_map(|id| *id.as_bytes()).collect();
        let change = Change::new()
            .set(IDS, AttributeValue::B(Blob::new(ids)))
            .set("version", number(&(stored.version + 1)))
            .remove("people")
            .when("attribute_not_exists(#left)")
            .when("attribute_not_exists(pk) OR version = :version")
            .name("#left", LEFT)
            .value(":version", number(&stored.version));
        conditional("UpdateItem", change.of(self.0.update_item(keys::contacts(user))).send().await)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::item::text;

    #[test]
    fn ids_are_read_in_either_form() {
        let ids = [1, 2].map(UserId::from_u128);
        let packed = AttributeValue::B(Blob::new(ids.map(|id| *id.as_bytes()).concat()));
        let former = AttributeValue::L(ids.iter().map(text).collect());
        let cases = [
            (vec![], vec![]),
            (vec![("people", former.clone())], ids.to_vec()),
            (vec![("ids", packed.clone()), ("version", number(&7))], ids.to_vec()),
            (vec![("ids", AttributeValue::B(Blob::new([])))], vec![]),
            (vec![("ids", packed), ("people", AttributeValue::L(vec![]))], ids.to_vec()),
        ];
        for (attributes, expected) in cases {
            let item = attributes.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
            assert_eq!(people(item).unwrap(), expected);
        }
    }
}
