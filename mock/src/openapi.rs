//! The OpenAPI document of the API, `openapi.yaml`. It stands over the JSON Schemas of all bodies, each in a file of its own; whoever
//! reads it as one gets it bundled.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde_json::{Map, Value, json};

use crate::template::parse_yaml;

/// The folder of the schemas and examples, beside the document.
const SCHEMAS: &str = "JSON_Schems/";

/// The document, as it lies on the disk.
pub struct OpenApi {
    folder: PathBuf,
    /// The text, which is YAML.
    pub text: String,
    /// What the text says.
    pub value: Value,
}

impl OpenApi {
    /// Reads the document of this workspace.
    ///
    /// # Errors
    /// One line that names the place.
    pub fn read() -> Result<Self, String> {
        Self::of(PathBuf::from(env!("CARGO_MANIFEST_DIR")))
    }

    fn of(folder: PathBuf) -> Result<Self, String> {
        let text = text(&folder.join("openapi.yaml"))?;
        let value = parse_yaml(&text).map_err(|fault| format!("openapi.yaml: {fault}"))?;
        Ok(Self { folder, text, value })
    }

    /// The document as one piece (OpenAPI 3.1): the schemas stand among its components, without `$schema` and `$id`, their own
    /// definitions beside them; the examples are where they are named. Its server is the one that it is asked of.
    ///
    /// # Errors
    /// One line that names the file that cannot be read.
    pub fn bundled(&self) -> Result<Value, String> {
        let mut bundle = Bundle { folder: &self.folder, schemas: BTreeMap::new() };
        let mut document = self.value.clone();
        bundle.inline(&mut document)?;
        document["servers"] = json!([{"url": "/"}]);
        let schemas = &mut document["components"]["schemas"];
        for (name, schema) in bundle.schemas {
            schemas[name] = schema;
        }
        Ok(document)
    }
}

/// The schemas that were met so far, by their names among the components.
struct Bundle<'a> {
    folder: &'a Path,
    schemas: BTreeMap<String, Value>,
}

impl Bundle<'_> {
    /// Puts a reference into the document in place of each file that is named.
    fn inline(&mut self, value: &mut Value) -> Result<(), String> {
        match value {
            Value::Array(items) => items.iter_mut().try_for_each(|item| self.inline(item)),
            Value::Object(object) => {
                if let Some(file) = object.get("externalValue").and_then(Value::as_str).map(str::to_owned) {
                    object.remove("externalValue");
                    object.insert("value".to_owned(), self.file(&file)?);
                    return Ok(());
                }
                if let Some(name) = object.get("$ref").and_then(Value::as_str).and_then(schema_of).map(str::to_owned) {
                    self.add(&name)?;
                    object.insert("$ref".to_owned(), json!(reference(&component(&name))));
                }
                object.values_mut().try_for_each(|item| self.inline(item))
            }
            _ => Ok(()),
        }
    }

    fn add(&mut self, name: &str) -> Result<(), String> {
        let component = component(name);
        if self.schemas.contains_key(&component) {
            return Ok(());
        }
        let Value::Object(mut schema) = self.file(&format!("{SCHEMAS}{name}-scheme.json"))? else {
            return Err(format!("{name}-scheme.json is no object"));
        };
        schema.retain(|key, _| !["$schema", "$id"].contains(&key.as_str()));
        let definitions = schema.remove("$defs");
        for (definition, mut value) in definitions.and_then(into_object).into_iter().flatten() {
            lift(&mut value, &component);
            self.schemas.insert(component.clone() + &self::component(&definition), value);
        }
        let mut schema = Value::Object(schema);
        lift(&mut schema, &component);
        self.schemas.insert(component, schema);
        Ok(())
    }

    fn file(&self, name: &str) -> Result<Value, String> {
        serde_json::from_str(&text(&self.folder.join(name))?).map_err(|error| format!("{name}: {error}"))
    }
}

fn text(path: &Path) -> Result<String, String> {
    std::fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))
}

fn into_object(value: Value) -> Option<Map<String, Value>> {
    if let Value::Object(object) = value { Some(object) } else { None }
}

/// The schema that a reference to a file names.
fn schema_of(reference: &str) -> Option<&str> {
    reference.strip_prefix(SCHEMAS)?.strip_suffix("-scheme.json")
}

fn reference(component: &str) -> String {
    format!("#/components/schemas/{component}")
}

/// The name among the components: `UserPattern` of `user_pattern`.
fn component(name: &str) -> String {
    let capital = |word: &str| word.get(..1).unwrap_or_default().to_uppercase() + word.get(1..).unwrap_or_default();
    name.split(['-', '_']).map(capital).collect()
}

/// Lets references to a schema's own definitions lead to the components.
fn lift(value: &mut Value, owner: &str) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(|item| lift(item, owner)),
        Value::Object(object) => {
            if let Some(Value::String(reference)) = object.get_mut("$ref")
                && let Some(definition) = reference.strip_prefix("#/$defs/")
            {
                *reference = self::reference(&(owner.to_owned() + &component(definition)));
            }
            object.values_mut().for_each(|item| lift(item, owner));
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_components() {
        for (name, expected) in
            [("event", "Event"), ("user_pattern", "UserPattern"), ("e-mail-confirm", "EMailConfirm")]
        {
            assert_eq!(component(name), expected);
        }
    }

    #[test]
    fn the_bundle_leads_nowhere_else_and_every_reference_in_it_somewhere() {
        fn references<'a>(value: &'a Value, found: &mut Vec<&'a str>) {
            match value {
                Value::Array(items) => items.iter().for_each(|item| references(item, found)),
                Value::Object(object) => {
                    found.extend(object.get("$ref").and_then(Value::as_str));
                    object.values().for_each(|item| references(item, found));
                }
                _ => {}
            }
        }
        let bundled = OpenApi::read().unwrap().bundled().unwrap();
        let mut found = Vec::new();
        references(&bundled, &mut found);
        assert!(found.len() > 100, "{found:?}");
        for reference in found {
            let pointer = reference.strip_prefix('#').unwrap_or_else(|| panic!("{reference}"));
            assert!(bundled.pointer(pointer).is_some(), "{reference}");
        }
        let text = bundled.to_string();
        for gone in ["\"$id\"", "\"$schema\"", "\"$defs\"", "externalValue"] {
            assert!(!text.contains(gone), "{gone}");
        }
        let event = &bundled["components"]["schemas"]["Event"];
        assert_eq!(event["properties"]["event"]["type"], "object");
        assert!(
            bundled["paths"]["/event"]["post"]["requestBody"]["content"]["application/json"]["examples"]["event-draft"]
                ["value"]["event"]
                .is_object()
        );
    }
}
