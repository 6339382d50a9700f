//! The gateway as a client sees it, in front of small functions and the small template.

mod containers;

use std::collections::HashMap;
use std::net::SocketAddr;

use lambda_http::RequestExt;
use serde_json::{Value, json};
use shared::config::{ConfigError, Env};
use shared::lambda::{Endpoint, Handler};
use shared::log::Log;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::refusal::BODY_LIMIT;
use super::*;
use crate::data::tests::Scratch;
use crate::{Data, Error, Failure, LocalService, Options, TemplateFile};

const ENDPOINTS: &[Endpoint] = &[
    Endpoint { name: "echo", start: echo },
    Endpoint { name: "mail", start: needs_sender },
    Endpoint { name: "panic", start: panics },
];

/// Answers with what it got.
#[allow(clippy::unnecessary_wraps)]
fn echo(env: &Env, clock: Clock, _: Log) -> Result<Handler, ConfigError> {
    let table = env.require("USERS_TABLE")?;
    Ok(Arc::new(move |request| {
        let (table, now) = (table.clone(), clock.now());
        Box::pin(async move {
            let got = json!({
                "method": request.method().as_str(),
                "uri": request.uri().to_string(),
                "id": request.path_parameters().first("id"),
                "body": String::from_utf8_lossy(request.body()),
                "table": table,
                "now": now.to_string(),
                "function": request.lambda_context().env_config.function_name,
            });
            let response = lambda_http::Response::builder().status(201).header("location", "/there");
            let response = response.header("set-cookie", "a=1").header("set-cookie", "b=2");
            response.body(lambda_http::Body::from(got.to_string())).unwrap()
        })
    }))
}

fn needs_sender(env: &Env, _: Clock, _: Log) -> Result<Handler, ConfigError> {
    env.require("MAIL_SENDER")?;
    Ok(Arc::new(|_| Box::pin(async { lambda_http::Response::new(lambda_http::Body::Empty) })))
}

#[allow(clippy::unnecessary_wraps)]
fn panics(_: &Env, _: Clock, _: Log) -> Result<Handler, ConfigError> {
    Ok(Arc::new(|_| Box::pin(async { panic!("as it should") })))
}

fn options() -> Options {
    let template = TemplateFile::new(concat!(env!("CARGO_MANIFEST_DIR"), "/src/template/fixture.yaml"));
    Options { template, ..Options::in_memory(Clock::new(|| "2027-02-01T10:20:30Z".parse().unwrap())) }
}

async fn start() -> LocalService {
    LocalService::start_with(options(), ENDPOINTS, &[]).await.unwrap()
}

struct Got {
    status: u16,
    headers: String,
    body: String,
}

impl Got {
    fn header(&self, name: &str) -> Option<&str> {
        let mut lines = self.headers.lines().filter_map(|line| line.split_once(": "));
        lines.find(|(header, _)| *header == name).map(|(_, value)| value)
    }

    fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }
}

/// A request as it goes over the wire, so that it may be one that no client library would send.
async fn send(service: &LocalService, line: &str, headers: &str, body: &[u8]) -> Got {
    let address = service.api_url().replace("http://", "");
    let mut stream = tokio::net::TcpStream::connect(&address).await.unwrap();
    let host = if headers.to_lowercase().contains("host:") { String::new() } else { format!("Host: {address}\r\n") };
    let head = format!("{line} HTTP/1.1\r\n{host}Connection: close\r\nContent-Length: {}\r\n{headers}\r\n", body.len());
    stream.write_all(head.as_bytes()).await.unwrap();
    // The service may answer, and hang up, before it has read it all.
    let _ = stream.write_all(body).await;
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer).await;
    let answer = String::from_utf8(answer).unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap_or_else(|| panic!("{answer:?}"));
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    Got { status, headers: head.to_owned(), body: body.to_owned() }
}

#[tokio::test]
async fn a_request_goes_all_the_way() {
    let service = start().await;
    let got = send(&service, "PUT /echo/a%2Fb?x=1", "", b"hi").await;
    assert_eq!(got.status, 201);
    assert_eq!(
        got.json(),
        json!({
            "method": "PUT", "uri": format!("{}/echo/a/b?x=1", service.api_url()), "id": "a/b", "body": "hi",
            "table": "UsersTable", "now": "2027-02-01T10:20:30Z", "function": "echo",
        })
    );
    assert_eq!(got.header("location"), Some("/there"));
    assert_eq!(got.headers.matches("set-cookie").count(), 2);
    assert_eq!(got.header("apigw-requestid").map(str::len), Some(36));
    assert_eq!(send(&service, "GET /echo/fixed", "", b"").await.status, 201);
    service.shutdown().await;
}

