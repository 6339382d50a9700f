//! Users, and what makes their names and addresses unique.
//!
//! | key | item |
//! |---|---|
//! | `USER#<id>` | the user |
//! | `NAME#<lower case>`, `MAIL#<lower case>` | who has that name or address |
//!
//! The three are written in one transaction. As long as the user has not confirmed, or while the user is being deleted, all
//! three expire together. A name is claimed by registering, an address by confirming only: until then its item tells the latest
//! of those who registered with it, and whoever confirms first takes it.

use std::fmt::Display;

use aws_sdk_dynamodb::error::BuildError;
use aws_sdk_dynamodb::types::builders::UpdateBuilder;
use aws_sdk_dynamodb::types::{AttributeValue, Delete, Put, TransactWriteItem, Update};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::change::Change;
use super::{EXPIRES_AT, Item, NotWritten, Table, conditional, from_item, number, text};
use crate::domain::UserId;
use crate::domain::lifetime::{self, seconds};
use crate::domain::login::Login;
use crate::domain::user::{NewUser, ProfileChanges};
use crate::error::{Error, Result};
use crate::store::contacts::CONTACTS;
use crate::store::resets::RESET;
use crate::token::TokenHash;

/// The attribute that says so.
pub(super) const LEFT: &str = "left";

/// Why a password is replaced.
#[derive(Clone, Copy, Debug)]
pub enum NewPassword<'a> {
    /// It is the same, hashed anew.
    Rehashed,
    /// Its user knew the old one.
    Changed(Timestamp),
    /// Its user had the link of a mail.
    Reset {
        /// What is kept of the link's token.
        token: &'a TokenHash,
        /// The fingerprint of what the client calls the request, if it calls it anything.
        by: Option<&'a str>,
        /// The present.
        now: Timestamp,
    },
}

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
    /// What is kept of the token in the last confirmation mail. It stays, so that a link that is opened again can be told from
    /// one that is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub confirm_hash: Option<TokenHash>,
    /// When that mail was sent to a pending user, in seconds since 1970.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub confirm_sent_at: Option<i64>,
    /// When the password was last changed or set by a link, in seconds since 1970.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub password_at: Option<i64>,
    /// The hash of the password that was changed then, by which a request whose answer was lost is known again.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub former_password: Option<String>,
    /// What is kept of the token of the link that set it then.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reset_hash: Option<TokenHash>,
    /// The fingerprint of what the client called the request that set it then.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reset_by: Option<String>,
    /// Whether the user is being deleted.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub leaving: bool,
    /// When the user is gone without a confirmation, in seconds since 1970.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<i64>,
}

#[derive(Serialize)]
pub(super) struct Keyed<T> {
    pub(super) pk: String,
    pub(super) sk: &'static str,
    #[serde(flatten)]
    pub(super) item: T,
}

#[derive(Serialize, Deserialize)]
pub(super) struct Claim {
    pub(super) user_id: UserId,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) expires_at: Option<i64>,
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
            password_at: None,
            former_password: None,
            reset_hash: None,
            reset_by: None,
            leaving: false,
            expires_at: Some(now.as_second() + seconds(lifetime::CONFIRMATION)),
        }
    }

    /// Whether the password was replaced within the last minute: so long is a request known again whose answer was lost.
    #[must_use]
    pub fn has_new_password(&self, now: Timestamp) -> bool {
        self.password_at.is_some_and(|at| now.as_second() - at < seconds(lifetime::REPEATABLE_CHANGE))
    }

    pub(super) fn is_live(&self, now: Timestamp) -> bool {
        self.expires_at.is_none_or(|expires_at| now.as_second() < expires_at)
    }

    /// The keys of the two items that make name and address unique.
    pub(super) fn claims(&self) -> [(&'static str, String); 2] {
        [(NAME, self.username.to_ascii_lowercase()), (MAIL, self.email.to_ascii_lowercase())]
    }
}

impl Users {
    /// The users in that table.
    #[must_use]
    pub const fn new(table: Table) -> Self {
        Self(table)
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

    /// Replaces the hash of the user's password, if it is still this one. If not, the answer is `false`.
    ///
    /// # Errors
    /// When it cannot be written.
    pub async fn update_password(&self, account: &Account, hash: &str, why: NewPassword<'_>) -> Result<bool> {
        let (old, new) = (text(&account.password), text(&hash));
        // A write that was repeated because its answer was lost finds its own hash there.
        let same = "password = :old OR password = :new";
        let change = Change::new().set("password", new.clone()).when(same).when("attribute_not_exists(leaving)");
        let change = change.value(":old", old.clone()).value(":new", new);
        let change = match why {
            NewPassword::Rehashed => change,
            NewPassword::Changed(now) => change
                .set("former_password", old)
                .set("password_at", number(&now.as_second()))
                .remove("reset_hash")
                .remove("reset_by"),
            NewPassword::Reset { token, by, now } => {
                let change = change
                    .set("reset_hash", attribute(token)?)
                    .set("password_at", number(&now.as_second()))
                    .remove("former_password");
                match by {
                    Some(by) => change.set("reset_by", text(&by)),
                    None => change.remove("reset_by"),
                }
            }
        };
        let update = self.0.client.update_item().table_name(&self.0.name).set_key(Some(key(USER, account.id)));
        conditional("UpdateItem", change.of(update).send().await)
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
        let expires_at = number(&(now.as_second() + seconds(lifetime::INTERRUPTED_DELETION)));
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
        // Something stays in their places for as long as a request may take that began before and would make them anew.
        for kind in [CONTACTS, RESET] {
            let mut mark = key(kind, account.id);
            mark.insert(LEFT.to_owned(), AttributeValue::Bool(true));
            mark.insert(EXPIRES_AT.to_owned(), number(&(now.as_second() + seconds(lifetime::DELETION_MARKER))));
            let put = Put::builder().table_name(&self.0.name).set_item(Some(mark));
            writes.push(TransactWriteItem::builder().put(built(put.build())?).build());
        }
        match self.0.transact(writes).await {
            Ok(()) => Ok(true),
            Err(NotWritten::Condition) => Ok(false),
            Err(NotWritten::Failed(error)) => Err(error),
        }
    }

    pub(super) fn update_claim(&self, kind: &'static str, id: String, owner: Uuid, update: &str) -> UpdateBuilder {
        Update::builder()
            .table_name(&self.0.name)
            .set_key(Some(key(kind, id)))
            .update_expression(update)
            .condition_expression("user_id = :id")
            .expression_attribute_values(":id", text(&owner))
    }

    pub(super) fn delete(&self, key: Item, condition: &str, value: AttributeValue) -> Result<TransactWriteItem> {
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
