//! The attempts at passwords and tokens, counted so that nobody can guess: an item for each account that is tried, and one for each
//! wide network that tries. A turn is taken on a condition before a password is looked at: however many arrive at once, no more are
//! looked at than allowed. A right password gives its turn back.
//!
//! | attribute | counts |
//! |---|---|
//! | `n<network>`, `l<network>` | the failures of one network in a row, and when the last one was |
//! | `h<whose>.<hour>` | the failures of a wide network, or of all networks, in that hour of the clock |
//!
//! Each is judged by its own time, so an item may be as old as it likes. What is out of date is taken out of an item that has grown.

use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_sdk_dynamodb::operation::update_item::builders::UpdateItemFluentBuilder;
use aws_sdk_dynamodb::types::{ReturnValue, ReturnValuesOnConditionCheckFailure};
use jiff::Timestamp;

use super::change::Change;
use super::failure::{conditional, failure};
use super::item::{EXPIRES_AT, Item, integer, number};
use super::keys;
use super::table::{Table, over_table};
use crate::domain::UserId;
use crate::domain::lifetime::{self, seconds};
use crate::domain::limits::{Bounds, Failures, Limits, network, wide_network};
use crate::error::Result;
use crate::token::digest::fingerprint;

/// The characters of a digest that tell networks apart.
const NETWORK: usize = 10;

pub(super) const HOUR: i64 = 60 * 60;

/// The attempts to take a turn when others take one at the same time.
const ROUNDS: usize = 4;

/// An item with this many attributes is pruned.
const LARGE: usize = 200;

/// The attributes that are pruned at once, within the limit of an expression in DynamoDB.
const PRUNED: usize = 50;

/// The counts of one item that concern one network. It holds neither a login nor an address that could be read.
#[derive(Clone, Debug)]
pub struct Ledger {
    key: String,
    /// Ends the names of the network's own attributes.
    network: String,
    /// The failures of the network in a row that cost no wait.
    free: u32,
    /// The attributes that count for an hour, and how far they may.
    hourly: Vec<(String, u32)>,
    now: i64,
}

/// A turn that was taken.
#[derive(Clone, Debug)]
pub struct Turn {
    ledger: Ledger,
    /// The failures of the network before it.
    before: Failures,
}

/// The reason why no turn is given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refused {
    /// The network itself has failed too often; it may try again after this many seconds.
    Wait(u64),
    /// Too many failures come from elsewhere; they are forgotten after this many seconds. A network in which the account has a
    /// session is not concerned.
    Crowded(u64),
}

impl Turn {
    /// Whether the network has failed before.
    #[must_use]
    pub const fn follows_failures(&self) -> bool {
        self.before.count > 0
    }
}

impl Ledger {
    /// For the passwords that are tried on an account from that address. An unknown login has an id that nobody has.
    #[must_use]
    pub fn of_account(account: UserId, address: &str, limits: &Limits, now: Timestamp) -> Self {
        Self::of_user("account", account, address, limits.of_account(), now)
    }

    /// For the tokens that are tried on an account from that address.
    #[must_use]
    pub fn of_tokens(account: UserId, address: &str, limits: &Limits, now: Timestamp) -> Self {
        Self::of_user("tokens", account, address, limits.of_account(), now)
    }

    fn of_user(kind: &str, account: UserId, address: &str, bounds: Bounds, now: Timestamp) -> Self {
        let now = now.as_second();
        let key = fingerprint(&[kind.as_bytes(), account.as_bytes()]);
        let wide = format!("h{}.{}", digest(&wide_network(address)), now / HOUR);
        let hourly = vec![(wide, bounds.wide), (format!("h.{}", now / HOUR), bounds.all)];
        Self { key, network: digest(&network(address)), free: bounds.network, hourly, now }
    }

    /// For the passwords that are tried from that address on any account. It begins anew every half an hour, since in a network of
    /// many people somebody always mistypes.
    #[must_use]
    pub fn of_network(address: &str, limits: &Limits, now: Timestamp) -> Self {
        let (bounds, now) = (limits.of_network(), now.as_second());
        Self {
            key: fingerprint(&[b"network", wide_network(address).as_bytes()]),
            network: format!("{}.{}", digest(&network(address)), now / seconds(lifetime::FAILURES)),
            free: bounds.network,
            hourly: vec![(format!("h.{}", now / HOUR), bounds.wide)],
            now,
        }
    }

