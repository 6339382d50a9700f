//! The mail that date or place of an event are open again.

use jiff::Timestamp;

use super::Mail;
use super::occasion::Occasion;
use crate::calendar::Method;
use crate::domain::poll::Topic;
use crate::error::Result;

/// The mail that tells a member that what stood, this date and place, is open again. It takes the entry off the calendar.
pub fn reopened(occasion: &Occasion<'_>, stood: (&str, &str), now: Timestamp) -> Result<Mail> {
    let event = occasion.event;
    let open: Vec<_> = Topic::ALL.iter().filter(|topic| event.poll(**topic).chosen.is_none()).collect();
    let what = match open.as_slice() {
        [Topic::Date] => "the date",
        [Topic::Place] => "the place",
        _ => "date and place",
    };
    let mut letter = occasion
        .letter(format_args!("Open again: {}", occasion.title()), "What was decided is open again.")
        .text(format_args!("{what} of {} is open again.", occasion.title()))
        .text(format_args!("When: {}", occasion.when()))
        .text(format_args!("Where: {}", occasion.place()));
    if let Some(link) = occasion.link {
        letter = letter.link("See what suits you", link);
    }
    letter = letter.text("The attached entry takes it off your calendar.");
    let letter = occasion.with_entry(letter, stood, Method::Cancel, now);
    occasion.signed(letter, "you take part in this event.").render()
}
