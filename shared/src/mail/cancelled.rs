//! The mail that an event is off.

use jiff::Timestamp;

use super::Mail;
use super::occasion::{Occasion, standing};
use crate::calendar::Method;
use crate::domain::person::DELETED_USER;
use crate::domain::poll::Topic;
use crate::error::Result;
use crate::texts;

/// The mail that tells a member that the event is cancelled. If date and place stood, it takes the entry off the calendar.
pub fn cancelled(occasion: &Occasion<'_>, now: Timestamp) -> Result<Mail> {
    let (event, language, title) = (occasion.event, occasion.language, occasion.title());
    let text = if event.organiser.name == DELETED_USER {
        texts::cancelled_alone(language, &title)
    } else {
        texts::cancelled_by(language, &occasion.organiser(), &title)
    };
    let subject = texts::cancelled_subject(language, &title);
    let mut letter = occasion.letter(&subject, texts::cancelled_preheader(language)).text(text);
    if let Some(standing) = standing(event) {
        let [date, place] = [Topic::Date, Topic::Place].map(|topic| occasion.options(topic));
        letter = letter.text(texts::cancelled_was(language, &date, &place)).text(texts::event_off(language));
        letter = occasion.with_entry(letter, standing, Method::Cancel, now);
    }
    occasion.signed(letter, texts::event_was_invited(language)).render()
}
