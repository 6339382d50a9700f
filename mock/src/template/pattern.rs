//! Which records of a stream a function is to see: patterns as `EventBridge` has them, as far as the template uses them.

use serde_json::Value;

/// A pattern, or a part of one.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Pattern {
    /// Each of these fields fits its pattern.
    Fields(Vec<(String, Pattern)>),
    /// One of these holds.
    OneOf(Vec<Criterion>),
}

/// What may be said of a value.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Criterion {
    /// It is this one.
    Is(Value),
    /// Whether it is there. What has fields of its own counts as absent.
    Exists(bool),
}

impl Pattern {
    /// The pattern in that text. What is not understood is a fault: skipped here, it would be in force on AWS.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let pattern = serde_json::from_str(text).map_err(|error| format!(": {error}"))?;
        Self::read(&pattern)
    }

    fn read(pattern: &Value) -> Result<Self, String> {
        match pattern {
            Value::Object(fields) if !fields.is_empty() => {
                let read = |(name, pattern): (&String, &Value)| {
                    let pattern = match pattern {
                        _ if name.starts_with('$') => Err(": is not understood".to_owned()),
                        pattern => Self::read(pattern),
                    };
                    Ok((name.clone(), pattern.map_err(|fault| format!(".{name}{fault}"))?))
                };
                fields.iter().map(read).collect::<Result<_, String>>().map(Self::Fields)
            }
            Value::Array(conditions) if !conditions.is_empty() => {
                let read = |condition: &Value| match condition {
                    Value::Object(fields) => match (fields.len(), fields.get("exists")) {
                        (1, Some(Value::Bool(exists))) => Ok(Criterion::Exists(*exists)),
                        _ => Err(format!(": {condition} is not understood")),
                    },
                    Value::Array(_) => Err(format!(": {condition} is not understood")),
                    scalar => Ok(Criterion::Is(scalar.clone())),
                };
                conditions.iter().map(read).collect::<Result<_, String>>().map(Self::OneOf)
            }
            other => Err(format!(": {other} is not understood")),
        }
    }

    /// Whether the value fits.
    pub(crate) fn fits(&self, value: &Value) -> bool {
        self.fits_if_any(Some(value))
    }

    fn fits_if_any(&self, value: Option<&Value>) -> bool {
        match self {
            Self::Fields(fields) => {
                fields.iter().all(|(name, pattern)| pattern.fits_if_any(value.and_then(|value| value.get(name))))
            }
            Self::OneOf(conditions) => conditions.iter().any(|condition| match condition {
                Criterion::Exists(exists) => value.is_some_and(|value| !value.is_object()) == *exists,
                Criterion::Is(wanted) => value.is_some_and(|value| match value {
                    Value::Array(items) => items.contains(wanted),
                    value => value == wanted,
                }),
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_fits() {
        let record = json!({
            "eventName": "MODIFY",
            "dynamodb": {"Keys": {"row": {"S": "EVENT"}}, "NewImage": {"sent": {"BOOL": true}, "tags": {"SS": ["a", "b"]}}},
        });
        for (pattern, expected) in [
            (r#"{"eventName": ["MODIFY"]}"#, true),
            (r#"{"eventName": ["INSERT", "MODIFY"]}"#, true),
            (r#"{"eventName": ["INSERT"]}"#, false),
            (r#"{"eventName": ["MODIFY"], "dynamodb": {"Keys": {"row": {"S": ["OTHER"]}}}}"#, false),
            (r#"{"dynamodb": {"Keys": {"row": {"S": ["EVENT"]}}, "NewImage": {"sent": {"BOOL": [true]}}}}"#, true),
            (r#"{"dynamodb": {"NewImage": {"sent": {"BOOL": ["true"]}}}}"#, false),
            (r#"{"dynamodb": {"NewImage": {"tags": {"SS": ["b"]}}}}"#, true),
            (r#"{"dynamodb": {"NewImage": {"sent": {"BOOL": [{"exists": true}]}}}}"#, true),
            (r#"{"dynamodb": {"NewImage": {"expires_at": {"N": [{"exists": true}]}}}}"#, false),
            (r#"{"dynamodb": {"NewImage": {"expires_at": {"N": [{"exists": false}]}}}}"#, true),
            (r#"{"dynamodb": {"OldImage": {"sent": {"BOOL": [{"exists": false}, true]}}}}"#, true),
            (r#"{"dynamodb": {"NewImage": {"sent": [{"exists": true}]}}}"#, false),
        ] {
            assert_eq!(Pattern::parse(pattern).unwrap().fits(&record), expected, "{pattern}");
        }
    }

    #[test]
    fn what_is_not_understood() {
        for (pattern, expected) in [
            ("{", ": EOF while parsing an object at line 1 column 1"),
            ("{}", ": {} is not understood"),
            (r#"{"a": "b"}"#, r#".a: "b" is not understood"#),
            (r#"{"a": []}"#, ".a: [] is not understood"),
            (r#"{"a": [["b"]]}"#, r#".a: ["b"] is not understood"#),
            (r#"{"a": {"b": [{"prefix": "c"}]}}"#, r#".a.b: {"prefix":"c"} is not understood"#),
            (r#"{"a": [{"exists": "yes"}]}"#, r#".a: {"exists":"yes"} is not understood"#),
            (r#"{"$or": [{"a": ["b"]}]}"#, ".$or: is not understood"),
        ] {
            assert_eq!(Pattern::parse(pattern), Err(expected.to_owned()), "{pattern}");
        }
    }
}