    /// The same for a network in which the account has a session: failures from elsewhere do not count.
    #[must_use]
    pub fn of_a_known_network(self) -> Self {
        Self { hourly: Vec::new(), ..self }
    }

    fn count(&self) -> String {
        format!("n{}", self.network)
    }

    fn last(&self) -> String {
        format!("l{}", self.network)
    }

    /// The network's failures as the item counts them.
    fn failures(&self, item: &Item) -> Failures {
        let count = integer(item, &self.count()).and_then(|count| u32::try_from(count).ok()).unwrap_or_default();
        Failures { count, last: integer(item, &self.last()).unwrap_or_default() }
    }

    /// What the network's failures are with the turn, if it may be taken.
    fn judge(&self, item: &Item) -> std::result::Result<Failures, Refused> {
        let full = |(name, most): &(String, u32)| integer(item, name).is_some_and(|count| count >= i64::from(*most));
        let failures = self.failures(item).with_another(self.free, self.now).map_err(Refused::Wait)?;
        if self.hourly.iter().any(full) {
            return Err(Refused::Crowded((HOUR - self.now % HOUR).unsigned_abs()));
        }
        Ok(failures)
    }

    /// Counts one more if the network has free turns left and no failure is to be forgotten. That is the usual case, and takes one
    /// call.
    fn usual_turn(&self) -> Change {
        self.hourly_turn(
            Change::new()
                .add("#count", number(&1))
                .when("attribute_not_exists(#count) OR (#count < :free AND #last > :since)"),
        )
        .name("#count", self.count())
        .value(":free", number(&self.free))
        .value(":since", number(&(self.now - seconds(lifetime::FAILURES))))
    }

    /// Counts by the item as it was read, if the same network has taken no turn since.
    fn exact_turn(&self, before: Failures, after: Failures) -> Change {
        let change = Change::new().set("#count", number(&after.count)).name("#count", self.count());
        let change = if before.count == 0 {
            change.when("attribute_not_exists(#count) OR #count = :before")
        } else {
            change.when("#count = :before AND #last = :former").value(":former", number(&before.last))
        };
        self.hourly_turn(change.value(":before", number(&before.count)))
    }

    fn hourly_turn(&self, change: Change) -> Change {
        let mut change = change
            .set("#last", number(&self.now))
            .set("#expires_at", number(&(self.now + seconds(lifetime::COUNTED_FAILURES))))
            .name("#last", self.last())
            .name("#expires_at", EXPIRES_AT);
        for (index, (name, most)) in self.hourly.iter().enumerate() {
            let count = format!("#h{index}");
            change = change
                .when(&format!("attribute_not_exists({count}) OR {count} < :most{index}"))
                .add(&count, number(&1))
                .name(&count, name)
                .value(&format!(":most{index}"), number(most));
        }
        change
    }

    fn hourly_back(&self, mut change: Change) -> Change {
        for (index, (name, _)) in self.hourly.iter().enumerate() {
            let count = format!("#h{index}");
            change = change.add(&count, number(&-1)).name(&count, name);
        }
        change
    }
}

/// The attributes of the item that are out of date, as many as are pruned at once.
fn outdated(item: &Item, now: i64) -> Vec<&String> {
    let is_outdated = |name: &String| {
        let (kind, rest) = name.split_at_checked(1)?;
        match kind {
            "n" => integer(item, &format!("l{rest}")).map(|last| last + seconds(lifetime::FAILURES) <= now),
            "l" => integer(item, name).map(|last| last + seconds(lifetime::FAILURES) <= now),
            "h" => rest.rsplit_once('.')?.1.parse().ok().map(|hour: i64| hour < now / HOUR),
            _ => None,
        }
    };
    item.keys().filter(|name| is_outdated(name) == Some(true)).take(PRUNED).collect()
}

pub(super) fn digest(network: &str) -> String {
    let mut digest = fingerprint(&[network.as_bytes()]);
    digest.truncate(NETWORK);
    digest
}

/// The turns at passwords and tokens.
#[derive(Clone, Debug)]
pub struct Attempts(Table);

over_table!(Attempts, of_users);

