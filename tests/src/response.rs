//! A response, checked for what every response promises.

use reqwest::header::HeaderMap;
use serde_json::{Value, json};

use crate::{order, schema};

/// A response, checked for what every response promises.
#[derive(Debug)]
pub struct Response {
    /// The status.
    pub status: u16,
    /// The headers.
    pub headers: HeaderMap,
    /// The body; `null` for none.
    pub body: Value,
}

impl Response {
    /// Reads it, and holds it to the common headers and to the JSON Schema of its body and
    /// the order of its example.
    ///
    /// # Errors
    /// What it does not keep.
    pub async fn read(response: reqwest::Response) -> Result<Self, String> {
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let text = response.text().await.map_err(|error| error.to_string())?;
        // The gateway's own answer, when a function gave none.
        if status == 500 && text == r#"{"message":"Internal Server Error"}"# {
            return Ok(Self { status, headers, body: json!({"message": "Internal Server Error"}) });
        }
        let header = |name: &str| headers.get(name).map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned());
        for (name, value) in [("cache-control", "no-store"), ("x-content-type-options", "nosniff")] {
            let found = header(name);
            if found.as_deref() != Some(value) {
                return Err(format!("{name} is {found:?}: {status} {text}"));
            }
        }
        if header("x-request-id").is_none() {
            return Err(format!("no request id: {status} {text}"));
        }
        let body = if text.is_empty() {
            // The headers of a page may come alone.
            if status != 204 && !header("content-type").is_some_and(|kind| kind.starts_with("text/html")) {
                return Err(format!("an empty body: {status}"));
            }
            Value::Null
        } else if header("content-type").is_some_and(|kind| kind == "application/json") {
            let body = serde_json::from_str(&text).map_err(|error| format!("{error}: {status} {text}"))?;
            schema::check_response(status, &body)?;
            order::check_response(status, &body, &text)?;
            body
        } else {
            Value::String(text)
        };
        Ok(Self { status, headers, body })
    }

    /// The same, if it has that status.
    #[track_caller]
    pub fn expect(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{}", self.body);
        self
    }

    /// A header.
    #[must_use]
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// The fields that the errors name.
    #[must_use]
    pub fn fields(&self) -> Vec<&str> {
        let errors = self.body["errors"].as_array().map(Vec::as_slice).unwrap_or_default();
        errors.iter().map(|error| error["field"].as_str().unwrap()).collect()
    }
}
