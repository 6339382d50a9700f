//! Requests by network and mails by address, counted so that nobody can flood the service, for an hour or a day of the clock. One
//! network never uses up the share of another.

use aws_sdk_dynamodb::operation::update_item::builders::UpdateItemFluentBuilder;
use aws_sdk_dynamodb::types::AttributeValue;
use jiff::Timestamp;

use super::attempts::{HOUR, digest};
use super::change::Change;
use super::failure::conditional;
use super::item::{EXPIRES_AT, Item, number};
use super::keys;
use super::table::{Table, over_table};
use crate::domain::UserId;
use crate::domain::limits::{Bounds, Limits, network, wide_network};
use crate::error::{Error, Result};
use crate::token::digest::fingerprint;

const DAY: i64 = 24 * HOUR;

/// A count with its bounds, until its period ends.
#[derive(Clone, Debug)]
pub struct Quota {
    key: String,
    counts: Counts,
    now: i64,
    until: i64,
}

/// The three counts of one request: for its network, for the wide network around it, and for all.
#[derive(Clone, Debug)]
pub(super) struct Counts {
    attributes: [(&'static str, String); 3],
    bounds: Bounds,
}

impl Counts {
    pub(super) fn new(address: &str, bounds: Bounds) -> Self {
        let own = format!("n{}", digest(&network(address)));
        let wide = format!("w{}", digest(&wide_network(address)));
        Self { attributes: [("#own", own), ("#wide", wide), ("#all", "all".to_owned())], bounds }
    }

    /// Counts one more.
    pub(super) fn up(&self, change: Change) -> Change {
        self.add(change, 1)
    }

    /// Adds the condition that all counts are below their bounds, or that the other condition holds.
    pub(super) fn below(&self, mut change: Change, otherwise: &str) -> Change {
        let Bounds { network, wide, all } = self.bounds;
        for ((placeholder, _), most) in self.attributes.iter().zip([network, wide, all]) {
            let value = placeholder.replace('#', ":most_");
            change = change.when(&format!("attribute_not_exists({placeholder}) OR {placeholder} < {value}{otherwise}"));
            change = change.value(&value, number(&most));
        }
        change
    }

    fn add(&self, mut change: Change, count: i8) -> Change {
        for (placeholder, attribute) in &self.attributes {
            change = change.add(placeholder, number(&count)).name(placeholder, attribute);
        }
        change
    }

    /// The attributes of a new item, with this as the first count.
    pub(super) fn first(&self) -> impl Iterator<Item = (String, AttributeValue)> {
        self.attributes.iter().map(|(_, attribute)| (attribute.clone(), number(&1)))
    }
}

impl Quota {
    /// For the requests from that address, in an hour, that mail to strangers.
    #[must_use]
    pub fn of_mail_requests(address: &str, limits: &Limits, now: Timestamp) -> Self {
        Self::new(&["mail requests", &wide_network(address)], address, limits.of_mail_requests(), HOUR, now)
    }

    /// For the mails that ask to confirm that mail address, from that network address, in a day.
    #[must_use]
    pub fn of_confirmations(mailbox: &str, address: &str, limits: &Limits, now: Timestamp) -> Self {
        Self::new(&["confirmations", &mailbox.to_ascii_lowercase()], address, limits.of_mailbox(), DAY, now)
    }

    fn new(what: &[&str], address: &str, bounds: Bounds, period: i64, now: Timestamp) -> Self {
        let now = now.as_second();
        let index = now.div_euclid(period);
        let period_key = index.to_string();
        let parts: Vec<_> = what.iter().chain([&period_key.as_str()]).map(|part| part.as_bytes()).collect();
        Self { key: fingerprint(&parts), counts: Counts::new(address, bounds), now, until: (index + 1) * period }
    }
}

/// The attribute that counts the invitations by address.
const INVITATIONS: &str = "invitations";

/// The item that counts the invitations by address of this user today, and when the day ends.
fn invitations(user: UserId, now: Timestamp) -> (Item, i64) {
    let day = now.as_second().div_euclid(DAY);
    let key = fingerprint(&[b"invitations by address", user.as_bytes(), day.to_string().as_bytes()]);
    (keys::tries(key), (day + 1) * DAY)
}

/// The counts of requests and mails.
#[derive(Clone, Debug)]
pub struct Quotas(Table);

over_table!(Quotas, of_users);

impl Quotas {
    /// Counts so many more invitations by address that this user sends today.
    ///
    /// # Errors
    /// `TooSoon` if they are more than the user may send in a day.
    pub async fn count_invitations(&self, user: UserId, more: usize, limits: &Limits, now: Timestamp) -> Result<()> {
        let most = limits.invitations_by_address as usize;
        if most == 0 || more == 0 {
            return Ok(());
        }
        let (key, until) = invitations(user, now);
        let change = Change::new()
            .set("#expires_at", number(&until))
            .add("#count", number(&more))
            .when("attribute_not_exists(#count) OR #count <= :room")
            .name("#expires_at", EXPIRES_AT)
            .name("#count", INVITATIONS)
            .value(":room", number(&most.saturating_sub(more)));
        let has_room = more <= most && conditional("UpdateItem", change.of(self.0.update_item(key)).send().await)?;
        if has_room { Ok(()) } else { Err(Error::TooSoon((until - now.as_second()).unsigned_abs())) }
    }

    /// Counts so many less, because they were not sent.
    pub async fn uncount_invitations(&self, user: UserId, less: usize, limits: &Limits, now: Timestamp) -> Result<()> {
        if limits.invitations_by_address == 0 || less == 0 {
            return Ok(());
        }
        let (key, _) = invitations(user, now);
        let change = Change::new()
            .add("#count", AttributeValue::N(format!("-{less}")))
            .when("#count >= :less")
            .name("#count", INVITATIONS)
            .value(":less", number(&less));
        conditional("UpdateItem", change.of(self.0.update_item(key)).send().await).map(drop)
    }

    /// Counts one more.
    ///
    /// # Errors
    /// `TooSoon` if the bounds are reached.
    pub async fn count(&self, quota: &Quota) -> Result<()> {
        if quota.counts.bounds.is_none() {
            return Ok(());
        }
        let change = Change::new().set("#expires_at", number(&quota.until)).name("#expires_at", EXPIRES_AT);
        let change = quota.counts.below(quota.counts.up(change), "");
        if conditional("UpdateItem", change.of(self.quota(quota)).send().await)? {
            Ok(())
        } else {
            Err(Error::TooSoon((quota.until - quota.now).unsigned_abs()))
        }
    }

    /// Counts one less, because the request failed.
    pub async fn uncount(&self, quota: &Quota) -> Result<()> {
        if quota.counts.bounds.is_none() {
            return Ok(());
        }
        let change = quota.counts.add(Change::new().when("#own >= :one").value(":one", number(&1)), -1);
        conditional("UpdateItem", change.of(self.quota(quota)).send().await).map(drop)
    }

    fn quota(&self, quota: &Quota) -> UpdateItemFluentBuilder {
        self.0.update_item(keys::tries(&quota.key))
    }
}
