//! The mail to somebody whom the organiser has taken out of an event that stood in the calendar.

use jiff::Timestamp;

use super::Mail;
use super::occasion::{Occasion, standing};
use crate::calendar::Method;
use crate::error::Result;
use crate::texts;

/// The mail that tells that the invitation is taken back. It takes the entry off the calendar.
pub fn taken_out(occasion: &Occasion<'_>, now: Timestamp) -> Result<Mail> {
    let (language, title) = (occasion.language, occasion.title());
    let mut letter = occasion
        .letter(&texts::taken_out_subject(language, &title), texts::taken_out_preheader(language))
        .text(texts::taken_out_by(language, &occasion.organiser(), &title));
    if let Some(standing) = standing(occasion.event) {
        letter = occasion.with_entry(letter.text(texts::event_off(language)), standing, Method::Cancel, now);
    }
    occasion.signed(letter, texts::event_was_invited(language)).render()
}
