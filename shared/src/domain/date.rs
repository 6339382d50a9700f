//! The forms in which a date for an event may be written.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::Offset;

/// The longest text of a date, in octets.
pub const MAX_LENGTH: usize = 64;

/// The time of an event, as precisely as it was written. Two texts may mean the same time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    /// A day.
    Day(Date),
    /// A day and the local time where the event is.
    Time(DateTime),
    /// An instant.
    Instant(Timestamp),
}

impl When {
    /// Reads `DD.MM.YYYY`, `DD.MM.YYYY HH:MM`, `DD.MM.YYYY, time: HH:MM`, an ISO date, an RFC 3339 instant, or what
    /// `<input type="datetime-local">` gives: one without its zone, and with or without its seconds.
    ///
    /// # Errors
    /// What is wrong with the text.
    pub fn parse(text: &str) -> Result<Self, String> {
        // The shape is checked first, since strptime also takes a day of one digit, and jiff takes more than RFC 3339.
        let shape: String = text.chars().map(|c| if c.is_ascii_digit() { '0' } else { c }).collect();
        let parsed = match shape.as_str() {
            _ if text.len() > MAX_LENGTH => return Err(format!("must be a date of at most {MAX_LENGTH} characters")),
            "00.00.0000" => Date::strptime("%d.%m.%Y", text).ok().map(Self::Day),
            "00.00.0000 00:00" => DateTime::strptime("%d.%m.%Y %H:%M", text).ok().map(Self::Time),
            "00.00.0000, time: 00:00" => DateTime::strptime("%d.%m.%Y, time: %H:%M", text).ok().map(Self::Time),
            "0000-00-00" => text.parse().ok().map(Self::Day),
            "0000-00-00T00:00" => DateTime::strptime("%Y-%m-%dT%H:%M", text).ok().map(Self::Time),
            "0000-00-00T00:00:00" => DateTime::strptime("%Y-%m-%dT%H:%M:%S", text).ok().map(Self::Time),
            _ if is_instant(&shape) => instant(text).map(Self::Instant),
            _ => {
                return Err(
                    "must be a date like 01.02.2027, 01.02.2027 19:30, 2027-02-01 or 2027-02-01T19:30:00Z".into()
                );
            }
        };
        parsed.ok_or_else(|| "is a date that no calendar has".to_owned())
    }
}

/// Whether this is the shape of an [RFC 3339](https://www.rfc-editor.org/rfc/rfc3339#section-5.6) instant. The numbers are not
/// checked.
fn is_instant(shape: &str) -> bool {
    let time =
        shape.strip_prefix("0000-00-00").and_then(|rest| rest.strip_prefix(['T', 't'])?.strip_prefix("00:00:00"));
    let zone = time.and_then(|rest| match rest.strip_prefix('.') {
        Some(fraction) => fraction.strip_prefix('0').map(|more| more.trim_start_matches('0')),
        None => Some(rest),
    });
    matches!(zone, Some("Z" | "z" | "+00:00" | "-00:00"))
}

