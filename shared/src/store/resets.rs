//! Links that set a new password: `RESET#<user id>`, one item a user. It is written for logins that are nobody's too, under an
//! id that is nobody's, so that asking for a link costs the same calls and the same time whoever is asked for.

use aws_sdk_dynamodb::types::AttributeValue;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::users::{Account, USER, Users, attribute, key};
use super::{conditional, from_item, number, text, to_item};
use crate::error::{Error, Result};
use crate::token::digest::fingerprint;
use crate::token::{MailedToken, TokenHash};

pub(super) const RESET: &str = "RESET";

/// How long a link works, in seconds.
pub const RESET_SECONDS: i64 = 30 * 60;

/// A new link is mailed so many seconds after the last one at the earliest.
const PAUSE_SECONDS: i64 = 60;

/// For how long mails to one user are counted, in seconds.
const DAY_SECONDS: i64 = 24 * 60 * 60;

#[derive(Serialize, Deserialize)]
struct Reset {
    pk: String,
    sk: String,
    hash: TokenHash,
    /// The fingerprint of the password's hash when the link was mailed: a new password makes the link worthless.
    bound: String,
    sent_at: i64,
    mails: u32,
    expires_at: i64,
}

/// What the token of a link is good for.
pub enum Link {
    /// Setting a new password of this account.
    Open(Box<Account>),
    /// Nothing more: the password of this account has been changed since.
    Used(Box<Account>),
    /// Nothing.
    Spent,
}

impl Users {
    /// Keeps the token of a new link, in place of the former one. If it is too soon, or the day's mails are used up (zero
    /// stands for any number), the answer is `false` and nothing is kept.
    ///
    /// # Errors
    /// When it cannot be written.
    pub async fn create_reset(
        &self,
        token: &MailedToken,
        password: &str,
        mails_a_day: u32,
        now: Timestamp,
    ) -> Result<bool> {
        let sent_at = now.as_second();
        let item = Reset {
            pk: format!("{RESET}#{}", token.user()),
            sk: RESET.to_owned(),
            hash: token.hash(),
            bound: bound(password),
            sent_at,
            mails: 1,
            expires_at: sent_at + DAY_SECONDS,
        };
        let put = self
            .0
            .client
            .put_item()
            .table_name(&self.0.name)
            .set_item(Some(to_item(&item)?))
            // A write that was repeated because its answer was lost finds its own hash there.
            .condition_expression("attribute_not_exists(pk) OR expires_at <= :now OR #hash = :hash")
            .expression_attribute_names("#hash", "hash")
            .expression_attribute_values(":hash", attribute(&item.hash)?)
            .expression_attribute_values(":now", number(&sent_at));
        if conditional("PutItem", put.send().await)? {
            return Ok(true);
        }
        let limit = if mails_a_day == 0 { u32::MAX } else { mails_a_day };
        let update = self
            .0
            .client
            .update_item()
            .table_name(&self.0.name)
            .set_key(Some(key(RESET, token.user())))
            .update_expression("SET #hash = :hash, bound = :bound, sent_at = :now, mails = mails + :one")
            .condition_expression("#hash = :hash OR sent_at <= :before AND mails < :limit")
            .expression_attribute_names("#hash", "hash")
            .expression_attribute_values(":hash", attribute(&item.hash)?)
            .expression_attribute_values(":bound", AttributeValue::S(item.bound))
            .expression_attribute_values(":now", number(&sent_at))
            .expression_attribute_values(":one", number(&1))
            .expression_attribute_values(":before", number(&(sent_at - PAUSE_SECONDS)))
            .expression_attribute_values(":limit", number(&limit));
        conditional("UpdateItem", update.send().await)
    }

    /// Takes back a link that could not be mailed, so that the next one need not wait.
    ///
    /// # Errors
    /// When it cannot be written.
    pub async fn cancel_reset(&self, token: &MailedToken) -> Result<()> {
        let delete = self
            .0
            .client
            .delete_item()
            .table_name(&self.0.name)
            .set_key(Some(key(RESET, token.user())))
            .condition_expression("#hash = :hash")
            .expression_attribute_names("#hash", "hash")
            .expression_attribute_values(":hash", attribute(token.hash())?);
        conditional("DeleteItem", delete.send().await).map(drop)
    }

    /// What this token is good for.
    ///
    /// # Errors
    /// When the table cannot be read.
    pub async fn find_reset(&self, token: &MailedToken, now: Timestamp) -> Result<Link> {
        let (mut account, mut reset) = (None, None);
        let (of_user, of_reset) = (key(USER, token.user()), key(RESET, token.user()));
        let sort_key = text(&RESET);
        for item in self.0.get_many(vec![of_user, of_reset], true, None).await? {
            if item.get("sk") == Some(&sort_key) {
                reset = Some(from_item::<Reset>(item)?);
            } else {
                account = Some(from_item::<Account>(item)?);
            }
        }
        let (Some(account), Some(reset)) = (account, reset) else { return Ok(Link::Spent) };
        if !account.active || reset.hash != token.hash() || reset.sent_at + RESET_SECONDS <= now.as_second() {
            return Ok(Link::Spent);
        }
        let account = Box::new(account);
        Ok(if reset.bound == bound(&account.password) { Link::Open(account) } else { Link::Used(account) })
    }
}

/// What its user is told of a link.
#[derive(Deserialize)]
pub(super) struct ResetMail {
    sent_at: i64,
    expires_at: i64,
}

impl ResetMail {
    /// When it was mailed, unless that is to be forgotten by now.
    pub(super) fn sent_at(&self, now: Timestamp) -> Result<Option<Timestamp>> {
        let remembered = now.as_second() < self.expires_at;
        let sent_at = remembered.then(|| Timestamp::from_second(self.sent_at)).transpose();
        sent_at.map_err(|error| Error::internal("sent_at", error))
    }
}

fn bound(password: &str) -> String {
    fingerprint(&[password.as_bytes()])
}
