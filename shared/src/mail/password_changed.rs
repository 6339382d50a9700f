//! The mail that tells of a new password, so that an owner hears of what a thief does.

use jiff::Timestamp;

use super::inert::{Inert, Network};
use super::letter::Letter;
use super::{Mail, moment};
use crate::error::Result;

/// The mail that tells this user that the password was changed then, from that network address.
pub fn password_changed(username: &str, at: Timestamp, address: &str) -> Result<Mail> {
    Letter::new("Your password was changed", Inert(username))
        .text(format_args!(
            "your password was changed on {}, from the network address {}. All other sessions have ended.",
            moment(at)?,
            Network(address),
        ))
        .text(
            "If that was not you, somebody else knows your password and can read your mail or use your device: secure both \
             first.",
        )
        .render()
}
