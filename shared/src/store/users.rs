//! Users, and what makes their names and addresses unique.
//!
//! | key | item |
//! |---|---|
//! | `USER#<id>` | the user |
//! | `NAME#<lower case>`, `MAIL#<lower case>` | who has that name or address |
//!
//! The three are written in one transaction. As long as the user has not confirmed, or while the user is being deleted, all
//! three expire together.

use std::fmt::Display;

use aws_sdk_dynamodb::error::BuildError;
use aws_sdk_dynamodb::types::builders::UpdateBuilder;
use aws_sdk_dynamodb::types::{AttributeValue, Delete, Put, TransactWriteItem, Update};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{Item, NotWritten, Table, conditional, from_item, number, text, to_item};
use crate::domain::UserId;
use crate::domain::login::Login;
use crate::domain::user::{NewUser, ProfileChanges};
use crate::error::{Error, Result};
use crate::store::contacts::CONTACTS;
use crate::store::resets::RESET;
use crate::store::sessions::{self, Device};
use crate::token::{RefreshToken, TokenHash};

/// How long a confirmation link works, and how long a user is kept who does not confirm, in seconds.
pub const CONFIRMATION_SECONDS: i64 = 24 * 60 * 60;

/// What is left of a user whose deletion was interrupted is gone after this time, in seconds.
const DELETION_SECONDS: i64 = 24 * 60 * 60;

/// The users, their sessions and their contacts.
#[derive(Clone, Debug)]
pub struct Users(pub(super) Table);

/// What an account is known by and logged in with. It holds what no log may show, so it cannot be printed.
#[derive(Clone, Serialize, Deserialize)]
pub struct Account {
    /// The user.
    #[serde(rename = "user_id")]
    pub id: UserId,
    /// The name to log in with.
    pub username: String,
    /// The address.
    pub email: String,
    /// The name that others see.
    pub name: String,
    /// Where the picture is.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub avatar: String,
    /// The hash of the password, a PHC string.
    pub password: String,
    /// Whether the address is confirmed.
    pub active: bool,
    /// What is kept of the token in the last confirmation mail.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub confirm_hash: Option<TokenHash>,
    /// When that mail was sent, in seconds since 1970.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub confirm_sent_at: Option<i64>,
    /// How many such mails were sent.
    #[serde(default)]
    pub confirm_mails: u32,
    /// Whether the user is being deleted.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub leaving: bool,
    /// When the user is gone without a confirmation, in seconds since 1970.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<i64>,
}

#[derive(Serialize)]
struct Keyed<T> {
    pk: String,
    sk: &'static str,
    #[serde(flatten)]
    item: T,
}

#[derive(Serialize, Deserialize)]
struct Claim {
    user_id: UserId,
    #[serde(skip_serializing_if = "Option::is_none")]
    expires_at: Option<i64>,
}

pub(super) const USER: &str = "USER";
const NAME: &str = "NAME";
const MAIL: &str = "MAIL";

/// The key of the only item of that kind with that id.
pub(super) fn key(kind: &'static str, id: impl Display) -> Item {
    Item::from([("pk".to_owned(), text(&format!("{kind}#{id}"))), ("sk".to_owned(), text(&kind))])
}

impl Account {
    /// The account that a registration makes. It is not active.
    #[must_use]
    pub fn new(id: UserId, user: &NewUser, password: String, confirm_hash: TokenHash, now: Timestamp) -> Self {
        Self {
            id,
            username: user.username.as_str().to_owned(),
            email: user.email.as_str().to_owned(),
            name: user.username.as_str().to_owned(),
            avatar: String::new(),
            password,
            active: false,
            confirm_hash: Some(confirm_hash),
            confirm_sent_at: Some(now.as_second()),
            confirm_mails: 1,
            leaving: false,
            expires_at: Some(now.as_second() + CONFIRMATION_SECONDS),
        }
    }

    fn is_live(&self, now: Timestamp) -> bool {
        self.expires_at.is_none_or(|expires_at| now.as_second() < expires_at)
    }

