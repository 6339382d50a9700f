//! The mail that tells that an account was deleted: the last one that its owner gets.

use jiff::Timestamp;

use super::Mail;
use super::dates::moment;
use super::inert::{Inert, Network};
use super::letter::Letter;
use crate::domain::language::Language;
use crate::error::Result;
use crate::texts;

/// The mail that tells this user that the account was deleted then, from that network address.
pub fn account_deleted(language: Language, username: &str, at: Timestamp, address: &str) -> Result<Mail> {
    Letter::new(language, texts::account_deleted_subject(language), Inert(username))
        .text(texts::account_deleted_done(language, &moment(language, at), &Network(address)))
        .text(texts::account_deleted_theft(language))
        .render()
}
