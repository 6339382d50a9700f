//! The mail that tells of a new password, so that an owner hears of what a thief does.

use jiff::Timestamp;

use super::Mail;
use super::dates::moment;
use super::inert::{Inert, Network};
use super::letter::Letter;
use crate::domain::language::Language;
use crate::error::Result;
use crate::texts;

/// The mail that tells this user that the password was changed then, from that network address.
pub fn password_changed(language: Language, username: &str, at: Timestamp, address: &str) -> Result<Mail> {
    Letter::new(language, texts::password_changed_subject(language), Inert(username))
        .text(texts::password_changed_done(language, &moment(language, at), &Network(address)))
        .text(texts::password_changed_theft(language))
        .render()
}
