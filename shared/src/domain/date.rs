//! The forms in which a date for an event may be written.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};

/// When something is to be, as precisely as it was written. Two texts may mean the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    /// A day.
    Day(Date),
    /// A day and the time on it, wherever the event is.
    Time(DateTime),
    /// An instant.
    Instant(Timestamp),
}

impl When {
    /// Reads `DD.MM.YYYY`, `DD.MM.YYYY HH:MM`, `DD.MM.YYYY, time: HH:MM`, an ISO date or an RFC 3339 instant.
    ///
    /// # Errors
    /// What is wrong with the text.
    pub fn parse(text: &str) -> Result<Self, String> {
        // strptime takes a day of one digit too, so the shape is looked at first.
        let shape: String = text.chars().map(|c| if c.is_ascii_digit() { '0' } else { c }).collect();
        let parsed = match shape.as_str() {
            "00.00.0000" => Date::strptime("%d.%m.%Y", text).map(Self::Day),
            "00.00.0000 00:00" => DateTime::strptime("%d.%m.%Y %H:%M", text).map(Self::Time),
            "00.00.0000, time: 00:00" => DateTime::strptime("%d.%m.%Y, time: %H:%M", text).map(Self::Time),
            "0000-00-00" => text.parse().map(Self::Day),
            _ if shape.strip_prefix("0000-00-00T00:00:00").is_some_and(|rest| {
                rest.ends_with(['Z', 'z']) || rest.ends_with("+00:00") || rest.ends_with("-00:00")
            }) =>
            {
                text.parse().map(Self::Instant)
            }
            _ => {
                return Err(
                    "must be a date like 01.02.2027, 01.02.2027 19:30, 2027-02-01 or 2027-02-01T19:30:00Z".into()
                );
            }
        };
        parsed.map_err(|_| "is a date that no calendar has".to_owned())
    }
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
            ("2027-02-01T19:30:00", Err("must be a date")),
            ("2027-02-01T19:30:00+01:00[Europe/Berlin]", Err("must be a date")),
            ("1.2.2027", Err("must be a date")),
            ("01.02.27", Err("must be a date")),
            ("01.02.2027 ", Err("must be a date")),
            ("tomorrow", Err("must be a date")),
            ("", Err("must be a date")),
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
