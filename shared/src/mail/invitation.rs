//! The invitation to an event.

use jiff::Timestamp;

use super::Mail;
use super::inert::Inert;
use super::occasion::{Occasion, standing};
use crate::calendar::Method;
use crate::error::Result;

/// How much of the organiser's text is in the mail, in characters.
const MAX_TEXT: usize = 500;

/// The mail that invites a member. Where date and place stand already it brings the entry for the calendar.
pub fn invitation(occasion: &Occasion<'_>, decided: bool, now: Timestamp) -> Result<Mail> {
    let (event, organiser) = (occasion.event, occasion.organiser());
    let preheader = if decided { "Say whether you come." } else { "Say what suits you, and whether you come." };
    let mut letter = occasion
        .letter(format_args!("{organiser} invites you to {}", occasion.title()), preheader)
        .text(format_args!("{organiser} invites you to {}.", occasion.title()))
        .text(format_args!("When: {}", occasion.when()))
        .text(format_args!("Where: {}", occasion.place()));
    if !event.additional.is_empty() {
        let cut: String = event.additional.chars().take(MAX_TEXT).collect();
        let more = if cut.len() < event.additional.len() { " …" } else { "" };
        letter = letter.text(format_args!("{organiser} writes: {}{more}", Inert(&cut)));
    }
    if let Some(link) = occasion.link {
        letter = letter.link(if decided { "Answer" } else { "Vote and answer" }, link);
        letter = letter.text("You need no account. The link is yours alone: whoever has it answers for you.");
    }
    if let Some(standing) = standing(event).filter(|_| decided) {
        letter = occasion.with_entry(letter, standing, Method::Publish, now);
    }
    occasion.signed(letter, format_args!("{organiser} has invited this address.")).render()
}
