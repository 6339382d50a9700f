//! The mail that an event is off.

use jiff::Timestamp;

use super::Mail;
use super::occasion::{Occasion, standing};
use crate::calendar::Method;
use crate::domain::person::DELETED_USER;
use crate::error::Result;

/// The mail that tells a member that the event is cancelled. If date and place stood, it takes the entry off the calendar.
pub fn cancelled(occasion: &Occasion<'_>, now: Timestamp) -> Result<Mail> {
    let event = occasion.event;
    let letter = occasion.letter(format_args!("Cancelled: {}", occasion.title()), "It does not take place.");
    let mut letter = if event.organiser.name == DELETED_USER {
        letter.text(format_args!("{} is cancelled.", occasion.title()))
    } else {
        letter.text(format_args!("{} has cancelled {}.", occasion.organiser(), occasion.title()))
    };
    if let Some(standing) = standing(event) {
        letter = letter
            .text(format_args!("It was to be: {}; {}", occasion.when(), occasion.place()))
            .text("The attached entry takes it off your calendar.");
        letter = occasion.with_entry(letter, standing, Method::Cancel, now);
    }
    occasion.signed(letter, "you were invited to this event.").render()
}
