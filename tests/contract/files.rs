//! The files that describe the service agree with it: lists of endpoints, variables, schemas, sample events.

mod compatibility;
mod endpoints;
mod openapi;
mod parameters;

use std::collections::BTreeSet;

use functions::ENDPOINTS;
use mock::{Options, TemplateFile};
use reqwest::Method;
use serde_json::{Value, json};
use shared::clock::Clock;
use shared::config::Env;
use shared::domain::user::NewUser;
use tests::schema::{faults, json_file, names, workspace};
use tests::{Service, User, registration, samples};

#[tokio::test]
async fn every_function_has_the_variables_that_it_needs_and_no_others() {
    let service = Service::start().await;
    for endpoint in &ENDPOINTS {
        let environment = service.local.environment(endpoint.name);
        let start = |environment| (endpoint.start)(&Env::table(environment), Clock::system(), service.log());
        assert!(start(environment.clone()).is_ok(), "{}", endpoint.name);
        for variable in ["USERS_TABLE", "EVENTS_TABLE", "TOKEN_KEYS", "MAIL_SENDER"] {
            let mut less = environment.clone();
            if less.remove(variable).is_some() {
                assert!(start(less).is_err(), "{} starts without {variable}, so it should not have it", endpoint.name);
            }
        }
    }
}

#[test]
fn every_example_fits_its_schema() {
    let schemas: BTreeSet<_> = names().collect();
    for required in ["registration", "auth-get", "auth-resp", "user_pattern", "event", "error"] {
        assert!(schemas.contains(required), "{required}-scheme.json is missing");
    }
    for name in schemas {
        let faults = faults(name, &json_file(&format!("mock/JSON_Schems/{name}.json")));
        assert!(faults.is_empty(), "{name}.json: {faults:#?}");
    }
}

#[test]
fn the_schemas_have_the_patterns_of_the_code() {
    let schema = json_file("mock/JSON_Schems/registration-scheme.json");
    let properties = &schema["properties"]["post-data"]["properties"];
    assert_eq!(properties["username"]["pattern"], shared::domain::username::PATTERN);
    assert_eq!(properties["username"]["maxLength"], shared::domain::username::MAX_LENGTH);
    assert_eq!(properties["e-mail"]["anyOf"][0]["pattern"], shared::domain::email::PATTERN);
    assert_eq!(properties["e-mail"]["maxLength"], shared::domain::email::MAX_LENGTH);
    assert_eq!(properties["password"]["minLength"], shared::domain::password::MIN_LENGTH);
    assert_eq!(properties["password"]["maxLength"], shared::domain::password::MAX_LENGTH);
    let change = json_file("mock/JSON_Schems/e-mail-scheme.json");
    assert_eq!(change["properties"]["e-mail"], properties["e-mail"]);
}

#[test]
fn the_schema_of_a_registration_takes_what_the_code_takes() {
    let with = |field: &str, value: &str| {
        let mut body = registration("jane");
        body["post-data"][field] = json!(value);
        body
    };
    // White space around them, reserved names and the lengths of parts are told in words alone.
    let usernames = [
        "jane",
        "jane.d",
        "Jane-Doe_1",
        "v1.2.3",
        "1.2.3.4.5",
        "{jane}",
        "a..b",
        ".a",
        "jane doe",
        "jane@home",
        "jäne",
        "",
        "jane.doe",
        "a/b",
        "evil.co!",
        "!evil.co",
        "a.b.cd",
        "a_b.de",
        "a.xn--p1ai",
        "a.XN--1",
        "10.0.0.1",
        "+10.0.0.1+",
        "1.2.3.a",
        "x.1.2.3.4",
        "www.x",
        "WWW.evil1!",
        "xwww.x",
        "evil.com-",
        "evil.com-x",
        "10.0.0.1-x",
        "a-b.c-d.1",
    ];
    let addresses = [
        "jane@example.com",
        "a@b",
        "jane@münchen.example",
        "jane@例え.テスト",
        "!#$%&'*+/=?^_`{|}~-@a.b",
        "a..b@example.com",
        ".a@example.com",
        "a.@example.com",
        "jane",
        "@example.com",
        "jane@",
        "jane@-a.example",
        "jane@a-.example",
        "jane@a..b",
        "jane@example.com.",
        "jäne@example.com",
        "\"a\"@example.com",
        "a b@example.com",
        "a@b@c",
        "jane@exam ple.com",
    ];
    for (field, texts) in [("username", &usernames[..]), ("e-mail", &addresses[..])] {
        for text in texts {
            let body = with(field, text);
            let taken = NewUser::parse(&body).map(drop).map_err(|faults| faults[0].message.clone());
            assert_eq!(faults("registration", &body).is_empty(), taken.is_ok(), "{text}: {taken:?}");
        }
    }
}

