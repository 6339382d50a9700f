//! The mail with the link that sets a new password.

use jiff::Timestamp;

use super::inert::Inert;
use super::letter::Letter;
use super::{Mail, moment};
use crate::error::Result;

/// The mail by which this user can set a new password, with this link, which works until then.
pub fn password_reset(username: &str, link: &str, expires_at: Timestamp) -> Result<Mail> {
    Letter::new("Set a new password", Inert(username))
        .text("you can set a new password by opening this link:")
        .link("Set a new password", link)
        .text(format_args!(
            "It works once, until {}. If you did not ask for it, do nothing: your password stays as it is.",
            moment(expires_at)?,
        ))
        .render()
}
