//! The order of the keys in a body. Readers of raw JSON and older front ends depend on it, so each body keeps the order of its
//! example in `mock/JSON_Schems`.

use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};

/// JSON whose objects keep the order of their keys.
#[derive(Debug, PartialEq, Eq)]
enum Ordered {
    Object(Vec<(String, Ordered)>),
    Array(Vec<Ordered>),
    Scalar,
}

impl<'de> Deserialize<'de> for Ordered {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Any;

        impl<'de> Visitor<'de> for Any {
            type Value = Ordered;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("any JSON")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Ordered, A::Error> {
                let mut entries = Vec::new();
                while let Some(entry) = map.next_entry()? {
                    entries.push(entry);
                }
                Ok(Ordered::Object(entries))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Ordered, A::Error> {
                let mut entries = Vec::new();
                while let Some(entry) = seq.next_element()? {
                    entries.push(entry);
                }
                Ok(Ordered::Array(entries))
            }

            fn visit_bool<E>(self, _: bool) -> Result<Ordered, E> {
                Ok(Ordered::Scalar)
            }

            fn visit_i64<E>(self, _: i64) -> Result<Ordered, E> {
                Ok(Ordered::Scalar)
            }

            fn visit_u64<E>(self, _: u64) -> Result<Ordered, E> {
                Ok(Ordered::Scalar)
            }

            fn visit_f64<E>(self, _: f64) -> Result<Ordered, E> {
                Ok(Ordered::Scalar)
            }

            fn visit_str<E>(self, _: &str) -> Result<Ordered, E> {
                Ok(Ordered::Scalar)
            }

            fn visit_unit<E>(self) -> Result<Ordered, E> {
                Ok(Ordered::Scalar)
            }
        }

        deserializer.deserialize_any(Any)
    }
}

/// Where the keys of a body stand in another order than those of the example.
///
/// # Errors
/// The first such place.
pub(crate) fn check(body: &str, example: &str) -> Result<(), String> {
    let read = |text: &str| serde_json::from_str::<Ordered>(text).map_err(|error| error.to_string());
    compare("", &read(body)?, &[&read(example)?])
}

/// Compares with all objects that the example has in that place.
fn compare(place: &str, body: &Ordered, examples: &[&Ordered]) -> Result<(), String> {
    match body {
        Ordered::Scalar => Ok(()),
        Ordered::Array(entries) => {
            let examples: Vec<_> = examples.iter().flat_map(|example| example.entries()).collect();
            entries.iter().try_for_each(|entry| compare(&format!("{place}[]"), entry, &examples))
        }
        Ordered::Object(entries) => {
            let keys: Vec<_> = entries.iter().map(|(key, _)| key.as_str()).collect();
            let orders: Vec<_> = examples.iter().map(|example| example.keys()).collect();
            let is_in_order = |order: &Vec<&str>| {
                let mut rest = order.iter();
                keys.iter().filter(|key| order.contains(key)).all(|key| rest.any(|next| next == key))
            };
            if !orders.iter().all(is_in_order) {
                return Err(format!("the keys of {place:?} are {keys:?}, in the example {orders:?}"));
            }
            entries.iter().try_for_each(|(key, value)| {
                let examples: Vec<_> = examples.iter().filter_map(|example| example.value(key)).collect();
                compare(&format!("{place}.{key}"), value, &examples)
            })
        }
    }
}

impl Ordered {
    fn entries(&self) -> &[Self] {
        if let Self::Array(entries) = self { entries } else { &[] }
    }

    fn keys(&self) -> Vec<&str> {
        if let Self::Object(entries) = self {
            entries.iter().map(|(key, _)| key.as_str()).collect()
        } else {
            Vec::new()
        }
    }

    fn value(&self, key: &str) -> Option<&Self> {
        let Self::Object(entries) = self else { return None };
        entries.iter().find(|(name, _)| name == key).map(|(_, value)| value)
    }
}

#[cfg(test)]
mod tests {
    use super::check;

    #[test]
    fn the_keys_of_a_body_keep_the_order_of_the_example() {
        let example = r#"{"id": 1, "members": [{"a": 1, "b": 2}, {"a": 1, "c": null, "b": 2}], "name": "x"}"#;
        let cases = [
            (r#"{"id": 1, "members": [], "name": "y"}"#, true),
            (r#"{"id": 1, "name": "y"}"#, true),
            (r#"{"id": 1, "members": [{"a": 1, "c": 3, "b": 2}]}"#, true),
            (r#"{"id": 1, "more": 2, "name": "y"}"#, true),
            (r#"{"name": "y", "id": 1}"#, false),
            (r#"{"id": 1, "members": [{"a": 1, "b": 2}, {"b": 2, "a": 1}]}"#, false),
            (r#"{"id": 1, "members": [{"a": 1, "b": 2, "c": 3}]}"#, false),
        ];
        for (body, expected) in cases {
            assert_eq!(check(body, example).is_ok(), expected, "{body}");
        }
    }
}
