//! Users who have yet to confirm: registering, the link, another link, and what undoes a registration.

use aws_sdk_dynamodb::types::{AttributeValue, Put, TransactWriteItem, Update};
use jiff::Timestamp;

use super::sessions::{self, Device};
use super::users::{Account, Claim, Keyed, USER, Users, attribute, built, key};
use super::{EXPIRES_AT, Item, NotWritten, conditional, number, text, to_item};
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
        let put = |item: Item, condition: &str| {
            let put = Put::builder().table_name(&self.0.name).set_item(Some(item)).condition_expression(condition);
            let put = if condition.contains(":now") {
                put.expression_attribute_values(":now", number(&now.as_second()))
            } else {
                put
            };
            built(put.build()).map(|put| TransactWriteItem::builder().put(put).build())
        };
        let claim = |(kind, id): (&'static str, String)| {
            let claim = Claim { user_id: account.id, expires_at: account.expires_at };
            to_item(Keyed { pk: format!("{kind}#{id}"), sk: kind, item: claim })
        };
        let free = "attribute_not_exists(pk) OR expires_at <= :now";
        let [name, address] = account.claims();
        let writes = vec![
            put(to_item(Keyed { pk: format!("{USER}#{}", account.id), sk: USER, item: account })?, free)?,
            put(claim(name)?, free)?,
            put(claim(address)?, UNCONFIRMED)?,
        ];
        self.0.transact(writes).await.map_err(|error| error.or(Error::UserExists))
    }

    /// Deletes a user who is not active: one who is leaving, or whose registration is undone and was not confirmed meanwhile.
    ///
    /// # Errors
    /// When it could not be done.
    pub async fn delete_inactive(&self, account: &Account) -> Result<()> {
        let [name, address] = account.claims();
        let own = |(kind, id)| self.delete(key(kind, id), "user_id = :value", text(&account.id));
        let user = self.delete(key(USER, account.id), "active = :value", AttributeValue::Bool(false))?;
        let writes = vec![user, own(name)?, own(address)?];
        // Somebody else may have registered with the address since.
        for writes in [writes.clone(), writes.into_iter().take(2).collect()] {
            match self.0.transact(writes).await {
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
            .update_expression("SET user_id = :id REMOVE expires_at")
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
