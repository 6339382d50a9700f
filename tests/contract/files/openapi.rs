//! The `OpenAPI` document says what the template, the schemas and the API's page say. That the service keeps to it, the harness
//! checks at every response.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use tests::openapi::{codes, document, faults, line, operations, resolved};

use super::endpoints::{routes, text, whole};

/// Statuses that the page tells once for all routes.
const COMMON: [&str; 8] = ["304", "400", "401", "413", "415", "429", "500", "503"];

/// Of a section of the API's page, its rows that begin with a code.
fn rows(heading: &str) -> Vec<Vec<String>> {
    let page = text("functions/README.md");
    let (_, section) = page.split_once(&format!("# {heading}\n")).unwrap_or_else(|| panic!("{heading}"));
    let lines = section.split("\n#").next().unwrap().lines().filter_map(|line| line.strip_prefix("| `"));
    lines.map(|line| line.split(" | ").map(|cell| cell.trim_end_matches(" |").to_owned()).collect()).collect()
}

#[test]
fn its_paths_are_the_routes_of_the_template() {
    let wanted = routes().into_iter().map(|(method, path, _)| (path, method));
    let found: BTreeSet<_> = operations().map(|(method, path, _)| (path.to_owned(), method)).collect();
    let wanted: BTreeSet<_> = wanted.collect();
    if let Some((path, method)) = found.difference(&wanted).next() {
        let line = line(path, &method.to_lowercase(), None).unwrap();
        panic!("mock/openapi.yaml, line {line}: {method} {path} is no route of template.yaml");
    }
    whole("mock/openapi.yaml, under `paths`,", wanted, found, |(path, method)| {
        format!("  {path}:\n    {}:\n      operationId: …", method.to_lowercase())
    });
}

#[test]
fn its_operations_have_names_of_their_own() {
    let names: Vec<_> = operations().map(|(.., operation)| operation["operationId"].as_str().unwrap()).collect();
    assert_eq!(names.iter().collect::<BTreeSet<_>>().len(), names.len(), "{names:?}");
}

#[test]
fn every_operation_tells_what_any_request_can_meet() {
    for (method, path, operation) in operations() {
        let needs_token = operation["security"].as_array().is_none_or(|security| !security.is_empty());
        let has_input = operation["requestBody"].is_object();
        for (status, wanted) in [
            ("429", true),
            ("503", true),
            ("401", needs_token),
            ("400", has_input),
            ("413", has_input),
            ("415", has_input),
        ] {
            assert!(!wanted || operation["responses"][status].is_object(), "{method} {path} lacks {status}");
        }
    }
}

#[test]
fn its_codes_are_those_of_the_page() {
    let listed = rows("Codes").into_iter().map(|row| (row[0].trim_end_matches('`').to_owned(), row[1].clone()));
    let mut found = BTreeSet::new();
    for (.., operation) in operations() {
        for (status, response) in operation["responses"].as_object().unwrap() {
            found.extend(codes(response).into_iter().map(|code| (code.to_owned(), status.clone())));
        }
    }
    whole("functions/README.md, under `Codes`,", found, listed, |(code, status)| {
        format!("| `{code}` | {status} | … |")
    });
}

#[test]
fn the_page_tells_the_statuses_of_every_route() {
    let rows: BTreeMap<_, _> = rows("Routes")
        .into_iter()
        .map(|row| (row[0].split(['?', '`']).next().unwrap().to_owned(), row[3..].join(" ")))
        .collect();
    for (method, path, operation) in operations().filter(|(method, ..)| method != "HEAD") {
        let row = &rows[&format!("{method} {path}")];
        let told: BTreeSet<_> = row.split(|c: char| !c.is_ascii_digit()).filter(|word| word.len() == 3).collect();
        let documented: BTreeSet<_> = operation["responses"].as_object().unwrap().keys().map(String::as_str).collect();
        let undocumented: Vec<_> = told.difference(&documented).collect();
        assert!(undocumented.is_empty(), "{method} {path}: mock/openapi.yaml lacks {undocumented:?}");
        let untold: Vec<_> = documented.difference(&told).filter(|status| !COMMON.contains(status)).collect();
        assert!(untold.is_empty(), "{method} {path}: the table in functions/README.md lacks {untold:?}");
    }
}

#[test]
fn its_examples_are_what_their_schemas_say() {
    /// All media types with examples, by their places in the document.
    fn collect(place: &str, value: &'static Value, found: &mut Vec<(String, &'static Value)>) {
        match value {
            Value::Array(items) => items.iter().for_each(|item| collect(place, item, found)),
            Value::Object(object) => {
                if object.contains_key("examples") && object.contains_key("schema") {
                    found.push((place.to_owned(), value));
                }
                object.iter().for_each(|(key, item)| collect(&format!("{place}/{key}"), item, found));
            }
            _ => {}
        }
    }
    let mut found = Vec::new();
    collect("", document(), &mut found);
    assert!(found.len() > 40, "{}", found.len());
    for (place, content) in found {
        for (name, example) in content["examples"].as_object().unwrap() {
            let faults = faults(&place, &content["schema"], &resolved(example)["value"]);
            assert!(faults.is_empty(), "{place}, {name}: {faults:?}");
        }
    }
}