#[test]
fn a_schema_refuses_what_it_does_not_describe() {
    for (name, pointer) in [
        ("event", "/event"),
        ("user_pattern", "/user"),
        ("auth-resp", ""),
        ("error", ""),
        ("events", "/events/0"),
        ("export", "/export/user"),
        ("export", "/export/events/0"),
        ("sessions", "/sessions/0"),
        ("users", "/users/0"),
        ("contact", "/contact"),
        ("contacts", "/contacts/0"),
    ] {
        let mut value = json_file(&format!("mock/JSON_Schems/{name}.json"));
        value.pointer_mut(pointer).unwrap()["password"] = json!("leaked");
        assert!(!faults(name, &value).is_empty(), "{name}");
    }
}

/// The users whom the examples name, so that these can be sent as they are.
async fn cast(service: &Service, example: &Value) -> Vec<User> {
    let mut users = Vec::new();
    for entry in example["event"]["members"][0]["invited"].as_array().unwrap() {
        let name = entry["id"].as_str().unwrap();
        let name = name.split('@').next().unwrap();
        users.push(service.user(name).await);
    }
    users
}

#[tokio::test]
async fn the_examples_are_accepted() {
    let service = Service::start().await;
    service.post("/user", &json_file("mock/JSON_Schems/registration.json")).await.expect(200);
    let refused = service.post("/login", &json_file("mock/JSON_Schems/auth-get.json")).await.expect(403);
    assert!(refused.body["message"].as_str().unwrap().contains("Confirm"), "the two examples are of the same user");
    service.post("/token", &json_file("mock/JSON_Schems/refresh.json")).await.expect(401);
    service.post("/token/revoke", &json_file("mock/JSON_Schems/refresh.json")).await.expect(200);
    service.post("/user/password/forgot", &json_file("mock/JSON_Schems/password-forgot.json")).await.expect(200);
    service.post("/user/password/reset", &json_file("mock/JSON_Schems/password-reset.json")).await.expect(410);

    let jane = service.user("hostess").await;
    service.put(&jane, "/user/e-mail", &json_file("mock/JSON_Schems/e-mail.json")).await.expect(403);
    service.post("/user/e-mail/confirm", &json_file("mock/JSON_Schems/e-mail-confirm.json")).await.expect(410);
    let profile = json_file("mock/JSON_Schems/user-update.json");
    service.call(&jane, Method::PATCH, "/user", &profile).await.expect(200);
    let leaving = json_file("mock/JSON_Schems/user-delete.json");
    service.call(&jane, Method::DELETE, "/user", &leaving).await.expect(403);
    let draft = json_file("mock/JSON_Schems/event-draft.json");
    let guests = cast(&service, &draft).await;
    let id = service.draft(&jane, &draft).await;
    let path = format!("/event/{id}");
    service.call(&jane, Method::POST, &format!("{path}/send"), &Value::Null).await.expect(200);
    let ballot = json_file("mock/JSON_Schems/vote.json");
    service.put(&guests[0], &format!("{path}/vote"), &ballot).await.expect(200);
    service.call(&guests[0], Method::DELETE, &format!("{path}/vote"), &ballot).await.expect(200);
    service.put(&guests[0], &format!("{path}/answer"), &json_file("mock/JSON_Schems/answer.json")).await.expect(200);
    let mut successor = json_file("mock/JSON_Schems/hand-over.json");
    service.put(&jane, &format!("{path}/organiser"), &successor).await.expect(400);
    successor["id"] = json!(guests[0].id);
    service.put(&jane, &format!("{path}/organiser"), &successor).await.expect(200);
}

