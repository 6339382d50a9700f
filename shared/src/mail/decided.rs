//! The mail that date and place of an event stand.

use jiff::Timestamp;

use super::Mail;
use super::occasion::{Occasion, standing};
use crate::calendar::Method;
use crate::error::Result;

/// The mail that tells a member when and where the event is, with the entry for the calendar.
pub fn decided(occasion: &Occasion<'_>, now: Timestamp) -> Result<Mail> {
    let event = occasion.event;
    let mut letter = occasion
        .letter(format_args!("It is on: {}", occasion.title()), "When and where stand.")
        .text(format_args!("when and where {} is stand now.", occasion.title()))
        .text(format_args!("When: {}", occasion.when()))
        .text(format_args!("Where: {}", occasion.place()));
    if let Some(link) = occasion.link {
        letter = letter.link("Say whether you come", link);
    }
    if let Some(standing) = standing(event) {
        letter = occasion.with_entry(
            letter.text("The entry for your calendar is attached."),
            standing,
            Method::Publish,
            now,
        );
    }
    occasion.signed(letter, "you take part in this event.").render()
}
