//! The mail that tells that an account was deleted: the last one that its owner gets.

use askama::Template;
use jiff::Timestamp;

use super::inert::{Inert, Network};
use super::{Mail, SERVICE, moment};
use crate::error::Result;

#[derive(Template)]
#[template(path = "account_deleted.txt")]
struct Text<'a> {
    username: Inert<'a>,
    when: &'a str,
    address: Network<'a>,
    service: &'a str,
}

#[derive(Template)]
#[template(path = "account_deleted.html")]
struct Html<'a> {
    username: Inert<'a>,
    when: &'a str,
    address: Network<'a>,
    service: &'a str,
}

/// The mail that tells this user that the account was deleted then, from that network address.
///
/// # Errors
/// When a template cannot be filled in.
pub fn account_deleted(username: &str, at: Timestamp, address: &str) -> Result<Mail> {
    let (username, address) = (Inert(username), Network(address));
    let (when, service) = (&moment(at)?, SERVICE);
    Mail::render(
        "Your account was deleted",
        Text { username, when, address, service },
        Html { username, when, address, service },
    )
}
