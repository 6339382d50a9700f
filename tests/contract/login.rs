//! `POST /login`.

use reqwest::Method;
use serde_json::json;
use tests::{PASSWORD, Service};

#[tokio::test]
async fn a_login_is_an_id_an_address_or_a_name() {
    let service = Service::start().await;
    let jane = service.user("Jane").await;
    for login in [&jane.id.to_string(), "jane", "JANE", "Jane@example.com", "JANE@EXAMPLE.COM"] {
        let tokens = service.login(login, PASSWORD).await.expect(200).body;
        assert_eq!(tokens["user_id"], json!(jane.id), "{login}");
    }
    let bare = json!({"username": "jane", "password": PASSWORD, "token": "ignored"});
    service.post("/login", &bare).await.expect(200);
}

#[tokio::test]
async fn an_unknown_login_and_a_wrong_password_are_answered_alike() {
    let service = Service::start().await;
    let jane = service.user("jane").await;
    let wrong = service.login("jane", "not the password").await.expect(403);
    for login in ["nobody", "nobody@example.com", "0192f0c1-2345-4abc-8def-0123456789ab", &jane.id.to_string()] {
        let refused = service.login(login, "not the password").await.expect(403);
        assert_eq!(refused.body, wrong.body, "{login}");
    }
    assert_eq!(wrong.body, json!({"message": "The login or the password is wrong.", "code": "bad_credentials"}));
}

#[tokio::test]
async fn only_the_right_password_tells_that_a_user_is_unconfirmed() {
    let service = Service::start().await;
    service.register("jane").await.expect(200);
    let wrong = service.login("jane", "not the password").await.expect(403);
    let right = service.login("jane", "jane's password").await.expect(403);
    assert_ne!(wrong.body, right.body);
}

#[tokio::test]
async fn a_token_is_needed_and_has_to_be_valid() {
    let service = Service::start().await;
    let jane = service.user("jane").await;
    let headers = [
        None,
        Some(String::new()),
        Some("Bearer".to_owned()),
        Some("Bearer ".to_owned()),
        Some("Bearer x.y.z".to_owned()),
        Some(format!("Basic {}", jane.access)),
        Some(format!("Bearer {}x", jane.access)),
        Some(format!("Bearer {}", jane.refresh)),
        Some(jane.access.clone()),
    ];
    let id = "0192f0c1-2345-4abc-8def-0123456789ab";
    let routes = [
        (Method::GET, "/user".to_owned()),
        (Method::GET, "/token".to_owned()),
        (Method::PUT, "/user/password".to_owned()),
        (Method::PATCH, "/user".to_owned()),
        (Method::DELETE, "/user".to_owned()),
        (Method::GET, "/user/export".to_owned()),
        (Method::GET, "/event".to_owned()),
        (Method::POST, "/event".to_owned()),
        (Method::GET, format!("/event/{id}")),
        (Method::PUT, format!("/event/{id}")),
        (Method::DELETE, format!("/event/{id}")),
        (Method::POST, format!("/event/{id}/send")),
        (Method::PUT, format!("/event/{id}/vote")),
        (Method::PUT, format!("/event/{id}/answer")),
    ];
    for (method, path) in routes {
        for header in &headers {
            let mut request = service.request(method.clone(), &path);
            if let Some(header) = header {
                request = request.header("authorization", header);
            }
            let response = service.send(request).await;
            assert_eq!(response.status, 401, "{method} {path} with {header:?}");
            assert_eq!(response.header("www-authenticate"), "Bearer");
        }
    }
}

#[tokio::test]
async fn the_scheme_of_a_token_has_no_case() {
    let service = Service::start().await;
    let jane = service.user("jane").await;
    let request = service.request(Method::GET, "/user").header("authorization", format!("bearer {}", jane.access));
    service.send(request).await.expect(200);
}

#[tokio::test]
async fn an_access_token_ends_after_an_hour_and_the_minute_that_clocks_may_be_apart() {
    let service = Service::start().await;
    let jane = service.user("jane").await;
    service.pass(3659);
    service.get(&jane, "/user").await.expect(200);
    service.pass(1);
    service.get(&jane, "/user").await.expect(401);
}

#[tokio::test]
async fn repeated_failures_are_slowed_down_and_forgotten_on_success() {
    let service = Service::start().await;
    service.user("jane").await;
    for _ in 0..5 {
        service.login("jane", "guess").await.expect(403);
    }
    let response = service.login("jane", PASSWORD).await.expect(429);
    assert_eq!(response.header("retry-after"), "1");
    service.pass(1);
    service.login("jane", "guess").await.expect(403);
    assert_eq!(service.login("jane", PASSWORD).await.expect(429).header("retry-after"), "2");
    service.pass(2);
    service.login("jane", PASSWORD).await.expect(200);
    for _ in 0..5 {
        service.login("jane", "guess").await.expect(403);
    }
}

#[tokio::test]
async fn failures_are_forgotten_after_half_an_hour() {
    let service = Service::start().await;
    for _ in 0..5 {
        service.login("nobody", "guess").await.expect(403);
    }
    service.login("nobody", "guess").await.expect(429);
    service.pass(30 * 60);
    for _ in 0..5 {
        service.login("nobody", "guess").await.expect(403);
    }
}
