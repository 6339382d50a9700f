//! The routes of a user's account: `/user`, `/user/confirm`, `/user/export`.

use reqwest::Method;
use serde_json::json;
use shared::store::accounts::Accounts;
use shared::token::MailedToken;

use super::scene::{a_pending_user, an_event, as_it_stands, hidden, pending, sent_both_ways, two_users};
use super::{By, Meanwhile, Request, Sample, Scenario, Scene, Which};
use crate::{PASSWORD, Service, email_of, registration};

/// The address with which somebody else registers jane's name.
pub const OTHER_EMAIL: &str = "other@example.com";

/// The name that users change theirs to.
pub const NEW_NAME: &str = "Somebody Else";

pub(super) fn samples() -> Vec<Sample> {
    vec![
        Sample::new(Method::POST, "/user", |scene| Request::by(By::Nobody).json(registration(&scene.newcomer)))
            .by_role([200; 6])
            .harmless(|_| Request::by(By::Nobody).json(json!({})), 400)
            .hashing(1)
            .departing_with(Which::Own, |scene| {
                let body = json!({"username": scene.jane.name, "password": scene.password, "e-mail": OTHER_EMAIL});
                Request::by(By::Nobody).json(body)
            })
            .scenario(Scenario {
                name: "register",
                // The interrupted registration has taken the name. A second mail brings the link.
                killed: Some((409, |service, scene| Box::pin(asks_for_the_link(service, scene)))),
                prepare: |service| Box::pin(two_users(service)),
                check: |service, scene, done| Box::pin(was_registered(service, scene, done)),
                ..Scenario::READING
            })
            .bench(|_, scene, name| Box::pin(async { Scene { newcomer: name.to_owned(), ..scene.clone() } })),
        Sample::new(Method::GET, "/user/confirm", |scene| {
            let request = Request::by(By::Nobody).header("accept", "application/json");
            request.query(format!("token={}", scene.token))
        })
        .case_by_role(page, [200; 6])
        .harmless(page, 200)
        .scenario(Scenario {
            name: "confirm",
            // The link is used, and the address confirmed.
            killed: Some((410, |service, scene| Box::pin(is_confirmed(service, scene, true)))),
            prepare: |service| Box::pin(pending(service)),
            check: |service, scene, done| Box::pin(is_confirmed(service, scene, done)),
            ..Scenario::READING
        })
        .bench(a_pending_user),
        Sample::new(Method::HEAD, "/user/confirm", page).by_role([200; 6]).harmless(page, 200),
        Sample::new(Method::POST, "/user/confirm", |scene| {
            Request::by(By::Nobody).json(json!({"username": scene.newcomer, "password": scene.password}))
        })
        .case_by_role(guess, [403; 6])
        .harmless(|_| Request::by(By::Nobody).json(json!({})), 400)
        .hashing(1)
        .scenario(Scenario {
            name: "resend-confirmation",
            // The lost mail counts, so the next one has to wait a minute.
            killed: Some((429, |service, scene| Box::pin(asks_for_the_link(service, scene)))),
            prepare: |service| Box::pin(pending(service)),
            check: |service, scene, done| Box::pin(has_a_new_link(service, scene, done)),
            ..Scenario::READING
        })
        .bench(a_pending_user),
        Sample::new(Method::GET, "/user", |_| Request::by(By::Jane))
            .by_role([401, 401, 401, 200, 200, 200])
            .departing()
            .scenario(Scenario { name: "get-user", request: Some(|_| Request::by(By::John)), ..Scenario::READING })
            .bench(as_it_stands),
        Sample::new(Method::PATCH, "/user", |_| renaming(By::Jane))
            .by_role([401, 401, 401, 200, 200, 200])
            .departing()
            .scenario(Scenario {
                name: "update-user",
                request: Some(|_| renaming(By::John)),
                // A failed condition means that the row is gone and needs no name.
                believes_conditions: true,
                check: |service, scene, done| Box::pin(was_renamed(service, scene, done)),
                ..Scenario::READING
            })
            .scenario(Scenario {
                name: "update-user who is found again",
                request: Some(|_| Request::by(By::John).json(json!({"searchable": true}))),
                prepare: |service| Box::pin(hidden(service)),
                check: |service, scene, done| Box::pin(is_found(service, scene, done)),
                ..Scenario::READING
            })
            // The sender's own account is deleted, or an event gets another organiser.
            .meanwhile(Meanwhile::new(|_| renaming(By::Jane), &[By::Jane, By::John]))
            .meanwhile(Meanwhile::new(|_| renaming(By::John), &[By::Jane, By::John]))
            .meanwhile(Meanwhile::new(|_| renaming(By::Jim), &[By::Jane, By::John, By::Jim]))
            .bench(an_event),
        Sample::new(Method::GET, "/user/export", |_| Request::by(By::Jane))
            .by_role([401, 401, 401, 200, 200, 200])
            .departing()
            .scenario(Scenario { name: "export-user", request: Some(|_| Request::by(By::John)), ..Scenario::READING })
            .bench(as_it_stands),
        Sample::new(Method::DELETE, "/user", |_| leaving(By::Jane))
            .by_role([401, 401, 401, 204, 204, 204])
            .hashing(1)
            .scenario(Scenario {
                name: "delete-user",
                request: Some(|_| leaving(By::John)),
                success: 204,
                repeated: Some(401),
                prepare: |service| Box::pin(sent_both_ways(service)),
                check: |service, scene, done| Box::pin(was_deleted(service, scene, done)),
                ..Scenario::READING
            })
            .bench(an_event),
    ]
}