impl Attempts {
    /// Takes a turn, if there is one.
    pub async fn take_turn(&self, ledger: Ledger) -> Result<std::result::Result<Turn, Refused>> {
        if ledger.free == u32::MAX {
            return Ok(Ok(Turn { ledger, before: Failures::default() }));
        }
        let mut tried = self.try_turn(&ledger, ledger.usual_turn()).await?;
        for _ in 0..ROUNDS {
            let stored = match tried {
                Ok(former) => {
                    self.prune(&ledger, &former).await?;
                    let before = ledger.failures(&former);
                    return Ok(Ok(Turn { ledger, before }));
                }
                Err(stored) => stored,
            };
            let after = match ledger.judge(&stored) {
                Ok(after) => after,
                Err(refused) => return Ok(Err(refused)),
            };
            tried = self.try_turn(&ledger, ledger.exact_turn(ledger.failures(&stored), after)).await?;
        }
        // Others take one turn after another.
        Ok(Err(Refused::Wait(1)))
    }

    /// Forgets the failures of the turn's network, because the password was right.
    pub async fn forget_failures(&self, turn: &Turn) -> Result<()> {
        let ledger = &turn.ledger;
        let change = Change::new().remove("#count").remove("#last").when("attribute_exists(#count)");
        let change = change.name("#count", ledger.count()).name("#last", ledger.last());
        self.put_back(ledger, ledger.hourly_back(change)).await
    }

    /// Gives back the turn alone: earlier failures of the network stay.
    pub async fn give_back(&self, turn: &Turn) -> Result<()> {
        let (ledger, before) = (&turn.ledger, turn.before);
        let mut change = Change::new().add("#count", number(&-1)).when("#count >= :one").value(":one", number(&1));
        if before.count > 0 {
            change = change.set("#last", number(&before.last)).name("#last", ledger.last());
        }
        self.put_back(ledger, ledger.hourly_back(change.name("#count", ledger.count()))).await
    }

    async fn put_back(&self, ledger: &Ledger, change: Change) -> Result<()> {
        if ledger.free == u32::MAX {
            return Ok(());
        }
        // An item that is gone by now needs no change.
        conditional("UpdateItem", change.of(self.ledger(ledger)).send().await).map(drop)
    }

    fn ledger(&self, ledger: &Ledger) -> UpdateItemFluentBuilder {
        self.0.update_item(keys::tries(&ledger.key))
    }

    /// The item before the turn, or as it is where the condition did not hold.
    async fn try_turn(&self, ledger: &Ledger, change: Change) -> Result<std::result::Result<Item, Item>> {
        let update = change
            .of(self.ledger(ledger))
            .return_values(ReturnValue::AllOld)
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        match update.send().await {
            Ok(output) => Ok(Ok(output.attributes.unwrap_or_default())),
            Err(error) => match error.as_service_error() {
                Some(UpdateItemError::ConditionalCheckFailedException(failed)) => {
                    Ok(Err(failed.item.clone().unwrap_or_default()))
                }
                _ => Err(failure("UpdateItem", error)),
            },
        }
    }

    /// Removes the attributes of a large item that are out of date.
    async fn prune(&self, ledger: &Ledger, item: &Item) -> Result<()> {
        let outdated = if item.len() < LARGE { Vec::new() } else { outdated(item, ledger.now) };
        if outdated.is_empty() {
            return Ok(());
        }
        let mut change = Change::new();
        for (index, name) in outdated.into_iter().enumerate() {
            let (attribute, value) = (format!("#{index}"), format!(":{index}"));
            // An attribute that was counted on meanwhile is not out of date any more; one that is gone does no harm.
            let unchanged = format!("attribute_not_exists({attribute}) OR {attribute} = {value}");
            change = change.remove(&attribute).when(&unchanged).name(&attribute, name);
            change = item.get(name).into_iter().fold(change, |change, stored| change.value(&value, stored.clone()));
        }
        conditional("UpdateItem", change.of(self.ledger(ledger)).send().await).map(drop)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_out_of_date() {
        let now = 1_000_000;
        let item: Item = [
            ("nold", 3),
            ("lold", now - 1800),
            ("nyoung", 3),
            ("lyoung", now - 1799),
            ("h.276", 9),
            ("hwide.276", 9),
            ("h.277", 9),
            ("expires_at", 1),
        ]
        .into_iter()
        .map(|(name, value)| (name.to_owned(), number(&value)))
        .collect();
        let mut names = outdated(&item, now);
        names.sort();
        assert_eq!(names, ["h.276", "hwide.276", "lold", "nold"]);
    }
}
