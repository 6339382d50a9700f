//! The mail that tells of a new address that was asked for, so that an owner hears of what a thief does.

use jiff::Timestamp;

use super::inert::{Inert, Network};
use super::letter::Letter;
use super::{Mail, moment};
use crate::error::Result;

/// The mail that tells this user that this address is to take the place of the one that the mail goes to, as it was asked for then, from
/// that network address.
pub fn email_notice(username: &str, new: &str, at: Timestamp, address: &str) -> Result<Mail> {
    Letter::new("Your e-mail address is to be changed", Inert(username))
        .text(format_args!(
            "on {}, from the network address {}, somebody with your password asked to make {} the e-mail address of your account. It \
             takes the place of this one as soon as the link is opened that was mailed there.",
            moment(at)?,
            Network(address),
            Inert(new),
        ))
        .text(
            "If that was not you, somebody else knows your password: change it now. That makes the link worthless, and ends all other \
             sessions.",
        )
        .render()
}
