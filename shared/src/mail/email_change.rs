//! The mail with the link that makes an address the user's.

use jiff::Timestamp;

use super::inert::Inert;
use super::letter::Letter;
use super::{Mail, moment};
use crate::error::Result;

/// The mail to the new address of this user, with the link that confirms it, which works until then.
pub fn email_change(username: &str, link: &str, expires_at: Timestamp) -> Result<Mail> {
    let username = Inert(username);
    Letter::new("Confirm your new e-mail address", username)
        .text(format_args!("please confirm that this is to be the e-mail address of your account {username}, by opening this link:"))
        .link("Confirm the new address", link)
        .text(format_args!("It works once, until {}.", moment(expires_at)?))
        .text("If that account is not yours, do nothing: somebody else gave your address, and without you nothing changes.")
        .render()
}
