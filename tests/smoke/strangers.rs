//! Checks that need no account: each route without a token, links with unknown tokens, and what the gateway answers itself.

use reqwest::Method;
use serde_json::{Value, json};
use shared::token::MailedToken;
use tests::remote::Remote;
use tests::samples::{self, Request, Sample, Scene, State};
use tests::schema::check_response;
use uuid::Uuid;

use crate::expect;

/// A request of the table without a token, and its status.
struct Asked {
    sample: &'static Sample,
    request: Request,
    status: u16,
    /// Whether a token would change the status.
    wants_token: bool,
}

/// The requests of the table of samples that change nothing: those that need a token, and those marked as harmless.
fn asked(scene: &Scene) -> Vec<Asked> {
    let of_sample = |sample: &'static Sample| {
        let cases = sample.cases.iter().filter(|case| case.state == State::Sent && case.statuses()[0] == 401);
        let refused = cases.map(move |case| Asked {
            sample,
            request: (case.request)(scene),
            status: 401,
            wants_token: case.statuses() != [401; 8],
        });
        let harmless = sample.harmless.iter().map(move |(request, status)| Asked {
            sample,
            request: request(scene),
            status: *status,
            wants_token: false,
        });
        refused.chain(harmless)
    };
    samples::all().iter().flat_map(of_sample).collect()
}

/// Every route of the table. A `401` that a token would change says which kind is wanted.
pub(crate) async fn routes(remote: &Remote) -> Vec<String> {
    let scene = Scene::made_up();
    let mut faults = Vec::new();
    for Asked { sample, request, status, wants_token } in asked(&scene) {
        let what = format!("{} {} of nobody", sample.method, sample.path);
        let prepared = remote.request(sample.method.clone(), &sample.target(&scene, &request));
        let response = remote.send(request.fill(prepared)).await;
        // A stage may have turned its page off.
        let is_off = sample.path == "/" && response.as_ref().is_ok_and(|response| response.status == 404);
        match expect(&what, if is_off { 404 } else { status }, response) {
            Ok(response) if wants_token && response.header("www-authenticate") != "Bearer" => {
                faults.push(format!("{what}: WWW-Authenticate is {:?}", response.header("www-authenticate")));
            }
            Ok(_) => {}
            Err(fault) => faults.push(fault),
        }
    }
    faults
}

/// Well-formed links that were never mailed.
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

/// A preflight, and an unknown path.
pub(crate) async fn gateway(remote: &Remote) -> Vec<String> {
    [preflight(remote).await, unknown(remote).await].into_iter().filter_map(Result::err).collect()
}

/// The stage configures which origins are allowed.
async fn preflight(remote: &Remote) -> Result<(), String> {
    let asked = remote.request(Method::OPTIONS, "/event").header("origin", "https://front.example");
    let asked = asked.header("access-control-request-method", "PATCH");
    let response = remote.exchange(asked.header("access-control-request-headers", "authorization")).await;
    let response = response.map_err(|fault| format!("a preflight: {fault}"))?;
    let header = |name: &str| response.headers().get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let [origin, methods, headers] = ["allow-origin", "allow-methods", "allow-headers"]
        .map(|name| header(&format!("access-control-{name}")).to_lowercase());
    let is_told = methods.contains("patch") && headers.contains("authorization");
    if is_right(response.status().as_u16(), &origin, is_told) {
        return Ok(());
    }
    Err(format!("a preflight: {} {:?}", response.status(), response.headers()))
}

/// Whether a foreign origin's preflight is answered as a stage may. Where another origin is configured this one is not allowed, and
/// gateways differ in the status that says so.
fn is_right(status: u16, allowed: &str, is_told: bool) -> bool {
    match allowed {
        "" => [204, 403].contains(&status),
        "*" => status == 204 && is_told,
        _ => false,
    }
}

#[test]
fn preflights() {
    for (status, allowed, is_told, expected) in [
        (204, "*", true, true),
        (204, "*", false, false),
        (403, "*", true, false),
        (204, "", true, true),
        (403, "", false, true),
        (500, "", false, false),
        (204, "https://front.example", true, false),
    ] {
        assert_eq!(is_right(status, allowed, is_told), expected, "{status} {allowed} {is_told}");
    }
}

async fn unknown(remote: &Remote) -> Result<(), String> {
    let what = "a path that there is not";
    let request = remote.request(Method::GET, &format!("/{}", Uuid::new_v4()));
    let response = remote.exchange(request).await.map_err(|fault| format!("{what}: {fault}"))?;
    let status = response.status().as_u16();
    let text = response.text().await.map_err(|error| format!("{what}: {status} {error}"))?;
    let body: Value = serde_json::from_str(&text).map_err(|error| format!("{what}: {status} {error}"))?;
    check_response(status, &body, &text).map_err(|fault| format!("{what}: {fault}"))?;
    if status == 404 { Ok(()) } else { Err(format!("{what}: {status} {body}")) }
}