    /// The keys of the two items that make name and address unique.
    fn claims(&self) -> [(&'static str, String); 2] {
        [(NAME, self.username.to_ascii_lowercase()), (MAIL, self.email.to_ascii_lowercase())]
    }
}

impl Users {
    /// The users in that table.
    #[must_use]
    pub const fn new(table: Table) -> Self {
        Self(table)
    }

    /// Creates a user who has yet to confirm.
    ///
    /// # Errors
    /// `UserExists` if the name or the address is taken by somebody who has not expired.
    pub async fn create_user(&self, account: &Account, now: Timestamp) -> Result<()> {
        let put = |item: Item| {
            let put = Put::builder()
                .table_name(&self.0.name)
                .set_item(Some(item))
                .condition_expression("attribute_not_exists(pk) OR expires_at <= :now")
                .expression_attribute_values(":now", number(&now.as_second()));
            built(put.build()).map(|put| TransactWriteItem::builder().put(put).build())
        };
        let claim = || Claim { user_id: account.id, expires_at: account.expires_at };
        let mut writes = vec![put(to_item(Keyed { pk: format!("{USER}#{}", account.id), sk: USER, item: account })?)?];
        for (kind, id) in account.claims() {
            writes.push(put(to_item(Keyed { pk: format!("{kind}#{id}"), sk: kind, item: claim() })?)?);
        }
        self.0.transact(writes).await.map_err(|error| error.or(Error::UserExists))
    }

    /// Deletes a user who is not active: one who is leaving, or whose registration is undone and was not confirmed meanwhile.
    ///
    /// # Errors
    /// When it could not be done.
    pub async fn delete_inactive(&self, account: &Account) -> Result<()> {
        let mut writes = vec![self.delete(key(USER, account.id), "active = :value", AttributeValue::Bool(false))?];
        for (kind, id) in account.claims() {
            writes.push(self.delete(key(kind, id), "user_id = :value", text(&account.id))?);
        }
        match self.0.transact(writes).await {
            Ok(()) | Err(NotWritten::Condition) => Ok(()),
            Err(NotWritten::Failed(error)) => Err(error),
        }
    }

    /// The account with that id, unless it has expired unconfirmed.
    ///
    /// # Errors
    /// When the table cannot be read.
    pub async fn find_account(&self, id: UserId, now: Timestamp) -> Result<Option<Account>> {
        let account: Option<Account> = self.0.get(key(USER, id)).await?.map(from_item).transpose()?;
        Ok(account.filter(|account| account.is_live(now)))
    }

    /// Whose login that is, if anybody's; the same is read for an id.
    ///
    /// # Errors
    /// When the table cannot be read.
    pub async fn find_user(&self, login: &Login, now: Timestamp) -> Result<Option<UserId>> {
        let key = Self::login_key(login).unwrap_or_else(|| key(NAME, login.key()));
        let claimant = self.0.get(key).await?.map(|item| Self::claimant(item, now)).transpose()?.flatten();
        Ok(match login {
            Login::Id(id) => Some(*id),
            _ => claimant,
        })
    }

    /// The key of the item that tells whose login that is; an id needs none.
    pub(super) fn login_key(login: &Login) -> Option<Item> {
        match login {
            Login::Id(_) => None,
            Login::Email(email) => Some(key(MAIL, email.key())),
            Login::Username(username) => Some(key(NAME, username.key())),
        }
    }

    /// Whom an item found under [`Self::login_key`] names.
    pub(super) fn claimant(item: Item, now: Timestamp) -> Result<Option<UserId>> {
        let claim: Claim = from_item(item)?;
        Ok(claim.expires_at.is_none_or(|expires_at| now.as_second() < expires_at).then_some(claim.user_id))
    }

