//! An event as its organiser sends it in: what it may hold, and what it needs before it can be sent.

use std::collections::HashSet;

use serde_json::Value;

use super::addressee::{MAX_INVITEES, NAMES, Named};
use super::date::When;
use super::fault::{Fault, Known, Node};
use super::poll::{Choice, MAX_OPTIONS, Poll, Topic};
use super::text;

/// The longest name of an event, in characters.
pub const MAX_NAME: usize = 100;

/// The longest place, in characters.
pub const MAX_PLACE: usize = 200;

/// The longest additional text, in characters.
pub const MAX_ADDITIONAL: usize = 4000;

/// The fields of an event in a request.
pub(super) const EVENT: Known = Known(&["name", "date", "place", "members", "additional"], &["id", "status"]);

const MEMBERS: Known = Known(&["invited"], &["confirmed"]);

const INVITEE: Known = Known(&NAMES, &["name", "role", "chat_success", "answer", "again"]);

/// The fields of a poll.
pub(super) const fn poll_fields() -> Known {
    Known(&["drafts", "confirmed", "choice"], &["confirmed_votes", "confirmed_voted", "voters", "my_vote"])
}

/// The fields of an option in a poll on this topic.
const fn option_fields(topic: Topic) -> Known {
    match topic {
        Topic::Date => Known(&["date"], &["votes", "voted"]),
        Topic::Place => Known(&["place"], &["votes", "voted"]),
    }
}

/// The most entries of a poll that are read. Entries without text do not count as options.
const MAX_ENTRIES: usize = 4 * MAX_OPTIONS;

/// An event as the organiser wants it. Everything may be missing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Draft {
    /// Whether it is to be sent at once (`status: true`).
    pub send: bool,
    /// What the event is called.
    pub name: String,
    /// The options for the date.
    pub date: Poll,
    /// The options for the place.
    pub place: Poll,
    /// Who is invited.
    pub invited: Vec<Named>,
    /// The organiser's further text.
    pub additional: String,
}

impl Draft {
    /// Reads the body of `POST /event` and `PUT /event/{id}`: `{"event": {…}}`, with or without the envelope.
    /// Fields that the server owns (`id`, `votes`, `role`, …) are not read. An empty draft needs its envelope, since an
    /// empty body is more likely a mistake.
    ///
    /// # Errors
    /// Every fault of the body.
    pub fn parse(body: &Value) -> Result<Self, Vec<Fault>> {
        if body.as_object().is_some_and(serde_json::Map::is_empty) {
            return Err(vec![Fault::new("body", "is empty; an empty draft is {\"event\": {}}")]);
        }
        let event = Node::body(body, &["event"], EVENT)?;
        let mut faults = Vec::new();
        let draft = Self {
            send: event.get("status").flag(&mut faults).unwrap_or_default(),
            name: read(&event.get("name"), |name| text::line(name, MAX_NAME), &mut faults),
            date: poll(&event, Topic::Date, &mut faults),
            place: poll(&event, Topic::Place, &mut faults),
            invited: invited(&event, &mut faults),
            additional: read(&event.get("additional"), |lines| text::lines(lines, MAX_ADDITIONAL), &mut faults),
        };
        if faults.is_empty() { Ok(draft) } else { Err(faults) }
    }

    /// Reads a body that replaces a stored draft. A body that holds only fields that the server owns is refused: it would empty the
    /// draft.
    ///
    /// # Errors
    /// Every fault of the body.
    pub fn parse_replacement(body: &Value) -> Result<Self, Vec<Fault>> {
        let draft = Self::parse(body)?;
        Node::body(body, &["event"], EVENT)?.requires_one_of(EVENT)?;
        Ok(draft)
    }
}

/// The text here as `read` returns it, or an empty text if there is none.
fn read(node: &Node<'_>, read: impl FnOnce(&str) -> Result<String, String>, faults: &mut Vec<Fault>) -> String {
    node.optional(faults, read).unwrap_or_default()
}

/// Reads one option of a poll: a date that exists in the calendar, or one line of text for a place. Empty if nothing in it is
/// visible.
fn option(topic: Topic, text: &str) -> Result<String, String> {
    match topic {
        Topic::Date => {
            let text = text::composed(text);
            if text.is_empty() { Ok(text) } else { When::parse(&text).map(|_| text) }
        }
        Topic::Place => text::line(text, MAX_PLACE),
    }
}

