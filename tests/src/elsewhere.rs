//! Requests from any network address. They bypass the local gateway: the function gets the event that API Gateway would send it.

use functions::ENDPOINTS;
use lambda_http::Body;
use reqwest::Method;
use serde_json::{Value, json};
use shared::config::Env;

use crate::{Service, User};

/// A client at some network address.
pub struct Elsewhere<'a> {
    service: &'a Service,
    address: String,
}

impl Service {
    /// A client at that network address.
    pub fn from(&self, address: impl Into<String>) -> Elsewhere<'_> {
        Elsewhere { service: self, address: address.into() }
    }
}

impl Elsewhere<'_> {
    /// Sends a request to the function of that route, with or without a user's token. Returns the status and the body.
    pub async fn call(&self, user: Option<&User>, method: Method, path: &str, body: &Value) -> (u16, Value) {
        let (service, path_of) = (self.service, path.split('?').next().unwrap());
        let is_route =
            |(route, template, _): &&(String, String, String)| *route == method.as_str() && template == path_of;
        let (_, _, name) = service.local.routes().iter().find(is_route).expect("a route without parameters");
        let endpoint = ENDPOINTS.iter().find(|endpoint| endpoint.name == name).unwrap();
        let environment = Env::table(service.local.environment(name));
        let handler = (endpoint.start)(&environment, service.clock(), service.log()).unwrap();
        let mut headers = json!({"host": "api.example", "x-forwarded-proto": "https"});
        if let Some(user) = user {
            headers["authorization"] = json!(format!("Bearer {}", user.access));
        }
        let event = json!({
            "version": "2.0", "routeKey": format!("{method} {path_of}"), "rawPath": path_of, "rawQueryString": "",
            "headers": headers,
            "requestContext": {
                "accountId": "1", "apiId": "1", "domainName": "api.example", "requestId": "r", "stage": "$default", "timeEpoch": 0,
                "http": {"method": method.as_str(), "path": path_of, "protocol": "HTTP/1.1", "sourceIp": self.address, "userAgent": ""},
            },
            "body": body.to_string(),
            "isBase64Encoded": false,
        });
        let response = handler(lambda_http::request::from_str(&event.to_string()).unwrap()).await;
        let text = match response.body() {
            Body::Text(text) => text.as_str(),
            Body::Empty => "null",
            other => panic!("{other:?}"),
        };
        let body = serde_json::from_str(text).unwrap();
        service.keep_secret(&body);
        (response.status().as_u16(), body)
    }

    /// Posts without a token. Returns the status.
    pub async fn post(&self, path: &str, body: &Value) -> u16 {
        self.call(None, Method::POST, path, body).await.0
    }

    /// Tries to log in. Returns the status.
    pub async fn login(&self, login: &str, password: &str) -> u16 {
        self.post("/login", &json!({"username": login, "password": password})).await
    }
}
