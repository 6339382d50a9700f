//! The mail that date or place of an event are open again.

use jiff::Timestamp;

use super::Mail;
use super::occasion::Occasion;
use crate::calendar::Method;
use crate::domain::poll::Topic;
use crate::error::Result;
use crate::texts;

/// The mail that tells a member that what stood, this date and place, is open again. It takes the entry off the calendar.
pub fn reopened(occasion: &Occasion<'_>, stood: (&str, &str), now: Timestamp) -> Result<Mail> {
    let (event, language, title) = (occasion.event, occasion.language, occasion.title());
    let open: Vec<_> = Topic::ALL.iter().filter(|topic| event.poll(**topic).chosen.is_none()).collect();
    let what = match open.as_slice() {
        [Topic::Date] => texts::reopened_date(language, &title),
        [Topic::Place] => texts::reopened_place(language, &title),
        _ => texts::reopened_both(language, &title),
    };
    let subject = texts::reopened_subject(language, &title);
    let mut letter = occasion.letter(&subject, texts::reopened_preheader(language)).text(what);
    letter = occasion.with_when_and_where(letter);
    if let Some(link) = occasion.link {
        letter = letter.link(texts::reopened_button(language), link);
    }
    letter = occasion.with_entry(letter.text(texts::event_off(language)), stood, Method::Cancel, now);
    occasion.signed(letter, texts::event_takes_part(language)).render()
}
