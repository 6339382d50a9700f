//! The mail that tells of a new password, so that an owner hears of what a thief does.

use askama::Template;
use jiff::Timestamp;

use super::inert::{Inert, Network};
use super::{Mail, SERVICE, moment};
use crate::error::Result;

#[derive(Template)]
#[template(path = "password_changed.txt")]
struct Text<'a> {
    username: Inert<'a>,
    when: &'a str,
    address: Network<'a>,
    service: &'a str,
}

#[derive(Template)]
#[template(path = "password_changed.html")]
struct Html<'a> {
    username: Inert<'a>,
    when: &'a str,
    address: Network<'a>,
    service: &'a str,
}

/// The mail that tells this user that the password was changed then, from that network address.
///
/// # Errors
/// When a template cannot be filled in.
pub fn password_changed(username: &str, at: Timestamp, address: &str) -> Result<Mail> {
    let (username, address) = (Inert(username), Network(address));
    let (when, service) = (&moment(at)?, SERVICE);
    Mail::render(
        "Your password was changed",
        Text { username, when, address, service },
        Html { username, when, address, service },
    )
}
