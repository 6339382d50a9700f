//! How failed logins slow down the next one.

use std::time::Duration;

/// This many failures in a row cost nothing: people mistype.
const FREE_FAILURES: u32 = 5;

/// However often it failed, the wait is never longer.
const LONGEST_WAIT: Duration = Duration::from_mins(15);

/// How long after the last of so many failures in a row the next attempt is taken: nothing, then 1 s, 2 s, 4 s … 15 min.
#[must_use]
pub fn wait_after(failures: u32) -> Duration {
    match failures.checked_sub(FREE_FAILURES) {
        None => Duration::ZERO,
        Some(beyond) => {
            1u64.checked_shl(beyond).map_or(LONGEST_WAIT, |seconds| Duration::from_secs(seconds).min(LONGEST_WAIT))
        }
    }
}

/// How long failures are remembered after the last one.
pub const MEMORY: Duration = Duration::from_mins(30);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_wait_doubles_up_to_a_quarter_of_an_hour() {
        let cases = [
            (0, 0),
            (1, 0),
            (4, 0),
            (5, 1),
            (6, 2),
            (7, 4),
            (14, 512),
            (15, 900),
            (16, 900),
            (100, 900),
            (u32::MAX, 900),
        ];
        for (failures, seconds) in cases {
            assert_eq!(wait_after(failures), Duration::from_secs(seconds), "{failures} failures");
        }
    }
}
