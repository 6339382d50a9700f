//! Accounts that have yet to be confirmed: registered, confirmed by a link, and mailed another link.

use aws_sdk_dynamodb::types::AttributeValue;
use jiff::Timestamp;

use super::accounts::{Account, Claim};
use super::directory::entry;
use super::failure::{NotWritten, conditional};
use super::item::{Item, attribute, from_item, number, string, text, to_item};
use super::keys;
use super::mailboxes::NO_MAILS;
use super::sessions::first_session;
use super::table::{Part, Table, over_table};
use crate::domain::UserId;
use crate::domain::session::Device;
use crate::error::{Error, Result};
use crate::token::{RefreshToken, TokenHash};

/// The condition that nobody has confirmed an address.
pub(super) const UNCONFIRMED: &str = "attribute_not_exists(pk) OR attribute_exists(expires_at)";

/// Somebody who was invited by an address, and has no account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Guest {
    /// The id.
    pub id: UserId,
    /// Whether mails about events are not wanted.
    pub no_mails: bool,
}

/// The accounts of users who have yet to confirm.
#[derive(Clone, Debug)]
pub struct Registrations(Table);

over_table!(Registrations, of_users);

impl Registrations {
    /// Creates an account that has yet to be confirmed.
    ///
    /// # Errors
    /// `UserExists` if the name is taken by somebody who has not expired, or the address by somebody who has confirmed it.
    pub async fn create_account(&self, account: &Account, now: Timestamp) -> Result<()> {
        let put = |item: Item, key: Item| {
            self.0
                .put(item.into_iter().chain(key).collect())
                .condition_expression("attribute_not_exists(pk) OR expires_at <= :now")
                .expression_attribute_values(":now", number(&now.as_second()))
                .part()
        };
        let claim = Claim { user_id: account.id, expires_at: account.expires_at };
        // The former claimant stays known, for when this registration is undone.
        let point = self
            .0
            .update(account.mail_key())
            .update_expression("SET former = if_not_exists(user_id, :id), user_id = :id, expires_at = :expires_at")
            .condition_expression(UNCONFIRMED)
            .expression_attribute_values(":id", text(&account.id))
            .expression_attribute_values(":expires_at", number(&account.expires_at.unwrap_or_default()));
        let writes = vec![
            put(to_item(account)?, keys::user(account.id))?,
            put(to_item(claim)?, account.name_key())?,
            point.part()?,
        ];
        self.0.transact(writes).await.map_err(|error| error.or(Error::UserExists))
    }

    /// Confirms the user whose last confirmation mail brought the token with this hash, and opens the first session.
    ///
    /// # Errors
    /// `LinkSpent` if it was another token, or too late, if somebody else has confirmed the address, or if a guest has it: see
    /// [`confirm_as_guest`](Self::confirm_as_guest).
    pub async fn confirm(
        &self,
        account: &Account,
        hash: &TokenHash,
        session: &RefreshToken,
        device: Device,
        now: Timestamp,
    ) -> Result<()> {
        let [(_, initials), (_, found_as)] = entry(&account.username);
        let confirm = self
            .0
            .update(keys::user(account.id))
            .update_expression(
                "SET active = :true, found_under = :initials, found_as = :found_as REMOVE confirm_sent_at, expires_at",
            )
            .condition_expression("active = :false AND confirm_hash = :hash AND expires_at > :now")
            .expression_attribute_values(":initials", initials)
            .expression_attribute_values(":found_as", found_as)
            .expression_attribute_values(":true", AttributeValue::Bool(true))
            .expression_attribute_values(":false", AttributeValue::Bool(false))
            .expression_attribute_values(":hash", attribute(hash)?)
            .expression_attribute_values(":now", number(&now.as_second()));
        let keep = self
            .0
            .update(account.name_key())
            .update_expression("REMOVE expires_at")
            .condition_expression("user_id = :id")
            .expression_attribute_values(":id", text(&account.id));
        let take = self
            .0
            .update(account.mail_key())
            .update_expression("SET user_id = :id REMOVE expires_at, former")
            .condition_expression(UNCONFIRMED)
            .expression_attribute_values(":id", text(&account.id));
        let session = self.0.put(first_session(session, device, now)?);
        let no_guest = self.0.check(account.guest_key()).condition_expression("attribute_not_exists(pk)");
        let writes = vec![confirm.part()?, keep.part()?, take.part()?, session.part()?, no_guest.part()?];
        self.0.transact(writes).await.map_err(|error| error.or(Error::LinkSpent))
    }

    /// The guest who has the address of this account, if there is one.
    pub async fn find_guest(&self, account: &Account) -> Result<Option<Guest>> {
        let Some(claim) = self.0.get(account.guest_key()).await? else { return Ok(None) };
        let id = string(&claim, "user_id").and_then(|id| id.parse().ok());
        let id: UserId = id.ok_or_else(|| Error::internal("guest", "no id"))?;
        let guest = self.0.get(keys::guest(id)).await?;
        Ok(guest.map(|item| Guest { id, no_mails: item.contains_key(NO_MAILS) }))
    }

