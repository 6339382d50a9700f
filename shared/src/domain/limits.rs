//! How often something may be tried, and how failures slow down the next attempt.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::time::Duration;

use super::lifetime::{self, seconds};

/// The attempts per hour on one account that a wide network has, as a multiple of a network's.
const WIDE_FAILURES: u32 = 4;

/// The attempts per hour on one account that all networks without a session of it have together, as a multiple of a network's.
const STRANGERS_FAILURES: u32 = 20;

/// The attempts or requests per hour that a wide network has over all users, as a multiple of a network's.
const WIDE: u32 = 10;

/// The mails per day to one mailbox that a wide network may cause, as a multiple of a network's.
const WIDE_MAILS: u32 = 2;

/// The mails per day to one mailbox that all networks together may cause, as a multiple of a network's. One network can never use
/// them up.
const ALL_MAILS: u32 = 8;

/// The limits of a service, as the template's parameters set them. Zero means no limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// The number of failed logins in a row on one account, from one network, that cost no wait: people mistype.
    pub failures: u32,
    /// The number of failures from one network, over all accounts, that cost no wait: many people may share a network.
    pub failures_of_network: u32,
    /// The number of requests per hour from one network that send mail to strangers: registrations and forgotten passwords.
    pub mail_requests: u32,
    /// The number of mails of one kind per day that one network causes to one address.
    pub mails: u32,
    /// The number of people per day whom one user invites by their addresses.
    pub invitations_by_address: u32,
    /// The number of invitations per day that are mailed to one address.
    pub invitations_to_address: u32,
}

/// How often one network, the wide network around it, and all networks together may do something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bounds {
    /// One network.
    pub network: u32,
    /// The wide network around it.
    pub wide: u32,
    /// All networks.
    pub all: u32,
}

impl Limits {
    /// How many wrong passwords an account tolerates: in a row from one network, in an hour from a wide network, and in an hour
    /// from all networks in which it has no session.
    #[must_use]
    pub const fn of_account(&self) -> Bounds {
        Bounds::new(self.failures, WIDE_FAILURES, STRANGERS_FAILURES)
    }

    /// How many wrong passwords networks may try over all accounts.
    #[must_use]
    pub const fn of_network(&self) -> Bounds {
        Bounds::new(self.failures_of_network, WIDE, WIDE)
    }

    /// How many requests that mail to strangers networks may send in an hour.
    #[must_use]
    pub const fn of_mail_requests(&self) -> Bounds {
        Bounds::new(self.mail_requests, WIDE, WIDE)
    }

    /// How many mails of one kind an address gets in a day.
    #[must_use]
    pub const fn of_mailbox(&self) -> Bounds {
        Bounds::new(self.mails, WIDE_MAILS, ALL_MAILS)
    }
}

impl Bounds {
    const fn new(network: u32, wide: u32, all: u32) -> Self {
        let network = if network == 0 { u32::MAX } else { network };
        Self { network, wide: network.saturating_mul(wide), all: network.saturating_mul(all) }
    }

    /// Whether there is no limit.
    #[must_use]
    pub const fn is_none(&self) -> bool {
        self.network == u32::MAX
    }
}

/// The remembered failures of one network.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Failures {
    /// The number of failures in a row. Attempts still under way count too.
    pub count: u32,
    /// The time of the last failure, in seconds since 1970.
    pub last: i64,
}

impl Failures {
    /// The failures with one more now, if another attempt is allowed.
    ///
    /// # Errors
    /// The number of seconds until the next attempt is allowed.
    pub fn with_another(self, free: u32, now: i64) -> Result<Self, u64> {
        let known = if self.last + seconds(lifetime::FAILURES) <= now { Self::default() } else { self };
        let wait = known.last + seconds(wait_after(known.count, free)) - now;
        match u64::try_from(wait) {
            Ok(wait) if wait > 0 => Err(wait),
            _ => Ok(Self { count: known.count.saturating_add(1), last: now }),
        }
    }
}

/// The wait after the last of `failures` in a row: nothing below `free` of them, then 1 s, 2 s, 4 s … 15 min.
#[must_use]
pub fn wait_after(failures: u32, free: u32) -> Duration {
    match failures.checked_sub(free) {
        Some(beyond) if free > 0 => 1u64
            .checked_shl(beyond)
            .map_or(lifetime::LONGEST_WAIT, |seconds| Duration::from_secs(seconds).min(lifetime::LONGEST_WAIT)),
        _ => Duration::ZERO,
    }
}