    /// Confirms the user whose last confirmation mail brought the token with this hash, and opens the first session.
    ///
    /// # Errors
    /// `LinkSpent` if it was another token, or too late.
    pub async fn confirm(
        &self,
        account: &Account,
        hash: &TokenHash,
        session: &RefreshToken,
        device: Device,
        now: Timestamp,
    ) -> Result<()> {
        let confirm = Update::builder()
            .table_name(&self.0.name)
            .set_key(Some(key(USER, account.id)))
            .update_expression("SET active = :true REMOVE confirm_hash, confirm_sent_at, confirm_mails, expires_at")
            .condition_expression("confirm_hash = :hash AND expires_at > :now")
            .expression_attribute_values(":true", AttributeValue::Bool(true))
            .expression_attribute_values(":hash", attribute(hash)?)
            .expression_attribute_values(":now", number(&now.as_second()));
        let mut writes = vec![TransactWriteItem::builder().update(built(confirm.build())?).build()];
        for (kind, id) in account.claims() {
            let keep = self.update_claim(kind, id, account.id, "REMOVE expires_at");
            writes.push(TransactWriteItem::builder().update(built(keep.build())?).build());
        }
        writes.push(TransactWriteItem::builder().put(sessions::first(&self.0, session, device, now)?).build());
        self.0.transact(writes).await.map_err(|error| error.or(Error::LinkSpent))
    }

    /// Replaces the token of the confirmation link, which then works for a day from now, unless a mail was sent after `sent_before`.
    ///
    /// # Errors
    /// `TooSoon` if one was, or if the user has confirmed meanwhile.
    pub async fn renew_confirmation(
        &self,
        account: &Account,
        hash: &TokenHash,
        sent_before: i64,
        now: Timestamp,
    ) -> Result<()> {
        let expires_at = number(&(now.as_second() + CONFIRMATION_SECONDS));
        let renew = Update::builder()
            .table_name(&self.0.name)
            .set_key(Some(key(USER, account.id)))
            .update_expression(
                "SET confirm_hash = :hash, confirm_sent_at = :now, confirm_mails = :mails, expires_at = :expires_at",
            )
            .condition_expression("active = :false AND expires_at > :now AND confirm_sent_at <= :before")
            .expression_attribute_values(":false", AttributeValue::Bool(false))
            .expression_attribute_values(":hash", attribute(hash)?)
            .expression_attribute_values(":now", number(&now.as_second()))
            .expression_attribute_values(":before", number(&sent_before))
            .expression_attribute_values(":mails", number(&(account.confirm_mails + 1)))
            .expression_attribute_values(":expires_at", expires_at.clone());
        let mut writes = vec![TransactWriteItem::builder().update(built(renew.build())?).build()];
        for (kind, id) in account.claims() {
            let keep = self
                .update_claim(kind, id, account.id, "SET expires_at = :expires_at")
                .expression_attribute_values(":expires_at", expires_at.clone());
            writes.push(TransactWriteItem::builder().update(built(keep.build())?).build());
        }
        let lost = Error::TooSoon((now.as_second() - sent_before).unsigned_abs());
        self.0.transact(writes).await.map_err(|error| error.or(lost))
    }

    /// Puts back the token of the former confirmation link, because the mail with the new one could not be sent.
    ///
    /// # Errors
    /// When it could not be put back.
    pub async fn restore_confirmation(&self, account: &Account, new: &TokenHash) -> Result<()> {
        let sent_at = account.confirm_sent_at.unwrap_or_default();
        let update = self
            .0
            .client
            .update_item()
            .table_name(&self.0.name)
            .set_key(Some(key(USER, account.id)))
            .update_expression("SET confirm_hash = :old, confirm_sent_at = :sent_at, confirm_mails = :mails")
            .condition_expression("confirm_hash = :new")
            .expression_attribute_values(":old", attribute(&account.confirm_hash)?)
            .expression_attribute_values(":new", attribute(new)?)
            .expression_attribute_values(":mails", number(&account.confirm_mails))
            .expression_attribute_values(":sent_at", number(&sent_at));
        conditional("UpdateItem", update.send().await).map(drop)
    }

    /// Replaces the hash of the user's password, if it is still this one. If not, the answer is `false`.
    ///
    /// # Errors
    /// When it cannot be written.
    pub async fn update_password(&self, account: &Account, hash: &str) -> Result<bool> {
        let update = self
            .0
            .client
            .update_item()
            .table_name(&self.0.name)
            .set_key(Some(key(USER, account.id)))
            .update_expression("SET password = :new")
            .condition_expression("password = :old")
            .expression_attribute_values(":old", AttributeValue::S(account.password.clone()))
            .expression_attribute_values(":new", AttributeValue::S(hash.to_owned()));
        conditional("UpdateItem", update.send().await)
    }

