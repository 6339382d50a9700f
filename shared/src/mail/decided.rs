//! The mail that date and place of an event stand.

use jiff::Timestamp;

use super::Mail;
use super::occasion::{Occasion, standing};
use crate::calendar::Method;
use crate::error::Result;
use crate::texts;

/// The mail that tells a member when and where the event is, with the entry for the calendar.
pub fn decided(occasion: &Occasion<'_>, now: Timestamp) -> Result<Mail> {
    let (language, title) = (occasion.language, occasion.title());
    let mut letter = occasion
        .letter(&texts::decided_subject(language, &title), texts::decided_preheader(language))
        .text(texts::decided_stands(language, &title));
    letter = occasion.with_when_and_where(letter);
    if let Some(link) = occasion.link {
        letter = letter.link(texts::decided_button(language), link);
    }
    if let Some(standing) = standing(occasion.event) {
        letter = letter.text(texts::decided_entry(language));
        letter = occasion.with_entry(letter, standing, Method::Publish, now);
    }
    occasion.signed(letter, texts::event_takes_part(language)).render()
}
