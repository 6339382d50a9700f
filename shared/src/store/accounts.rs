//! Accounts, and what makes their names and addresses unique.
//!
//! The account and its two claims, on the username and on the address, are written in one transaction. As long as the user has not
//! confirmed, or while the account is being deleted, all three expire together. A name is claimed by registering, an address by
//! confirming only: until then its item names the latest of those who registered with it, and the first to confirm takes it.

use aws_sdk_dynamodb::types::AttributeValue;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::change::Change;
use super::directory::{FOUND_AS, INITIALS, entry};
use super::failure::{NotWritten, conditional, written};
use super::item::{EXPIRES_AT, Item, Projection, attribute, from_item, number, string, text};
use super::keys;
use super::mailboxes::NO_MAILS;
use super::table::{Part, Table, over_table};
use crate::domain::UserId;
use crate::domain::language::Language;
use crate::domain::lifetime::{self, seconds};
use crate::domain::login::Login;
use crate::domain::user::{NewUser, ProfileChanges};
use crate::error::Result;
use crate::token::TokenHash;

/// The attribute of a marker that stands in the place of what was deleted with an account.
pub(super) const LEFT: &str = "left";

/// The attribute of the language of an account that has not the usual one.
const LANGUAGE: &str = "lang";

/// What an account has of a change of the address that waits for its link.
pub(super) const NEW_EMAIL: [&str; 3] = ["new_email", "new_email_hash", "new_email_at"];

/// The reason why a password is replaced.
#[derive(Clone, Copy, Debug)]
pub enum NewPassword<'a> {
    /// The same password is hashed anew.
    Rehashed,
    /// The user gave the old one.
    Changed(Timestamp),
    /// The user had the link of a mail.
    Reset {
        /// The hash of the link's token.
        token: &'a TokenHash,
        /// The fingerprint of the `Idempotency-Key`, if there is one.
        by: Option<&'a str>,
        /// The present time.
        now: Timestamp,
    },
}

/// The accounts.
#[derive(Clone, Debug)]
pub struct Accounts(Table);

over_table!(Accounts, of_users);

/// An account. It holds what no log may show, so it cannot be printed.
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
    #[serde(rename = "password")]
    pub password_hash: String,
    /// Whether the address is confirmed.
    pub active: bool,
    /// The hash of the token in the last confirmation mail. It stays, so that a used link can be told from a wrong one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub confirm_hash: Option<TokenHash>,
    /// When that mail was sent to a pending user, in seconds since 1970.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub confirm_sent_at: Option<i64>,
    /// When the password was last changed or set by a link, in seconds since 1970.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub password_at: Option<i64>,
    /// The hash of the password before that change, by which a repeated request is recognised.
    #[serde(rename = "former_password", skip_serializing_if = "Option::is_none")]
    pub former_password_hash: Option<String>,
    /// The hash of the token of the link that set it then.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reset_hash: Option<TokenHash>,
    /// The fingerprint of the `Idempotency-Key` of the request that set it then.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reset_by: Option<String>,
    /// The address that the user wants instead of this one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub new_email: Option<String>,
    /// The hash of the token of the link that was mailed there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub new_email_hash: Option<TokenHash>,
    /// When that link was mailed, in seconds since 1970.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub new_email_at: Option<i64>,
    /// The hash of the token of the link that set the present address, so that a used link can be told from a wrong one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email_hash: Option<TokenHash>,
    /// Whether the user does not want mails about events.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub no_mails: bool,
    /// The language of the mails.
    #[serde(rename = "lang", default, skip_serializing_if = "Language::is_usual")]
    pub language: Language,
    /// The id under which the user is found, where that is the one of a guest: what is here is left for the link alone, which was used.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub became: Option<UserId>,
    /// Whether the user is being deleted.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub leaving: bool,
    /// When the account expires unconfirmed, in seconds since 1970.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<i64>,
}

/// Who has a username or an address.
#[derive(Serialize, Deserialize)]
pub(super) struct Claim {
    pub(super) user_id: UserId,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) expires_at: Option<i64>,
}

impl Claim {
    /// Who has it, unless the claim has expired.
    pub(super) fn claimant(&self, now: Timestamp) -> Option<UserId> {
        self.expires_at.is_none_or(|expires_at| now.as_second() < expires_at).then_some(self.user_id)
    }
}

/// The key of the claim on that login; an id needs none.
pub(super) fn claim_key(login: &Login) -> Option<Item> {
    match login {
        Login::Id(_) => None,
        Login::Email(email) => Some(keys::mail(email.key())),
        Login::Username(username) => Some(keys::name(username.key())),
    }
}

