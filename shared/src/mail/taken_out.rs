//! The mail to somebody whom the organiser has taken out of an event that stood in the calendar.

use jiff::Timestamp;

use super::Mail;
use super::occasion::{Occasion, standing};
use crate::calendar::Method;
use crate::error::Result;

/// The mail that tells that the invitation is taken back. It takes the entry off the calendar.
pub fn taken_out(occasion: &Occasion<'_>, now: Timestamp) -> Result<Mail> {
    let event = occasion.event;
    let mut letter = occasion
        .letter(format_args!("No longer on your calendar: {}", occasion.title()), "The invitation was taken back.")
        .text(format_args!("{} has taken back the invitation to {}.", occasion.organiser(), occasion.title()));
    if let Some(standing) = standing(event) {
        letter = letter.text("The attached entry takes it off your calendar.");
        letter = occasion.with_entry(letter, standing, Method::Cancel, now);
    }
    occasion.signed(letter, "you were invited to this event.").render()
}
