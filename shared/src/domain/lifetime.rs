//! How long things last. Texts that name one of these times are made from it with [`words`].

use std::time::Duration;

/// A confirmation link works this long, and an unconfirmed user is kept this long.
pub const CONFIRMATION: Duration = Duration::from_hours(24);

/// The shortest wait between two confirmation mails.
pub const CONFIRMATION_PAUSE: Duration = Duration::from_mins(1);

/// A link that changes the address works this long.
pub const EMAIL_CHANGE: Duration = Duration::from_hours(24);

/// A further link that changes the address can be asked for this long after the last one.
pub const EMAIL_CHANGE_PAUSE: Duration = Duration::from_mins(1);

/// A link that sets a new password works this long.
pub const RESET: Duration = Duration::from_mins(30);

/// The shortest wait between two mails with a link for a new password.
pub const RESET_PAUSE: Duration = Duration::from_mins(1);

/// Links for a new password to one user are counted for this long, starting with the first.
pub const RESET_COUNT: Duration = Duration::from_hours(24);

/// A password change can be repeated for this long, since its answer may have been lost.
pub const REPEATABLE_CHANGE: Duration = Duration::from_mins(1);

/// An access token is valid this long.
pub const ACCESS_TOKEN: Duration = Duration::from_hours(1);

/// Clocks may differ by this much, so an access token is accepted for this much longer.
pub const LEEWAY: Duration = Duration::from_mins(1);

/// A session ends this long after its refresh token was last used.
pub const IDLE_SESSION: Duration = Duration::from_hours(30 * 24);

/// A session ends this long after the login, even if it is in use.
pub const SESSION: Duration = Duration::from_hours(90 * 24);

/// A spent refresh token is honoured for this much longer, since the answer may have been lost.
pub const SPENT_TOKEN: Duration = Duration::from_secs(10);

/// The remains of an interrupted account deletion expire after this time.
pub const INTERRUPTED_DELETION: Duration = Duration::from_hours(24);

/// A marker replaces what was deleted with an account for this long. No request takes that long.
pub const DELETION_MARKER: Duration = Duration::from_hours(1);

/// What is left of a deleted event expires after this time: until then calendars can still learn that it is cancelled.
pub const DELETED_EVENT: Duration = Duration::from_hours(7 * 24);

/// What is left of a deleted draft expires after this time. Nobody but its organiser knew of it.
pub const DELETED_DRAFT: Duration = Duration::from_hours(1);

/// What is left of an invitee who was taken out expires after this time.
pub const TAKEN_OUT: Duration = Duration::from_hours(7 * 24);

/// The link of an invitation works this long after the last of the event's dates.
pub const INVITATION: Duration = Duration::from_hours(30 * 24);

/// The link of an invitation to an event whose dates cannot be told works this long.
pub const UNDATED_INVITATION: Duration = Duration::from_hours(365 * 24);

/// That a mail about an event was sent is known this long, so that it is not sent again.
pub const TOLD: Duration = Duration::from_hours(30 * 24);

/// A mail that a function has begun to send and not reported is sent by the next one after this time.
pub const TELLING: Duration = Duration::from_mins(2);

/// Failed attempts are remembered this long after the last one.
pub const FAILURES: Duration = Duration::from_mins(30);

/// The failures of all networks on one account are kept this long at most. This limits what a flood can pile up.
pub const COUNTED_FAILURES: Duration = Duration::from_hours(6);

/// The longest wait after a failed attempt.
pub const LONGEST_WAIT: Duration = Duration::from_mins(15);

/// The time in whole seconds, as tokens and the storage count it.
#[must_use]
pub const fn seconds(time: Duration) -> i64 {
    time.as_secs().cast_signed()
}