    /// Changes what others see of the user. If there is no such user, the answer is `false`.
    ///
    /// # Errors
    /// When it cannot be written.
    pub async fn update_profile(&self, user: UserId, changes: &ProfileChanges) -> Result<bool> {
        let mut update = self.0.client.update_item().table_name(&self.0.name).set_key(Some(key(USER, user)));
        let mut set = Vec::new();
        for (attribute, value) in [("name", &changes.name), ("avatar", &changes.avatar)] {
            if let Some(value) = value {
                set.push(format!("#{attribute} = :{attribute}"));
                update = update
                    .expression_attribute_names(format!("#{attribute}"), attribute)
                    .expression_attribute_values(format!(":{attribute}"), AttributeValue::S(value.clone()));
            }
        }
        let update = update
            .update_expression(format!("SET {}", set.join(", ")))
            .condition_expression("active = :true")
            .expression_attribute_values(":true", AttributeValue::Bool(true));
        conditional("UpdateItem", update.send().await)
    }

    /// Begins to delete the user: from now on nobody finds the user by name or address, and what is left is gone within a day
    /// whatever happens. If the password is not this any more, the answer is `false`.
    ///
    /// # Errors
    /// When it cannot be written.
    pub async fn begin_deletion(&self, account: &Account, now: Timestamp) -> Result<bool> {
        let expires_at = number(&(now.as_second() + DELETION_SECONDS));
        let leave = Update::builder()
            .table_name(&self.0.name)
            .set_key(Some(key(USER, account.id)))
            .update_expression("SET active = :false, leaving = :true, expires_at = :expires_at")
            .condition_expression("password = :password")
            .expression_attribute_values(":false", AttributeValue::Bool(false))
            .expression_attribute_values(":true", AttributeValue::Bool(true))
            .expression_attribute_values(":password", AttributeValue::S(account.password.clone()))
            .expression_attribute_values(":expires_at", expires_at.clone());
        let mut writes = vec![TransactWriteItem::builder().update(built(leave.build())?).build()];
        for (kind, id) in account.claims() {
            let claim = self
                .update_claim(kind, id, account.id, "SET expires_at = :expires_at")
                .expression_attribute_values(":expires_at", expires_at.clone());
            writes.push(TransactWriteItem::builder().update(built(claim.build())?).build());
        }
        for kind in [CONTACTS, RESET] {
            let delete = Delete::builder().table_name(&self.0.name).set_key(Some(key(kind, account.id)));
            writes.push(TransactWriteItem::builder().delete(built(delete.build())?).build());
        }
        match self.0.transact(writes).await {
            Ok(()) => Ok(true),
            Err(NotWritten::Condition) => Ok(false),
            Err(NotWritten::Failed(error)) => Err(error),
        }
    }

    fn update_claim(&self, kind: &'static str, id: String, owner: Uuid, update: &str) -> UpdateBuilder {
        Update::builder()
            .table_name(&self.0.name)
            .set_key(Some(key(kind, id)))
            .update_expression(update)
            .condition_expression("user_id = :id")
            .expression_attribute_values(":id", text(&owner))
    }

    fn delete(&self, key: Item, condition: &str, value: AttributeValue) -> Result<TransactWriteItem> {
        let delete = Delete::builder()
            .table_name(&self.0.name)
            .set_key(Some(key))
            .condition_expression(condition)
            .expression_attribute_values(":value", value);
        built(delete.build()).map(|delete| TransactWriteItem::builder().delete(delete).build())
    }
}

pub(super) fn built<T>(built: Result<T, BuildError>) -> Result<T> {
    built.map_err(|error| Error::internal("build", error))
}

pub(super) fn attribute(value: impl Serialize) -> Result<AttributeValue> {
    serde_dynamo::to_attribute_value(value).map_err(|error| Error::internal("to_attribute_value", error))
}
