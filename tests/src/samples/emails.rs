//! The routes of a user's address: `/user/e-mail`, `/user/e-mail/confirm`.

use reqwest::Method;
use serde_json::{Value, json};

use super::scene::{a_user, two_users};
use super::{By, Request, Sample, Scenario, Scene};
use crate::{PASSWORD, Service};

pub(super) fn samples() -> Vec<Sample> {
    vec![
        Sample::new(Method::PUT, "/user/e-mail", |scene| Request::by(By::Jane).json(change(scene)))
            .by_role([401, 401, 401, 200, 200, 200])
            .hashing(1)
            .departing()
            .scenario(Scenario {
                name: "update-email",
                // The lost mail counts, so the next one has to wait a minute.
                killed: Some((429, |service, scene| Box::pin(asks_again(service, scene)))),
                prepare: |service| Box::pin(two_users(service)),
                check: |service, scene, done| Box::pin(was_mailed_a_link(service, scene, done)),
                ..Scenario::READING
            })
            .bench(a_user),
        Sample::new(Method::POST, "/user/e-mail/confirm", |scene| confirmation(&scene.token))
            .case_by_role(|_| confirmation(&"A".repeat(64)), [410; 6])
            .harmless(|_| Request::by(By::Nobody).json(json!({})), 400)
            .scenario(Scenario {
                name: "update-email by the link",
                prepare: |service| Box::pin(asked(service)),
                check: |service, scene, done| Box::pin(was_changed(service, scene, done)),
                ..Scenario::READING
            }),
        Sample::new(Method::GET, "/user/e-mail/confirm", page).by_role([200; 6]).harmless(page, 200),
        Sample::new(Method::HEAD, "/user/e-mail/confirm", page).by_role([200; 6]).harmless(page, 200),
    ]
}

fn page(_: &Scene) -> Request {
    Request::by(By::Nobody)
}

/// The address that jane wants.
fn new_email(scene: &Scene) -> String {
    format!("new.{}", scene.jane.email)
}

fn change(scene: &Scene) -> Value {
    json!({"password": PASSWORD, "e-mail": new_email(scene)})
}

fn confirmation(token: &str) -> Request {
    Request::by(By::Nobody).json(json!({ "token": token }))
}

/// Jane has been mailed a link to the address that she wants.
async fn asked(service: &Service) -> Scene {
    let scene = two_users(service).await;
    service.put(&scene.jane, "/user/e-mail", &change(&scene)).await.expect(200);
    Scene { token: service.mailed_token(&new_email(&scene)), ..scene }
}

async fn asks_again(service: &Service, scene: &Scene) {
    service.pass(60);
    service.put(&scene.jane, "/user/e-mail", &change(scene)).await.expect(200);
    was_mailed_a_link(service, scene, true).await;
}

async fn was_mailed_a_link(service: &Service, scene: &Scene, done: bool) {
    service.login(&scene.jane.email, PASSWORD).await.expect(200);
    if done {
        let token = service.mailed_token(&new_email(scene));
        service.post("/user/e-mail/confirm", &json!({ "token": token })).await.expect(200);
        was_changed(service, scene, true).await;
    }
}

async fn was_changed(service: &Service, scene: &Scene, done: bool) {
    let [old, new] = [scene.jane.email.clone(), new_email(scene)];
    let statuses = [service.login(&old, PASSWORD).await.status, service.login(&new, PASSWORD).await.status];
    assert!(statuses == [403, 200] || !done && statuses == [200, 403], "{statuses:?}");
    let own = service.get(&scene.jane, "/user").await.expect(200).body["user"]["e-mail"].clone();
    assert_eq!(own, json!(if statuses[1] == 200 { new } else { old }));
}
