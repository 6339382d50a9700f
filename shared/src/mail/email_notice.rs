//! The mail that tells of a new address that was asked for, so that an owner hears of what a thief does.

use jiff::Timestamp;

use super::Mail;
use super::dates::moment;
use super::inert::{Inert, Network};
use super::letter::Letter;
use crate::domain::language::Language;
use crate::error::Result;
use crate::texts;

/// The mail that tells this user that this address is to take the place of the one that the mail goes to, as it was asked for then, from
/// that network address.
pub fn email_notice(language: Language, username: &str, new: &str, at: Timestamp, address: &str) -> Result<Mail> {
    Letter::new(language, texts::email_notice_subject(language), Inert(username))
        .text(texts::email_notice_asked(language, &moment(language, at), &Network(address), &Inert(new)))
        .text(texts::email_notice_theft(language))
        .render()
}
