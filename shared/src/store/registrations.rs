//! Users who have yet to confirm: registering, the link, another link, and what undoes a registration.

use aws_sdk_dynamodb::types::{AttributeValue, Put, TransactWriteItem, Update};
use jiff::Timestamp;

use super::sessions;
use super::users::{Account, Claim, Keyed, USER, Users, attribute, built, key};
use super::{EXPIRES_AT, Item, NotWritten, conditional, number, text, to_item};
use crate::domain::session::Device;
use crate::error::{Error, Result};
use crate::token::{RefreshToken, TokenHash};

/// That nobody has confirmed an address.
const UNCONFIRMED: &str = "attribute_not_exists(pk) OR attribute_exists(expires_at)";

impl Users {
    /// Creates a user who has yet to confirm.
    ///
    /// # Errors
    /// `UserExists` if the name is taken by somebody who has not expired, or the address by somebody who has confirmed it.
    pub async fn create_user(&self, account: &Account, now: Timestamp) -> Result<()> {
        let put = |item: Item| {
            let put = Put::builder()
                .table_name(&self.0.name)
                .set_item(Some(item))
                .condition_expression("attribute_not_exists(pk) OR expires_at <= :now")
                .expression_attribute_values(":now", number(&now.as_second()));
            built(put.build()).map(|put| TransactWriteItem::builder().put(put).build())
        };
        let [(kind, name), (of_address, address)] = account.claims();
        let claim = Claim { user_id: account.id, expires_at: account.expires_at };
        // Whom it told before stays known, for when this registration is undone.
        let point = Update::builder()
            .table_name(&self.0.name)
            .set_key(Some(key(of_address, address)))
            .update_expression("SET former = if_not_exists(user_id, :id), user_id = :id, expires_at = :expires_at")
            .condition_expression(UNCONFIRMED)
            .expression_attribute_values(":id", text(&account.id))
            .expression_attribute_values(":expires_at", number(&account.expires_at.unwrap_or_default()));
        let writes = vec![
            put(to_item(Keyed { pk: format!("{USER}#{}", account.id), sk: USER, item: account })?)?,
            put(to_item(Keyed { pk: format!("{kind}#{name}"), sk: kind, item: claim })?)?,
            TransactWriteItem::builder().update(built(point.build())?).build(),
        ];
        self.0.transact(writes).await.map_err(|error| error.or(Error::UserExists))
    }

    /// Deletes a user who is not active: one who is leaving, or whose registration is undone and was not confirmed meanwhile.
    ///
    /// # Errors
    /// When it could not be done.
    pub async fn delete_inactive(&self, account: &Account) -> Result<()> {
        let [(kind, name), (of_address, address)] = account.claims();
        let (own, address) = (text(&account.id), key(of_address, address));
        let user = self.delete(key(USER, account.id), "active = :value", AttributeValue::Bool(false))?;
        let user = [user, self.delete(key(kind, name), "user_id = :value", own.clone())?];
        let alone = "user_id = :value AND (attribute_not_exists(former) OR former = :value)";
        let point_back = Update::builder()
            .table_name(&self.0.name)
            .set_key(Some(address.clone()))
            .update_expression("SET user_id = former REMOVE former")
            .condition_expression("user_id = :value AND former <> :value")
            .expression_attribute_values(":value", own.clone());
        // Its address goes too, or back to whoever registered with it before, unless somebody else has done so since.
        let of_address = [
            Some(self.delete(address, alone, own)?),
            Some(TransactWriteItem::builder().update(built(point_back.build())?).build()),
            None,
        ];
        for of_address in of_address {
            match self.0.transact(user.iter().cloned().chain(of_address).collect()).await {
                Ok(()) => return Ok(()),
                Err(NotWritten::Condition) => {}
                Err(NotWritten::Failed(error)) => return Err(error),
            }
        }
        Ok(())
    }