/// Reads a poll of the event.
pub(super) fn poll(event: &Node<'_>, topic: Topic, faults: &mut Vec<Fault>) -> Poll {
    let node = event.get(topic.name()).single(faults);
    let mut poll = Poll::default();
    if node.is_foreign(poll_fields(), faults) {
        return poll;
    }
    let drafts = node.get("drafts");
    for entry in drafts.objects(MAX_ENTRIES, faults) {
        if entry.is_foreign(option_fields(topic), faults) {
            continue;
        }
        let (whole, entry) = (entry.clone(), entry.get(topic.name()));
        let before = faults.len();
        let Some(text) = entry.optional(faults, |text| option(topic, text)) else {
            if faults.len() == before {
                whole.refuse_unknown(option_fields(topic), faults);
            }
            continue;
        };
        if poll.find(topic, &text).is_some() {
            faults.push(entry.fault("is there twice"));
        } else {
            poll.options.push(text);
        }
    }
    let confirmed = node.get("confirmed");
    if let Some(text) = confirmed.optional(faults, |text| option(topic, text)) {
        poll.chosen = poll.find(topic, &text).or(Some(poll.options.len()));
        if poll.chosen == Some(poll.options.len()) {
            poll.options.push(text);
        }
    }
    let choice = node.get("choice");
    if choice.is_present() {
        poll.choice = choice.parsed(faults, Choice::parse).unwrap_or_default();
    }
    if poll.options.len() > MAX_OPTIONS {
        faults.push(drafts.fault(format!("must hold at most {MAX_OPTIONS} options")));
    }
    poll
}

fn invited(event: &Node<'_>, faults: &mut Vec<Fault>) -> Vec<Named> {
    let members = event.get("members").single(faults);
    if members.is_foreign(MEMBERS, faults) {
        return Vec::new();
    }
    // One more than the limit, since the organiser may be among the invited.
    let entries = members.get("invited").objects_or_texts(MAX_INVITEES + 1, faults);
    entries.iter().filter_map(|entry| named(entry, faults)).collect()
}

fn named(entry: &Node<'_>, faults: &mut Vec<Fault>) -> Option<Named> {
    if entry.is_foreign(INVITEE, faults) { None } else { Named::parse(entry, faults) }
}

/// The body of `POST /event/{id}/members`: whom the organiser invites to an event that was sent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Further {
    /// Everyone who is named.
    pub invited: Vec<Named>,
    /// Those of them, as they were typed, who are to be mailed a new link if they are in already.
    pub again: HashSet<String>,
}

