//! What needs no account: each route without a token, links that are of no use, and what the gateway answers itself.

use std::collections::BTreeSet;

use reqwest::Method;
use serde_json::{Value, json};
use shared::token::MailedToken;
use tests::remote::Remote;
use tests::schema::check_response;
use uuid::Uuid;

use crate::expect;

/// A request without a token, and its status.
type Row = (Method, &'static str, Value, u16);

fn rows() -> Vec<Row> {
    let (none, empty) = (Value::Null, json!({}));
    // A name that nobody has: what is counted for it is forgotten within the hour.
    let nobody = json!({"username": Uuid::new_v4().simple().to_string()[..20], "password": "none of anybody's"});
    vec![
        (Method::POST, "/user", empty.clone(), 400),
        (Method::GET, "/user/confirm", none.clone(), 200),
        (Method::HEAD, "/user/confirm", none.clone(), 200),
        (Method::POST, "/user/confirm", empty.clone(), 400),
        (Method::POST, "/login", nobody, 403),
        (Method::POST, "/login", empty.clone(), 400),
        (Method::POST, "/token", json!({"refresh_token": "none"}), 401),
        (Method::GET, "/token", none.clone(), 401),
        (Method::POST, "/token/revoke", json!({"refresh_token": "none"}), 200),
        (Method::POST, "/token/revoke", json!({"all": true}), 401),
        (Method::GET, "/user", none.clone(), 401),
        (Method::PATCH, "/user", json!({"name": "Nobody"}), 401),
        (Method::DELETE, "/user", json!({"password": "none"}), 401),
        (Method::PUT, "/user/password", json!({"old_password": "none", "new_password": "none"}), 401),
        (Method::POST, "/user/password/forgot", empty.clone(), 400),
        (Method::POST, "/user/password/reset", empty, 400),
        (Method::GET, "/user/password/reset", none.clone(), 200),
        (Method::HEAD, "/user/password/reset", none.clone(), 200),
        (Method::GET, "/user/export", none.clone(), 401),
        (Method::POST, "/event", json!({"name": "Picnic"}), 401),
        (Method::GET, "/event", none.clone(), 401),
        (Method::GET, "/event/{id}", none.clone(), 401),
        (Method::PUT, "/event/{id}", json!({"name": "Picnic"}), 401),
        (Method::DELETE, "/event/{id}", none.clone(), 401),
        (Method::POST, "/event/{id}/send", none, 401),
        (Method::PUT, "/event/{id}/vote", json!({"event": {"place": [{"confirmed": "Park"}]}}), 401),
        (Method::DELETE, "/event/{id}/vote", json!({"event": {"place": [{"confirmed": "Park"}]}}), 401),
        (Method::PUT, "/event/{id}/answer", json!({"answer": "yes"}), 401),
        (Method::PUT, "/event/{id}/organiser", json!({"id": Uuid::new_v4()}), 401),
    ]
}

/// Every route of the template. A `401` that a token would change says which kind is wanted.
pub(crate) async fn routes(remote: &Remote, routes: &[(String, String, String)]) -> Vec<String> {
    let rows = rows();
    let tried: BTreeSet<_> = rows.iter().map(|(method, path, ..)| (method.as_str(), *path)).collect();
    let known: BTreeSet<_> = routes.iter().map(|(method, path, _)| (method.as_str(), path.as_str())).collect();
    let mut faults: Vec<_> =
        known.symmetric_difference(&tried).map(|route| format!("{route:?} is not tried")).collect();
    for (method, path, body, status) in rows {
        let what = format!("{method} {path} of nobody");
        let wants_token = status == 401 && (&method, path) != (&Method::POST, "/token");
        let request = remote.request(method, &path.replace("{id}", &Uuid::new_v4().to_string()));
        let request = if body.is_null() { request } else { request.json(&body) };
        match expect(&what, status, remote.send(request).await) {
            Ok(response) if wants_token && response.header("www-authenticate") != "Bearer" => {
                faults.push(format!("{what}: WWW-Authenticate is {:?}", response.header("www-authenticate")));
            }
            Ok(_) => {}
            Err(fault) => faults.push(fault),
        }
    }
    faults
}

/// Links that have the right form and were mailed to nobody.
pub(crate) async fn links(remote: &Remote) -> Vec<String> {
    let token = || MailedToken::new(Uuid::new_v4()).unwrap().encode();
    let confirm = remote.request(Method::GET, &format!("/user/confirm?token={}", token()));
    let confirm = confirm.header("accept", "application/json");
    let reset = json!({"token": token(), "new_password": "battery staple"});
    let reset = remote.request(Method::POST, "/user/password/reset").json(&reset);
    let page = remote.request(Method::GET, "/user/confirm?token=none").header("accept", "text/html");
    let mut faults = Vec::new();
    for (what, status, request) in [
        ("a link that confirms nobody", 410, confirm),
        ("a link for nobody's password", 410, reset),
        ("the page of a link", 200, page),
    ] {
        faults.extend(expect(what, status, remote.send(request).await).err());
    }
    faults
}

/// A preflight, and a path that there is not.
pub(crate) async fn gateway(remote: &Remote) -> Vec<String> {
    [preflight(remote).await, unknown(remote).await].into_iter().filter_map(Result::err).collect()
}

/// Whether this page may call is the stage's affair. If so, it is told what it may do.
async fn preflight(remote: &Remote) -> Result<(), String> {
    let asked = remote.request(Method::OPTIONS, "/event").header("origin", "https://front.example");
    let asked = asked.header("access-control-request-method", "PATCH");
    let response = remote.exchange(asked.header("access-control-request-headers", "authorization")).await;
    let response = response.map_err(|fault| format!("a preflight: {fault}"))?;
    let header = |name: &str| response.headers().get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let [origin, methods, headers] = ["allow-origin", "allow-methods", "allow-headers"]
        .map(|name| header(&format!("access-control-{name}")).to_lowercase());
    let is_told = methods.contains("patch") && headers.contains("authorization");
    if response.status() == 204 && (origin.is_empty() || origin == "*" && is_told) {
        return Ok(());
    }
    Err(format!("a preflight: {} {:?}", response.status(), response.headers()))
}

async fn unknown(remote: &Remote) -> Result<(), String> {
    let what = "a path that there is not";
    let request = remote.request(Method::GET, &format!("/{}", Uuid::new_v4()));
    let response = remote.exchange(request).await.map_err(|fault| format!("{what}: {fault}"))?;
    let status = response.status().as_u16();
    let body: Value = response.json().await.map_err(|error| format!("{what}: {status} {error}"))?;
    check_response(status, &body).map_err(|fault| format!("{what}: {fault}"))?;
    if status == 404 { Ok(()) } else { Err(format!("{what}: {status} {body}")) }
}
