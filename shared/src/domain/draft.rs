//! An event as its organiser sends it in: what may stand in it, and what it needs before it can go out.

use serde_json::Value;

use super::addressee::Named;
use super::date::When;
use super::fault::{Fault, Node};
use super::poll::{MAX_OPTIONS, Poll, Topic};

/// The longest name of an event, in characters.
pub const MAX_NAME: usize = 100;

/// The longest place, in characters.
pub const MAX_PLACE: usize = 200;

/// The longest additional text, in characters.
pub const MAX_ADDITIONAL: usize = 4000;

/// The most invitees of an event.
pub const MAX_INVITEES: usize = 500;

/// How many entries of a poll are looked at; those without text do not count as options.
const MAX_ENTRIES: usize = 4 * MAX_OPTIONS;

/// An event as the organiser wants it. Everything may be missing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Draft {
    /// What the event is called.
    pub name: String,
    /// The options for the date.
    pub date: Poll,
    /// The options for the place.
    pub place: Poll,
    /// Who is invited.
    pub invited: Vec<Named>,
    /// Whatever else the organiser wants to say.
    pub additional: String,
}

impl Draft {
    /// Reads the body of `POST /event` and `PUT /event/{id}`: `{"event": {…}}`, with or without the envelope.
    /// What the server owns (`id`, `status`, `votes`, `role`, …) is not read.
    ///
    /// # Errors
    /// Every fault of the body.
    pub fn parse(body: &Value) -> Result<Self, Vec<Fault>> {
        let event = Node::body(body, &["event"]).map_err(|fault| vec![fault])?;
        let mut faults = Vec::new();
        let draft = Self {
            name: line(&event.get("name"), MAX_NAME, &mut faults),
            date: poll(&event, Topic::Date, &mut faults),
            place: poll(&event, Topic::Place, &mut faults),
            invited: invited(&event, &mut faults),
            additional: text(&event.get("additional"), MAX_ADDITIONAL, &mut faults),
        };
        if faults.is_empty() { Ok(draft) } else { Err(faults) }
    }
}

/// Reads one option of a poll: a date that a calendar has, or one line of text for a place.
fn parse_option(topic: Topic, text: &str) -> Result<(), String> {
    match topic {
        Topic::Date => When::parse(text).map(drop),
        Topic::Place => check_line(text, MAX_PLACE),
    }
}

fn poll(event: &Node<'_>, topic: Topic, faults: &mut Vec<Fault>) -> Poll {
    let node = event.get(topic.name()).single(faults);
    let drafts = node.get("drafts");
    let mut poll = Poll::default();
    let mut whens = Vec::new();
    for entry in drafts.objects(MAX_ENTRIES, faults) {
        let entry = entry.get(topic.name());
        let Some(text) = entry.text(faults).map(str::trim).filter(|text| !text.is_empty()) else { continue };
        if let Err(message) = parse_option(topic, text) {
            faults.push(entry.fault(message));
            continue;
        }
        let when = When::parse(text).ok();
        if poll.find(text).is_some() || (when.is_some() && whens.contains(&when)) {
            faults.push(entry.fault("is there twice"));
            continue;
        }
        whens.push(when);
        poll.options.push(text.to_owned());
    }
    let confirmed = node.get("confirmed");
    if let Some(text) = confirmed.text(faults).map(str::trim).filter(|text| !text.is_empty()) {
        if let Err(message) = parse_option(topic, text) {
            faults.push(confirmed.fault(message));
        } else if let Some(option) = poll.find(text) {
            poll.chosen = Some(option);
        } else {
            poll.chosen = Some(poll.options.len());
            poll.options.push(text.to_owned());
        }
    }
    if poll.options.len() > MAX_OPTIONS {
        faults.push(drafts.fault(format!("must hold at most {MAX_OPTIONS} options")));
    }
    poll
}

fn invited(event: &Node<'_>, faults: &mut Vec<Fault>) -> Vec<Named> {
    let members = event.get("members").single(faults);
    // The organiser may stand among the invited, hence one more.
    let entries = members.get("invited").objects(MAX_INVITEES + 1, faults);
    entries.iter().filter_map(|entry| Named::parse(entry, faults)).collect()
}

/// One line of text, without the white space around it.
fn line(node: &Node<'_>, longest: usize, faults: &mut Vec<Fault>) -> String {
    let Some(text) = node.text(faults).map(str::trim) else { return String::new() };
    if let Err(message) = check_line(text, longest) {
        faults.push(node.fault(message));
    }
    text.to_owned()
}

/// Whether it is one line of at most so many characters.
pub(super) fn check_line(text: &str, longest: usize) -> Result<(), String> {
    if text.chars().any(char::is_control) {
        return Err("must be one line without control characters".to_owned());
    }
    check_length(text, longest)
}

