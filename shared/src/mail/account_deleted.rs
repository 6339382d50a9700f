//! The mail that tells that an account was deleted: the last one that its owner gets.

use jiff::Timestamp;

use super::inert::{Inert, Network};
use super::letter::Letter;
use super::{Mail, moment};
use crate::error::Result;

/// The mail that tells this user that the account was deleted then, from that network address.
pub fn account_deleted(username: &str, at: Timestamp, address: &str) -> Result<Mail> {
    Letter::new("Your account was deleted", Inert(username))
        .text(format_args!(
            "your account was deleted on {}, from the network address {}. In events that were sent, somebody without a name \
             takes your place.",
            moment(at)?,
            Network(address),
        ))
        .text(
            "If that was not you, somebody else knows your password: change it wherever else you use it.",
        )
        .render()
}
