//! YAML to plain JSON, with the short form of an intrinsic function (`!Sub x`) turned into its long one
//! (`{"Fn::Sub": "x"}`), so that nothing after this knows that YAML has tags.

use saphyr::{LoadableYamlNode, Scalar, Yaml};
use serde_json::{Map, Value, json};

/// The document in `text`.
pub(crate) fn parse(text: &str) -> Result<Value, String> {
    let documents =
        Yaml::load_from_str(text).map_err(|error| format!("line {}: {}", error.marker().line(), error.info()))?;
    match documents.as_slice() {
        [document] => value(document),
        _ => Err("one YAML document is expected".into()),
    }
}

fn value(node: &Yaml<'_>) -> Result<Value, String> {
    match node {
        Yaml::Value(scalar) => Ok(plain(scalar)),
        Yaml::Sequence(items) => items.iter().map(value).collect(),
        Yaml::Mapping(entries) => entries
            .iter()
            .map(|(key, entry)| Ok((name(key)?, value(entry)?)))
            .collect::<Result<Map<_, _>, String>>()
            .map(Value::Object),
        Yaml::Tagged(tag, inner) => call(&tag.suffix, value(inner)?),
        Yaml::Representation(text, ..) => Ok(json!(text)),
        Yaml::Alias(_) | Yaml::BadValue => Err("a value does not fit its YAML tag".into()),
    }
}

fn plain(scalar: &Scalar<'_>) -> Value {
    match scalar {
        Scalar::Null => Value::Null,
        Scalar::Boolean(flag) => json!(flag),
        Scalar::Integer(number) => json!(number),
        Scalar::FloatingPoint(number) => json!(number.into_inner()),
        Scalar::String(text) => json!(text),
    }
}

fn name(key: &Yaml<'_>) -> Result<String, String> {
    match value(key)? {
        Value::String(text) => Ok(text),
        Value::Number(number) => Ok(number.to_string()),
        Value::Bool(flag) => Ok(flag.to_string()),
        other => Err(format!("{other} cannot be a key")),
    }
}

fn call(function: &str, argument: Value) -> Result<Value, String> {
    Ok(match (function, argument) {
        ("Ref" | "Condition", argument) => json!({ function: argument }),
        ("GetAtt", Value::String(path)) => {
            let (resource, attribute) = path.split_once('.').ok_or_else(|| format!("!GetAtt {path} has no dot"))?;
            json!({ "Fn::GetAtt": [resource, attribute] })
        }
        (_, argument) => json!({ format!("Fn::{function}"): argument }),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_forms_become_long_ones() {
        for (text, expected) in [
            ("!Ref Table", json!({"Ref": "Table"})),
            ("!Condition IsLocal", json!({"Condition": "IsLocal"})),
            ("!Sub '${A}-b'", json!({"Fn::Sub": "${A}-b"})),
            ("!GetAtt Table.Arn", json!({"Fn::GetAtt": ["Table", "Arn"]})),
            ("!If [Yes, !Ref A, 1]", json!({"Fn::If": ["Yes", {"Ref": "A"}, 1]})),
            ("!Equals\n- a\n- ''", json!({"Fn::Equals": ["a", ""]})),
            ("a: {b: [1, true, ~, 1.5, '1']}", json!({"a": {"b": [1, true, null, 1.5, "1"]}})),
            ("a: &x {b: 1}\nc: *x", json!({"a": {"b": 1}, "c": {"b": 1}})),
            ("2012: 2010-09-09", json!({"2012": "2010-09-09"})),
        ] {
            assert_eq!(parse(text), Ok(expected), "{text}");
        }
    }

    #[test]
    fn faults_name_the_line() {
        for (text, expected) in [
            ("a: 1\nb: [1,\n", "line 3"),
            ("a: 1\na: 2\n", "line 2"),
            ("a: 1\n---\nb: 2\n", "one YAML document"),
            ("", "one YAML document"),
            ("a: !GetAtt B", "has no dot"),
        ] {
            let fault = parse(text).unwrap_err();
            assert!(fault.contains(expected), "{text:?}: {fault}");
        }
    }
}
