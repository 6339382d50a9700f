//! The ids and tokens that the service has given to what has a number in the model, and the comparison of bodies that goes by them.

use std::collections::HashMap;

use serde_json::Value;
use uuid::Uuid;

/// What placeholders such as `<p3>` stand for.
#[derive(Debug, Default)]
pub(crate) struct Names {
    values: HashMap<String, String>,
    placeholders: HashMap<String, String>,
    labels: HashMap<String, String>,
}

/// The placeholders that a comparison has found values for.
pub(crate) type Found = Vec<(String, String)>;

impl Names {
    /// Keeps what a placeholder stands for.
    pub(crate) fn keep(&mut self, placeholder: &str, value: &str) {
        self.values.insert(placeholder.to_owned(), value.to_owned());
        self.placeholders.insert(value.to_owned(), placeholder.to_owned());
    }

    /// Keeps how a story calls it.
    pub(crate) fn call(&mut self, placeholder: &str, label: &str) {
        self.labels.insert(placeholder.to_owned(), label.to_owned());
    }

    /// What the placeholder stands for, if that is known.
    pub(crate) fn get(&self, placeholder: &str) -> Option<&String> {
        self.values.get(placeholder)
    }

    /// The text as a story tells it.
    pub(crate) fn told(&self, text: &str) -> String {
        self.labels.get(text).cloned().unwrap_or_else(|| text.to_owned())
    }

    /// The text with what its placeholders stand for. One that stands for nothing stays.
    pub(crate) fn fill(&self, text: &str) -> String {
        let Some((before, rest)) = text.split_once('<') else { return text.to_owned() };
        let Some((name, after)) = rest.split_once('>') else { return text.to_owned() };
        let placeholder = format!("<{name}>");
        let value = self.values.get(&placeholder).cloned().unwrap_or(placeholder);
        format!("{before}{value}{}", self.fill(after))
    }

    /// The body likewise.
    pub(crate) fn fill_body(&self, body: &Value) -> Value {
        match body {
            Value::String(text) => Value::String(self.fill(text)),
            Value::Array(items) => items.iter().map(|item| self.fill_body(item)).collect(),
            Value::Object(fields) => fields.iter().map(|(key, value)| (key.clone(), self.fill_body(value))).collect(),
            other => other.clone(),
        }
    }

    /// Compares a body with the one that is expected. Placeholders without a value take the id that stands there.
    ///
    /// # Errors
    /// Where they differ first.
    pub(crate) fn compare(&self, expected: &Value, actual: &Value, at: &str, found: &mut Found) -> Result<(), String> {
        match (expected, actual) {
            (Value::String(expected), Value::String(_)) if expected == "<any>" => Ok(()),
            (Value::String(expected), Value::String(actual)) if expected.starts_with('<') => {
                self.compare_id(expected, actual, at, found)
            }
            (Value::Array(all), Value::Array(others)) if all.len() == others.len() => {
                let mut pairs = all.iter().zip(others).enumerate();
                pairs.try_for_each(|(index, (one, other))| self.compare(one, other, &format!("{at}[{index}]"), found))
            }
            (Value::Object(all), Value::Object(others)) if all.keys().eq(others.keys()) => {
                let mut fields = all.iter();
                fields.try_for_each(|(key, one)| self.compare(one, &others[key], &format!("{at}.{key}"), found))
            }
            _ if expected == actual => Ok(()),
            _ => Err(self.difference(at, expected, actual)),
        }
    }

    fn compare_id(&self, expected: &str, actual: &str, at: &str, found: &mut Found) -> Result<(), String> {
        let known = found.iter().find(|(placeholder, _)| placeholder == expected).map(|(_, value)| value);
        let known = known.or_else(|| self.values.get(expected));
        let is_free = actual.parse::<Uuid>().is_ok()
            && !self.placeholders.contains_key(actual)
            && found.iter().all(|(_, value)| value != actual);
        match known {
            Some(known) if known == actual => Ok(()),
            None if is_free => {
                found.push((expected.to_owned(), actual.to_owned()));
                Ok(())
            }
            _ => Err(self.difference(at, &Value::from(expected), &Value::from(actual))),
        }
    }

    fn difference(&self, at: &str, expected: &Value, actual: &Value) -> String {
        format!("at {at} expected {}, got {}", self.readable(expected), self.readable(actual))
    }

    /// The body with labels in place of ids.
    fn readable(&self, body: &Value) -> Value {
        match body {
            Value::String(text) => Value::String(self.told(self.placeholders.get(text).unwrap_or(text))),
            Value::Array(items) => items.iter().map(|item| self.readable(item)).collect(),
            Value::Object(fields) => fields.iter().map(|(key, value)| (key.clone(), self.readable(value))).collect(),
            other => other.clone(),
        }
    }
}