/// Reads an instant of the right shape. Only nine digits of a fraction of a second count.
fn instant(text: &str) -> Option<Timestamp> {
    let (seconds, rest) = text.split_at_checked("0000-00-00T00:00:00".len())?;
    let (fraction, zone) = rest.split_at(rest.find(['Z', 'z', '+', '-'])?);
    if let Some((hours, minutes)) = zone.get(1..).and_then(|offset| offset.split_once(':')) {
        // jiff accepts larger offsets.
        if hours > "23" || minutes > "59" {
            return None;
        }
    }
    let at: Timestamp = format!("{seconds}{}{zone}", fraction.get(..10).unwrap_or(fraction)).parse().ok()?;
    // Leap seconds occur at the end of a month in UTC. jiff accepts one anywhere, as the second before it.
    let second = Offset::UTC.to_datetime(at);
    let may_leap = second.hour() == 23 && second.minute() == 59 && second.date() == second.date().last_of_month();
    (may_leap || !seconds.ends_with(":60")).then_some(at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates() {
        let cases = [
            ("01.02.2027", Ok("2027-02-01")),
            ("29.02.2028", Ok("2028-02-29")),
            ("01.02.2027 19:30", Ok("2027-02-01T19:30:00")),
            ("01.02.2027, time: 19:30", Ok("2027-02-01T19:30:00")),
            ("2027-02-01", Ok("2027-02-01")),
            ("2027-02-01T19:30:00Z", Ok("2027-02-01T19:30:00Z")),
            ("2027-02-01T19:30:00.5+02:00", Ok("2027-02-01T17:30:00.5Z")),
            ("31.02.2027", Err("is a date that no calendar has")),
            ("29.02.2027", Err("is a date that no calendar has")),
            ("00.01.2027", Err("is a date that no calendar has")),
            ("01.13.2027", Err("is a date that no calendar has")),
            ("01.02.2027 25:00", Err("is a date that no calendar has")),
            ("01.02.2027 19:60", Err("is a date that no calendar has")),
            ("2027-02-31", Err("is a date that no calendar has")),
            ("2027-02-01T25:30:00Z", Err("is a date that no calendar has")),
            ("2027-02-01t19:30:00z", Ok("2027-02-01T19:30:00Z")),
            ("2027-02-01T19:30:00-00:00", Ok("2027-02-01T19:30:00Z")),
            ("2027-02-01T19:30:00+23:59", Ok("2027-01-31T19:31:00Z")),
            ("2027-02-01T19:30:00.123456789987654321Z", Ok("2027-02-01T19:30:00.123456789Z")),
            ("0000-01-01", Ok("0000-01-01")),
            ("9999-12-31", Ok("9999-12-31")),
            ("2016-12-31T23:59:60Z", Ok("2016-12-31T23:59:59Z")),
            ("1990-12-31T15:59:60-08:00", Ok("1990-12-31T23:59:59Z")),
            ("2027-02-01T19:30:60Z", Err("is a date that no calendar has")),
            ("2016-12-31T23:59:60+01:00", Err("is a date that no calendar has")),
            ("2016-12-31T23:59:61Z", Err("is a date that no calendar has")),
            ("2027-02-01T24:00:00Z", Err("is a date that no calendar has")),
            ("01.02.2027 24:00", Err("is a date that no calendar has")),
            ("2027-02-01T19:30:00+24:00", Err("is a date that no calendar has")),
            ("2027-02-01T19:30:00+01:60", Err("is a date that no calendar has")),
            ("2027-02-01T19:30:00,5Z", Err("must be a date")),
            ("2027-02-01T19:30:00.Z", Err("must be a date")),
            ("2027-02-01T19:30:00.5[UTC]Z", Err("must be a date")),
            ("2027-02-01T19:30:00+0100", Err("must be a date")),
            ("2027-02-01T19:30:00+01", Err("must be a date")),
            ("2027-02-01T19:30Z", Err("must be a date")),
            ("2027-02-01 19:30:00Z", Err("must be a date")),
            ("+002027-02-01T19:30:00Z", Err("must be a date")),
            ("20270201", Err("must be a date")),
            ("2027-W05-1", Err("must be a date")),
            ("2027-02-01T19:30", Ok("2027-02-01T19:30:00")),
            ("2027-02-01T19:30:05", Ok("2027-02-01T19:30:05")),
            ("2027-02-01T24:00", Err("is a date that no calendar has")),
            ("2027-02-01t19:30", Err("must be a date")),
            ("2027-02-01T19", Err("must be a date")),
            ("2027-02-01T19:30:00.5", Err("must be a date")),
            ("2027-02-01T19:30:00+01:00[Europe/Berlin]", Err("must be a date")),
            ("1.2.2027", Err("must be a date")),
            ("01.02.27", Err("must be a date")),
            ("01.02.2027 ", Err("must be a date")),
            ("tomorrow", Err("must be a date")),
            ("", Err("must be a date")),
            (&format!("2027-02-01T19:30:00.{}Z", "0".repeat(43)), Ok("2027-02-01T19:30:00Z")),
            (&format!("2027-02-01T19:30:00.{}Z", "0".repeat(44)), Err("must be a date of at most")),
            ("٠١.٠٢.٢٠٢٧", Err("must be a date")),
        ];
        for (text, expected) in cases {
            let found = When::parse(text).map(|when| match when {
                When::Day(day) => day.to_string(),
                When::Time(time) => time.to_string(),
                When::Instant(instant) => instant.to_string(),
            });
            match (expected, &found) {
                (Ok(expected), Ok(found)) => assert_eq!(found, expected, "{text:?}"),
                (Err(start), Err(message)) => assert!(message.starts_with(start), "{text:?}: {message}"),
                _ => panic!("{text:?}: {found:?}"),
            }
        }
    }
}
