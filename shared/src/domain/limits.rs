//! How often something may be tried, and how failures slow down the next attempt.

use std::net::{IpAddr, Ipv6Addr};
use std::time::Duration;

/// However often it failed, the wait is never longer.
const LONGEST_WAIT: Duration = Duration::from_mins(15);

/// How long failures are remembered after the last one.
pub const MEMORY: Duration = Duration::from_mins(30);

/// The limits of a service, as the template's parameters give them. Zero stands for no limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// So many failures in a row to log in as somebody, from one network, cost no wait: people mistype.
    pub failures: u32,
    /// So many failures from one network, whoever is tried, cost no wait: many people may share it.
    pub failures_of_network: u32,
    /// So many requests that send mails to strangers, registrations and forgotten passwords, are taken from one network in an hour.
    pub mail_requests: u32,
    /// So many mails of a kind are sent to one address in a day.
    pub mails: u32,
}

/// How long after the last of so many failures in a row the next attempt is taken, when so many are `free`: nothing, then 1 s,
/// 2 s, 4 s … 15 min.
#[must_use]
pub fn wait_after(failures: u32, free: u32) -> Duration {
    match failures.checked_sub(free) {
        Some(beyond) if free > 0 => {
            1u64.checked_shl(beyond).map_or(LONGEST_WAIT, |seconds| Duration::from_secs(seconds).min(LONGEST_WAIT))
        }
        _ => Duration::ZERO,
    }
}

/// The network that an address belongs to as far as one customer can have it: of IPv6 the first 64 bits, since whoever has
/// one such address has them all ([RFC 6177](https://www.rfc-editor.org/rfc/rfc6177)); of IPv4 the address.
#[must_use]
pub fn network(address: &str) -> String {
    match address.parse::<IpAddr>().map(|address| address.to_canonical()) {
        Ok(IpAddr::V6(address)) => Ipv6Addr::from_bits(address.to_bits() >> 64 << 64).to_string(),
        Ok(IpAddr::V4(address)) => address.to_string(),
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
    fn the_network_of_an_address() {
        let cases = [
            ("192.0.2.7", "192.0.2.7"),
            ("::ffff:192.0.2.7", "192.0.2.7"),
            ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
            ("2001:db8:1:2::", "2001:db8:1:2::"),
            ("2001:db8:1:3::1", "2001:db8:1:3::"),
            ("", ""),
            ("no address", "no address"),
        ];
        for (address, expected) in cases {
            assert_eq!(network(address), expected, "{address}");
        }
    }
}
