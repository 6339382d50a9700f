//! Where members are mailed, and whether they want to be.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use serde::Deserialize;

use super::change::Change;
use super::failure::conditional;
use super::item::{Item, Projection, from_item, string};
use super::keys;
use super::table::{Table, over_table};
use crate::domain::UserId;
use crate::domain::language::Language;
use crate::error::Result;

/// The attribute of those who do not want mails about events.
pub(super) const NO_MAILS: &str = "no_mails";

/// Where a member is mailed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mailbox {
    /// The address.
    pub email: String,
    /// Whether mails about events are wanted there.
    pub wants_mails: bool,
    /// The language of the member's account. A guest has none.
    pub language: Option<Language>,
}

#[derive(Deserialize)]
struct Owner {
    user_id: UserId,
    email: String,
    /// Of an account alone.
    active: Option<bool>,
    #[serde(default)]
    no_mails: bool,
    #[serde(default)]
    lang: Language,
}

const SHOWN: Projection<'static> = Projection { expression: "user_id, email, active, no_mails, lang", names: &[] };

/// The addresses of members.
#[derive(Clone, Debug)]
pub struct Mailboxes(Table);

over_table!(Mailboxes, of_users);

impl Mailboxes {
    /// The mailboxes of these users and guests. Those who are no more have none.
    pub async fn find(&self, members: &[UserId]) -> Result<HashMap<UserId, Mailbox>> {
        let mut found = self.read(members.iter().map(|id| keys::user(*id)).collect()).await?;
        let guests = members.iter().filter(|id| !found.contains_key(*id)).map(|id| keys::guest(*id)).collect();
        found.extend(self.read(guests).await?);
        Ok(found)
    }

    async fn read(&self, keys: Vec<Item>) -> Result<HashMap<UserId, Mailbox>> {
        let mut found = HashMap::new();
        for item in self.0.get_many(keys, true, Some(&SHOWN)).await? {
            let Owner { user_id, email, active, no_mails, lang } = from_item(item)?;
            if active != Some(false) {
                let language = active.map(|_| lang);
                found.insert(user_id, Mailbox { email, wants_mails: !no_mails, language });
            }
        }
        Ok(found)
    }

    /// Stops the mails about events to that address, or lets them come again: for whoever has an account with it, and for the guest with
    /// it.
    pub async fn set_wanted(&self, address: &str, wanted: bool) -> Result<()> {
        let address = address.to_ascii_lowercase();
        let claims = vec![keys::mail(&address), keys::guest_mail(&address)];
        for claim in self.0.get_many(claims, true, Some(&CLAIM)).await? {
            let Some(id) = string(&claim, "user_id").and_then(|id| id.parse::<UserId>().ok()) else { continue };
            let is_guest = string(&claim, "sk") == string(&keys::guest_mail(&address), "sk");
            let key = if is_guest { keys::guest(id) } else { keys::user(id) };
            let change = if wanted {
                Change::new().remove(NO_MAILS)
            } else {
                Change::new().set(NO_MAILS, AttributeValue::Bool(true))
            };
            let change = change.when("attribute_exists(pk)");
            conditional("UpdateItem", change.of(self.0.update_item(key)).send().await)?;
        }
        Ok(())
    }
}

const CLAIM: Projection<'static> = Projection { expression: "sk, user_id", names: &[] };