/// The page of a link without a token.
fn page(_: &Scene) -> Request {
    Request::by(By::Nobody)
}

/// A user's name with a wrong password.
fn guess(scene: &Scene) -> Request {
    Request::by(By::Nobody).json(json!({"username": scene.jim.name, "password": "guess"}))
}

fn renaming(by: By) -> Request {
    Request::by(by).json(json!({ "name": NEW_NAME }))
}

fn leaving(by: By) -> Request {
    Request::by(by).json(json!({ "password": PASSWORD }))
}

async fn asks_for_the_link(service: &Service, scene: &Scene) {
    service.pass(60);
    let body = json!({"username": scene.newcomer, "password": scene.password});
    service.post("/user/confirm", &body).await.expect(200);
    service.confirm(&service.mailed_token(&email_of(&scene.newcomer))).await.expect(200);
}

async fn was_registered(service: &Service, scene: &Scene, done: bool) {
    let login = service.login(&scene.newcomer, &scene.password).await.expect(403);
    let is_kept = login.body["message"].as_str().unwrap().contains("Confirm");
    assert_eq!(is_kept, done, "a failed registration keeps nothing");
    assert!(!done || service.local.mailbox().sent() > 0);
}

async fn is_confirmed(service: &Service, scene: &Scene, done: bool) {
    let status = service.login(&scene.newcomer, &scene.password).await.status;
    assert_eq!(status, if done { 200 } else { 403 });
}

async fn has_a_new_link(service: &Service, scene: &Scene, done: bool) {
    if done {
        assert_ne!(service.mailed_token(&email_of(&scene.newcomer)), scene.token, "there is a new link");
    } else {
        let token = MailedToken::parse(&scene.token).unwrap();
        let account = service.part::<Accounts>().find_account(token.user(), service.now()).await.unwrap().unwrap();
        assert!(account.confirm_hash == Some(token.hash()), "the old link goes on working");
    }
}

async fn was_renamed(service: &Service, scene: &Scene, done: bool) {
    let own = service.get(&scene.john, "/user").await.expect(200).body["user"]["name"].clone();
    let event = service.event(&scene.jane, &scene.event).await;
    let seen = event["members"][0]["invited"][0]["name"].clone();
    for name in [own, seen] {
        assert!(name == json!(NEW_NAME) || !done && name == json!("john"), "{name}");
    }
}

async fn is_found(service: &Service, scene: &Scene, done: bool) {
    let found = service.get(&scene.jane, "/user/search?query=john").await.expect(200).body["users"].clone();
    let own = service.get(&scene.john, "/user").await.expect(200).body["user"]["searchable"].clone();
    assert_eq!(own, json!(found[0]["id"] == json!(scene.john.id)), "{found}");
    assert!(own == json!(true) || !done, "{own}");
}

async fn was_deleted(service: &Service, scene: &Scene, done: bool) {
    for path in [&scene.event, &scene.other_event] {
        let event = service.event(&scene.jane, path).await;
        let invited = event["members"][0]["invited"].as_array().unwrap().len();
        let is_johns = path == &scene.other_event;
        let inherited = is_johns && event["members"][0]["confirmed"][0]["id"] == json!(scene.jane.id);
        assert_eq!(invited, usize::from(!inherited), "{event}");
        assert!(!done || !event.to_string().contains("john"), "{event}");
        assert!(!done || inherited || !is_johns, "{event}");
    }
    if done {
        service.get(&scene.john, "/user").await.expect(401);
        service.login("john", PASSWORD).await.expect(403);
        service.post("/token", &json!({"refresh_token": scene.john.refresh})).await.expect(401);
    }
}