    /// The same as [`confirm`](Self::confirm) for a user whose address is a guest's: the account takes over the guest's id, and so the
    /// invitations. What is left under its own id tells for a while that the link was used.
    ///
    /// # Errors
    /// `LinkSpent` if it was another token, or too late, or if somebody else has confirmed the address.
    pub async fn confirm_as_guest(
        &self,
        account: &Account,
        guest: Guest,
        hash: &TokenHash,
        session: &RefreshToken,
        device: Device,
        now: Timestamp,
    ) -> Result<Account> {
        let left = Account { password_hash: String::new(), became: Some(guest.id), leaving: true, ..account.clone() };
        let confirmed = Account {
            id: guest.id,
            active: true,
            no_mails: guest.no_mails,
            confirm_sent_at: None,
            expires_at: None,
            ..account.clone()
        };
        let keyed = |account: &Account| -> Result<Item> {
            Ok(to_item(account)?.into_iter().chain(keys::user(account.id)).collect())
        };
        let leave = self
            .0
            .put(keyed(&left)?)
            .condition_expression("active = :false AND confirm_hash = :hash AND expires_at > :now")
            .expression_attribute_values(":false", AttributeValue::Bool(false))
            .expression_attribute_values(":hash", attribute(hash)?)
            .expression_attribute_values(":now", number(&now.as_second()));
        let found = entry(&account.username).map(|(name, value)| (name.to_owned(), value));
        let enter = self
            .0
            .put(keyed(&confirmed)?.into_iter().chain(found).collect())
            .condition_expression("attribute_not_exists(pk)");
        let id = text(&guest.id);
        let keep = self
            .0
            .update(account.name_key())
            .update_expression("SET user_id = :id REMOVE expires_at")
            .condition_expression("user_id = :own")
            .expression_attribute_values(":id", id.clone())
            .expression_attribute_values(":own", text(&account.id));
        let take = self
            .0
            .update(account.mail_key())
            .update_expression("SET user_id = :id REMOVE expires_at, former")
            .condition_expression(UNCONFIRMED)
            .expression_attribute_values(":id", id.clone());
        let session = self.0.put(first_session(session, device, now)?);
        let end = self
            .0
            .delete(account.guest_key())
            .condition_expression("user_id = :id")
            .expression_attribute_values(":id", id);
        let forget = self.0.delete(keys::guest(guest.id)).condition_expression("attribute_exists(pk)");
        let writes = vec![
            leave.part()?,
            enter.part()?,
            keep.part()?,
            take.part()?,
            session.part()?,
            end.part()?,
            forget.part()?,
        ];
        self.0.transact(writes).await.map_err(|error| error.or(Error::LinkSpent))?;
        Ok(confirmed)
    }

    /// Replaces the token of the confirmation link, unless a mail was sent after `sent_before`. The registration ends when it
    /// would have ended.
    ///
    /// # Errors
    /// `TooSoon` if one was, `AlreadyConfirmed` if the user has confirmed meanwhile, `BadCredentials` if the account is gone.
    pub async fn renew_confirmation(
        &self,
        account: &Account,
        hash: &TokenHash,
        sent_before: i64,
        now: Timestamp,
    ) -> Result<()> {
        let renew = self
            .0
            .update(keys::user(account.id))
            .update_expression("SET confirm_hash = :hash, confirm_sent_at = :now")
            .condition_expression("active = :false AND expires_at > :now AND confirm_sent_at <= :before")
            .expression_attribute_values(":false", AttributeValue::Bool(false))
            .expression_attribute_values(":hash", attribute(hash)?)
            .expression_attribute_values(":now", number(&now.as_second()))
            .expression_attribute_values(":before", number(&sent_before));
        // A transaction of one, since DynamoDB recognises a repeated transaction.
        match self.0.transact(vec![renew.part()?]).await {
            Ok(()) => return Ok(()),
            Err(NotWritten::Failed(error)) => return Err(error),
            Err(NotWritten::Condition) => {}
        }
        let stored: Option<Account> = self.0.get(keys::user(account.id)).await?.map(from_item).transpose()?;
        Err(match stored.filter(|stored| stored.is_live(now)) {
            None => Error::BadCredentials,
            Some(stored) if stored.active => Error::AlreadyConfirmed,
            Some(_) => Error::TooSoon((now.as_second() - sent_before).unsigned_abs()),
        })
    }

    /// Puts back the token of the former confirmation link, because the mail with the new one could not be sent.
    pub async fn restore_confirmation(&self, account: &Account, new: &TokenHash) -> Result<()> {
        let sent_at = account.confirm_sent_at.unwrap_or_default();
        let update = self
            .0
            .update_item(keys::user(account.id))
            .update_expression("SET confirm_hash = :old, confirm_sent_at = :sent_at")
            .condition_expression("active = :false AND confirm_hash = :new")
            .expression_attribute_values(":false", AttributeValue::Bool(false))
            .expression_attribute_values(":old", attribute(&account.confirm_hash)?)
            .expression_attribute_values(":new", attribute(new)?)
            .expression_attribute_values(":sent_at", number(&sent_at));
        conditional("UpdateItem", update.send().await).map(drop)
    }
}
