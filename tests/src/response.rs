//! A response, with the checks that hold for all of them.

use reqwest::Method;
use reqwest::header::HeaderMap;
use serde_json::{Value, json};

use crate::{openapi, schema};

/// A response that has passed the checks that hold for all of them.
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
    /// Reads the response to a request of that method and path, and holds it to the OpenAPI document and to what all responses have in common.
    ///
    /// # Errors
    /// The first check that fails.
    pub async fn read(request: (&Method, &str), response: reqwest::Response) -> Result<Self, String> {
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let text = response.text().await.map_err(|error| error.to_string())?;
        // The gateway answers this where a function gave no response.
        if status == 500 && text == r#"{"message":"Internal Server Error"}"# {
            return Ok(Self { status, headers, body: json!({"message": "Internal Server Error"}) });
        }
        let header = |name: &str| headers.get(name).map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned());
        let caching = match status {
            200 if request.1.starts_with("/app/") => "public, max-age=31536000, immutable",
            _ if headers.contains_key("etag") => "private, no-cache",
            _ => "no-store",
        };
        for (name, value) in [("cache-control", caching), ("x-content-type-options", "nosniff")] {
            let found = header(name);
            if found.as_deref() != Some(value) {
                return Err(format!("{name} is {found:?}: {status} {text}"));
            }
        }
        if header("x-request-id").is_none() {
            return Err(format!("no request id: {status} {text}"));
        }
        let body = if text.is_empty() {
            // HEAD of a page has headers and no body.
            if ![204, 304].contains(&status)
                && !header("content-type").is_some_and(|kind| kind.starts_with("text/html"))
            {
                return Err(format!("an empty body: {status}"));
            }
            Value::Null
        } else if header("content-type").is_some_and(|kind| kind == "application/json") {
            serde_json::from_str(&text).map_err(|error| format!("{error}: {status} {text}"))?
        } else {
            Value::String(text.clone())
        };
        let json = matches!(body, Value::Object(_)).then_some(&body);
        openapi::check(request, (status, &headers), json)?;
        if json.is_some() {
            schema::check_response(status, &body, &text)?;
        }
        Ok(Self { status, headers, body })
    }

    /// The same response. Panics unless it has that status.
    #[track_caller]
    pub fn expect(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{}", self.body);
        self
    }

    /// The value of a header; empty where there is none.
    #[must_use]
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// What a page tells its script of the link that led to it.
    #[must_use]
    pub fn facts(&self) -> Value {
        let html = self.body.as_str().unwrap();
        let facts = html.split_once(" data-facts=\"").unwrap().1.split_once('"').unwrap().0;
        serde_json::from_str(&facts.replace("&#34;", "\"")).unwrap()
    }

    /// The fields that the list of errors names.
    #[must_use]
    pub fn fields(&self) -> Vec<&str> {
        let errors = self.body["errors"].as_array().map(Vec::as_slice).unwrap_or_default();
        errors.iter().map(|error| error["field"].as_str().unwrap()).collect()
    }
}
