//! Reading a JSON body so that every fault in it is named, not only the first.

use serde::Serialize;
use serde_json::Value;

/// One thing that is wrong with a request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Fault {
    /// Where the fault is, as the client wrote it: `event.date[0].drafts[1].date`.
    pub field: String,
    /// What is wrong, as a sentence for a person.
    pub message: String,
}

impl Fault {
    /// A fault of `field`.
    pub fn new(field: impl Into<String>, message: impl Into<String>) -> Self {
        Self { field: field.into(), message: message.into() }
    }

    /// The fault as one sentence that needs no context.
    #[must_use]
    pub fn sentence(&self) -> String {
        let field = if self.field == "body" { "The body" } else { &self.field };
        let is_predicate = ["must ", "is ", "has ", "holds "].iter().any(|verb| self.message.starts_with(verb));
        format!("{field}{} {}.", if is_predicate { "" } else { ":" }, self.message)
    }
}

/// The most unknown fields that are named, so that the answer cannot grow without bound.
const MAX_UNKNOWN: usize = 10;

/// The most characters of a client's field name that an answer repeats.
const MAX_KEY: usize = 50;

fn cut(key: &str) -> &str {
    key.char_indices().nth(MAX_KEY).and_then(|(end, _)| key.get(..end)).unwrap_or(key)
}

/// The members that an object may have: those that a client sends, and those that only the server sets, which are ignored.
#[derive(Clone, Copy, Debug)]
pub struct Known(pub &'static [&'static str], pub &'static [&'static str]);

impl Known {
    /// The members that a client sends, as a list in a sentence.
    fn alternatives(self) -> String {
        match self.0 {
            [] => "nothing".to_owned(),
            [only] => format!("\"{only}\""),
            [first @ .., last] => format!("\"{}\" or \"{last}\"", first.join("\", \"")),
        }
    }
}

/// A value of the body with its path, or the place where it is missing. `null` counts as missing.
#[derive(Clone, Debug)]
pub struct Node<'a> {
    path: String,
    value: Option<&'a Value>,
}

impl<'a> Node<'a> {
    /// The object that a request carries, bare or in an envelope of one of these names. `known` lists its members. Unknown fields
    /// beside known ones are ignored.
    ///
    /// # Errors
    /// A fault if the body holds no object there. A fault for every unknown field if there are no others, since the body was meant
    /// for something else. A fault for every known field beside an empty envelope.
    pub fn body(body: &'a Value, envelopes: &[&str], known: Known) -> Result<Self, Vec<Fault>> {
        let Value::Object(object) = body else {
            return Err(vec![Fault::new("body", "must be a JSON object")]);
        };
        let mut node = Self { path: String::new(), value: Some(body) };
        if let Some((name, inner)) = envelopes.iter().find_map(|name| object.get_key_value(*name)) {
            if !inner.is_object() {
                return Err(vec![Fault::new(name, "must be an object")]);
            }
            node = Self { path: name.clone(), value: Some(inner) };
        }
        let mut faults = Vec::new();
        if node.holds_unknown_only(known) {
            let place = match envelopes {
                [name, ..] if node.path.is_empty() => format!(", bare or inside \"{name}\""),
                _ => String::new(),
            };
            let message = format!("is not known; what is read here is {}{place}", known.alternatives());
            faults.extend(node.keys().take(MAX_UNKNOWN).map(|key| node.get(key).fault(&message)));
        } else if !node.path.is_empty() && node.keys().next().is_none() {
            let beside = known.0.iter().filter(|name| object.contains_key(**name));
            faults.extend(beside.map(|name| Fault::new(*name, format!("must stand inside \"{}\"", node.path))));
        }
        if faults.is_empty() { Ok(node) } else { Err(faults) }
    }