impl Further {
    /// Reads the body: `{"invited": […]}`, whose entries are those of a draft, each with or without `"again": true`.
    ///
    /// # Errors
    /// Every fault of the body.
    pub fn parse(body: &Value) -> Result<Self, Vec<Fault>> {
        let node = Node::body(body, &["members"], MEMBERS)?;
        let mut faults = Vec::new();
        let mut further = Self::default();
        for entry in node.get("invited").objects_or_texts(MAX_INVITEES + 1, &mut faults) {
            let Some(named) = named(&entry, &mut faults) else { continue };
            if !entry.is_text() && entry.get("again").flag(&mut faults) == Some(true) {
                further.again.insert(named.typed.clone());
            }
            further.invited.push(named);
        }
        if further.invited.is_empty() && faults.is_empty() {
            faults.push(node.get("invited").fault("must name at least one person"));
        }
        if faults.is_empty() { Ok(further) } else { Err(faults) }
    }
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
        for body in [
            json!({"event": {}}),
            json!({"name": ""}),
            json!({"event": {"id": 7, "status": false}}),
            json!({"event": {"date": [], "place": [{}], "members": null}}),
        ] {
            assert_eq!(Draft::parse(&body), Ok(Draft::default()), "{body}");
        }
    }

    #[test]
    fn what_the_server_owns_replaces_no_draft() {
        let cases = [
            (json!({"event": {}}), true),
            (json!({"event": {"name": "", "status": true}}), true),
            (json!({"members": []}), true),
            (json!({"event": {"status": true}}), false),
            (json!({"status": true, "foo": 1}), false),
            (json!({"id": "x"}), false),
        ];
        for (body, fine) in cases {
            assert_eq!(Draft::parse_replacement(&body).is_ok(), fine, "{body}");
        }
    }

    #[test]
    fn an_option_is_dropped_only_if_nothing_of_it_is_lost() {
        let cases = [
            (json!({"date": ""}), true),
            (json!({"date": null, "votes": 3}), true),
            (json!({"date": "", "startDate": "01.02.2027"}), false),
            (json!({"date": "01.02.2027", "startDate": "01.02.2027"}), true),
        ];
        for (option, fine) in cases {
            let body = json!({"event": {"date": [{"drafts": [option]}]}});
            assert_eq!(Draft::parse(&body).is_ok(), fine, "{body}");
        }
    }

    #[test]
    fn what_is_not_understood_is_no_draft() {
        let cases = [
            (json!({}), vec!["body"]),
            (json!({"Event": {"Name": "Renamed"}}), vec!["Event"]),
            (json!({"event": {"Name": "Renamed", "title": "x"}}), vec!["event.Name", "event.title"]),
            (json!({"event": {"event": {"name": "Picnic"}}}), vec!["event.event"]),
            (json!({"event": {}, "name": "Picnic"}), vec!["name"]),
            (json!({"date": [{"startDate": "01.02.2027"}]}), vec!["date[0]"]),
            (json!({"date": {"startDate": "01.02.2027"}, "place": {"location": "Park"}}), vec!["date", "place"]),
            (json!({"date": {"drafts": [{"day": "01.02.2027"}, {}]}}), vec!["date.drafts[0]"]),
            (json!({"place": {"drafts": [{"place": "", "name": "Park"}]}}), vec!["place.drafts[0]"]),
            (json!({"place": {"drafts": [{"name": "Park"}]}}), vec!["place.drafts[0]"]),
            (json!({"place": {"drafts": [{"votes": 3}, {"place": "\u{200b}", "votes": 3}]}}), vec![]),
            (json!({"members": [{"guests": []}]}), vec!["members[0]"]),
            (json!({"members": [{"invited": [{"user": "jane"}]}]}), vec!["members[0].invited[0]"]),
            (json!({"members": [{"confirmed": []}], "colour": "red"}), vec![]),
        ];
        for (body, fields) in cases {
            let faults = Draft::parse(&body).err().unwrap_or_default();
            assert_eq!(faults.iter().map(|fault| fault.field.as_str()).collect::<Vec<_>>(), fields, "{body}");
        }
    }

    #[test]
    fn what_the_server_owns_is_not_read() {
        let body = json!({"id": 7, "date": [{"drafts": [{"date": "01.02.2027", "votes": []}], "voters": {}, "my_vote": 3}],
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
            (json!({"name": "e\u{301}".repeat(100)}), 0),
            (json!({"name": "\u{200b}".repeat(101)}), 0),
            (json!({"name": "x\u{202e}y", "additional": "x\u{0}", "place": {"confirmed": "\u{ad}x"}}), 3),
            (json!({"additional": "two\n\tlines"}), 0),
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
        let body = json!({"place": [{"drafts": [{"place": " "}, {"place": " Park "}, {}, {"place": null}, {"place": "\u{200b}"},
            {"place": "\u{200b}\u{3164}"}], "confirmed": "\u{2060}"}]});
        let place = Draft::parse(&body).unwrap().place;
        assert_eq!((place.options, place.chosen), (vec!["Park".to_owned()], None));
    }

    #[test]
    fn an_option_may_be_there_once_however_it_is_spelt() {
        let cases = [
            (json!({"place": {"drafts": [{"place": "Caf\u{e9}"}, {"place": "Cafe\u{301}"}]}}), "place.drafts[1].place"),
            (json!({"date": {"drafts": [{"date": "01.02.2027"}, {"date": " 2027-02-01"}]}}), "date.drafts[1].date"),
            (
                json!({"date": {"drafts": [{"date": "2027-02-01T10:00:00Z"}, {"date": "2027-02-01T11:00:00+01:00"}]}}),
                "date.drafts[1].date",
            ),
        ];
        for (body, field) in cases {
            assert_eq!(Draft::parse(&body), Err(vec![Fault::new(field, "is there twice")]), "{body}");
        }
    }

    #[test]
    fn a_date_is_confirmed_however_it_is_spelt() {
        let body =
            json!({"date": {"drafts": [{"date": "01.02.2027"}, {"date": "03.02.2027"}], "confirmed": "2027-02-01"}});
        let date = Draft::parse(&body).unwrap().date;
        assert_eq!((date.options, date.chosen), (vec!["01.02.2027".to_owned(), "03.02.2027".to_owned()], Some(0)));
    }

    #[test]
    fn the_choice_of_a_poll_is_one_unless_it_says_any() {
        for (poll, choice) in [
            (json!({}), Some(Choice::One)),
            (json!({"choice": null}), Some(Choice::One)),
            (json!({"choice": "one"}), Some(Choice::One)),
            (json!({"choice": "any"}), Some(Choice::Any)),
            (json!({"choice": "all"}), None),
            (json!({"choice": ""}), None),
            (json!({"choice": true}), None),
        ] {
            let draft = Draft::parse(&json!({"event": {"date": [poll]}}));
            assert_eq!(draft.as_ref().map(|draft| draft.date.choice).ok(), choice, "{poll}: {draft:?}");
            if let Err(faults) = draft {
                assert_eq!(faults[0].field, "event.date[0].choice");
            }
        }
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