impl Account {
    /// The account that a registration makes. It is not active.
    #[must_use]
    pub fn new(id: UserId, user: &NewUser, password_hash: String, confirm_hash: TokenHash, now: Timestamp) -> Self {
        Self {
            id,
            username: user.username.as_str().to_owned(),
            email: user.email.as_str().to_owned(),
            name: user.username.as_str().to_owned(),
            avatar: String::new(),
            password_hash,
            active: false,
            confirm_hash: Some(confirm_hash),
            confirm_sent_at: Some(now.as_second()),
            password_at: None,
            former_password_hash: None,
            reset_hash: None,
            reset_by: None,
            new_email: None,
            new_email_hash: None,
            new_email_at: None,
            email_hash: None,
            no_mails: false,
            language: user.language.unwrap_or_default(),
            became: None,
            leaving: false,
            expires_at: Some(now.as_second() + seconds(lifetime::CONFIRMATION)),
        }
    }

    /// Whether the password was replaced just now, so that the request may be one that is repeated.
    #[must_use]
    pub fn has_new_password(&self, now: Timestamp) -> bool {
        self.password_at.is_some_and(|at| now.as_second() - at < seconds(lifetime::REPEATABLE_CHANGE))
    }

    pub(super) fn is_live(&self, now: Timestamp) -> bool {
        self.expires_at.is_none_or(|expires_at| now.as_second() < expires_at)
    }

    /// The key of the claim on the username.
    pub(super) fn name_key(&self) -> Item {
        keys::name(self.username.to_ascii_lowercase())
    }

    /// The key of the guest with the address.
    pub(super) fn guest_key(&self) -> Item {
        keys::guest_mail(self.email.to_ascii_lowercase())
    }

    /// The key of the claim on the address.
    pub(super) fn mail_key(&self) -> Item {
        keys::mail(self.email.to_ascii_lowercase())
    }
}

impl Accounts {
    /// The account with that id, unless it has expired unconfirmed.
    pub async fn find_account(&self, id: UserId, now: Timestamp) -> Result<Option<Account>> {
        let account: Option<Account> = self.0.get(keys::user(id)).await?.map(from_item).transpose()?;
        Ok(account.filter(|account| account.is_live(now)))
    }

    /// The id of the user whose login that is. For an id, which is taken as it is, the same is read.
    pub async fn find_user(&self, login: &Login, now: Timestamp) -> Result<Option<UserId>> {
        let key = claim_key(login).unwrap_or_else(|| keys::name(login.key()));
        let claim: Option<Claim> = self.0.get(key).await?.map(from_item).transpose()?;
        Ok(match login {
            Login::Id(id) => Some(*id),
            Login::Email(_) | Login::Username(_) => claim.and_then(|claim| claim.claimant(now)),
        })
    }

    /// Whether somebody has confirmed that address.
    pub async fn is_confirmed(&self, account: &Account) -> Result<bool> {
        Ok(self.0.get(account.mail_key()).await?.is_some_and(|claim| !claim.contains_key(EXPIRES_AT)))
    }

    /// Replaces the hash of the password, if it is still this one; `false` if it is not.
    pub async fn update_password(&self, account: &Account, hash: &str, why: NewPassword<'_>) -> Result<bool> {
        let (old, new) = (text(&account.password_hash), text(&hash));
        // A write that was repeated because its answer was lost finds its own hash there.
        let same = "password = :old OR password = :new";
        let change = Change::new().set("password", new.clone()).when(same).when("attribute_not_exists(leaving)");
        let change = change.value(":old", old.clone()).value(":new", new);
        // Who knew the old password may have asked for another address.
        let unasked = |change: Change| NEW_EMAIL.into_iter().fold(change, Change::remove);
        let change = match why {
            NewPassword::Rehashed => change,
            NewPassword::Changed(now) => unasked(change)
                .set("former_password", old)
                .set("password_at", number(&now.as_second()))
                .remove("reset_hash")
                .remove("reset_by"),
            NewPassword::Reset { token, by, now } => {
                let change = unasked(change)
                    .set("reset_hash", attribute(token)?)
                    .set("password_at", number(&now.as_second()))
                    .remove("former_password");
                match by {
                    Some(by) => change.set("reset_by", text(&by)),
                    None => change.remove("reset_by"),
                }
            }
        };
        conditional("UpdateItem", change.of(self.0.update_item(keys::user(account.id))).send().await)
    }

