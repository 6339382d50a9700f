//! The JSON Schemas in `mock/JSON_Schems`, and which of them applies to a response.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::LazyLock;

use jsonschema::Validator;
use serde_json::Value;

use crate::order;

static VALIDATORS: LazyLock<BTreeMap<String, Validator>> = LazyLock::new(|| {
    let names =
        files("mock/JSON_Schems").into_iter().filter_map(|name| name.strip_suffix("-scheme").map(str::to_owned));
    names
        .map(|name| {
            let schema = json_file(&format!("mock/JSON_Schems/{name}-scheme.json"));
            let validator = jsonschema::options().should_validate_formats(true).build(&schema);
            (name.clone(), validator.unwrap_or_else(|error| panic!("{name}-scheme.json: {error}")))
        })
        .collect()
});

/// A path in the workspace.
#[must_use]
pub fn workspace(path: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).parent().unwrap().join(path)
}

/// The sorted names of the JSON files in that folder, without the extension.
#[must_use]
pub fn files(folder: &str) -> Vec<String> {
    let entries = std::fs::read_dir(workspace(folder)).unwrap();
    let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<_> = names.filter_map(|name| name.strip_suffix(".json").map(str::to_owned)).collect();
    names.sort();
    names
}

/// A JSON file in the workspace.
#[must_use]
pub fn json_file(path: &str) -> Value {
    let text = std::fs::read_to_string(workspace(path)).unwrap_or_else(|error| panic!("{path}: {error}"));
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// The names of all schemas.
pub fn names() -> impl Iterator<Item = &'static str> {
    VALIDATORS.keys().map(String::as_str)
}

/// The violations of that schema.
#[must_use]
pub fn faults(schema: &str, value: &Value) -> Vec<String> {
    let validator = VALIDATORS.get(schema).unwrap_or_else(|| panic!("there is no schema {schema}"));
    validator.iter_errors(value).map(|error| format!("{}: {error}", error.instance_path())).collect()
}

static EXAMPLES: LazyLock<BTreeMap<&'static str, String>> = LazyLock::new(|| {
    let read = |name| std::fs::read_to_string(workspace(&format!("mock/JSON_Schems/{name}.json"))).unwrap();
    names().map(|name| (name, read(name))).collect()
});

/// Checks a response's body against the schema that its kind has, and the order of its keys against the example.
///
/// # Errors
/// What of it does not fit.
pub fn check_response(status: u16, body: &Value, text: &str) -> Result<(), String> {
    let schema = match body {
        Value::Object(object) if object.is_empty() && status == 200 => return Ok(()),
        _ if status >= 400 => "error",
        // The texts of the page.
        body if body.get("nav").is_some() => return Ok(()),
        body if body.get("event").is_some() => "event",
        body if body.get("events").is_some() => "events",
        body if body.get("user").is_some() => "user_pattern",
        body if body.get("users").is_some() => "users",
        body if body.get("contact").is_some() => "contact",
        body if body.get("contacts").is_some() => "contacts",
        body if body.get("sessions").is_some() => "sessions",
        body if body.get("export").is_some() => "export",
        _ => "auth-resp",
    };
    let faults = faults(schema, body);
    if faults.is_empty() {
        return order::check(text, &EXAMPLES[schema]);
    }
    Err(format!("{status} {body:#} does not fit {schema}-scheme.json: {faults:#?}"))
}
