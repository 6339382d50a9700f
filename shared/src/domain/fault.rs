//! Reading a JSON body so that every fault in it is named, not only the first.

use serde::Serialize;
use serde_json::Value;

/// One thing that is wrong with a request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Fault {
    /// Where it is, as the client wrote it: `event.date[0].drafts[1].date`.
    pub field: String,
    /// What is wrong, as a sentence for a person.
    pub message: String,
}

impl Fault {
    /// A fault of `field`.
    pub fn new(field: impl Into<String>, message: impl Into<String>) -> Self {
        Self { field: field.into(), message: message.into() }
    }
}

/// A value of the body, or the place where one is missing, with its path. `null` counts as missing.
#[derive(Clone, Debug)]
pub struct Node<'a> {
    path: String,
    value: Option<&'a Value>,
}

impl<'a> Node<'a> {
    /// The object that a request carries: bare, or in an envelope of one of these names.
    ///
    /// # Errors
    /// The fault of a body that holds no object there.
    pub fn body(body: &'a Value, envelopes: &[&str]) -> Result<Self, Fault> {
        let Value::Object(object) = body else {
            return Err(Fault::new("body", "must be a JSON object"));
        };
        for &name in envelopes {
            match object.get(name) {
                Some(inner @ Value::Object(_)) => return Ok(Self { path: name.to_owned(), value: Some(inner) }),
                Some(_) => return Err(Fault::new(name, "must be an object")),
                None => {}
            }
        }
        Ok(Self { path: String::new(), value: Some(body) })
    }

    /// The member of this object with that name.
    #[must_use]
    pub fn get(&self, name: &str) -> Self {
        let path = if self.path.is_empty() { name.to_owned() } else { format!("{}.{name}", self.path) };
        Self { path, value: self.value.and_then(|value| value.get(name)).filter(|value| !value.is_null()) }
    }

    /// Whether there is a value.
    #[must_use]
    pub fn is_present(&self) -> bool {
        self.value.is_some()
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

    /// The text here, which has to be there.
    pub fn required_text(&self, faults: &mut Vec<Fault>) -> Option<&'a str> {
        if !self.is_present() {
            faults.push(self.fault("is missing"));
        }
        self.text(faults)
    }

    /// The text here as `parse` reads it; what `parse` refuses is a fault.
    pub fn parsed<T>(&self, faults: &mut Vec<Fault>, parse: impl FnOnce(&str) -> Result<T, String>) -> Option<T> {
        match parse(self.required_text(faults)?) {
            Ok(parsed) => Some(parsed),
            Err(message) => {
                faults.push(self.fault(message));
                None
            }
        }
    }

    /// The one object here: bare, or in an array of one as the front end writes it. Missing and an empty array are the same.
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

    /// The objects of the array here; missing is an empty array, and what is no object is a fault.
    /// More than `limit` of them are one fault, so that the answer cannot grow beyond measure.
    pub fn objects(&self, limit: usize, faults: &mut Vec<Fault>) -> Vec<Self> {
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
        let mut objects = Vec::with_capacity(items.len());
        for (index, item) in items.iter().enumerate() {
            let node = Self { path: format!("{}[{index}]", self.path), value: Some(item) };
            match item {
                Value::Object(_) => objects.push(node),
                Value::Null => {}
                _ => faults.push(node.fault("must be an object")),
            }
        }
        objects
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn an_envelope_is_optional_and_shows_in_the_path() {
        for (body, path) in [(json!({"login": {"a": 1}}), "login.a"), (json!({"a": 1}), "a")] {
            let node = Node::body(&body, &["login"]).unwrap().get("a");
            assert_eq!(node.fault("").field, path);
            assert!(node.is_present());
        }
    }

    #[test]
    fn a_body_that_is_no_object_is_a_fault() {
        for (body, field) in [(json!(7), "body"), (json!([]), "body"), (json!({"login": 7}), "login")] {
            assert_eq!(Node::body(&body, &["login"]).unwrap_err().field, field, "{body}");
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
            let node = Node::body(&body, &[]).unwrap().get("x").single(&mut faults);
            assert_eq!(node.get("y").text(&mut faults), text, "{body}");
            assert_eq!(faults.first().map(|fault| fault.field.as_str()), fault, "{body}");
        }
    }

    #[test]
    fn every_entry_that_is_no_object_is_named() {
        let body = json!({"x": [1, {}, null, "a"]});
        let mut faults = Vec::new();
        assert_eq!(Node::body(&body, &[]).unwrap().get("x").objects(4, &mut faults).len(), 1);
        let fields: Vec<_> = faults.iter().map(|fault| fault.field.as_str()).collect();
        assert_eq!(fields, ["x[0]", "x[3]"]);
    }
}
