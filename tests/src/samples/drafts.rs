//! The routes of an event's organiser: `/event`, `PUT` and `DELETE` of `/event/{id}`, `/event/{id}/send`.

use reqwest::Method;
use serde_json::json;

use super::scene::{a_draft, a_user, an_event, as_it_stands, draft, two_users};
use super::{By, Meanwhile, Request, Sample, Scenario, Scene, Which};
use crate::{Service, User, picnic};

pub(super) fn samples() -> Vec<Sample> {
    vec![
        Sample::new(Method::POST, "/event", with_a_guest)
            .by_role([401, 401, 401, 201, 201, 201])
            .departing()
            .scenario(Scenario {
                name: "create-event",
                request: Some(|scene| with_a_guest(scene).header("idempotency-key", "1")),
                success: 201,
                prepare: |service| Box::pin(two_users(service)),
                check: |service, scene, done| Box::pin(was_created(service, scene, done)),
                ..Scenario::READING
            })
            .scenario(Scenario {
                name: "create-event and send",
                request: Some(|scene| sent_at_once(scene).header("idempotency-key", "1")),
                success: 201,
                prepare: |service| Box::pin(two_users(service)),
                check: |service, scene, done| Box::pin(was_created_and_sent(service, scene, done)),
                ..Scenario::READING
            })
            .bench(a_user),
        Sample::new(Method::GET, "/event", |_| Request::by(By::Jane))
            .by_role([401, 200, 200, 200, 200, 200])
            .departing()
            .scenario(Scenario { name: "list-events", request: Some(|_| Request::by(By::John)), ..Scenario::READING })
            .bench(as_it_stands),
        Sample::new(Method::PUT, "/event/{id}", with_a_guest)
            .by_role([401, 404, 404, 404, 403, 409])
            .by_role_of_a_draft([401, 404, 404, 404, 404, 200])
            .departing_with(Which::Draft, with_a_guest)
            .scenario(Scenario {
                name: "update-event",
                // An invitee who has to be looked up by name.
                request: Some(|scene| {
                    let members = json!([{"invited": [{"id": scene.john.name}]}]);
                    Request::by(By::Jane).json(json!({"event": {"name": "Dinner", "members": members}}))
                }),
                prepare: |service| Box::pin(draft(service)),
                check: |service, scene, done| Box::pin(was_updated(service, scene, done)),
                ..Scenario::READING
            })
            .scenario(Scenario {
                name: "update-event and send",
                request: Some(sent_at_once),
                prepare: |service| Box::pin(draft(service)),
                check: |service, scene, done| Box::pin(was_sent(service, scene, done)),
                ..Scenario::READING
            })
            .meanwhile(Meanwhile { draft: true, ..Meanwhile::new(sent_to_both, &[By::Jane]) })
            .bench(a_draft),
        Sample::new(Method::DELETE, "/event/{id}", |_| Request::by(By::Jane))
            .by_role([401, 404, 404, 404, 403, 204])
            .by_role_of_a_draft([401, 404, 404, 404, 404, 204])
            .departing()
            .departing_with(Which::Draft, |_| Request::by(By::Jane))
            .scenario(Scenario {
                name: "delete-event",
                success: 204,
                repeated: Some(404),
                check: |service, scene, done| Box::pin(was_deleted(service, scene, done)),
                ..Scenario::READING
            })
            .meanwhile(Meanwhile::new(|_| Request::by(By::Jane), &[By::Jane, By::John]))
            .bench(an_event),
        Sample::new(Method::POST, "/event/{id}/send", |_| Request::by(By::Jane))
            .by_role([401, 404, 404, 404, 403, 200])
            .by_role_of_a_draft([401, 404, 404, 404, 404, 200])
            .departing_with(Which::Draft, |_| Request::by(By::Jane))
            .scenario(Scenario {
                name: "send-event",
                prepare: |service| Box::pin(draft(service)),
                check: |service, scene, done| Box::pin(was_sent(service, scene, done)),
                ..Scenario::READING
            })
            .meanwhile(Meanwhile { draft: true, ..Meanwhile::new(|_| Request::by(By::Jane), &[By::Jane]) })
            .bench(a_draft),
    ]
}

/// Another picnic that john is invited to, to be sent at once.
fn sent_at_once(scene: &Scene) -> Request {
    sent_to(std::slice::from_ref(&scene.john))
}

fn sent_to_both(scene: &Scene) -> Request {
    sent_to(&[scene.john.clone(), scene.jim.clone()])
}

fn sent_to(guests: &[User]) -> Request {
    let mut body = picnic(guests);
    body["event"]["additional"] = json!("Bring a blanket.");
    body["event"]["status"] = json!(true);
    Request::by(By::Jane).json(body)
}

/// A picnic that john is invited to.
fn with_a_guest(scene: &Scene) -> Request {
    Request::by(By::Jane).json(picnic(std::slice::from_ref(&scene.john)))
}

async fn was_created(service: &Service, scene: &Scene, done: bool) {
    let list = service.get(&scene.jane, "/event").await.expect(200).body;
    let count = list["events"].as_array().unwrap().len();
    assert!(count == 1 || !done && count == 0, "{list}");
}

/// Where it breaks off, a draft may be there that was not sent.
async fn was_created_and_sent(service: &Service, scene: &Scene, done: bool) {
    was_created(service, scene, done).await;
    let list = service.get(&scene.john, "/event").await.expect(200).body;
    let count = list["events"].as_array().unwrap().len();
    assert!(count == 1 || !done && count == 0, "{list}");
}

async fn was_updated(service: &Service, scene: &Scene, done: bool) {
    let event = service.event(&scene.jane, &scene.event).await;
    let (name, dates) = (event["name"].as_str().unwrap(), event["date"][0]["drafts"].as_array().unwrap().len());
    assert!((name, dates) == ("Dinner", 0) || !done && (name, dates) == ("Picnic", 2), "{event}");
}

async fn was_deleted(service: &Service, scene: &Scene, done: bool) {
    let path = &scene.event;
    let seen = [service.get(&scene.jane, path).await.status, service.get(&scene.john, path).await.status];
    assert!(seen == [404, 404] || !done && seen == [200, 200], "{seen:?}");
    let list = service.get(&scene.john, "/event").await.expect(200).body;
    assert_eq!(list["events"].as_array().unwrap().is_empty(), seen[0] == 404, "{list}");
}

async fn was_sent(service: &Service, scene: &Scene, done: bool) {
    let event = service.event(&scene.jane, &scene.event).await;
    let is_sent = event["status"] == json!(true);
    assert!(is_sent || !done, "{event}");
    assert_eq!(service.get(&scene.john, &scene.event).await.status, if is_sent { 200 } else { 404 });
    assert_eq!(event["members"][0]["invited"].as_array().unwrap().len(), 1);
    if done {
        let user = service.get(&scene.jane, "/user").await.expect(200).body;
        assert_eq!(user["user"]["contacts"].as_array().unwrap().len(), 1);
    }
}