#[tokio::test]
async fn what_the_gateway_answers_itself() {
    let service = start().await;
    let large = vec![b'a'; BODY_LIMIT + 1];
    for (line, headers, body, status, message) in [
        ("GET /nowhere", "", &b""[..], 404, "Not Found"),
        ("HEAD /echo/fixed", "", b"", 404, ""),
        ("DELETE /echo/fixed", "", b"", 404, "Not Found"),
        ("OPTIONS /echo/fixed", "", b"", 404, "Not Found"),
        ("PUT /echo/%FF", "", b"", 400, "Bad Request"),
        ("PUT /echo/1", "Host: a b\r\n", b"", 400, "Bad Request"),
        ("PUT /echo/1", "Host: \r\n", b"", 400, "Bad Request"),
        ("PUT /echo/1", "Host: 1.2.3.4.5\r\n", b"", 400, "Bad Request"),
        ("POST /echo", "", &large, 413, "Request Entity Too Large"),
        ("PUT /panic", "", b"", 500, "Internal Server Error"),
        ("GET /echo/fixed", "", b"", 201, ""),
    ] {
        let got = send(&service, line, headers, body).await;
        assert_eq!(got.status, status, "{line}");
        assert!(got.header("apigw-requestid").is_some(), "{line}");
        if !message.is_empty() {
            assert_eq!(got.json(), json!({"message": message}), "{line}");
            assert_eq!(got.header("content-type"), Some("application/json"), "{line}");
        }
    }
    service.shutdown().await;
}

#[tokio::test]
async fn cors_is_the_templates() {
    let service = start().await;
    let page = "Origin: https://app.example\r\n";
    let preflight = format!("{page}Access-Control-Request-Method: PUT\r\n");
    let got = send(&service, "OPTIONS /echo/1", &preflight, b"").await;
    assert_eq!((got.status, got.header("access-control-allow-methods")), (204, Some("GET,POST,PUT")));
    for line in ["PUT /echo/1", "PUT /panic", "GET /nowhere"] {
        let got = send(&service, line, page, b"").await;
        assert_eq!(got.header("access-control-allow-origin"), Some("https://app.example"), "{line}");
        let got = send(&service, line, "Origin: https://evil.example\r\n", b"").await;
        assert_eq!(got.header("access-control-allow-origin"), None, "{line}");
    }
    service.shutdown().await;
}

