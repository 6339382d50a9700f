//! The keys of all items. A call that reads or writes items of several kinds takes their keys from here.
//!
//! | table of users | item | file |
//! |---|---|---|
//! | `USER#<id>`, `USER` | an account | `accounts` |
//! | `NAME#<lower case>`, `NAME` | the account that has this username | `accounts` |
//! | `MAIL#<lower case>`, `MAIL` | the account that has this address, or was the last to register with it | `accounts` |
//! | `GUEST#<id>`, `GUEST` | somebody who was invited by an address, and has no account | `guests` |
//! | `GUESTMAIL#<lower case>`, `GUESTMAIL` | the guest who has this address | `guests` |
//! | `SESSION#<id>`, the session's id | a login session | `sessions` |
//! | `CONTACTS#<id>`, `CONTACTS` | the contacts of a user | `contacts` |
//! | `RESET#<id>`, `RESET` | the link that sets a new password | `resets` |
//! | `TOLD#<digest>`, `TOLD` | mails about events that were sent | `told` |
//! | `TRIES#<digest>`, `TRIES` | counts of attempts and of mails | `attempts`, `quotas` |
//!
//! | table of events | item | file |
//! |---|---|---|
//! | the event's id, `EVENT` | the event, with the addressees of a draft | `event_items` |
//! | the event's id, `MEMBER#<id>` | an invitee of a sent event | `event_items` |

use std::fmt::Display;

use super::item::{Item, text};
use crate::domain::{EventId, UserId};

/// The sort key of an event itself.
pub(super) const EVENT: &str = "EVENT";

/// The beginning of the sort keys of invitees.
pub(super) const MEMBER: &str = "MEMBER#";

pub(super) const RESET: &str = "RESET";

/// The account with this id.
pub(super) fn user(id: UserId) -> Item {
    single("USER", id)
}

/// The claim on this username, which is in lower case.
pub(super) fn name(username: impl Display) -> Item {
    single("NAME", username)
}

/// The claim on this address, which is in lower case.
pub(super) fn mail(address: impl Display) -> Item {
    single("MAIL", address)
}

/// The guest with this id.
pub(super) fn guest(id: UserId) -> Item {
    single("GUEST", id)
}

/// The guest with this address, which is in lower case.
pub(super) fn guest_mail(address: impl Display) -> Item {
    single("GUESTMAIL", address)
}

/// The contacts of this user.
pub(super) fn contacts(user: UserId) -> Item {
    single("CONTACTS", user)
}

/// The link that sets a new password of this user.
pub(super) fn reset(user: UserId) -> Item {
    single(RESET, user)
}

/// The counts under this digest.
pub(super) fn tries(digest: impl Display) -> Item {
    single("TRIES", digest)
}

/// The mails about events under this digest.
pub(super) fn told(digest: impl Display) -> Item {
    single("TOLD", digest)
}

/// The only item of its kind with this id.
fn single(kind: &str, id: impl Display) -> Item {
    of_users(&format!("{kind}#{id}"), kind)
}

/// The session of this user.
pub(super) fn session(user: UserId, session: impl Display) -> Item {
    of_users(&sessions(user), session)
}

/// The partition of this user's sessions.
pub(super) fn sessions(user: UserId) -> String {
    format!("SESSION#{user}")
}

fn of_users(partition: &str, sort: impl Display) -> Item {
    Item::from([("pk".to_owned(), text(&partition)), ("sk".to_owned(), text(&sort))])
}

/// The event itself.
pub(super) fn event(id: EventId) -> Item {
    event_row(id, EVENT)
}

/// The invitee of this event.
pub(super) fn member(event: EventId, user: UserId) -> Item {
    event_row(event, &member_row(user))
}

/// The sort key of an invitee.
pub(super) fn member_row(user: UserId) -> String {
    format!("{MEMBER}{user}")
}

/// The row of this event with this sort key.
pub(super) fn event_row(event: EventId, row: &str) -> Item {
    Item::from([("event_id".to_owned(), text(&event)), ("row".to_owned(), text(&row))])
}
