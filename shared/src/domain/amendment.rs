//! What an organiser changes in an event that may have been sent: the name, the text, and further options. What there is keeps its
//! place, so that no vote changes its meaning.

use serde_json::Value;

use super::draft::{MAX_ADDITIONAL, MAX_NAME, poll, poll_fields};
use super::event::Event;
use super::fault::{Fault, Known, Node};
use super::poll::{MAX_OPTIONS, Poll, Topic};
use super::text;

/// The fields of an amendment.
const AMENDMENT: Known = Known(&["name", "additional", "date", "place"], &["id", "status", "members"]);

/// The body of `PATCH /event/{id}`. What is missing stays as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Amendment {
    name: Option<String>,
    additional: Option<String>,
    /// Options of the date, known ones among them.
    date: Vec<String>,
    /// Options of the place, known ones among them.
    place: Vec<String>,
}

/// An event with what an amendment changes in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Amended {
    /// The event as it is to be.
    pub event: Event,
    /// The name, if it changes.
    pub name: Option<String>,
    /// The text, if it changes.
    pub additional: Option<String>,
    /// The polls that get further options, and how many each had.
    pub options: Vec<(Topic, usize)>,
}

/// Why an amendment does not fit the event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unfit {
    /// It asks for what the event cannot be.
    Invalid(Vec<Fault>),
    /// A poll that is to get further options is decided.
    Decided,
}

impl Amended {
    /// Whether nothing changes.
    #[must_use]
    pub fn is_nothing(&self) -> bool {
        self.name.is_none() && self.additional.is_none() && self.options.is_empty()
    }

    /// Whether a calendar shows the event another way from now on.
    #[must_use]
    pub fn is_revision(&self) -> bool {
        self.event.is_decided() && !self.is_nothing()
    }
}

impl Amendment {
    /// Reads the body: `{"event": {…}}`, with or without the envelope.
    ///
    /// # Errors
    /// Every fault of the body.
    pub fn parse(body: &Value) -> Result<Self, Vec<Fault>> {
        let event = Node::body(body, &["event"], AMENDMENT)?;
        event.requires_one_of(AMENDMENT)?;
        if !AMENDMENT.0.iter().any(|name| event.get(name).is_present()) {
            return Err(vec![Fault::new("body", "must hold a name, an additional text, a date or a place")]);
        }
        let mut faults = Vec::new();
        let read = |name: &str, parse: &dyn Fn(&str) -> Result<String, String>, faults: &mut Vec<Fault>| {
            let node = event.get(name);
            node.is_present().then(|| node.optional(faults, parse).unwrap_or_default())
        };
        let amendment = Self {
            name: read("name", &|name| text::line(name, MAX_NAME), &mut faults),
            additional: read("additional", &|lines| text::lines(lines, MAX_ADDITIONAL), &mut faults),
            date: options(&event, Topic::Date, &mut faults),
            place: options(&event, Topic::Place, &mut faults),
        };
        if faults.is_empty() { Ok(amendment) } else { Err(faults) }
    }

    fn options(&self, topic: Topic) -> &[String] {
        match topic {
            Topic::Date => &self.date,
            Topic::Place => &self.place,
        }
    }

    /// The event with these changes.
    ///
    /// # Errors
    /// Why they do not fit.
    pub fn of(&self, event: &Event) -> Result<Amended, Unfit> {
        let mut amended = event.clone();
        let changed = |new: &Option<String>, old: &str| new.clone().filter(|new| new != old);
        let (name, additional) = (changed(&self.name, &event.name), changed(&self.additional, &event.additional));
        let mut faults = Vec::new();
        if let Some(name) = &name {
            amended.name.clone_from(name);
            if event.sent && name.is_empty() {
                faults.push(Fault::new("event.name", "cannot be empty, since the event was sent"));
            }
        }
        if let Some(text) = &additional {
            amended.additional.clone_from(text);
        }
        let mut options = Vec::new();
        for &topic in Topic::ALL {
            let poll = event.poll(topic);
            let is_new = |option: &&String| poll.find(topic, option).is_none();
            let new: Vec<_> = self.options(topic).iter().filter(is_new).cloned().collect();
            if new.is_empty() {
                continue;
            }
            if event.sent && poll.chosen.is_some() {
                return Err(Unfit::Decided);
            }
            let known = poll.options.len();
            if known + new.len() > MAX_OPTIONS {
                let field = format!("event.{topic}[0].drafts");
                faults
                    .push(Fault::new(field, format!("must hold at most {MAX_OPTIONS} options, with those there are")));
            }
            amended.poll_mut(topic).options.extend(new);
            options.push((topic, known));
        }
        if faults.is_empty() {
            Ok(Amended { event: amended, name, additional, options })
        } else {
            Err(Unfit::Invalid(faults))
        }
    }
}

