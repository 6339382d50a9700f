//! What the mails about an event have in common.

use std::fmt::Display;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::inert::Inert;
use super::letter::Letter;
use crate::calendar::{Method, calendar_entry};
use crate::domain::date::When;
use crate::domain::event::Event;
use crate::domain::poll::Topic;

/// The longest subject, in characters.
const MAX_SUBJECT: usize = 120;

/// How many options of a poll a mail names.
const MAX_NAMED: usize = 5;

/// An event that a member is mailed about.
#[derive(Clone, Copy, Debug)]
pub struct Occasion<'a> {
    /// The event as it is now.
    pub event: &'a Event,
    /// What the member is called.
    pub name: &'a str,
    /// The personal link to the event; none for the organiser.
    pub link: Option<&'a str>,
    /// The page that stops mails about events.
    pub unsubscribe: &'a str,
}

impl<'a> Occasion<'a> {
    /// A letter to the member with that subject, which is cut.
    pub(super) fn letter(&self, subject: impl Display, preheader: &'static str) -> Letter {
        let whole = subject.to_string();
        let mut subject: String = whole.chars().take(MAX_SUBJECT).collect();
        if subject.len() < whole.len() {
            subject.push('…');
        }
        Letter::new(subject, Inert(self.name)).preheader(preheader)
    }

    /// The name of the event.
    pub(super) fn title(&self) -> Inert<'a> {
        Inert(&self.event.name)
    }

    /// The name of the organiser.
    pub(super) fn organiser(&self) -> Inert<'a> {
        Inert(&self.event.organiser.name)
    }

    /// When it is, or may be.
    pub(super) fn when(&self) -> String {
        self.options(Topic::Date)
    }

    /// Where it is, or may be.
    pub(super) fn place(&self) -> String {
        self.options(Topic::Place)
    }

    fn options(&self, topic: Topic) -> String {
        let poll = self.event.poll(topic);
        let shown = |option: &str| match topic {
            Topic::Date => spoken(option),
            Topic::Place => Inert(option).to_string(),
        };
        if let Some(decided) = poll.decided() {
            return shown(decided);
        }
        let named: Vec<_> = poll.options.iter().take(MAX_NAMED).map(|option| shown(option)).collect();
        let more = match poll.options.len().saturating_sub(named.len()) {
            0 => String::new(),
            more => format!(", or one of {more} more"),
        };
        let last = if more.is_empty() { ", or " } else { ", " };
        match named.split_last() {
            Some((only, [])) => format!("{only}{more}"),
            Some((end, others)) => format!("{}{last}{end}{more}", others.join(", ")),
            None => String::new(),
        }
    }

    /// The letter with the reason why it comes, and how to stop such letters.
    pub(super) fn signed(&self, letter: Letter, reason: impl Display) -> Letter {
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

/// A date as one would say it.
fn spoken(date: &str) -> String {
    let day = "%A, %-d %B %Y";
    let text = match When::parse(date) {
        Ok(When::Day(date)) => jiff::fmt::strtime::format(day, date),
        Ok(When::Time(time)) => jiff::fmt::strtime::format(format!("{day}, %H:%M"), time),
        Ok(When::Instant(at)) => jiff::fmt::strtime::format(format!("{day}, %H:%M UTC"), &at.to_zoned(TimeZone::UTC)),
        Err(_) => return Inert(date).to_string(),
    };
    text.unwrap_or_else(|_| Inert(date).to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::event::tests::event;

    #[test]
    fn dates_are_spoken() {
        for (date, text) in [
            ("01.02.2027", "Monday, 1 February 2027"),
            ("2027-02-01T19:30", "Monday, 1 February 2027, 19:30"),
            ("2027-02-01T19:30:00+02:00", "Monday, 1 February 2027, 17:30 UTC"),
            ("some day", "some day"),
        ] {
            assert_eq!(spoken(date), text);
        }
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
            let occasion = Occasion { event: &event, name: "Ann", link: None, unsubscribe: "https://example.com" };
            assert_eq!(occasion.place(), expected);
        }
    }
}