    /// Changes what others see of the user; `false` if there is no such user.
    pub async fn update_profile(&self, user: UserId, changes: &ProfileChanges) -> Result<bool> {
        let ProfileChanges { name, avatar, searchable, mails, language } = changes;
        let mut change = Change::new().when("active = :true").value(":true", AttributeValue::Bool(true));
        for (placeholder, attribute, value) in [("#name", "name", name), ("#avatar", "avatar", avatar)] {
            if let Some(value) = value {
                change = change.set(placeholder, text(value)).name(placeholder, attribute);
            }
        }
        match searchable {
            None => {}
            Some(false) => change = change.remove(INITIALS).remove(FOUND_AS),
            Some(true) => {
                let Some(username) = self.find_username(user).await? else { return Ok(false) };
                for (attribute, value) in entry(&username) {
                    change = change.set(attribute, value);
                }
            }
        }
        change = match mails {
            None => change,
            Some(true) => change.remove(NO_MAILS),
            Some(false) => change.set(NO_MAILS, AttributeValue::Bool(true)),
        };
        change = match language {
            None => change,
            Some(language) if language.is_usual() => change.remove(LANGUAGE),
            Some(language) => change.set(LANGUAGE, text(&language.tag())),
        };
        conditional("UpdateItem", change.of(self.0.update_item(keys::user(user))).send().await)
    }

    /// The username, which never changes.
    async fn find_username(&self, user: UserId) -> Result<Option<String>> {
        let projection = Projection { expression: "username", names: &[] };
        let items = self.0.get_many(vec![keys::user(user)], false, Some(&projection)).await?;
        Ok(items.first().and_then(|item| string(item, "username")).map(str::to_owned))
    }

    /// Begins to delete the account: from now on nobody finds the user by name or address, and the rest is gone within a day
    /// whatever happens. `false` if the password is not this any more.
    pub async fn begin_deletion(&self, account: &Account, now: Timestamp) -> Result<bool> {
        let expires_at = number(&(now.as_second() + seconds(lifetime::INTERRUPTED_DELETION)));
        let leave = self
            .0
            .update(keys::user(account.id))
            .update_expression(
                "SET active = :false, leaving = :true, expires_at = :expires_at REMOVE found_under, found_as",
            )
            .condition_expression("password = :password")
            .expression_attribute_values(":false", AttributeValue::Bool(false))
            .expression_attribute_values(":true", AttributeValue::Bool(true))
            .expression_attribute_values(":password", text(&account.password_hash))
            .expression_attribute_values(":expires_at", expires_at.clone());
        let mut writes = vec![leave.part()?];
        for key in [account.name_key(), account.mail_key()] {
            let claim = self
                .0
                .update(key)
                .update_expression("SET expires_at = :expires_at")
                .condition_expression("user_id = :id")
                .expression_attribute_values(":id", text(&account.id))
                .expression_attribute_values(":expires_at", expires_at.clone());
            writes.push(claim.part()?);
        }
        // A request that began before would make these anew. It finds the markers.
        for mut marker in [keys::contacts(account.id), keys::reset(account.id)] {
            let expires_at = now.as_second() + seconds(lifetime::DELETION_MARKER);
            marker.insert(LEFT.to_owned(), AttributeValue::Bool(true));
            marker.insert(EXPIRES_AT.to_owned(), number(&expires_at));
            writes.push(self.0.put(marker).part()?);
        }
        written(self.0.transact(writes).await)
    }

    /// Deletes an account that is not active: its user is leaving, or its registration is undone and was not confirmed meanwhile.
    pub async fn delete_inactive(&self, account: &Account) -> Result<()> {
        let own = text(&account.id);
        let delete = |key: Item, condition: &str, value: AttributeValue| {
            self.0.delete(key).condition_expression(condition).expression_attribute_values(":value", value).part()
        };
        let user = [
            delete(keys::user(account.id), "active = :value", AttributeValue::Bool(false))?,
            delete(account.name_key(), "user_id = :value", own.clone())?,
        ];
        let alone = "user_id = :value AND (attribute_not_exists(former) OR former = :value)";
        let point_back = self
            .0
            .update(account.mail_key())
            .update_expression("SET user_id = former REMOVE former")
            .condition_expression("user_id = :value AND former <> :value")
            .expression_attribute_values(":value", own.clone());
        // Its address goes too, or back to whoever registered with it before, unless somebody else has done so since.
        let of_address = [Some(delete(account.mail_key(), alone, own)?), Some(point_back.part()?), None];
        for of_address in of_address {
            match self.0.transact(user.iter().cloned().chain(of_address).collect()).await {
                Ok(()) => return Ok(()),
                Err(NotWritten::Condition) => {}
                Err(NotWritten::Failed(error)) => return Err(error),
            }
        }
        Ok(())
    }
}
