//! Changes of addresses, which wait for the link in a mail to the new one. They stand at the account: so they go with it, with a new
//! password, and with the next change that is asked for.

use aws_sdk_dynamodb::types::AttributeValue;
use jiff::Timestamp;

use super::accounts::{Account, NEW_EMAIL};
use super::change::Change;
use super::failure::{conditional, written};
use super::item::{attribute, number, text};
use super::keys;
use super::registrations::UNCONFIRMED;
use super::table::{Part, Table, over_table};
use crate::domain::UserId;
use crate::domain::email::Email;
use crate::domain::lifetime::{self, seconds};
use crate::error::Result;
use crate::token::TokenHash;

/// The changes of addresses that wait for their links.
#[derive(Clone, Debug)]
pub struct EmailChanges(Table);

over_table!(EmailChanges, of_users);

/// The use of a link that changes an address.
#[derive(Debug, PartialEq, Eq)]
pub enum EmailLink {
    /// It makes this address the account's.
    Open(String),
    /// It is used: the account has the address.
    Used,
    /// It does not work any more.
    Spent,
}

impl Account {
    /// The use of the link whose token has this hash.
    #[must_use]
    pub fn email_link(&self, hash: &TokenHash, now: Timestamp) -> EmailLink {
        let is_waiting = self.new_email_hash.as_ref() == Some(hash)
            && self.new_email_at.is_some_and(|at| now.as_second() < at + seconds(lifetime::EMAIL_CHANGE));
        match &self.new_email {
            _ if !self.active => EmailLink::Spent,
            _ if self.email_hash.as_ref() == Some(hash) => EmailLink::Used,
            Some(email) if is_waiting => EmailLink::Open(email.clone()),
            _ => EmailLink::Spent,
        }
    }
}

impl EmailChanges {
    /// Stores the new address and the token of its link, in place of former ones. `false` if a link was mailed after `sent_before`, or
    /// the password is not this any more.
    pub async fn create_change(
        &self,
        account: &Account,
        email: &Email,
        hash: &TokenHash,
        sent_before: i64,
        now: Timestamp,
    ) -> Result<bool> {
        let change = Change::new()
            .set("new_email", text(&email.as_str()))
            .set("new_email_hash", attribute(hash)?)
            .set("new_email_at", number(&now.as_second()))
            .when("active = :true AND password = :password")
            // A write that was repeated because its answer was lost finds its own hash there.
            .when("attribute_not_exists(new_email_at) OR new_email_at <= :before OR new_email_hash = :own")
            .value(":true", AttributeValue::Bool(true))
            .value(":password", text(&account.password_hash))
            .value(":before", number(&sent_before))
            .value(":own", attribute(hash)?);
        conditional("UpdateItem", change.of(self.0.update_item(keys::user(account.id))).send().await)
    }

    /// Takes back a change whose link could not be mailed, so that the next one need not wait.
    pub async fn cancel_change(&self, user: UserId, hash: &TokenHash) -> Result<()> {
        let change = NEW_EMAIL.into_iter().fold(Change::new(), Change::remove);
        let change = change.when("new_email_hash = :own").value(":own", attribute(hash)?);
        conditional("UpdateItem", change.of(self.0.update_item(keys::user(user))).send().await).map(drop)
    }

    /// Makes this the address of the account; the former one is free. `false` if the link with this hash does not work any more, or
    /// if somebody has confirmed the address.
    pub async fn apply_change(&self, account: &Account, email: &str, hash: &TokenHash) -> Result<bool> {
        let id = text(&account.id);
        let change = self
            .0
            .update(keys::user(account.id))
            .update_expression("SET email = :email, email_hash = :hash REMOVE new_email, new_email_hash, new_email_at")
            .condition_expression("active = :true AND new_email_hash = :hash")
            .expression_attribute_values(":email", text(&email))
            .expression_attribute_values(":hash", attribute(hash)?)
            .expression_attribute_values(":true", AttributeValue::Bool(true));
        let take = self
            .0
            .update(keys::mail(email.to_ascii_lowercase()))
            .update_expression("SET user_id = :id REMOVE expires_at, former")
            .condition_expression(UNCONFIRMED)
            .expression_attribute_values(":id", id.clone());
        let leave = self
            .0
            .delete(account.mail_key())
            .condition_expression("user_id = :id")
            .expression_attribute_values(":id", id);
        written(self.0.transact(vec![change.part()?, take.part()?, leave.part()?]).await)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::user::NewUser;
    use crate::token::MailedToken;
    use serde_json::json;
    use uuid::Uuid;

    #[test]
    fn what_a_link_is_to_its_account() {
        let at = |second| Timestamp::from_second(second).unwrap();
        let body = json!({"username": "jane", "password": "long enough", "e-mail": "jane@example.com"});
        let [token, other] = [Uuid::nil(); 2].map(|user| MailedToken::new(user).unwrap().hash());
        let new = NewUser::parse(&body).unwrap();
        let account = Account::new(Uuid::nil(), &new, String::new(), other.clone(), at(0));
        let active = Account { active: true, expires_at: None, ..account };
        let waiting = Account {
            new_email: Some("new@example.com".to_owned()),
            new_email_hash: Some(token.clone()),
            new_email_at: Some(1000),
            ..active.clone()
        };
        let used = Account { email_hash: Some(token.clone()), ..active.clone() };
        let open = || EmailLink::Open("new@example.com".to_owned());
        let cases = [
            ("none was asked for", &active, &token, 1000, EmailLink::Spent),
            ("it waits", &waiting, &token, 1000, open()),
            ("it waits for the last second", &waiting, &token, 87_399, open()),
            ("it is too old", &waiting, &token, 87_400, EmailLink::Spent),
            ("another waits", &waiting, &other, 1000, EmailLink::Spent),
            ("it was used, however long ago", &used, &token, 1_000_000, EmailLink::Used),
            ("another was used", &used, &other, 1000, EmailLink::Spent),
            ("the user leaves", &Account { active: false, ..waiting.clone() }, &token, 1000, EmailLink::Spent),
        ];
        for (name, account, hash, now, expected) in cases {
            assert_eq!(account.email_link(hash, at(now)), expected, "{name}");
        }
    }
}