#[tokio::test]
async fn the_variables_for_sam_local_are_all_that_the_template_names() {
    let file = json_file("events/env.json");
    let given = file["Parameters"].as_object().unwrap();
    let service = Service::start().await;
    let own = ["AWS_REGION", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"];
    let named: BTreeSet<_> =
        service.local.variables().into_keys().filter(|name| !own.contains(&name.as_str())).collect();
    let lines = |name: &String| format!("    \"{name}\": \"\",");
    endpoints::whole("events/env.json", named, given.keys().cloned(), lines);
    for (name, value) in given {
        let value = value.as_str().unwrap_or_else(|| panic!("sam local passes texts only: {name}"));
        let tables_are_the_local_ones = !name.ends_with("_TABLE") || value == service.local.variables()[name];
        let endpoints_are_outside = !name.starts_with("AWS_") || value.starts_with("http://host.docker.internal:");
        assert!(tables_are_the_local_ones && endpoints_are_outside, "{name}");
    }
    let template = TemplateFile::new(workspace("template.yaml"));
    assert_eq!(Options::shared_secret(&template).as_deref(), given["TOKEN_KEYS"].as_str(), "cargo run has it as well");
}

#[tokio::test]
async fn every_sample_event_is_answered_as_its_name_says() {
    let service = Service::start().await;
    let statuses = [
        ("amend-event", 401),
        ("answer", 401),
        ("change-password", 401),
        ("confirm", 410),
        ("confirm-browser", 200),
        ("confirm-no-token", 400),
        ("contacts", 401),
        ("contacts-add", 401),
        ("contacts-remove", 401),
        ("create-event", 401),
        ("create-event-impossible-date", 401),
        ("delete-event", 401),
        ("delete-user", 401),
        ("end-session", 401),
        ("find-users", 401),
        ("export-user", 401),
        ("forgot-password", 200),
        ("get-event", 401),
        ("get-user", 401),
        ("hand-over", 401),
        ("invitation", 200),
        ("list-events", 401),
        ("list-events-bad-cursor", 401),
        ("list-sessions", 401),
        ("login", 403),
        ("login-number-for-object", 400),
        ("logout", 200),
        ("logout-all", 401),
        ("members", 401),
        ("members-take-out", 401),
        ("page", 200),
        ("page-no-such-file", 404),
        ("refresh", 401),
        ("register", 200),
        ("register-base64", 200),
        ("register-invalid-utf8", 400),
        ("register-no-body", 400),
        ("register-not-json", 400),
        ("register-wrong-types", 400),
        ("resend-confirmation", 403),
        ("reset-password", 410),
        ("reset-password-browser", 200),
        ("send-event", 401),
        ("unsubscribe", 400),
        ("unsubscribe-page", 200),
        ("update-email", 401),
        ("update-email-browser", 200),
        ("update-email-confirm", 410),
        ("update-event", 401),
        ("update-user", 401),
        ("update-user-nothing", 401),
        ("vote", 401),
        ("vote-id-is-no-uuid", 401),
        ("vote-no-token", 401),
        ("vote-taken-back", 401),
    ];
    let tried = statuses.iter().map(|(name, _)| (*name).to_owned());
    endpoints::whole("`statuses`", samples::names(), tried, |name| format!("        (\"{name}\", 401),"));
    for (sample, status) in statuses {
        // Resending and logging in are for a user who has not registered yet, so they come before.
        let service = if sample.starts_with("register") { &service } else { &Service::start().await };
        assert_eq!(invoke(service, sample, None).await, status, "events/{sample}.json");
    }
}

#[tokio::test]
async fn the_sample_events_fit_the_service_once_they_carry_a_token() {
    let service = Service::start().await;
    let jane = service.user("organiser").await;
    cast(&service, &json_file("mock/JSON_Schems/event-draft.json")).await;
    for (sample, status) in [
        ("get-user", 200),
        ("change-password", 403),
        ("export-user", 200),
        ("update-email", 403),
        ("update-user", 200),
        ("update-user-nothing", 400),
        ("delete-user", 403),
        ("create-event", 201),
        ("list-events", 200),
        ("list-sessions", 200),
        ("end-session", 404),
        ("find-users", 200),
        ("contacts", 200),
        ("contacts-add", 404),
        ("contacts-remove", 404),
        ("logout-all", 200),
        ("create-event-impossible-date", 400),
        ("list-events-bad-cursor", 400),
        ("vote-id-is-no-uuid", 400),
        ("vote-no-token", 401),
        ("get-event", 404),
        ("update-event", 404),
        ("delete-event", 404),
        ("send-event", 404),
        ("vote", 404),
        ("vote-taken-back", 404),
        ("answer", 404),
        ("hand-over", 404),
    ] {
        assert_eq!(invoke(&service, sample, Some(&jane)).await, status, "events/{sample}.json");
    }
}

/// Gives the sample to its function as Lambda does, with the token of that user in place of the one in it.
async fn invoke(service: &Service, sample: &str, user: Option<&User>) -> u16 {
    let request = lambda_http::request::from_str(&samples::event(sample, user).to_string()).unwrap();
    let endpoint = ENDPOINTS.iter().find(|endpoint| endpoint.name == samples::function(sample)).unwrap();
    let environment = Env::table(service.local.environment(endpoint.name));
    let handler = (endpoint.start)(&environment, service.clock(), service.log()).unwrap();
    handler(request).await.status().as_u16()
}

#[test]
fn the_registration_of_the_harness_fits_the_schema() {
    assert_eq!(faults("registration", &registration("jane")), [""; 0]);
}
