//! Code and schemas accept the same dates, and of RFC 3339's forms exactly those that RFC 3339 accepts.

use serde_json::{Value, json};
use shared::domain::date::When;
use tests::schema::faults;

/// A text, whether the service accepts it as a date, and whether a pattern accepts its form.
const TEXTS: [(&str, bool, bool); 66] = [
    ("01.02.2027", true, true),
    ("29.02.2028", true, true),
    ("31.12.9999", true, true),
    ("01.01.0000", true, true),
    ("01.02.2027 19:30", true, true),
    ("01.02.2027, time: 19:30", true, true),
    ("01.02.2027 00:00", true, true),
    ("2027-02-01", true, true),
    ("0000-01-01", true, true),
    ("9999-12-31", true, true),
    ("2027-02-01T19:30:00Z", true, true),
    ("2027-02-01t19:30:00z", true, true),
    ("2027-02-01T19:30:00.5Z", true, true),
    ("2027-02-01T19:30:00.123456789012Z", true, true),
    ("2027-02-01T19:30:00+01:00", true, true),
    ("2027-02-01T19:30:00-00:00", true, true),
    ("2027-02-01T19:30:00+23:59", true, true),
    ("2027-02-01T19:30:00-23:59", true, true),
    ("0000-01-01T00:00:00Z", true, true),
    ("1990-12-31T23:59:60Z", true, true),
    ("1990-12-31T15:59:60-08:00", true, true),
    ("1985-04-12T23:20:50.52Z", true, true),
    ("1937-01-01T12:00:27.87+00:20", true, true),
    ("31.02.2027", false, true),
    ("29.02.2027", false, true),
    ("00.01.2027", false, true),
    ("01.13.2027", false, true),
    ("01.02.2027 24:00", false, true),
    ("01.02.2027 19:60", false, true),
    ("2027-02-29", false, true),
    ("2027-00-01", false, true),
    ("2027-02-30T00:00:00Z", false, true),
    ("2027-02-01T24:00:00Z", false, true),
    ("2027-02-01T19:60:00Z", false, true),
    ("2027-02-01T19:30:61Z", false, true),
    ("2027-02-01T19:30:60Z", false, true),
    ("2027-02-01T19:30:00+24:00", false, true),
    ("2027-02-01T19:30:00+01:60", false, true),
    ("1.2.2027", false, false),
    ("01.02.27", false, false),
    ("01/02/2027", false, false),
    ("01.02.2027  19:30", false, false),
    ("01.02.2027 19:30:00", false, false),
    ("01.02.2027 time: 19:30", false, false),
    ("2027-2-1", false, false),
    ("20270201", false, false),
    ("2027-W05-1", false, false),
    ("2027-032", false, false),
    ("+002027-02-01", false, false),
    ("-2027-02-01", false, false),
    ("2027-02-01T19:30", true, true),
    ("2027-02-01T19:30:00", true, true),
    ("2027-02-01T24:00", false, true),
    ("2027-02-01T19", false, false),
    ("2027-02-01t19:30", false, false),
    ("2027-02-01T19:30Z", false, false),
    ("2027-02-01 19:30:00Z", false, false),
    ("2027-02-01T19:30:00.Z", false, false),
    ("2027-02-01T19:30:00,5Z", false, false),
    ("2027-02-01T19:30:00+01", false, false),
    ("2027-02-01T19:30:00+0100", false, false),
    ("2027-02-01T19:30:00 Z", false, false),
    ("2027-02-01T19:30:00+01:00[Europe/Berlin]", false, false),
    ("2027-02-01T19:30:00.5[UTC]Z", false, false),
    ("٢٠٢٧-٠٢-٠١", false, false),
    ("tomorrow", false, false),
];