#[tokio::test]
async fn mails_by_the_sdk() {
    use aws_sdk_sesv2::types::{Body, Content, Destination, EmailContent, Message};

    let service = start().await;
    let config = aws_sdk_sesv2::Config::builder()
        .behavior_version(aws_sdk_sesv2::config::BehaviorVersion::latest())
        .region(aws_sdk_sesv2::config::Region::new("eu-central-1"))
        .credentials_provider(aws_sdk_sesv2::config::Credentials::new("a", "b", None, None, "test"))
        .retry_config(aws_sdk_sesv2::config::retry::RetryConfig::disabled())
        .http_client(shared::aws::http_client(&Env::table(HashMap::new())).unwrap())
        .endpoint_url(&service.environment("mail")["AWS_ENDPOINT_URL_SESV2"]);
    let ses = aws_sdk_sesv2::Client::from_conf(config.build());
    let content = |text| Content::builder().data(text).build().unwrap();
    let message = Message::builder().subject(content("Hello")).body(Body::builder().text(content("Hi")).build());
    let mail = ses
        .send_email()
        .from_email_address("events@example.com")
        .destination(Destination::builder().to_addresses("Ann+1@example.com").build())
        .content(EmailContent::builder().simple(message.build()).build());

    assert!(mail.clone().send().await.unwrap().message_id().is_some());
    let got = send(&service, "GET /_local/mails?to=ann+1@example.com", "", b"").await;
    assert_eq!((got.status, &got.json()[0]["text"]), (200, &json!("Hi")));
    assert_eq!(got.json()[0]["sent_at"], "2027-02-01T10:20:30Z");

    assert_eq!(
        send(&service, "POST /_local/ses", "", br#"{"fail":"throttle"}"#).await.json(),
        json!({"fail": "throttle"})
    );
    let error = mail.clone().send().await.unwrap_err().into_service_error();
    assert!(error.is_too_many_requests_exception(), "{error:?}");
    service.mailbox().set_failure(Failure::Down);
    assert_eq!(send(&service, "GET /_local/ses", "", b"").await.json(), json!({"fail": "down"}));
    assert_eq!(mail.clone().send().await.unwrap_err().raw_response().unwrap().status().as_u16(), 503);
    assert_eq!(send(&service, "POST /_local/ses", "", br#"{"fail":"often"}"#).await.status, 400);
    service.mailbox().set_failure(Failure::None);
    let refused = mail.from_email_address("nobody").send().await.unwrap_err().into_service_error();
    assert!(refused.is_bad_request_exception(), "{refused:?}");

    assert_eq!(service.mailbox().sent(), 1);
    assert_eq!(send(&service, "DELETE /_local/mails", "", b"").await.status, 200);
    assert_eq!(send(&service, "GET /_local/mails", "", b"").await.json(), json!([]));
    service.shutdown().await;
}

#[tokio::test]
async fn the_mailbox_page_is_for_this_machine() {
    let service = start().await;
    let page = send(&service, "GET /_local/", "", b"").await;
    assert_eq!(page.status, 200);
    assert!(page.header("content-security-policy").unwrap().starts_with("default-src 'none'; script-src 'nonce-"));
    assert_eq!(send(&service, "GET /_local", "", b"").await.header("location"), Some("/_local/"));
    assert_eq!(
        send(&service, "GET /_local/routes", "", b"").await.json()[0],
        json!({"method": "GET", "path": "/echo/fixed", "function": "echo"})
    );
    assert_eq!(send(&service, "GET /_local/other", "", b"").await.status, 404);
    for headers in ["Host: evil.example\r\n", "Origin: https://evil.example\r\n"] {
        for line in [
            "GET /_local/",
            "GET /_local/docs",
            "GET /_local/openapi.json",
            "GET /_local/mails",
            "DELETE /_local/mails",
            "POST /_local/ses",
        ] {
            assert_eq!(send(&service, line, headers, br#"{"fail":"down"}"#).await.status, 403, "{line} {headers}");
        }
    }
    assert_eq!(service.mailbox().failure(), Failure::None);
    service.shutdown().await;
}

#[tokio::test]
async fn the_explorer_and_all_that_it_needs_come_from_here() {
    let service = start().await;
    let page = send(&service, "GET /_local/docs", "", b"").await;
    let policy = page.header("content-security-policy").unwrap();
    assert!(page.status == 200 && policy.starts_with("default-src 'none'; script-src 'nonce-"), "{policy}");
    for (line, kind) in [
        ("GET /_local/docs/swagger-ui-bundle.js", "text/javascript"),
        ("GET /_local/docs/swagger-ui.css", "text/css"),
        ("GET /_local/openapi.json", "application/json"),
    ] {
        let file = send(&service, line, "", b"").await;
        assert_eq!((file.status, file.header("content-type")), (200, Some(kind)), "{line}");
    }
    assert_eq!(send(&service, "GET /_local/docs/other", "", b"").await.status, 404);
    assert_eq!(send(&service, "GET /_local/openapi.json", "", b"").await.json()["servers"], json!([{"url": "/"}]));
    service.shutdown().await;
}

#[tokio::test]
async fn the_database_is_reached_and_dies_with_the_service() {
    let service = start().await;
    let environment = service.environment("echo");
    assert_eq!(environment["AWS_ENDPOINT_URL_DYNAMODB"], service.dynamodb_url());
    assert_eq!(environment["TOKEN_KEYS"].len(), 64);
    let tables = service.dynamodb_client().list_tables().send().await.unwrap();
    assert_eq!(tables.table_names(), ["EventsTable", "UsersTable"]);
    assert_eq!(service.sweep().unwrap(), 0);
    let dynamodb = service.dynamodb_url().replace("http://", "");
    let api = service.api_url().replace("http://", "");
    service.shutdown().await;
    for address in [dynamodb, api] {
        assert!(tokio::net::TcpStream::connect(address).await.is_err());
    }
}

#[tokio::test]
async fn a_folder_survives_a_restart_and_has_one_owner() {
    let scratch = Scratch::new();
    let options = || Options { data: Data::Dir(scratch.0.clone()), ..options() };
    let start = || LocalService::start_with(options(), ENDPOINTS, &[]);
    let first = start().await.unwrap();
    first.write_env_file().unwrap();
    let variables = first.variables();
    assert!(matches!(start().await, Err(Error::InUse(_))));
    first.shutdown().await;
    let file = std::fs::read_to_string(scratch.0.join("env")).unwrap();
    assert!(file.contains(&format!("TOKEN_KEYS={}\n", variables["TOKEN_KEYS"])));
    assert!(file.contains("AWS_REGION=eu-central-1\n"));
    let second = start().await.unwrap();
    assert_eq!(second.variables()["TOKEN_KEYS"], variables["TOKEN_KEYS"]);
    second.shutdown().await;
}

#[tokio::test]
async fn why_it_does_not_start() {
    let busy = start().await;
    let address: SocketAddr = busy.api_url().replace("http://", "").parse().unwrap();
    let lacking = HashMap::from([("MAIL_SENDER".to_owned(), String::new())]);
    let unknown = HashMap::from([("Nobody".to_owned(), String::new())]);
    for (options, expected) in [
        (Options { api_addr: address, ..options() }, "choose another with --addr"),
        (Options { dynamodb_addr: address, ..options() }, "choose another with --dynamodb"),
        (Options { bridge: Some([192, 0, 2, 1].into()), ..options() }, "Docker's bridge, 192.0.2.1:"),
        (Options { template: TemplateFile::new("/nowhere.yaml"), ..options() }, "/nowhere.yaml: No such file"),
        (
            Options { env: lacking, ..options() },
            "the function mail does not start: the environment variable MAIL_SENDER",
        ),
        (Options { parameters: unknown, ..options() }, "Parameters: there is no Nobody"),
    ] {
        let fault = LocalService::start_with(options, ENDPOINTS, &[]).await.err().unwrap().to_string();
        assert!(fault.contains(expected) && !fault.contains('\n'), "{fault}");
    }
    let fault = LocalService::start_with(options(), &ENDPOINTS[..2], &[]).await.err().unwrap().to_string();
    assert!(fault.ends_with("there is no endpoint panic"), "{fault}");
    busy.shutdown().await;
}
