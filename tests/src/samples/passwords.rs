//! The routes of a user's password: `/user/password`, `/user/password/forgot`, `/user/password/reset`.

use reqwest::Method;
use serde_json::json;

use super::scene::{a_user, forgotten, two_sessions};
use super::{By, Request, Sample, Scenario, Scene, Which};
use crate::{NEW_PASSWORD, PASSWORD, Service};

/// The duration of a request for a new password, in milliseconds, whether the login is known or not.
const FORGOTTEN: f64 = 1000.0;

pub(super) fn samples() -> Vec<Sample> {
    vec![
        Sample::new(Method::PUT, "/user/password", |_| {
            Request::by(By::Jane).json(json!({"old_password": PASSWORD, "new_password": NEW_PASSWORD}))
        })
        .by_role([401, 401, 401, 200, 200, 200])
        // The old one is checked, the new one hashed.
        .hashing(2)
        .departing()
        .scenario(Scenario {
            name: "change-password",
            prepare: |service| Box::pin(two_sessions(service)),
            check: |service, scene, done| Box::pin(was_changed(service, scene, done)),
            ..Scenario::READING
        })
        .bench(a_user),
        Sample::new(Method::POST, "/user/password/forgot", |scene| forgot(&scene.jane.email))
            .case_by_role(|scene| forgot(&scene.jim.name), [200; 6])
            .harmless(|_| Request::by(By::Nobody).json(json!({})), 400)
            .taking_at_least(FORGOTTEN)
            .departing_with(Which::Own, |scene| forgot(&scene.jane.name))
            .scenario(Scenario {
                name: "forgot-password",
                request: Some(|scene| forgot(&scene.jane.name)),
                // The lost mail counts, which the response does not disclose. The next one has to wait a minute.
                killed: Some((200, |service, scene| Box::pin(asks_again(service, scene)))),
                // A failed condition means that a link was mailed within the minute, which is not disclosed either.
                believes_conditions: true,
                hides_refusals: true,
                check: |service, scene, done| Box::pin(was_mailed_a_link(service, scene, done)),
                ..Scenario::READING
            })
            .scenario(Scenario {
                name: "forgot-password of nobody",
                request: Some(|_| forgot("nobody")),
                ..Scenario::READING
            })
            .bench(a_user),
        Sample::new(Method::GET, "/user/password/reset", page).by_role([200; 6]).harmless(page, 200),
        Sample::new(Method::HEAD, "/user/password/reset", page).by_role([200; 6]).harmless(page, 200),
        Sample::new(Method::POST, "/user/password/reset", |scene| reset(&scene.token))
            .case_by_role(|_| reset(&"A".repeat(64)), [410; 6])
            .harmless(|_| Request::by(By::Nobody).json(json!({})), 400)
            .hashing(1)
            .scenario(Scenario {
                name: "reset-password",
                request: Some(|scene| reset(&scene.token).header("idempotency-key", "1")),
                prepare: |service| Box::pin(forgotten(service)),
                check: |service, scene, done| Box::pin(was_reset(service, scene, done)),
                ..Scenario::READING
            })
            .bench(|service, scene, name| {
                Box::pin(async {
                    let scene = a_user(service, scene, name).await;
                    service.forgot(name).await.expect(200);
                    Scene { token: service.mailed_token(&scene.jane.email), ..scene }
                })
            }),
    ]
}

fn page(_: &Scene) -> Request {
    Request::by(By::Nobody)
}

fn forgot(login: &str) -> Request {
    Request::by(By::Nobody).json(json!({ "username": login }))
}

fn reset(token: &str) -> Request {
    Request::by(By::Nobody).json(json!({"token": token, "new_password": NEW_PASSWORD}))
}

async fn was_changed(service: &Service, scene: &Scene, done: bool) {
    let new = service.login("jane", NEW_PASSWORD).await.status;
    assert!(new == 200 || !done && new == 403, "{new}");
    if done {
        service.login("jane", PASSWORD).await.expect(403);
        service.post("/token", &json!({"refresh_token": scene.token})).await.expect(401);
        service.post("/token", &json!({"refresh_token": scene.jane.refresh})).await.expect(200);
    }
}

async fn asks_again(service: &Service, scene: &Scene) {
    service.pass(60);
    service.forgot("jane").await.expect(200);
    was_mailed_a_link(service, scene, true).await;
}

async fn was_mailed_a_link(service: &Service, scene: &Scene, done: bool) {
    let mails = service.local.mailbox().mails(Some(&scene.jane.email));
    assert!(!mails.is_empty() || !done);
    if done {
        let body = json!({"token": service.mailed_token(&scene.jane.email), "new_password": NEW_PASSWORD});
        service.post("/user/password/reset", &body).await.expect(200);
    }
}

async fn was_reset(service: &Service, scene: &Scene, done: bool) {
    let new = service.login("jane", NEW_PASSWORD).await.status;
    assert!(new == 200 || !done && new == 403, "{new}");
    if done {
        service.login("jane", PASSWORD).await.expect(403);
        service.post("/token", &json!({"refresh_token": scene.jane.refresh})).await.expect(401);
    }
}
