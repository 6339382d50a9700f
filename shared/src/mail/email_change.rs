//! The mail with the link that makes an address the user's.

use jiff::Timestamp;

use super::Mail;
use super::dates::moment;
use super::inert::Inert;
use super::letter::Letter;
use crate::domain::language::Language;
use crate::error::Result;
use crate::texts;

/// The mail to the new address of this user, with the link that confirms it, which works until then.
pub fn email_change(language: Language, username: &str, link: &str, expires_at: Timestamp) -> Result<Mail> {
    let username = Inert(username);
    Letter::new(language, texts::email_change_subject(language), username)
        .text(texts::email_change_please(language, &username))
        .link(texts::email_change_button(language), link)
        .text(texts::letter_once(language, &moment(language, expires_at)))
        .text(texts::email_change_other(language))
        .render()
}
