//! Holds every response to the OpenAPI document, `mock/openapi.yaml`: its status, its headers and its body. What does not fit is told
//! with the line of the document.

use std::collections::BTreeMap;
use std::sync::{LazyLock, Mutex, PoisonError};

use jsonschema::Validator;
use mock::OpenApi;
use reqwest::Method;
use reqwest::header::HeaderMap;
use serde_json::{Value, json};

/// The headers that the document speaks of wherever they are.
const TOLD: [&str; 5] = ["etag", "location", "retry-after", "www-authenticate", "x-request-id"];

static DOCUMENT: LazyLock<OpenApi> = LazyLock::new(|| OpenApi::read().unwrap_or_else(|fault| panic!("{fault}")));

static BUNDLED: LazyLock<Value> = LazyLock::new(|| DOCUMENT.bundled().unwrap_or_else(|fault| panic!("{fault}")));

/// The validators of bodies, by the place of their schema in the document.
static VALIDATORS: Mutex<BTreeMap<String, &'static Validator>> = Mutex::new(BTreeMap::new());

/// The document in one piece.
pub fn document() -> &'static Value {
    &BUNDLED
}

/// The operations, each with its method, its path and what the document says of it.
pub fn operations() -> impl Iterator<Item = (String, &'static str, &'static Value)> {
    let paths = document()["paths"].as_object().unwrap();
    paths.iter().flat_map(|(path, item)| {
        item.as_object().unwrap().iter().map(|(method, operation)| (method.to_uppercase(), path.as_str(), operation))
    })
}