/// The options of a poll in the body, which can neither decide it nor change how many votes a member has.
fn options(event: &Node<'_>, topic: Topic, faults: &mut Vec<Fault>) -> Vec<String> {
    let node = event.get(topic.name()).single(&mut Vec::new());
    if !node.is_foreign(poll_fields(), &mut Vec::new()) {
        for fixed in ["confirmed", "choice"].map(|name| node.get(name)).iter().filter(|fixed| fixed.is_present()) {
            if fixed.text(&mut Vec::new()).is_none_or(|text| !text.trim().is_empty()) {
                faults.push(fixed.fault("cannot be changed here; decide by PUT /event/{id}/vote"));
            }
        }
    }
    let before = faults.len();
    let Poll { options, .. } = poll(event, topic, faults);
    if faults.len() > before { Vec::new() } else { options }
}

#[cfg(test)]
mod tests {
    use super::super::event::tests::event;
    use super::*;
    use serde_json::json;

    fn fields(result: Result<impl std::fmt::Debug, Vec<Fault>>) -> Vec<String> {
        result.err().unwrap_or_default().into_iter().map(|fault| fault.field).collect()
    }

    #[test]
    fn bodies() {
        let cases = [
            (json!({"name": "Hike"}), vec![]),
            (json!({"event": {"additional": ""}}), vec![]),
            (json!({"date": [{"drafts": [{"date": "03.02.2027"}]}]}), vec![]),
            (json!({"place": {"drafts": [{"place": "Lake"}], "confirmed": ""}}), vec![]),
            (json!({"name": 7, "date": [{"drafts": [{"date": "soon"}]}]}), vec!["name", "date[0].drafts[0].date"]),
            (json!({"date": [{"confirmed": "01.02.2027"}]}), vec!["date[0].confirmed"]),
            (json!({"event": {"place": {"choice": "any"}}}), vec!["event.place.choice"]),
            (json!({"place": {"location": "Lake"}}), vec!["place"]),
            (json!({"title": "Hike"}), vec!["title"]),
            (json!({"id": "7"}), vec!["body"]),
            (json!({}), vec!["body"]),
        ];
        for (body, expected) in cases {
            assert_eq!(fields(Amendment::parse(&body)), expected, "{body}");
        }
    }

    #[test]
    fn further_options_add_up_and_what_there_is_keeps_its_place() {
        let event = event(1);
        let body = json!({"date": [{"drafts": [{"date": "03.02.2027"}, {"date": "2027-02-01"}]}], "name": "Picnic"});
        let amended = Amendment::parse(&body).unwrap().of(&event).unwrap();
        assert_eq!(amended.event.date.options, ["01.02.2027", "02.02.2027", "03.02.2027"]);
        assert_eq!((amended.name, amended.options), (None, vec![(Topic::Date, 2)]));
        let again = Amendment::parse(&body).unwrap().of(&amended.event).unwrap();
        assert!(again.is_nothing());
    }

    #[test]
    fn what_does_not_fit() {
        let decided = {
            let mut event = event(1);
            event.date.chosen = Some(0);
            event
        };
        let draft = Event { sent: false, ..decided.clone() };
        let more = json!({"date": {"drafts": [{"date": "03.02.2027"}]}});
        let many = json!({"place": {"drafts": (0..49).map(|n| json!({"place": format!("{n}")})).collect::<Vec<_>>()}});
        let cases = [
            ("a decided poll", &decided, &more, Some(Unfit::Decided)),
            (
                "a known option of a decided poll",
                &decided,
                &json!({"date": {"drafts": [{"date": "02.02.2027"}]}}),
                None,
            ),
            ("the other poll", &decided, &json!({"place": {"drafts": [{"place": "Lake"}]}}), None),
            ("a draft", &draft, &more, None),
            ("a draft without a name", &draft, &json!({"name": ""}), None),
        ];
        for (name, event, body, expected) in cases {
            assert_eq!(Amendment::parse(body).unwrap().of(event).err(), expected, "{name}");
        }
        for (body, field) in [(&many, "event.place[0].drafts"), (&json!({"name": " "}), "event.name")] {
            let Err(Unfit::Invalid(faults)) = Amendment::parse(body).unwrap().of(&decided) else { panic!("{body}") };
            assert_eq!(faults[0].field, field);
        }
    }

    #[test]
    fn only_a_change_of_what_is_decided_is_a_revision() {
        let mut event = event(1);
        let name = Amendment::parse(&json!({"name": "Hike"})).unwrap();
        for (date, place, is_revision) in [(None, None, false), (Some(0), None, false), (Some(0), Some(1), true)] {
            (event.date.chosen, event.place.chosen) = (date, place);
            assert_eq!(name.of(&event).unwrap().is_revision(), is_revision, "{date:?} {place:?}");
        }
    }
}