#[test]
fn code_and_schemas_take_the_same_dates() {
    for (text, is_date, has_shape) in TEXTS {
        let read = When::parse(text);
        assert_eq!(read.is_ok(), is_date, "{text}: {read:?}");
        if let Err(message) = read {
            assert_eq!(message.contains("calendar"), has_shape, "{text}: {message}");
        }
        let polls =
            |drafts: Value, confirmed: &str| json!({"event": {"date": [{"drafts": drafts, "confirmed": confirmed}]}});
        for (schema, body) in [
            ("event-draft", polls(json!([{"date": text}]), "")),
            ("event-draft", polls(json!([]), text)),
            ("vote", json!({"event": {"date": [{"confirmed": text}]}})),
        ] {
            assert_eq!(faults(schema, &body).is_empty(), has_shape, "{schema}: {text}");
        }
    }
}

/// `full-date` and `date-time` of [RFC 3339](https://www.rfc-editor.org/rfc/rfc3339#section-5.6), with the rules for their numbers
/// (5.7), parsed independently of the service's code.
fn is_rfc_3339(text: &str) -> bool {
    let upper = text.to_ascii_uppercase();
    let (date, time) = upper.split_once('T').map_or((upper.as_str(), None), |(date, time)| (date, Some(time)));
    let Some([year, month, day]) = numbers(date, '-', [4, 2, 2]) else { return false };
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let days = match month {
        2 => 28 + u32::from(leap),
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => 0,
    };
    let Some(time) = time else { return (1..=days).contains(&day) };
    let Some(zone) = time.find(['Z', '+', '-']) else { return false };
    let (clock, zone) = time.split_at(zone);
    let (clock, fraction) = clock.split_once('.').unwrap_or((clock, "0"));
    let offset = if zone == "Z" { Some([0, 0]) } else { numbers(&zone[1..], ':', [2, 2]) };
    let (Some([hour, minute, second]), Some([hours, minutes])) = (numbers(clock, ':', [2, 2, 2]), offset) else {
        return false;
    };
    let is_fraction = !fraction.is_empty() && fraction.bytes().all(|octet| octet.is_ascii_digit());
    // A leap second ends a month in UTC. Only time zones that leave it on the same day count here.
    let sign = if zone.starts_with('-') { 1 } else { -1 };
    let of_day = i64::from(hour * 60 + minute) + sign * i64::from(hours * 60 + minutes);
    let may_leap = of_day == 24 * 60 - 1 && day == days;
    let in_range = hour < 24 && minute < 60 && hours < 24 && minutes < 60 && (second < 60 || second == 60 && may_leap);
    (1..=days).contains(&day) && in_range && is_fraction
}

fn numbers<const N: usize>(text: &str, separator: char, digits: [usize; N]) -> Option<[u32; N]> {
    let parts: Vec<_> = text.split(separator).collect();
    let fits =
        |(part, digits): (&&str, usize)| part.len() == digits && part.bytes().all(|octet| octet.is_ascii_digit());
    let is_whole = parts.len() == N && parts.iter().zip(digits).all(fits);
    is_whole.then(|| parts.iter().map(|part| part.parse().unwrap()).collect::<Vec<_>>().try_into().unwrap())
}

/// Whether it is a [local date and time](https://html.spec.whatwg.org/multipage/common-microsyntaxes.html#local-dates-and-times) as
/// a browser's control gives it: an instant without its zone, perhaps without its seconds, and without a fraction of them.
fn is_local(text: &str) -> bool {
    let seconds = if text.len() == "0000-00-00T00:00".len() { ":00" } else { "" };
    text.contains('T') && !text.contains('.') && is_rfc_3339(&format!("{text}{seconds}Z"))
}

#[test]
fn what_begins_with_a_year_is_a_date_by_rfc_3339_or_of_a_browsers_control() {
    for (text, is_date, _) in TEXTS {
        let begins_with_day = text.find('.') == Some(2);
        assert_eq!(is_date && !begins_with_day, is_rfc_3339(text) || is_local(text), "{text}");
    }
}