/// What a reference leads to; anything else is what it is.
#[must_use]
pub fn resolved(value: &'static Value) -> &'static Value {
    let target = value["$ref"].as_str().and_then(|reference| document().pointer(reference.strip_prefix('#')?));
    target.unwrap_or(value)
}

/// The codes that a response of the document can have.
#[must_use]
pub fn codes(response: &'static Value) -> Vec<&'static str> {
    codes_of(resolved(response))
}

/// The codes that a response can have, of any such document.
#[must_use]
pub fn codes_of(response: &Value) -> Vec<&str> {
    let parts = response["content"]["application/json"]["schema"]["allOf"].as_array().into_iter().flatten();
    let codes = parts.map(|part| &part["properties"]["code"]);
    codes
        .flat_map(|code| code["enum"].as_array().map_or(std::slice::from_ref(&code["const"]), Vec::as_slice))
        .filter_map(Value::as_str)
        .collect()
}

/// The violations of a schema of the document, which stands at that place.
#[must_use]
pub fn faults(place: &str, schema: &Value, value: &Value) -> Vec<String> {
    let validator =
        *VALIDATORS.lock().unwrap_or_else(PoisonError::into_inner).entry(place.to_owned()).or_insert_with(|| {
            let schema = json!({"allOf": [schema], "components": document()["components"]});
            let validator = jsonschema::options().should_validate_formats(true).build(&schema);
            Box::leak(Box::new(validator.unwrap_or_else(|error| panic!("{place}: {error}"))))
        });
    validator.iter_errors(value).map(|error| format!("{}: {error}", error.instance_path())).collect()
}

/// Checks the answer to a request. What is no route of the document is the gateway's affair.
///
/// # Errors
/// What of it does not fit, with the line of the document.
pub fn check(
    (method, path): (&Method, &str),
    (status, headers): (u16, &HeaderMap),
    body: Option<&Value>,
) -> Result<(), String> {
    let Some(path) = route(method, path) else { return Ok(()) };
    let method = method.as_str().to_lowercase();
    let operation = &document()["paths"][path][&method];
    let status = status.to_string();
    let place = format!("{} {path} {status}", method.to_uppercase());
    let wrong = |what: &str, status: Option<&str>| {
        let line = line(path, &method, status).map_or_else(String::new, |line| format!(", line {line}"));
        Err(format!("mock/openapi.yaml{line}: {place}: {what}"))
    };
    let Some(response) = operation["responses"].get(&status) else {
        return wrong("this status is not documented", None);
    };
    let response = resolved(response);
    let documented = response["headers"].as_object();
    for name in TOLD {
        let is_told = documented.is_some_and(|headers| headers.keys().any(|told| told.eq_ignore_ascii_case(name)));
        // What the gateway answers itself has none.
        let is_of_the_gateway = body.is_some_and(|body| body.get("message").is_some() && body.get("code").is_none());
        if is_told != headers.contains_key(name) && !is_of_the_gateway {
            let what = if is_told { "is documented and missing" } else { "is not documented" };
            return wrong(&format!("the header {name} {what}"), Some(&status));
        }
    }
    match (body, response["content"].get("application/json")) {
        (None, None) => Ok(()),
        // A page, or a file of one of several types.
        (None, Some(_)) if method == "head" || response["content"].as_object().is_some_and(|types| types.len() > 1) => {
            Ok(())
        }
        (None, Some(_)) => wrong("a body is documented and missing", Some(&status)),
        (Some(body), None) => wrong(&format!("a body that is not documented: {body}"), Some(&status)),
        (Some(body), Some(content)) => {
            let faults = faults(&place, &content["schema"], body);
            if faults.is_empty() {
                Ok(())
            } else {
                wrong(&format!("{body:#} does not fit: {faults:#?}"), Some(&status))
            }
        }
    }
}

/// The path of the document that a request's path is one of.
fn route(method: &Method, path: &str) -> Option<&'static str> {
    let segments: Vec<_> = path.split('/').collect();
    let fits = |template: &str| {
        let template: Vec<_> = template.split('/').collect();
        template.len() == segments.len()
            && template
                .iter()
                .zip(&segments)
                .all(|(wanted, found)| wanted == found || wanted.starts_with('{') && !found.is_empty())
    };
    let mut fitting: Vec<_> = operations()
        .filter(|(offered, template, _)| offered == method.as_str() && fits(template))
        .map(|(_, template, _)| template)
        .collect();
    fitting.sort_by_key(|template| template.matches('{').count());
    fitting.first().copied()
}

/// The line of the document where an operation stands, or one of its statuses.
#[must_use]
pub fn line(path: &str, method: &str, status: Option<&str>) -> Option<usize> {
    let mut wanted = vec![format!("  {path}:"), format!("    {method}:")];
    wanted.extend(status.map(|status| format!("        '{status}':")));
    let mut wanted = wanted.iter().peekable();
    for (index, line) in DOCUMENT.text.lines().enumerate() {
        if wanted.peek().is_some_and(|wanted| line.starts_with(wanted.as_str())) {
            wanted.next();
            if wanted.peek().is_none() {
                return Some(index + 1);
            }
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(request: &(Method, &str), status: u16, headers: &[&'static str], body: &Value) -> Result<(), String> {
        let value = || "1".parse().unwrap();
        let headers = headers.iter().map(|name| (name.parse().unwrap(), value())).collect();
        check((&request.0, request.1), (status, &headers), (!body.is_null()).then_some(body))
    }

    #[test]
    fn what_is_held_to_the_document() {
        let id = "/event/0192f0c1-2345-4abc-8def-0123456789ab";
        let gone = json!({"message": "There is no such event.", "code": "no_such_event"});
        let cases = [
            ((Method::DELETE, id), 204, &["x-request-id"][..], Value::Null, None),
            ((Method::DELETE, id), 404, &["x-request-id"], gone.clone(), None),
            ((Method::DELETE, id), 410, &["x-request-id"], gone.clone(), Some("this status is not documented")),
            ((Method::DELETE, id), 404, &[], gone.clone(), Some("the header x-request-id is documented and missing")),
            (
                (Method::DELETE, id),
                204,
                &["x-request-id", "etag"],
                Value::Null,
                Some("the header etag is not documented"),
            ),
            ((Method::DELETE, id), 204, &["x-request-id"], json!({}), Some("a body that is not documented")),
            ((Method::DELETE, id), 404, &["x-request-id"], Value::Null, Some("a body is documented and missing")),
            (
                (Method::DELETE, id),
                404,
                &["x-request-id"],
                json!({"message": "x", "code": "gone"}),
                Some("does not fit"),
            ),
            ((Method::DELETE, id), 429, &[], json!({"message": "Too Many Requests"}), None),
            ((Method::GET, "/user/search"), 200, &["x-request-id"], json!({"users": 1}), Some("does not fit")),
            ((Method::GET, "/nowhere"), 404, &[], json!({"message": "Not Found"}), None),
        ];
        for (request, status, headers, body, fault) in cases {
            let found = answer(&request, status, headers, &body).err().unwrap_or_default();
            let fits =
                fault.map_or(found.is_empty(), |fault| found.contains(fault) && found.contains("openapi.yaml, line "));
            assert!(fits, "{request:?} {status} {body}: {found}");
        }
    }

    #[test]
    fn the_line_is_that_of_the_status() {
        let line = line("/event/{id}", "delete", Some("404")).unwrap();
        let lines: Vec<_> = DOCUMENT.text.lines().collect();
        assert!(lines[line - 1].starts_with("        '404':"));
        let before = lines[..line].iter().rev().find(|line| line.starts_with("    ") && line.ends_with("delete:"));
        assert!(before.is_some());
    }
}