/// The network of an address, as far as one customer can have it. For IPv6, it is the first 64 bits, since a customer with one such
/// address has them all ([RFC 6177](https://www.rfc-editor.org/rfc/rfc6177)). For IPv4, it is the address.
#[must_use]
pub fn network(address: &str) -> String {
    prefix(address, 32, 64)
}

/// The wide network around it. For IPv6, it is the first 48 bits, which one customer may have as well. For IPv4, it is the first 24
/// bits.
#[must_use]
pub fn wide_network(address: &str) -> String {
    prefix(address, 24, 48)
}

fn prefix(address: &str, v4: u32, v6: u32) -> String {
    match address.parse::<IpAddr>().map(|address| address.to_canonical()) {
        Ok(IpAddr::V6(address)) => Ipv6Addr::from_bits(address.to_bits() & u128::MAX << (128 - v6)).to_string(),
        Ok(IpAddr::V4(address)) => Ipv4Addr::from_bits(address.to_bits() & u32::MAX << (32 - v4)).to_string(),
        Err(_) => address.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_wait_doubles_up_to_a_quarter_of_an_hour() {
        let cases = [
            (0, 5, 0),
            (1, 5, 0),
            (4, 5, 0),
            (5, 5, 1),
            (6, 5, 2),
            (7, 5, 4),
            (14, 5, 512),
            (15, 5, 900),
            (16, 5, 900),
            (100, 5, 900),
            (u32::MAX, 5, 900),
            (99, 100, 0),
            (100, 100, 1),
            (0, 0, 0),
            (1000, 0, 0),
        ];
        for (failures, free, seconds) in cases {
            assert_eq!(wait_after(failures, free), Duration::from_secs(seconds), "{failures} failures, {free} free");
        }
    }

    #[test]
    fn the_networks_of_an_address() {
        let cases = [
            ("192.0.2.7", "192.0.2.7", "192.0.2.0"),
            ("::ffff:192.0.2.7", "192.0.2.7", "192.0.2.0"),
            ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::", "2001:db8:1::"),
            ("2001:db8:1:2::", "2001:db8:1:2::", "2001:db8:1::"),
            ("2001:db8:1:3::1", "2001:db8:1:3::", "2001:db8:1::"),
            ("2001:db8:2:3::1", "2001:db8:2:3::", "2001:db8:2::"),
            ("", "", ""),
            ("no address", "no address", "no address"),
        ];
        for (address, narrow, wide) in cases {
            assert_eq!((network(address).as_str(), wide_network(address).as_str()), (narrow, wide), "{address}");
        }
    }

    #[test]
    fn failures_add_up_make_wait_and_are_forgotten() {
        let failures = |count, last| Failures { count, last };
        let cases = [
            (failures(0, 0), 1000, Ok(failures(1, 1000))),
            (failures(4, 1000), 1000, Ok(failures(5, 1000))),
            (failures(5, 1000), 1000, Err(1)),
            (failures(5, 1000), 1001, Ok(failures(6, 1001))),
            (failures(6, 1001), 1001, Err(2)),
            (failures(5, 1000), 2799, Ok(failures(6, 2799))),
            (failures(5, 1000), 2800, Ok(failures(1, 2800))),
            (failures(99, 1000), 1899, Err(1)),
        ];
        for (before, now, after) in cases {
            assert_eq!(before.with_another(5, now), after, "{before:?} at {now}");
        }
        assert_eq!(failures(99, 1000).with_another(u32::MAX, 1000), Ok(failures(100, 1000)));
    }

    #[test]
    fn wider_networks_have_wider_bounds() {
        let limits = |each| Limits {
            failures: each,
            failures_of_network: each,
            mail_requests: each,
            mails: each,
            invitations_by_address: each,
            invitations_to_address: each,
        };
        for each in [1, 5, u32::MAX / 2] {
            let limits = limits(each);
            for bounds in [limits.of_account(), limits.of_network(), limits.of_mail_requests(), limits.of_mailbox()] {
                assert!(bounds.network < bounds.wide && bounds.wide <= bounds.all && !bounds.is_none(), "{bounds:?}");
            }
            assert!(limits.of_mailbox().wide < limits.of_mailbox().all, "one network cannot use up a mailbox");
        }
        assert!(limits(0).of_account().is_none());
    }
}
