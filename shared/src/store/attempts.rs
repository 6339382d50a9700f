//! Failed logins, counted for each login and source address: `TRIES#<digest of both>`. A good login reads this with what it
//! reads anyway, and writes nothing. A stranger's failures never slow down the owner, who comes from elsewhere.

use std::time::Duration;

use jiff::Timestamp;
use serde::Deserialize;

use super::users::{Users, key};
use super::{EXPIRES_AT, Item, conditional, failure, from_item, number};
use crate::domain::UserId;
use crate::domain::attempts::{MEMORY, wait_after};
use crate::domain::login::Login;
use crate::error::Result;
use crate::token::digest::fingerprint;

const TRIES: &str = "TRIES";

/// Somebody at some address who tries to log in as somebody.
#[derive(Clone, Debug)]
pub struct Source(String);

impl Source {
    /// The login that is tried, and the address that it is tried from.
    #[must_use]
    pub fn new(login: &Login, address: &str) -> Self {
        Self(fingerprint(&[login.key().as_bytes(), address.as_bytes()]))
    }

    fn key(&self) -> Item {
        key(TRIES, &self.0)
    }
}

#[derive(Deserialize)]
struct Tries {
    failures: u32,
    last: i64,
    expires_at: i64,
}

/// What is known of a login before the password is looked at.
#[derive(Debug)]
pub struct Prospect {
    /// Whose login it is, if anybody's.
    pub user: Option<UserId>,
    /// How many seconds remain until the next attempt is taken.
    pub wait: u64,
    /// Whether there were failures before.
    pub failed_before: bool,
}

impl Users {
    /// Looks up a login and the failures that it has had from there, in one call whatever the login is.
    ///
    /// # Errors
    /// When the table cannot be read.
    pub async fn find_login(&self, login: &Login, source: &Source, now: Timestamp) -> Result<Prospect> {
        let keys = Self::login_key(login).into_iter().chain([source.key()]).collect();
        let mut prospect = Prospect { user: None, wait: 0, failed_before: false };
        if let Login::Id(id) = login {
            prospect.user = Some(*id);
        }
        for item in self.0.get_many(keys, false, None).await? {
            if !item.contains_key("failures") {
                prospect.user = Self::claimant(item, now)?;
                continue;
            }
            let tries: Tries = from_item(item)?;
            if now.as_second() < tries.expires_at {
                prospect.failed_before = true;
                let until = tries.last + seconds(wait_after(tries.failures));
                prospect.wait = u64::try_from(until - now.as_second()).unwrap_or(0);
            }
        }
        Ok(prospect)
    }

    /// Counts one more failure, or the first one where the former ones are forgotten by now.
    ///
    /// # Errors
    /// When it cannot be written.
    pub async fn add_failure(&self, source: &Source, now: Timestamp) -> Result<()> {
        let further = "attribute_not_exists(pk) OR #expires_at > :now";
        let first = "#expires_at <= :now";
        for (update, condition) in [("ADD failures :one SET", further), ("SET failures = :one,", first)] {
            let request = self
                .0
                .client
                .update_item()
                .table_name(&self.0.name)
                .set_key(Some(source.key()))
                .update_expression(format!("{update} #last = :now, #expires_at = :expires_at"))
                .condition_expression(condition)
                .expression_attribute_names("#last", "last")
                .expression_attribute_names("#expires_at", EXPIRES_AT)
                .expression_attribute_values(":one", number(&1))
                .expression_attribute_values(":now", number(&now.as_second()))
                .expression_attribute_values(":expires_at", number(&(now.as_second() + seconds(MEMORY))));
            if conditional("UpdateItem", request.send().await)? {
                break;
            }
        }
        Ok(())
    }

    /// Forgets the failures.
    ///
    /// # Errors
    /// When it cannot be written.
    pub async fn forget_failures(&self, source: &Source) -> Result<()> {
        let request = self.0.client.delete_item().table_name(&self.0.name).set_key(Some(source.key()));
        request.send().await.map(drop).map_err(|error| failure("DeleteItem", error))
    }
}

fn seconds(duration: Duration) -> i64 {
    i64::try_from(duration.as_secs()).unwrap_or(i64::MAX)
}