    /// The names of the members of the object here.
    fn keys(&self) -> impl Iterator<Item = &'a str> {
        self.value.and_then(Value::as_object).into_iter().flat_map(|object| object.keys().map(String::as_str))
    }

    fn holds_unknown_only(&self, known: Known) -> bool {
        self.keys().next().is_some() && !self.keys().any(|key| known.0.contains(&key) || known.1.contains(&key))
    }

    /// Checks that the object here is empty or holds something that a client may send. The fields that only the server sets would
    /// have no effect.
    ///
    /// # Errors
    /// The fault if the check fails.
    pub fn requires_one_of(&self, known: Known) -> Result<(), Vec<Fault>> {
        if self.keys().next().is_none() || self.keys().any(|key| known.0.contains(&key)) {
            return Ok(());
        }
        let place = if self.path.is_empty() { "body" } else { &self.path };
        Err(vec![Fault::new(place, format!("must hold {}; the rest is not for a client to set", known.alternatives()))])
    }

    /// Refuses the unknown fields of an object that would be dropped because it lacks the known ones.
    pub fn refuse_unknown(&self, known: Known, faults: &mut Vec<Fault>) {
        let unknown = self.keys().filter(|key| !known.0.contains(key) && !known.1.contains(key)).take(MAX_UNKNOWN);
        let keys: Vec<_> = unknown.map(|key| format!("\"{}\"", cut(key))).collect();
        if !keys.is_empty() {
            faults.push(self.fault(format!("must hold {}; {} is not known", known.alternatives(), keys.join(", "))));
        }
    }

    /// Whether the object here has members and none of them is `known`. That is a fault.
    pub fn is_foreign(&self, known: Known, faults: &mut Vec<Fault>) -> bool {
        let foreign = self.holds_unknown_only(known);
        if foreign {
            let keys: Vec<_> = self.keys().take(MAX_UNKNOWN).map(|key| format!("\"{}\"", cut(key))).collect();
            faults.push(self.fault(format!("must hold {}; {} is not known", known.alternatives(), keys.join(", "))));
        }
        foreign
    }

    /// The member of this object with that name.
    #[must_use]
    pub fn get(&self, name: &str) -> Self {
        let path = match (self.path.as_str(), cut(name)) {
            ("", name) => name.to_owned(),
            (path, name) => format!("{path}.{name}"),
        };
        Self { path, value: self.value.and_then(|value| value.get(name)).filter(|value| !value.is_null()) }
    }

    /// The member of this object with the first of these names that stands there and is not empty; where none does, the first.
    #[must_use]
    pub fn any(&self, names: &[&str]) -> Self {
        let is_filled = |node: &Self| node.value.is_some_and(|value| value != "");
        let filled = names.iter().map(|name| self.get(name)).find(is_filled);
        filled.unwrap_or_else(|| self.get(names.first().copied().unwrap_or_default()))
    }

    /// Whether there is a value.
    #[must_use]
    pub fn is_present(&self) -> bool {
        self.value.is_some()
    }

    /// Whether there is text.
    #[must_use]
    pub fn is_text(&self) -> bool {
        self.value.is_some_and(Value::is_string)
    }

    /// A fault of this place.
    pub fn fault(&self, message: impl Into<String>) -> Fault {
        Fault::new(self.path.clone(), message)
    }

    /// The text here, if there is one. Anything but text is a fault.
    pub fn text(&self, faults: &mut Vec<Fault>) -> Option<&'a str> {
        match self.value {
            None => None,
            Some(Value::String(text)) => Some(text),
            Some(_) => {
                faults.push(self.fault("must be text"));
                None
            }
        }
    }

    /// The truth value here, if there is one. Anything else is a fault.
    pub fn flag(&self, faults: &mut Vec<Fault>) -> Option<bool> {
        match self.value {
            None => None,
            Some(Value::Bool(flag)) => Some(*flag),
            Some(_) => {
                faults.push(self.fault("must be true or false"));
                None
            }
        }
    }

    /// The text here. A missing text is a fault.
    pub fn required_text(&self, faults: &mut Vec<Fault>) -> Option<&'a str> {
        if !self.is_present() {
            faults.push(self.fault("is missing"));
        }
        self.text(faults)
    }

    /// The text here as `read` returns it, if there is one. An error of `read` is a fault. Text without anything visible counts as
    /// missing.
    pub fn optional(
        &self,
        faults: &mut Vec<Fault>,
        read: impl FnOnce(&str) -> Result<String, String>,
    ) -> Option<String> {
        match read(self.text(faults)?) {
            Ok(text) => Some(text).filter(|text| !text.is_empty()),
            Err(message) => {
                faults.push(self.fault(message));
                None
            }
        }
    }

    /// The text here as `parse` returns it. An error of `parse` is a fault.
    pub fn parsed<T>(&self, faults: &mut Vec<Fault>, parse: impl FnOnce(&str) -> Result<T, String>) -> Option<T> {
        match parse(self.required_text(faults)?) {
            Ok(parsed) => Some(parsed),
            Err(message) => {
                faults.push(self.fault(message));
                None
            }
        }
    }

    /// The one object here: bare, or in an array of one as the front end writes it. An empty array counts as missing.
    #[must_use]
    pub fn single(&self, faults: &mut Vec<Fault>) -> Self {
        let nothing = Self { path: self.path.clone(), value: None };
        match self.value {
            None => nothing,
            Some(Value::Object(_)) => self.clone(),
            Some(Value::Array(items)) => match items.as_slice() {
                [] => nothing,
                [only @ Value::Object(_)] => Self { path: format!("{}[0]", self.path), value: Some(only) },
                [_] => {
                    faults.push(Fault::new(format!("{}[0]", self.path), "must be an object"));
                    nothing
                }
                _ => {
                    faults.push(self.fault("must hold exactly one object"));
                    nothing
                }
            },
            Some(_) => {
                faults.push(self.fault("must be an array of one object"));
                nothing
            }
        }
    }

    /// The objects of the array here. A missing array is an empty one, and an element that is no object is a fault. More than
    /// `limit` elements are a single fault, so that the answer cannot grow without bound.
    pub fn objects(&self, limit: usize, faults: &mut Vec<Fault>) -> Vec<Self> {
        self.items(limit, Value::is_object, "must be an object", faults)
    }

    /// The same where text may stand for an object.
    pub fn objects_or_texts(&self, limit: usize, faults: &mut Vec<Fault>) -> Vec<Self> {
        self.items(limit, |item| item.is_object() || item.is_string(), "must be an object, or text", faults)
    }

    fn items(&self, limit: usize, is_wanted: fn(&Value) -> bool, message: &str, faults: &mut Vec<Fault>) -> Vec<Self> {
        let items = match self.value {
            None => return Vec::new(),
            Some(Value::Array(items)) => items,
            Some(_) => {
                faults.push(self.fault("must be an array"));
                return Vec::new();
            }
        };
        if items.len() > limit {
            faults.push(self.fault(format!("must hold at most {limit} entries")));
            return Vec::new();
        }
        let mut wanted = Vec::with_capacity(items.len());
        for (index, item) in items.iter().enumerate() {
            let node = Self { path: format!("{}[{index}]", self.path), value: Some(item) };
            match item {
                Value::Null => {}
                item if is_wanted(item) => wanted.push(node),
                _ => faults.push(node.fault(message)),
            }
        }
        wanted
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn an_envelope_is_optional_and_shows_in_the_path() {
        for (body, path) in [(json!({"login": {"a": 1}}), "login.a"), (json!({"a": 1}), "a")] {
            let node = Node::body(&body, &["login"], Known(&["a"], &[])).unwrap().get("a");
            assert_eq!(node.fault("").field, path);
            assert!(node.is_present());
        }
    }

    #[test]
    fn a_body_that_is_no_object_is_a_fault() {
        for (body, field) in [(json!(7), "body"), (json!([]), "body"), (json!({"login": 7}), "login")] {
            assert_eq!(Node::body(&body, &["login"], Known(&["a"], &[])).unwrap_err()[0].field, field, "{body}");
        }
    }

    #[test]
    fn a_body_of_which_nothing_is_known_is_refused() {
        let cases = [
            (json!({}), vec![]),
            (json!({"login": {}}), vec![]),
            (json!({"a": null}), vec![]),
            (json!({"a": 1, "x": 2}), vec![]),
            (json!({"login": {"b": 1, "x": 2}, "y": 3}), vec![]),
            (json!({"login": {}, "y": 3}), vec![]),
            (json!({"x": 1}), vec!["x"]),
            (json!({"x": 1, "y": 2}), vec!["x", "y"]),
            (json!({"Login": {"a": 1}}), vec!["Login"]),
            (json!({"login": {"A": 1}}), vec!["login.A"]),
            (json!({"login": {"x": 1}, "a": 2}), vec!["login.x"]),
            (json!({"login": {}, "a": 2, "b": 3, "y": 4}), vec!["a"]),
        ];
        for (body, fields) in cases {
            let faults = Node::body(&body, &["login"], Known(&["a"], &["b"])).err().unwrap_or_default();
            assert_eq!(faults.iter().map(|fault| fault.field.as_str()).collect::<Vec<_>>(), fields, "{body}");
        }
        let many: serde_json::Map<_, _> = (0..99).map(|n| (format!("{n}{}", "x".repeat(999)), json!(1))).collect();
        let faults = Node::body(&many.into(), &[], Known(&["a"], &[])).unwrap_err();
        assert_eq!((faults.len(), faults[0].field.len()), (10, 50));
        assert_eq!(faults[0].message, "is not known; what is read here is \"a\"");
    }

    #[test]
    fn an_object_of_which_nothing_is_known_is_foreign() {
        let known = Known(&["drafts", "confirmed"], &["voters"]);
        for (value, foreign) in [
            (json!({}), false),
            (json!({"voters": 1}), false),
            (json!({"drafts": [], "startDate": 1}), false),
            (json!({"startDate": "01.02.2027"}), true),
        ] {
            let (body, mut faults) = (json!({"date": [value]}), Vec::new());
            let node = Node::body(&body, &[], Known(&["date"], &[])).unwrap().get("date").single(&mut faults);
            assert_eq!(node.is_foreign(known, &mut faults), foreign, "{body}");
            let messages: Vec<_> = faults.iter().map(Fault::sentence).collect();
            let expected = r#"date[0] must hold "drafts" or "confirmed"; "startDate" is not known."#;
            assert_eq!(messages, if foreign { vec![expected] } else { vec![] });
        }
    }

    #[test]
    fn a_fault_is_a_sentence() {
        let cases = [
            (
                "event.date[0].confirmed",
                "is a date that no calendar has",
                "event.date[0].confirmed is a date that no calendar has.",
            ),
            ("body", "is missing", "The body is missing."),
            ("password", "must be text", "password must be text."),
            ("event.name", "an event needs a name", "event.name: an event needs a name."),
        ];
        for (field, message, sentence) in cases {
            assert_eq!(Fault::new(field, message).sentence(), sentence);
        }
    }

    #[test]
    fn a_single_object_may_stand_bare_or_in_an_array() {
        let cases = [
            (json!({"x": {"y": "z"}}), Some("z"), None),
            (json!({"x": [{"y": "z"}]}), Some("z"), None),
            (json!({"x": []}), None, None),
            (json!({}), None, None),
            (json!({"x": null}), None, None),
            (json!({"x": [{}, {}]}), None, Some("x")),
            (json!({"x": [7]}), None, Some("x[0]")),
            (json!({"x": 7}), None, Some("x")),
            (json!({"x": [{"y": 7}]}), None, Some("x[0].y")),
        ];
        for (body, text, fault) in cases {
            let mut faults = Vec::new();
            let node = Node::body(&body, &[], Known(&["x"], &[])).unwrap().get("x").single(&mut faults);
            assert_eq!(node.get("y").text(&mut faults), text, "{body}");
            assert_eq!(faults.first().map(|fault| fault.field.as_str()), fault, "{body}");
        }
    }

    #[test]
    fn every_entry_that_is_no_object_is_named() {
        let body = json!({"x": [1, {}, null, "a"]});
        let mut faults = Vec::new();
        assert_eq!(Node::body(&body, &[], Known(&["x"], &[])).unwrap().get("x").objects(4, &mut faults).len(), 1);
        let fields: Vec<_> = faults.iter().map(|fault| fault.field.as_str()).collect();
        assert_eq!(fields, ["x[0]", "x[3]"]);
    }
}
