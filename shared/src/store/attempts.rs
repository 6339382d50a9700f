//! What is counted so that nobody can guess or flood: `TRIES#<digest>`, of what is tried and the network that it is tried from.
//! A good login reads this with what it reads anyway, and writes nothing. A stranger's failures never slow down the owner, who
//! comes from elsewhere.

use std::time::Duration;

use aws_sdk_dynamodb::types::ReturnValue;
use jiff::Timestamp;
use serde::Deserialize;

use super::users::{Users, key};
use super::{EXPIRES_AT, Item, conditional, failure, from_item, number};
use crate::domain::UserId;
use crate::domain::limits::{Limits, MEMORY, network, wait_after};
use crate::domain::login::Login;
use crate::error::{Error, Result};
use crate::token::digest::fingerprint;

const TRIES: &str = "TRIES";

const HOUR: i64 = 60 * 60;

/// What is counted together. It holds neither a login nor an address that could be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Counter(String);

impl Counter {
    /// Of what is tried, in these words, and from where.
    #[must_use]
    pub fn new(tried: &[&str], address: &str) -> Self {
        let network = network(address);
        let parts: Vec<_> = tried.iter().chain([&network.as_str()]).map(|part| part.as_bytes()).collect();
        Self(fingerprint(&parts))
    }

    fn key(&self) -> Item {
        key(TRIES, &self.0)
    }
}

/// Somebody on some network who tries to log in as somebody.
#[derive(Clone, Debug)]
pub struct Guesser {
    this_login: Counter,
    any_login: Counter,
}

impl Guesser {
    /// The login that is tried, and the address that it is tried from.
    #[must_use]
    pub fn new(login: &Login, address: &str) -> Self {
        Self {
            this_login: Counter::new(&["login", &login.key()], address),
            any_login: Counter::new(&["logins"], address),
        }
    }
}

#[derive(Deserialize)]
struct Tries {
    failures: u32,
    last: i64,
    expires_at: i64,
}

impl Tries {
    /// How many seconds remain until the next attempt is taken.
    fn wait(&self, free: u32, now: Timestamp) -> u64 {
        let until = self.last + seconds(wait_after(self.failures, free));
        u64::try_from(until - now.as_second()).unwrap_or(0)
    }
}

/// What is known of a login before the password is looked at.
#[derive(Debug)]
pub struct Prospect {
    /// Whose login it is, if anybody's.
    pub user: Option<UserId>,
    /// How many seconds remain until the next attempt is taken.
    pub wait: u64,
    /// Whether there were failures with this login before.
    pub failed_before: bool,
}

impl Users {
    /// Looks up a login and the failures that it has had from there, in one call whatever the login is.
    ///
    /// # Errors
    /// When the table cannot be read.
    pub async fn find_login(
        &self,
        login: &Login,
        guesser: &Guesser,
        limits: &Limits,
        now: Timestamp,
    ) -> Result<Prospect> {
        let (this, any) = (guesser.this_login.key(), guesser.any_login.key());
        let keys = Self::login_key(login).into_iter().chain([this.clone(), any.clone()]).collect();
        let mut prospect = Prospect { user: None, wait: 0, failed_before: false };
        if let Login::Id(id) = login {
            prospect.user = Some(*id);
        }
        for item in self.0.get_many(keys, false, None).await? {
            let (is_this, is_any) = (item.get("pk") == this.get("pk"), item.get("pk") == any.get("pk"));
            if !is_this && !is_any {
                prospect.user = Self::claimant(item, now)?;
                continue;
            }
            let tries: Tries = from_item(item)?;
            if now.as_second() < tries.expires_at {
                prospect.failed_before |= is_this;
                let free = if is_this { limits.failures } else { limits.failures_of_network };
                prospect.wait = prospect.wait.max(tries.wait(free, now));
            }
        }
        Ok(prospect)
    }

    /// Counts one more failure to log in.
    ///
    /// # Errors
    /// When it cannot be written.
    pub async fn add_failure(&self, guesser: &Guesser, now: Timestamp) -> Result<()> {
        self.count_failure(&guesser.this_login, now).await?;
        self.count_failure(&guesser.any_login, now).await?;
        Ok(())
    }

    /// Counts one more failure, or the first one where the former ones are forgotten by now. Tells how many it were with this one.
    ///
    /// # Errors
    /// When it cannot be written.
    pub async fn count_failure(&self, counter: &Counter, now: Timestamp) -> Result<u32> {
        let further = "attribute_not_exists(pk) OR #expires_at > :now";
        let first = "#expires_at <= :now";
        for (update, condition) in [("ADD failures :one SET", further), ("SET failures = :one,", first)] {
            let request = self
                .0
                .client
                .update_item()
                .table_name(&self.0.name)
                .set_key(Some(counter.key()))
                .update_expression(format!("{update} #last = :now, #expires_at = :expires_at"))
                .condition_expression(condition)
                .expression_attribute_names("#last", "last")
                .expression_attribute_names("#expires_at", EXPIRES_AT)
                .expression_attribute_values(":one", number(&1))
                .expression_attribute_values(":now", number(&now.as_second()))
                .expression_attribute_values(":expires_at", number(&(now.as_second() + seconds(MEMORY))))
                .return_values(ReturnValue::AllNew);
            match request.send().await {
                Ok(output) => {
                    return from_item::<Tries>(output.attributes.unwrap_or_default()).map(|tries| tries.failures);
                }
                Err(error) => conditional::<(), _>("UpdateItem", Err(error))?,
            };
        }
        // Both conditions failed: another request began to count anew between the two, and stands for this one.
        Ok(1)
    }

    /// Forgets the failures with this login.
    ///
    /// # Errors
    /// When it cannot be written.
    pub async fn forget_failures(&self, guesser: &Guesser) -> Result<()> {
        let request = self.0.client.delete_item().table_name(&self.0.name).set_key(Some(guesser.this_login.key()));
        request.send().await.map(drop).map_err(|error| failure("DeleteItem", error))
    }

    /// Counts a request of a kind of which so many are taken from one address in an hour of the clock; zero stands for any number.
    ///
    /// # Errors
    /// `TooSoon` if there were as many.
    pub async fn take_turn(&self, kind: &str, address: &str, limit: u32, now: Timestamp) -> Result<()> {
        if limit == 0 {
            return Ok(());
        }
        let (hour, passed) = (now.as_second() / HOUR, now.as_second() % HOUR);
        let update = self
            .0
            .client
            .update_item()
            .table_name(&self.0.name)
            .set_key(Some(Counter::new(&[kind, &hour.to_string()], address).key()))
            .update_expression("ADD hits :one SET #expires_at = :expires_at")
            .condition_expression("attribute_not_exists(pk) OR hits < :limit")
            .expression_attribute_names("#expires_at", EXPIRES_AT)
            .expression_attribute_values(":one", number(&1))
            .expression_attribute_values(":limit", number(&limit))
            .expression_attribute_values(":expires_at", number(&((hour + 1) * HOUR)));
        if conditional("UpdateItem", update.send().await)? {
            Ok(())
        } else {
            Err(Error::TooSoon((HOUR - passed).unsigned_abs()))
        }
    }
}

fn seconds(duration: Duration) -> i64 {
    i64::try_from(duration.as_secs()).unwrap_or(i64::MAX)
}