fn text(node: &Node<'_>, longest: usize, faults: &mut Vec<Fault>) -> String {
    let Some(text) = node.text(faults) else { return String::new() };
    if let Err(message) = check_length(text, longest) {
        faults.push(node.fault(message));
    }
    text.to_owned()
}

fn check_length(text: &str, longest: usize) -> Result<(), String> {
    if text.chars().count() > longest {
        return Err(format!("must be at most {longest} characters long"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn faults(event: &Value) -> Vec<String> {
        Draft::parse(&json!({ "event": event }))
            .err()
            .unwrap_or_default()
            .into_iter()
            .map(|fault| format!("{}: {}", fault.field, fault.message))
            .collect()
    }

    #[test]
    fn everything_may_be_missing() {
        for body in [json!({}), json!({"event": {}}), json!({"event": {"date": [], "place": [{}], "members": null}})] {
            assert_eq!(Draft::parse(&body), Ok(Draft::default()), "{body}");
        }
    }

    #[test]
    fn what_the_server_owns_is_not_read() {
        let body = json!({"id": 7, "status": "sent", "date": [{"drafts": [{"date": "01.02.2027", "votes": []}], "voters": {}, "my_vote": 3}],
            "members": [{"confirmed": 8, "invited": [{"id": "jane", "role": 1, "chat_success": "x", "name": 4}]}]});
        let draft = Draft::parse(&body).unwrap();
        assert_eq!(draft.date.options, ["01.02.2027"]);
        assert_eq!(draft.invited.len(), 1);
    }

    #[test]
    fn every_fault_is_named() {
        let event = json!({
            "name": 7,
            "date": [{"drafts": [{"date": "31.02.2027"}, {"date": "01.02.2027"}, {"date": "2027-02-01"}, 5], "confirmed": "soon"}],
            "place": [{"drafts": "here"}],
            "members": [{"invited": [{"id": "a b"}, {}, {"id": 7}]}],
            "additional": []
        });
        assert_eq!(
            faults(&event),
            [
                "event.name: must be text",
                "event.date[0].drafts[3]: must be an object",
                "event.date[0].drafts[0].date: is a date that no calendar has",
                "event.date[0].drafts[2].date: is there twice",
                "event.date[0].confirmed: must be a date like 01.02.2027, 01.02.2027 19:30, 2027-02-01 or 2027-02-01T19:30:00Z",
                "event.place[0].drafts: must be an array",
                "event.members[0].invited[0].id: must be a user id, an e-mail address or a username",
                "event.members[0].invited[1].id: is missing",
                "event.members[0].invited[2].id: must be text",
                "event.additional: must be text",
            ]
        );
    }

    #[test]
    fn limits() {
        let options = |count: usize| (0..count).map(|n| json!({"place": format!("{n}")})).collect::<Vec<_>>();
        let people = |count: usize| (0..count).map(|n| json!({"id": format!("u{n}")})).collect::<Vec<_>>();
        let cases = [
            (json!({"name": "x".repeat(100)}), 0),
            (json!({"name": "x".repeat(101)}), 1),
            (json!({"name": "two\nlines"}), 1),
            (json!({"place": {"drafts": options(50)}}), 0),
            (json!({"place": {"drafts": options(51)}}), 1),
            (json!({"place": {"drafts": options(50), "confirmed": "elsewhere"}}), 1),
            (json!({"place": {"drafts": options(1000)}}), 1),
            (json!({"place": {"drafts": [{"place": "x".repeat(201)}]}}), 1),
            (json!({"members": {"invited": people(500)}}), 0),
            (json!({"members": {"invited": people(502)}}), 1),
            (json!({"additional": "x".repeat(4000)}), 0),
            (json!({"additional": "x".repeat(4001)}), 1),
        ];
        for (event, count) in cases {
            let found = faults(&event);
            assert_eq!(found.len(), count, "{found:?}");
        }
    }

    #[test]
    fn options_without_text_are_dropped() {
        let body = json!({"place": [{"drafts": [{"place": " "}, {"place": " Park "}, {}, {"place": null}]}]});
        assert_eq!(Draft::parse(&body).unwrap().place.options, ["Park"]);
    }

    #[test]
    fn what_is_confirmed_in_a_draft_is_kept_and_is_one_of_the_options() {
        let cases = [("Park", vec!["Park", "Pub"], 0), ("Home", vec!["Park", "Pub", "Home"], 2)];
        for (confirmed, options, chosen) in cases {
            let body = json!({"place": [{"drafts": [{"place": "Park"}, {"place": "Pub"}], "confirmed": confirmed}]});
            let poll = Draft::parse(&body).unwrap().place;
            assert_eq!((poll.options, poll.chosen), (options.into_iter().map(str::to_owned).collect(), Some(chosen)));
        }
    }
}
