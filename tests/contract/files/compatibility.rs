//! A promise about change: what clients of the last release rely on stays. `mock/openapi-released.json` is that release's document,
//! in one piece; the document of now is compared with it.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};
use tests::openapi::{codes_of, document};
use tests::schema::json_file;

/// Who writes what a schema is of. What a client sends has to be taken as before; of what it reads nothing may be missing or new in
/// kind.
#[derive(Clone, Copy, PartialEq)]
enum By {
    Client,
    Service,
}

/// The two documents, and what was found so far.
struct Comparison<'a> {
    old: &'a Value,
    new: &'a Value,
    found: Vec<String>,
}

/// What breaks clients of the old document.
fn breaking(old: &Value, new: &Value) -> Vec<String> {
    let mut comparison = Comparison { old, new, found: Vec::new() };
    for (path, item) in object(&old["paths"]) {
        for (method, operation) in object(item) {
            let place = format!("{} {path}", method.to_uppercase());
            match new["paths"][path].get(method) {
                Some(now) => comparison.operation(&place, operation, now),
                None => comparison.tell(&place, "is gone"),
            }
        }
    }
    comparison.found
}

fn object(value: &Value) -> impl Iterator<Item = (&String, &Value)> {
    value.as_object().into_iter().flatten()
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map(Vec::as_slice).unwrap_or_default()
}

fn resolved<'a>(document: &'a Value, value: &'a Value) -> &'a Value {
    let target = value["$ref"].as_str().and_then(|reference| document.pointer(reference.strip_prefix('#')?));
    target.unwrap_or(value)
}

/// The values that a schema allows, if it counts them.
fn values(schema: &Value) -> Option<BTreeSet<String>> {
    let listed = |values: &[Value]| values.iter().map(Value::to_string).collect();
    schema
        .get("const")
        .map(|value| BTreeSet::from([value.to_string()]))
        .or_else(|| Some(listed(schema.get("enum")?.as_array()?)))
}

/// The kinds that a schema allows, if it says any.
fn kinds(schema: &Value) -> Option<BTreeSet<String>> {
    match schema.get("type")? {
        Value::Array(kinds) => Some(kinds.iter().map(Value::to_string).collect()),
        kind => Some(BTreeSet::from([kind.to_string()])),
    }
}

impl Comparison<'_> {
    fn tell(&mut self, place: &str, what: impl std::fmt::Display) {
        self.found.push(format!("{place} {what}"));
    }

    fn operation(&mut self, place: &str, old: &Value, new: &Value) {
        let key = |parameter: &Value| (parameter["in"].to_string(), parameter["name"].to_string());
        let (before, now) = (self.old, self.new);
        let had: Vec<_> = list(&old["parameters"]).iter().map(|parameter| resolved(before, parameter)).collect();
        let has: Vec<_> = list(&new["parameters"]).iter().map(|parameter| resolved(now, parameter)).collect();
        for parameter in &had {
            let place = format!("{place} {}", parameter["name"]);
            match has.iter().find(|other| key(other) == key(parameter)) {
                Some(other) => self.schema(&place, &parameter["schema"], &other["schema"], By::Client),
                None => self.tell(&place, "is gone"),
            }
        }
        for parameter in has.iter().filter(|parameter| parameter["required"] == json!(true)) {
            if had.iter().all(|other| key(other) != key(parameter) || other["required"] != json!(true)) {
                self.tell(place, format_args!("asks for {}", parameter["name"]));
            }
        }
        if new["requestBody"]["required"] == json!(true) && old["requestBody"]["required"] != json!(true) {
            self.tell(place, "asks for a body");
        }
        self.content(&format!("{place} body"), &old["requestBody"], &new["requestBody"], By::Client);
        for (status, response) in object(&old["responses"]) {
            let place = format!("{place} {status}");
            let Some(other) = new["responses"].get(status) else {
                self.tell(&place, "is gone");
                continue;
            };
            let (response, other) = (resolved(before, response), resolved(now, other));
            let codes = codes_of(other);
            for code in codes_of(response).into_iter().filter(|code| !codes.contains(code)) {
                self.tell(&place, format_args!("has no code {code} any more"));
            }
            if status.starts_with('2') {
                self.content(&place, response, other, By::Service);
            }
            for (header, _) in
                object(&response["headers"]).filter(|(header, _)| other["headers"].get(*header).is_none())
            {
                self.tell(&place, format_args!("has no header {header} any more"));
            }
        }
        for (status, _) in object(&new["responses"]).filter(|(status, _)| status.starts_with('2')) {
            if old["responses"].get(status).is_none() {
                self.tell(&format!("{place} {status}"), "is a new kind of success");
            }
        }
    }

    fn content(&mut self, place: &str, old: &Value, new: &Value, by: By) {
        for (kind, content) in object(&old["content"]) {
            match new["content"].get(kind) {
                Some(other) => self.schema(place, &content["schema"], &other["schema"], by),
                None => self.tell(place, format_args!("is {kind} no more")),
            }
        }
    }

    fn schema(&mut self, place: &str, old: &Value, new: &Value, by: By) {
        let (old, new) = (resolved(self.old, old), resolved(self.new, new));
        let may_grow = new["description"].as_str().is_some_and(|text| text.contains("may grow"));
        for (before, now) in [(kinds(old), kinds(new)), (values(old), values(new))] {
            let (narrower, wider) = if by == By::Client { (before, now) } else { (now, before) };
            // What is not said is anything.
            let fits = match (&narrower, &wider) {
                (_, None) => true,
                (None, Some(_)) => false,
                (Some(narrower), Some(wider)) => narrower.is_subset(wider),
            };
            if !(fits || by == By::Service && may_grow) {
                self.tell(
                    place,
                    if by == By::Client { "takes less than before" } else { "can be what it could not be" },
                );
            }
        }
        self.bounds(place, old, new, by);
        let none = Map::new();
        let properties = |schema: &Value| schema["properties"].as_object().cloned().unwrap_or_else(|| none.clone());
        let now = properties(new);
        for (name, property) in properties(old) {
            let place = format!("{place}/{name}");
            match now.get(&name) {
                Some(other) => self.schema(&place, &property, other, by),
                None => self.tell(&place, "is gone"),
            }
        }
        let required = |schema: &Value| list(&schema["required"]).iter().map(Value::to_string).collect::<BTreeSet<_>>();
        let (before, now) = (required(old), required(new));
        let broken: Vec<_> = if by == By::Client { now.difference(&before) } else { before.difference(&now) }.collect();
        for name in broken {
            self.tell(&format!("{place}/{name}"), if by == By::Client { "is asked for" } else { "may be missing" });
        }
        self.schema_of_items(place, old, new, by);
    }

    fn schema_of_items(&mut self, place: &str, old: &Value, new: &Value, by: By) {
        if old.get("items").is_some() && new.get("items").is_some() {
            self.schema(&format!("{place}[]"), &old["items"], &new["items"], by);
        }
        for keyword in ["allOf", "anyOf", "oneOf"] {
            let (before, now) = (list(&old[keyword]), list(&new[keyword]));
            let breaks = if by == By::Client { now.len() < before.len() } else { now.len() > before.len() };
            if breaks && keyword != "allOf" {
                self.tell(place, format_args!("has other forms ({keyword})"));
            }
            for (before, now) in before.iter().zip(now) {
                self.schema(place, before, now, by);
            }
        }
    }

    /// Bounds of what a client sends may widen, and its grammar stays.
    fn bounds(&mut self, place: &str, old: &Value, new: &Value, by: By) {
        if by == By::Service {
            return;
        }
        for (keyword, is_upper) in [
            ("maxLength", true),
            ("maxItems", true),
            ("maximum", true),
            ("minLength", false),
            ("minItems", false),
            ("minimum", false),
        ] {
            let (before, now) = (old[keyword].as_f64(), new[keyword].as_f64());
            let narrower =
                now.is_some_and(|now| before.is_none_or(|before| if is_upper { now < before } else { now > before }));
            if narrower {
                self.tell(place, format_args!("has a narrower {keyword}"));
            }
        }
        for keyword in ["pattern", "format"] {
            if new.get(keyword).is_some() && new.get(keyword) != old.get(keyword) {
                self.tell(place, format_args!("has another {keyword}"));
            }
        }
    }
}

