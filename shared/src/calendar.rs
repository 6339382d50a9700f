//! The entry of an event in a calendar ([RFC 5545](https://www.rfc-editor.org/rfc/rfc5545)).

use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};
use icalendar::{Calendar, Component, DatePerhapsTime, Event as Entry, EventLike, EventStatus, Property};
use jiff::Timestamp;
use jiff::civil;

use crate::domain::date::When;
use crate::domain::event::Event;

/// What a calendar is to do with the entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// To show it as it is now.
    Publish,
    /// To take it off.
    Cancel,
}

impl Method {
    /// The method as iTIP names it ([RFC 5546](https://www.rfc-editor.org/rfc/rfc5546#section-3.2)).
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Publish => "PUBLISH",
            Self::Cancel => "CANCEL",
        }
    }
}

/// The calendar with the event at the date and place that stand, or that stood before they were taken back; `None` if there is no date
/// that a calendar can show. No member is named in it. It keeps its `UID`; a later one has a higher `SEQUENCE`.
#[must_use]
pub fn calendar_entry(event: &Event, date: &str, place: &str, method: Method, now: Timestamp) -> Option<String> {
    let when = When::parse(date).ok()?;
    let mut entry = Entry::with_uid(&format!("{}@event-messenger", event.id));
    entry.summary(&event.name).location(place).sequence(event.history.revision).timestamp(instant(now)?);
    if !event.additional.is_empty() {
        entry.description(&event.additional);
    }
    match when {
        When::Day(day) => {
            entry.starts(DatePerhapsTime::Date(naive(day)?));
            // The end is the day after ([section 3.6.1](https://www.rfc-editor.org/rfc/rfc5545#section-3.6.1)).
            if let Some(end) = day.tomorrow().ok().and_then(naive) {
                entry.ends(DatePerhapsTime::Date(end));
            }
        }
        When::Time(time) => {
            entry.starts(local(time)?);
        }
        When::Instant(at) => {
            entry.starts(instant(at)?);
        }
    }
    entry.status(match method {
        Method::Publish => EventStatus::Confirmed,
        Method::Cancel => EventStatus::Cancelled,
    });
    let mut calendar = Calendar::empty();
    calendar.append_property(Property::new("VERSION", "2.0"));
    calendar.append_property(Property::new("PRODID", "-//event-messenger//EN"));
    calendar.append_property(Property::new("METHOD", method.name()));
    calendar.push(entry.done());
    Some(calendar.to_string())
}

fn instant(at: Timestamp) -> Option<DateTime<Utc>> {
    DateTime::from_timestamp(at.as_second(), 0)
}

fn naive(day: civil::Date) -> Option<NaiveDate> {
    NaiveDate::from_ymd_opt(day.year().into(), day.month().unsigned_abs().into(), day.day().unsigned_abs().into())
}

fn local(time: civil::DateTime) -> Option<NaiveDateTime> {
    let [hour, minute, second] = [time.hour(), time.minute(), time.second()].map(|part| u32::from(part.unsigned_abs()));
    naive(time.date())?.and_hms_opt(hour, minute, second)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::event::tests::event;

    const NOW: Timestamp = Timestamp::UNIX_EPOCH;

    fn lines(date: &str, place: &str, method: Method) -> Vec<String> {
        let mut event = event(1);
        event.history.revision = 3;
        let text = calendar_entry(&event, date, place, method, NOW).unwrap();
        assert!(text.ends_with("END:VCALENDAR\r\n"), "{text}");
        text.replace("\r\n ", "").split("\r\n").map(str::to_owned).collect()
    }

    #[test]
    fn a_date_is_shown_as_it_was_meant() {
        let cases: [(&str, &[&str]); 5] = [
            ("01.02.2027", &["DTEND;VALUE=DATE:20270202", "DTSTART;VALUE=DATE:20270201"]),
            ("31.12.2027", &["DTEND;VALUE=DATE:20280101", "DTSTART;VALUE=DATE:20271231"]),
            ("01.02.2027 19:30", &["DTSTART:20270201T193000"]),
            ("2027-02-01T19:30:05", &["DTSTART:20270201T193005"]),
            ("2027-02-01T19:30:00+02:00", &["DTSTART:20270201T173000Z"]),
        ];
        for (date, expected) in cases {
            let lines = lines(date, "Park", Method::Publish);
            let times: Vec<_> =
                lines.iter().filter(|line| line.starts_with("DTSTART") || line.starts_with("DTEND")).collect();
            assert_eq!(times, expected, "{date}");
        }
        assert_eq!(calendar_entry(&event(1), "some day", "Park", Method::Publish, NOW), None);
    }

    #[test]
    fn an_entry_and_its_cancellation_are_the_same_event() {
        for (method, expected) in [
            (Method::Publish, ["METHOD:PUBLISH", "STATUS:CONFIRMED"]),
            (Method::Cancel, ["METHOD:CANCEL", "STATUS:CANCELLED"]),
        ] {
            let lines = lines("01.02.2027", "Park", method);
            let uid = "UID:00000000-0000-0000-0000-000000000063@event-messenger";
            let common =
                ["VERSION:2.0", "SUMMARY:Picnic", "LOCATION:Park", "SEQUENCE:3", "DTSTAMP:19700101T000000Z", uid];
            for line in expected.into_iter().chain(common) {
                assert!(lines.iter().any(|found| found == line), "{line}: {lines:?}");
            }
            assert!(!lines.iter().any(|line| line.contains("user 1")), "{lines:?}");
        }
    }

    #[test]
    fn what_was_typed_cannot_add_a_line() {
        let lines = lines("01.02.2027", "Park; the \\old, one\nATTENDEE:mailto:a@example.com", Method::Publish);
        assert!(
            lines.contains(&r"LOCATION:Park\; the \\old\, one\nATTENDEE:mailto:a@example.com".to_owned()),
            "{lines:?}"
        );
        assert!(!lines.iter().any(|line| line.starts_with("ATTENDEE")), "{lines:?}");
    }
}
