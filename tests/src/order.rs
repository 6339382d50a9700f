//! The order of the keys of a body: that of its example in `mock/JSON_Schems`.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::LazyLock;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::Value;

use crate::schema;

/// The keys of the example's objects by where they stand: of the fullest object where a list has several.
type Example = BTreeMap<String, Vec<String>>;

static EXAMPLES: LazyLock<BTreeMap<&str, Example>> = LazyLock::new(|| {
    let example = |name| {
        let path = schema::workspace(&format!("mock/JSON_Schems/{name}.json"));
        let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let mut example = Example::new();
        for (place, keys) in objects(&text) {
            let fullest = example.entry(place).or_default();
            if fullest.len() < keys.len() {
                *fullest = keys;
            }
        }
        (name, example)
    };
    schema::names().map(example).collect()
});

/// Checks that the keys of a successful body stand in the order of its example.
///
/// # Errors
/// Where they do not.
pub fn check_response(status: u16, body: &Value, text: &str) -> Result<(), String> {
    match schema::name_of(status, body) {
        Some(name) if status < 400 => check(name, text),
        _ => Ok(()),
    }
}

fn check(name: &str, text: &str) -> Result<(), String> {
    let example = &EXAMPLES[name];
    for (place, keys) in objects(text) {
        let expected = example.get(&place).map(Vec::as_slice).unwrap_or_default();
        let mut rest = expected.iter();
        if !keys.iter().all(|key| rest.any(|expected| expected == key)) {
            return Err(format!("{place} has the keys {keys:?}, which {name}.json has as {expected:?}: {text}"));
        }
    }
    Ok(())
}

/// Where each object of a JSON text stands, and its keys in their order.
fn objects(text: &str) -> Vec<(String, Vec<String>)> {
    let Keys(objects) = serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"));
    objects
}

struct Keys(Vec<(String, Vec<String>)>);

impl<'de> Deserialize<'de> for Keys {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(KeysVisitor)
    }
}

struct KeysVisitor;

impl<'de> Visitor<'de> for KeysVisitor {
    type Value = Keys;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Keys, A::Error> {
        let (mut keys, mut inner) = (Vec::new(), Vec::new());
        while let Some((key, Keys(objects))) = map.next_entry::<String, Keys>()? {
            inner.extend(objects.into_iter().map(|(place, keys)| (format!(".{key}{place}"), keys)));
            keys.push(key);
        }
        inner.push((String::new(), keys));
        Ok(Keys(inner))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Keys, A::Error> {
        let mut inner = Vec::new();
        while let Some(Keys(objects)) = list.next_element()? {
            inner.extend(objects.into_iter().map(|(place, keys)| (format!("[]{place}"), keys)));
        }
        Ok(Keys(inner))
    }

    fn visit_unit<E>(self) -> Result<Keys, E> {
        Ok(Keys(Vec::new()))
    }

    fn visit_bool<E>(self, _: bool) -> Result<Keys, E> {
        Ok(Keys(Vec::new()))
    }

    fn visit_u64<E>(self, _: u64) -> Result<Keys, E> {
        Ok(Keys(Vec::new()))
    }

    fn visit_i64<E>(self, _: i64) -> Result<Keys, E> {
        Ok(Keys(Vec::new()))
    }

    fn visit_f64<E>(self, _: f64) -> Result<Keys, E> {
        Ok(Keys(Vec::new()))
    }

    fn visit_str<E>(self, _: &str) -> Result<Keys, E> {
        Ok(Keys(Vec::new()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_in_another_order_are_seen() {
        let cases = [
            (r#"{"events": [], "cursor": null}"#, true),
            (r#"{"cursor": null, "events": []}"#, false),
            (r#"{"events": [{"id": 1, "name": "x", "answer": null}], "cursor": null}"#, true),
            (r#"{"events": [{"id": 1, "name": "x"}, {"name": "x", "id": 1}], "cursor": null}"#, false),
            (r#"{"events": [], "more": {}}"#, false),
        ];
        for (text, is_right) in cases {
            assert_eq!(check("events", text).is_ok(), is_right, "{text}");
        }
    }
}
