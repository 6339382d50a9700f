//! Dates, times and durations as mails name them.

use std::time::Duration;

use jiff::Timestamp;
use jiff::civil::{Date, DateTime, Time};
use jiff::tz::Offset;

use super::inert::Inert;
use crate::domain::date::When;
use crate::domain::language::Language;
use crate::texts;

/// The date of an event as one would say it.
pub(super) fn spoken(language: Language, date: &str) -> String {
    match When::parse(date) {
        Ok(When::Day(date)) => weekday_and_day(language, date),
        Ok(When::Time(time)) => weekday_and_time(language, time),
        Ok(When::Instant(at)) => format!("{} UTC", weekday_and_time(language, Offset::UTC.to_datetime(at))),
        Err(_) => Inert(date).to_string(),
    }
}

/// An instant.
pub(super) fn moment(language: Language, at: Timestamp) -> String {
    let at = Offset::UTC.to_datetime(at);
    format!("{}, {} UTC", day(language, at.date()), clock(at.time()))
}

/// A time as a sentence names it, in its largest whole unit: `a day`, `30 minutes`.
pub(super) fn lasting(language: Language, time: Duration) -> String {
    let minutes = time.as_secs() / 60;
    match minutes {
        1440 => texts::durations_day(language).to_owned(),
        60 => texts::durations_hour(language).to_owned(),
        _ if minutes.is_multiple_of(60) => texts::durations_hours(language, &(minutes / 60)),
        _ => texts::durations_minutes(language, &minutes),
    }
}

fn weekday_and_time(language: Language, time: DateTime) -> String {
    format!("{}, {}", weekday_and_day(language, time.date()), clock(time.time()))
}

fn weekday_and_day(language: Language, date: Date) -> String {
    let weekday = word(texts::dates_weekdays(language), date.weekday().to_monday_zero_offset());
    format!("{weekday}, {}", day(language, date))
}

fn day(language: Language, date: Date) -> String {
    let month = word(texts::dates_months(language), date.month() - 1);
    texts::dates_day(language, &date.day(), &month, &date.year())
}

fn clock(time: Time) -> String {
    format!("{:02}:{:02}", time.hour(), time.minute())
}

/// The word at that place of a list.
fn word(words: &'static str, index: i8) -> &'static str {
    words.split(' ').nth(index.unsigned_abs().into()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use strum::VariantArray;

    #[test]
    fn dates() {
        let [en, uk, ru] = [Language::En, Language::Uk, Language::Ru];
        for (language, date, expected) in [
            (en, "01.02.2027", "Monday, 1 February 2027"),
            (en, "2027-02-01T19:30", "Monday, 1 February 2027, 19:30"),
            (en, "2027-02-01T23:30:00-05:00", "Tuesday, 2 February 2027, 04:30 UTC"),
            (uk, "01.02.2027 19:30", "понеділок, 1 лютого 2027 р., 19:30"),
            (uk, "2027-12-31T08:05:00Z", "п’ятниця, 31 грудня 2027 р., 08:05 UTC"),
            (ru, "01.02.2027 19:30", "понедельник, 1 февраля 2027 г., 19:30"),
            (ru, "16.05.2027", "воскресенье, 16 мая 2027 г."),
        ] {
            assert_eq!(spoken(language, date), expected);
        }
        assert_eq!(spoken(uk, "evil.example"), Inert("evil.example").to_string());
        assert_eq!(moment(en, Timestamp::UNIX_EPOCH), "1 January 1970, 00:00 UTC");
        assert_eq!(moment(uk, Timestamp::UNIX_EPOCH), "1 січня 1970 р., 00:00 UTC");
    }

    #[test]
    fn every_day_and_month_has_a_name() {
        for language in Language::VARIANTS {
            let names = |words: &'static str| words.split(' ').filter(|word| !word.is_empty()).count();
            assert_eq!((names(texts::dates_weekdays(*language)), names(texts::dates_months(*language))), (7, 12));
        }
    }

    #[test]
    fn durations() {
        for (seconds, en, uk) in [
            (86_400, "a day", "доби"),
            (3600, "an hour", "години"),
            (7200, "2 hours", "2 год"),
            (1800, "30 minutes", "30 хв"),
        ] {
            let time = Duration::from_secs(seconds);
            assert_eq!((lasting(Language::En, time).as_str(), lasting(Language::Uk, time).as_str()), (en, uk));
        }
    }
}
