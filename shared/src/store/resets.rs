//! Links that set a new password, one item a user. It is written for unknown logins too, under an id that nobody has, so that asking
//! for a link costs the same calls and the same time for every login.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::accounts::{Account, LEFT};
use super::change::Change;
use super::failure::conditional;
use super::item::{attribute, from_item, number, string, text, to_item};
use super::keys::{self, RESET};
use super::quotas::Counts;
use super::table::{Table, over_table};
use crate::domain::lifetime::{self, seconds};
use crate::domain::limits::Limits;
use crate::error::{Error, Result};
use crate::token::digest::fingerprint;
use crate::token::{MailedToken, TokenHash};

/// A write that was repeated because its answer was lost finds its own hash there.
const OWN_WRITE: &str = " OR #hash = :own";

/// The links that set a new password.
#[derive(Clone, Debug)]
pub struct Resets(Table);

over_table!(Resets, of_users);

/// The item of one user.
#[derive(Serialize, Deserialize)]
struct ResetItem {
    hash: TokenHash,
    /// What [`Account::reset_binding`] was when the link was mailed.
    bound: String,
    sent_at: i64,
    expires_at: i64,
}

/// The use of a link.
pub enum Link {
    /// It sets a new password of this account.
    Open(Box<Account>),
    /// It is used: it has set the password of this account.
    Used(Box<Account>),
    /// It does not work any more.
    Spent,
}

impl Account {
    /// What a link for a new password is bound to: another password makes it worthless, and another address, since the mail is where
    /// its user wants none any more.
    #[must_use]
    pub fn reset_binding(&self) -> String {
        fingerprint(&[self.password_hash.as_bytes(), self.email.as_bytes()])
    }
}

impl Resets {
    /// Stores the token of a new link in place of the former one. `false` if it is too soon, or the mails of the day are used up that
    /// this network address may cause; then nothing is stored.
    pub async fn create_reset(
        &self,
        token: &MailedToken,
        binding: &str,
        address: &str,
        limits: &Limits,
        now: Timestamp,
    ) -> Result<bool> {
        let (sent_at, counts) = (now.as_second(), Counts::new(address, limits.of_mailbox()));
        let item = ResetItem {
            hash: token.hash(),
            bound: binding.to_owned(),
            sent_at,
            expires_at: sent_at + seconds(lifetime::RESET_COUNT),
        };
        let first = to_item(&item)?.into_iter().chain(keys::reset(token.user())).chain(counts.first());
        let put = self
            .0
            .put_item(first.collect())
            .condition_expression(format!("attribute_not_exists(pk) OR expires_at <= :now{OWN_WRITE}"))
            .expression_attribute_names("#hash", "hash")
            .expression_attribute_values(":own", attribute(&item.hash)?)
            .expression_attribute_values(":now", number(&sent_at));
        if conditional("PutItem", put.send().await)? {
            return Ok(true);
        }
        let change = Change::new()
            .set("#hash", attribute(&item.hash)?)
            .set("bound", text(&item.bound))
            .set("sent_at", number(&sent_at))
            .when(&format!("sent_at <= :before{OWN_WRITE}"))
            .value(":before", number(&(sent_at - seconds(lifetime::RESET_PAUSE))))
            .value(":own", attribute(&item.hash)?)
            .name("#hash", "hash");
        let update = self.0.update_item(keys::reset(token.user()));
        let update = counts.below(counts.up(change), OWN_WRITE).of(update);
        conditional("UpdateItem", update.send().await)
    }

    /// Takes back a link that could not be mailed, so that the next one need not wait.
    pub async fn cancel_reset(&self, token: &MailedToken) -> Result<()> {
        let delete = self
            .0
            .delete_item(keys::reset(token.user()))
            .condition_expression("#hash = :hash")
            .expression_attribute_names("#hash", "hash")
            .expression_attribute_values(":hash", attribute(token.hash())?);
        conditional("DeleteItem", delete.send().await).map(drop)
    }

    /// The use of the link with this token.
    pub async fn find_reset(&self, token: &MailedToken, now: Timestamp) -> Result<Link> {
        let (mut account, mut reset) = (None::<Account>, None);
        let wanted = vec![keys::user(token.user()), keys::reset(token.user())];
        for item in self.0.get_many(wanted, true, None).await? {
            if string(&item, "sk") == Some(RESET) {
                reset = if item.contains_key(LEFT) { None } else { Some(from_item::<ResetItem>(item)?) };
            } else {
                account = Some(from_item(item)?);
            }
        }
        let Some(account) = account.filter(|account| account.active).map(Box::new) else { return Ok(Link::Spent) };
        if account.reset_hash.as_ref() == Some(&token.hash()) {
            return Ok(Link::Used(account));
        }
        let is_open = reset.is_some_and(|reset| {
            reset.hash == token.hash()
                && now.as_second() < reset.sent_at + seconds(lifetime::RESET)
                && reset.bound == account.reset_binding()
        });
        Ok(if is_open { Link::Open(account) } else { Link::Spent })
    }
}

/// The time of a link, which its user may see.
#[derive(Deserialize)]
pub(super) struct ResetMail {
    sent_at: i64,
    expires_at: i64,
}

impl ResetMail {
    /// When it was mailed, unless the item has expired.
    pub(super) fn sent_at(&self, now: Timestamp) -> Result<Option<Timestamp>> {
        let remembered = now.as_second() < self.expires_at;
        let sent_at = remembered.then(|| Timestamp::from_second(self.sent_at)).transpose();
        sent_at.map_err(|error| Error::internal("sent_at", error))
    }
}