    /// Whether somebody has confirmed that address.
    ///
    /// # Errors
    /// When the table cannot be read.
    pub async fn is_confirmed(&self, account: &Account) -> Result<bool> {
        let [_, (kind, id)] = account.claims();
        Ok(self.0.get(key(kind, id)).await?.is_some_and(|claim| !claim.contains_key(EXPIRES_AT)))
    }

    /// Confirms the user whose last confirmation mail brought the token with this hash, and opens the first session.
    ///
    /// # Errors
    /// `LinkSpent` if it was another token, or too late, or if somebody else has confirmed the address.
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
            .update_expression("SET active = :true REMOVE confirm_sent_at, expires_at")
            .condition_expression("active = :false AND confirm_hash = :hash AND expires_at > :now")
            .expression_attribute_values(":true", AttributeValue::Bool(true))
            .expression_attribute_values(":false", AttributeValue::Bool(false))
            .expression_attribute_values(":hash", attribute(hash)?)
            .expression_attribute_values(":now", number(&now.as_second()));
        let [(kind, name), (of_address, address)] = account.claims();
        let keep = self.update_claim(kind, name, account.id, "REMOVE expires_at");
        let take = Update::builder()
            .table_name(&self.0.name)
            .set_key(Some(key(of_address, address)))
            .update_expression("SET user_id = :id REMOVE expires_at, former")
            .condition_expression(UNCONFIRMED)
            .expression_attribute_values(":id", text(&account.id));
        let updates = [confirm, keep, take].map(|update| built(update.build()));
        let mut writes = Vec::new();
        for update in updates {
            writes.push(TransactWriteItem::builder().update(update?).build());
        }
        writes.push(TransactWriteItem::builder().put(sessions::first(&self.0, session, device, now)?).build());
        self.0.transact(writes).await.map_err(|error| error.or(Error::LinkSpent))
    }

    /// Replaces the token of the confirmation link, unless a mail was sent after `sent_before`. The registration ends when it
    /// would have ended.
    ///
    /// # Errors
    /// `TooSoon` if one was, `AlreadyConfirmed` if the user has confirmed meanwhile, `BadCredentials` if there is no such user any more.
    pub async fn renew_confirmation(
        &self,
        account: &Account,
        hash: &TokenHash,
        sent_before: i64,
        now: Timestamp,
    ) -> Result<()> {
        let renew = Update::builder()
            .table_name(&self.0.name)
            .set_key(Some(key(USER, account.id)))
            .update_expression("SET confirm_hash = :hash, confirm_sent_at = :now")
            .condition_expression("active = :false AND expires_at > :now AND confirm_sent_at <= :before")
            .expression_attribute_values(":false", AttributeValue::Bool(false))
            .expression_attribute_values(":hash", attribute(hash)?)
            .expression_attribute_values(":now", number(&now.as_second()))
            .expression_attribute_values(":before", number(&sent_before));
        // A transaction of one, which is known again when it is repeated because its answer was lost.
        let renew = TransactWriteItem::builder().update(built(renew.build())?).build();
        match self.0.transact(vec![renew]).await {
            Ok(()) => return Ok(()),
            Err(NotWritten::Failed(error)) => return Err(error),
            Err(NotWritten::Condition) => {}
        }
        Err(match self.find_account(account.id, now).await? {
            None => Error::BadCredentials,
            Some(stored) if stored.active => Error::AlreadyConfirmed,
            Some(_) => Error::TooSoon((now.as_second() - sent_before).unsigned_abs()),
        })
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
            .update_expression("SET confirm_hash = :old, confirm_sent_at = :sent_at")
            .condition_expression("active = :false AND confirm_hash = :new")
            .expression_attribute_values(":false", AttributeValue::Bool(false))
            .expression_attribute_values(":old", attribute(&account.confirm_hash)?)
            .expression_attribute_values(":new", attribute(new)?)
            .expression_attribute_values(":sent_at", number(&sent_at));
        conditional("UpdateItem", update.send().await).map(drop)
    }
}
