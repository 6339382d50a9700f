//! Bodies of requests.

use serde_json::{Value, json};

use crate::User;

/// The address of a user of that name.
pub fn email_of(name: &str) -> String {
    format!("{name}@example.com")
}

/// The password with which a user of that name registers.
pub fn password_of(name: &str) -> String {
    format!("{name}'s password")
}

/// The body that registers a user of that name.
pub fn registration(name: &str) -> Value {
    json!({"post-data": {"username": name, "password": password_of(name), "e-mail": email_of(name)}})
}

/// The body of a draft with two dates, two places and these invitees.
pub fn picnic(invitees: &[User]) -> Value {
    let invited: Vec<_> = invitees.iter().map(|user| json!({"id": user.id})).collect();
    json!({"event": {
        "name": "Picnic",
        "date": [{"drafts": [{"date": "01.02.2027"}, {"date": "02.02.2027"}]}],
        "place": [{"drafts": [{"place": "Park"}, {"place": "Pub"}]}],
        "members": [{"invited": invited}],
    }})
}

/// The same picnic, but each of them may have votes on several dates.
pub fn picnic_on_any_day(invitees: &[User]) -> Value {
    let mut body = picnic(invitees);
    body["event"]["date"][0]["choice"] = json!("any");
    body
}

/// The body of the largest draft that the service accepts.
pub fn largest_draft() -> Value {
    let domain = ["b".repeat(60), "c".repeat(60), "d".repeat(59)].join(".");
    let invited =
        |n| json!({"id": format!("{n:04}{}@{domain}.example", "l".repeat(60)), "name": "\u{1f980}".repeat(50)});
    let date = |n| json!({"date": format!("{:02}.{:02}.2027, time: 12:00", n % 25 + 1, n / 25 + 1)});
    let place = |n| json!({"place": format!("{n:02}{}", "\u{1f980}".repeat(198))});
    json!({"event": {
        "name": "\u{1f980}".repeat(100),
        "date": [{"drafts": (0..50).map(date).collect::<Vec<_>>()}],
        "place": [{"drafts": (0..50).map(place).collect::<Vec<_>>()}],
        "members": [{"invited": (0..500).map(invited).collect::<Vec<_>>()}],
        "additional": "\u{1f980}".repeat(4000),
    }})
}

/// The short form of a vote.
pub fn vote(topic: &str, option: &str) -> Value {
    json!({"event": {topic: [{"confirmed": option}]}})
}
