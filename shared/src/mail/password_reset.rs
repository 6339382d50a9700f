//! The mail with the link that sets a new password.

use askama::Template;
use jiff::Timestamp;

use super::inert::Inert;
use super::{Mail, SERVICE, moment};
use crate::error::Result;

#[derive(Template)]
#[template(path = "password_reset.txt")]
struct Text<'a> {
    username: Inert<'a>,
    link: &'a str,
    expires: &'a str,
    service: &'a str,
}

#[derive(Template)]
#[template(path = "password_reset.html")]
struct Html<'a> {
    username: Inert<'a>,
    link: &'a str,
    expires: &'a str,
    service: &'a str,
}

/// The mail by which this user can set a new password, with this link, which works until then.
///
/// # Errors
/// When a template cannot be filled in.
pub fn password_reset(username: &str, link: &str, expires_at: Timestamp) -> Result<Mail> {
    let (username, expires, service) = (Inert(username), &moment(expires_at)?, SERVICE);
    Mail::render(
        "Set a new password",
        Text { username, link, expires, service },
        Html { username, link, expires, service },
    )
}
