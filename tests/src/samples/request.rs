//! A request to a route.

use reqwest::RequestBuilder;
use serde_json::Value;

use super::Scene;
use crate::User;

/// What is asked in a scene.
pub type Ask = fn(&Scene) -> Request;

/// A request to a route, without its address.
#[derive(Clone, Debug)]
pub struct Request {
    /// Who makes it.
    pub by: By,
    /// The query, without `?`.
    pub query: String,
    /// Headers beside those that every request has.
    pub headers: Vec<(&'static str, &'static str)>,
    /// The body; `null` for none.
    pub body: Value,
}

/// Who makes a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By {
    /// Somebody without a token.
    Nobody,
    /// [`Scene::jane`].
    Jane,
    /// [`Scene::john`].
    John,
    /// [`Scene::jim`].
    Jim,
}

impl By {
    /// The one in that scene.
    pub fn user(self, scene: &Scene) -> Option<&User> {
        match self {
            Self::Nobody => None,
            Self::Jane => Some(&scene.jane),
            Self::John => Some(&scene.john),
            Self::Jim => Some(&scene.jim),
        }
    }
}

impl Request {
    /// A request without a body.
    pub fn by(by: By) -> Self {
        Self { by, query: String::new(), headers: Vec::new(), body: Value::Null }
    }

    /// The same with that body.
    pub fn json(self, body: Value) -> Self {
        Self { body, ..self }
    }

    /// The same with that query.
    pub(super) fn query(self, query: String) -> Self {
        Self { query, ..self }
    }

    /// The same with that header too.
    pub(super) fn header(mut self, name: &'static str, value: &'static str) -> Self {
        self.headers.push((name, value));
        self
    }

    /// Adds headers and body to a request that is being prepared.
    pub fn fill(&self, prepared: RequestBuilder) -> RequestBuilder {
        let prepared = self.headers.iter().fold(prepared, |prepared, (name, value)| prepared.header(*name, *value));
        if self.body.is_null() { prepared } else { prepared.json(&self.body) }
    }
}