#[test]
fn nothing_breaks_clients_of_the_last_release() {
    let found = breaking(&json_file("mock/openapi-released.json"), document());
    assert!(found.is_empty(), "mock/openapi.yaml breaks clients of the last release:\n{}", found.join("\n"));
}

#[test]
fn what_breaks_clients_is_told() {
    const EVENT: &str = "/components/schemas/Event/properties/event";
    const DRAFT: &str = "/components/schemas/EventDraft/properties/event";
    let changed = |pointer: &str, key: &str, value: Value| {
        let mut document = document().clone();
        let place = document.pointer_mut(pointer).unwrap_or_else(|| panic!("{pointer}"));
        match value {
            Value::Null => drop(place.as_object_mut().unwrap().remove(key)),
            value => place[key] = value,
        }
        breaking(self::document(), &document).join("\n")
    };
    let vote = "/paths/~1event~1{id}~1vote/put";
    let cases = [
        ("/paths", "/event/{id}/vote", Value::Null, "PUT /event/{id}/vote is gone"),
        (vote, "parameters", json!([]), "PUT /event/{id}/vote \"id\" is gone"),
        (&format!("{vote}/responses"), "404", Value::Null, "PUT /event/{id}/vote 404 is gone"),
        (&format!("{vote}/responses"), "202", json!({}), "PUT /event/{id}/vote 202 is a new kind of success"),
        (&format!("{vote}/responses"), "418", json!({}), ""),
        (&format!("{vote}/responses/200/headers"), "ETag", Value::Null, "200 has no header ETag any more"),
        (&format!("{EVENT}/properties"), "additional", Value::Null, "200/event/additional is gone"),
        (&format!("{EVENT}/properties"), "motto", json!({"type": "string"}), ""),
        (EVENT, "required", json!(["id"]), "/event/\"name\" may be missing"),
        (
            &format!("{EVENT}/properties/name"),
            "type",
            json!(["string", "null"]),
            "/event/name can be what it could not be",
        ),
        (
            "/components/schemas/EventChoice",
            "enum",
            json!(["one", "any", "some"]),
            "choice can be what it could not be",
        ),
        ("/components/schemas/EventDraftChoice", "enum", json!(["one"]), "choice takes less than before"),
        ("/components/schemas/EventDraftChoice", "enum", json!(["one", "any", "some"]), ""),
        (DRAFT, "required", json!(["name"]), "body/event/\"name\" is asked for"),
        (&format!("{DRAFT}/properties/name"), "maxLength", json!(50), "body/event/name has a narrower maxLength"),
        (&format!("{DRAFT}/properties/name"), "maxLength", json!(500), ""),
        (&format!("{DRAFT}/properties/name"), "pattern", json!("^x"), "body/event/name has another pattern"),
        (
            "/components/responses/user_exists/content/application~1json/schema/allOf/1/properties/code",
            "const",
            json!("taken"),
            "409 has no code user_exists any more",
        ),
    ];
    for (pointer, key, value, expected) in cases {
        let found = changed(pointer, key, value.clone());
        assert!(
            if expected.is_empty() { found.is_empty() } else { found.contains(expected) },
            "{pointer} {key} {value}: {found}"
        );
    }
}
