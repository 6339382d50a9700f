//! The mail with the link that sets a new password.

use jiff::Timestamp;

use super::Mail;
use super::dates::moment;
use super::inert::Inert;
use super::letter::Letter;
use crate::domain::language::Language;
use crate::error::Result;
use crate::texts;

/// The mail by which this user can set a new password, with this link, which works until then.
pub fn password_reset(language: Language, username: &str, link: &str, expires_at: Timestamp) -> Result<Mail> {
    Letter::new(language, texts::password_reset_subject(language), Inert(username))
        .text(texts::password_reset_please(language))
        .link(texts::password_reset_button(language), link)
        .text(texts::letter_once(language, &moment(language, expires_at)))
        .text(texts::password_reset_other(language))
        .render()
}
