//! How long things last. Texts that name one of these times take it from here, by [`words`].

use std::time::Duration;

/// A confirmation link works this long, and a user who does not confirm is kept this long.
pub const CONFIRMATION: Duration = Duration::from_hours(24);

/// A further confirmation mail can be asked for this long after the last one.
pub const CONFIRMATION_PAUSE: Duration = Duration::from_mins(1);

/// A link that changes the address works this long.
pub const EMAIL_CHANGE: Duration = Duration::from_hours(24);

/// A further link that changes the address can be asked for this long after the last one.
pub const EMAIL_CHANGE_PAUSE: Duration = Duration::from_mins(1);

/// A link that sets a new password works this long.
pub const RESET: Duration = Duration::from_mins(30);

/// A further link for a new password is mailed this long after the last one at the earliest.
pub const RESET_PAUSE: Duration = Duration::from_mins(1);

/// Links for a new password to one user are counted for this long, from the first one on.
pub const RESET_COUNT: Duration = Duration::from_hours(24);

/// A change of the password whose answer was lost can be repeated for this long.
pub const REPEATABLE_CHANGE: Duration = Duration::from_mins(1);

/// An access token is valid this long.
pub const ACCESS_TOKEN: Duration = Duration::from_hours(1);

/// Clocks may differ by this much: an access token is accepted so much longer.
pub const LEEWAY: Duration = Duration::from_mins(1);

/// A session ends this long after its refresh token was last used.
pub const IDLE_SESSION: Duration = Duration::from_hours(30 * 24);

/// A session ends this long after the login at the latest.
pub const SESSION: Duration = Duration::from_hours(90 * 24);

/// A refresh token that was spent is honoured this much longer, since the answer may have been lost.
pub const SPENT_TOKEN: Duration = Duration::from_secs(10);

/// What an interrupted deletion of an account leaves is gone after this time.
pub const INTERRUPTED_DELETION: Duration = Duration::from_hours(24);

/// A marker stays this long in the place of what was deleted with an account. No request takes that long.
pub const DELETION_MARKER: Duration = Duration::from_hours(1);

/// What an interrupted deletion of an event leaves is gone after this time.
pub const DELETED_EVENT: Duration = Duration::from_hours(1);

/// Failed attempts are remembered this long after the last one.
pub const FAILURES: Duration = Duration::from_mins(30);

/// The failures of all networks with one account are kept this long at most, which bounds what a flood can pile up.
pub const COUNTED_FAILURES: Duration = Duration::from_hours(6);

/// The wait after a failed attempt is never longer.
pub const LONGEST_WAIT: Duration = Duration::from_mins(15);

/// The time in whole seconds, as tokens and the storage count it.
#[must_use]
pub const fn seconds(time: Duration) -> i64 {
    time.as_secs().cast_signed()
}

/// The time as a sentence names it, in its largest whole unit: `a day`, `30 minutes`.
#[must_use]
pub fn words(time: Duration) -> String {
    let units = [(24 * 60 * 60, "a", "day"), (60 * 60, "an", "hour"), (60, "a", "minute"), (1, "a", "second")];
    let seconds = time.as_secs();
    let unit = units.into_iter().find(|(length, _, _)| seconds.is_multiple_of(*length) && seconds >= *length);
    match unit {
        Some((length, article, name)) if seconds == length => format!("{article} {name}"),
        Some((length, _, name)) => format!("{} {name}s", seconds / length),
        None => "0 seconds".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_named_in_their_largest_whole_unit() {
        let cases = [
            (CONFIRMATION, "a day"),
            (SESSION, "90 days"),
            (ACCESS_TOKEN, "an hour"),
            (RESET, "30 minutes"),
            (Duration::from_secs(90), "90 seconds"),
            (Duration::ZERO, "0 seconds"),
        ];
        for (time, expected) in cases {
            assert_eq!(words(time), expected);
        }
    }
}
