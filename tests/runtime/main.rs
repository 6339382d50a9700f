//! The compiled functions, each a process under a stand-in for Lambda's Runtime API, with the embedded `DynamoDB` and the mailbox.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on panics")]

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use functions::ENDPOINTS;
use serde_json::{Value, json};
use tests::runtime::Function;
use tests::schema::check_response;
use tests::{Service, User, samples};
use tokio::net::TcpListener;

/// The path of a function's binary.
fn binary(name: &str) -> PathBuf {
    let any = Path::new(env!("CARGO_BIN_EXE_vote"));
    any.with_file_name(name)
}

/// A service on the machine's time, as the processes have it.
async fn start() -> (Service, User) {
    let service = Service::start_with(|options| options.clock = shared::clock::Clock::system()).await;
    service.pass_to_now();
    let user = service.user("organiser").await;
    (service, user)
}

/// The status and body of a response as Lambda sends it to API Gateway.
fn read(response: &Value) -> (u64, Value) {
    let text = response["body"].as_str().unwrap_or_default();
    (response["statusCode"].as_u64().unwrap(), serde_json::from_str(text).unwrap_or_default())
}

#[tokio::test(flavor = "multi_thread")]
async fn every_function_answers_every_sample_event_as_it_does_in_the_local_service() {
    let (service, user) = start().await;
    let mut running: HashMap<&str, Function> = HashMap::new();
    for sample in samples::names() {
        let name = samples::function(&sample);
        if !running.contains_key(name) {
            running.insert(name, Function::start(&binary(name), &service.local.environment(name)).await);
        }
        let outcome = running.get_mut(name).unwrap().invoke(&samples::event(&sample, Some(&user))).await;
        let response = outcome.result.unwrap_or_else(|error| panic!("{sample}: {error}"));
        let (status, body) = read(&response);
        assert!((200..500).contains(&status), "{sample}: {response}");
        let caching = if response["headers"]["etag"].is_string() { "private, no-cache" } else { "no-store" };
        assert_eq!(response["headers"]["cache-control"], caching, "{sample}");
        if response["headers"]["content-type"] == "application/json" {
            let text = response["body"].as_str().unwrap();
            check_response(u16::try_from(status).unwrap(), &body, text).unwrap();
        }
    }
    assert_eq!(running.len(), ENDPOINTS.len());
    for (name, function) in running {
        let log = function.stop();
        assert!(log.contains(r#""type":"request""#) && !log.contains(&user.access), "{name}: {log}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_panic_is_reported_and_the_process_lives_on() {
    let (service, user) = start().await;
    let mut function = Function::start(&binary("get-user"), &service.local.environment("get-user")).await;
    let good = samples::event("get-user", Some(&user));
    let mut bad = good.clone();
    // Found by fuzzing: the only input at which lambda_http panics. API Gateway never sends it.
    bad["headers"]["host"] = json!("a`b");
    for _ in 0..2 {
        let error = function.invoke(&bad).await.result.unwrap_err();
        assert!(error["errorMessage"].as_str().unwrap().contains("panicked"), "{error}");
        assert_eq!(read(&function.invoke(&good).await.result.unwrap()).0, 200);
    }
    assert!(function.is_alive());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_function_answers_before_its_time_is_over() {
    let (service, user) = start().await;
    // Accepts connections and never answers.
    let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let mut environment = service.local.environment("get-user");
    let url = format!("http://{}", silent.local_addr().unwrap());
    environment.insert("AWS_ENDPOINT_URL_DYNAMODB".to_owned(), url);
    let mut function = Function::start(&binary("get-user"), &environment).await;
    let started = Instant::now();
    let outcome = function.invoke_within(&samples::event("get-user", Some(&user)), Duration::from_millis(1500)).await;
    assert!(outcome.at - started < Duration::from_millis(1500), "{:?}", outcome.at - started);
    let (status, body) = read(&outcome.result.unwrap());
    assert_eq!(status, 503, "{body}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_function_without_its_environment_says_what_is_missing() {
    let (service, _) = start().await;
    let mut environment = service.local.environment("vote");
    environment.insert("EVENTS_TABLE".to_owned(), String::new());
    let mut function = Function::start(&binary("vote"), &environment).await;
    while function.is_alive() {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert!(function.stop().contains("the environment variable EVENTS_TABLE is not set"));
}
