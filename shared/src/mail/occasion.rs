//! What the mails about an event have in common.

use jiff::Timestamp;

use super::dates::spoken;
use super::inert::Inert;
use super::letter::Letter;
use crate::calendar::{Method, calendar_entry};
use crate::domain::event::Event;
use crate::domain::language::Language;
use crate::domain::poll::Topic;
use crate::texts;

/// The longest subject, in characters.
const MAX_SUBJECT: usize = 120;

/// How many options of a poll a mail names.
const MAX_NAMED: usize = 5;

/// An event that a member is mailed about.
#[derive(Clone, Copy, Debug)]
pub struct Occasion<'a> {
    /// The event as it is now.
    pub event: &'a Event,
    /// The language of the mail.
    pub language: Language,
    /// What the member is called.
    pub name: &'a str,
    /// The personal link to the event; none for the organiser.
    pub link: Option<&'a str>,
    /// The page that stops mails about events.
    pub unsubscribe: &'a str,
}

impl<'a> Occasion<'a> {
    /// A letter to the member with that subject, which is cut.
    pub(super) fn letter(&self, whole: &str, preheader: &'static str) -> Letter {
        let mut subject: String = whole.chars().take(MAX_SUBJECT).collect();
        if subject.len() < whole.len() {
            subject.push('…');
        }
        Letter::new(self.language, subject, Inert(self.name)).preheader(preheader)
    }

    /// The name of the event.
    pub(super) fn title(&self) -> Inert<'a> {
        Inert(&self.event.name)
    }

    /// The name of the organiser.
    pub(super) fn organiser(&self) -> Inert<'a> {
        Inert(&self.event.organiser.name)
    }

    /// The letter with the lines on when and where it is, or may be.
    pub(super) fn with_when_and_where(&self, letter: Letter) -> Letter {
        letter
            .text(texts::event_when(self.language, &self.options(Topic::Date)))
            .text(texts::event_where(self.language, &self.options(Topic::Place)))
    }

    /// What stands in that poll, or may come of it.
    pub(super) fn options(&self, topic: Topic) -> String {
        let poll = self.event.poll(topic);
        let shown = |option: &str| match topic {
            Topic::Date => spoken(self.language, option),
            Topic::Place => Inert(option).to_string(),
        };
        if let Some(decided) = poll.decided() {
            return shown(decided);
        }
        let named: Vec<_> = poll.options.iter().take(MAX_NAMED).map(|option| shown(option)).collect();
        let more = poll.options.len().saturating_sub(named.len());
        match named.split_last() {
            _ if more > 0 => texts::event_more(self.language, &named.join(", "), &more),
            Some((last, others)) if !others.is_empty() => texts::event_or(self.language, &others.join(", "), last),
            _ => named.concat(),
        }
    }

    /// The letter with the reason why it comes, and how to stop such letters.
    pub(super) fn signed(&self, letter: Letter, reason: impl Into<String>) -> Letter {
        letter.reason(reason, self.unsubscribe)
    }

    /// The letter with the entry of the event at the date and place that stand, or stood.
    pub(super) fn with_entry(
        &self,
        letter: Letter,
        (date, place): (&str, &str),
        method: Method,
        now: Timestamp,
    ) -> Letter {
        match calendar_entry(self.event, date, place, method, now) {
            Some(entry) => letter.entry(entry, method),
            None => letter,
        }
    }
}

/// The date and the place that stand, if both do.
pub(super) fn standing(event: &Event) -> Option<(&str, &str)> {
    event.date.decided().zip(event.place.decided())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::event::tests::event;

    fn occasion(event: &Event, language: Language) -> Occasion<'_> {
        Occasion { event, language, name: "Ann", link: None, unsubscribe: "https://example.com" }
    }

    #[test]
    fn options_are_a_sentence() {
        let mut event = event(1);
        let cases: [(usize, Option<usize>, &str); 6] = [
            (0, None, ""),
            (1, None, "p0"),
            (2, None, "p0, or p1"),
            (3, None, "p0, p1, or p2"),
            (7, None, "p0, p1, p2, p3, p4, or one of 2 more"),
            (7, Some(6), "p6"),
        ];
        for (number, chosen, expected) in cases {
            event.place.options = (0..number).map(|n| format!("p{n}")).collect();
            event.place.chosen = chosen;
            assert_eq!(occasion(&event, Language::En).options(Topic::Place), expected);
        }
        event.place.chosen = None;
        assert_eq!(occasion(&event, Language::Uk).options(Topic::Place), "p0, p1, p2, p3, p4 (і ще варіантів: 2)");
    }
}
