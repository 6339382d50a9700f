//! The invitation to an event.

use jiff::Timestamp;

use super::Mail;
use super::inert::Inert;
use super::occasion::{Occasion, standing};
use crate::calendar::Method;
use crate::error::Result;
use crate::texts;

/// How much of the organiser's text is in the mail, in characters.
const MAX_TEXT: usize = 500;

/// The mail that invites a member. Where date and place stand already it brings the entry for the calendar.
pub fn invitation(occasion: &Occasion<'_>, decided: bool, now: Timestamp) -> Result<Mail> {
    let (event, language, organiser) = (occasion.event, occasion.language, occasion.organiser());
    let subject = texts::invitation_subject(language, &organiser, &occasion.title());
    let first = if decided { texts::invitation_answer_first } else { texts::invitation_vote_first };
    let mut letter = occasion.letter(&subject, first(language)).text(subject + ".");
    letter = occasion.with_when_and_where(letter);
    if !event.additional.is_empty() {
        let cut: String = event.additional.chars().take(MAX_TEXT).collect();
        let more = if cut.len() < event.additional.len() { " …" } else { "" };
        let text = format!("{}{more}", Inert(&cut));
        letter = letter.text(texts::invitation_writes(language, &organiser, &text));
    }
    if let Some(link) = occasion.link {
        let label = if decided { texts::invitation_answer } else { texts::invitation_vote };
        letter = letter.link(label(language), link).text(texts::invitation_yours(language));
    }
    if let Some(standing) = standing(event).filter(|_| decided) {
        letter = occasion.with_entry(letter, standing, Method::Publish, now);
    }
    occasion.signed(letter, texts::invitation_reason(language, &organiser)).render()
}
