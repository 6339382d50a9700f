//! The routes by which users find and keep each other: `/user/search`, `/user/contacts`.

use reqwest::Method;
use serde_json::json;

use super::scene::{as_it_stands, two_users};
use super::{By, Request, Sample, Scenario, Scene};
use crate::Service;

pub(super) fn samples() -> Vec<Sample> {
    vec![
        Sample::new(Method::GET, "/user/search", |_| Request::by(By::Jane).query("query=jo".to_owned()))
            .by_role([401, 200, 200, 200, 200, 200])
            .departing()
            .scenario(Scenario { name: "find-users", ..Scenario::READING })
            .bench(as_it_stands),
        Sample::new(Method::GET, "/user/contacts", |_| Request::by(By::Jane))
            .by_role([401, 200, 401, 200, 200, 200])
            .departing()
            .scenario(Scenario { name: "contacts", ..Scenario::READING })
            .bench(as_it_stands),
        Sample::new(Method::PUT, "/user/contacts/{id}", |_| Request::by(By::Jane))
            .by_role([401, 200, 401, 200, 400, 200])
            .departing()
            .scenario(Scenario {
                name: "contacts: one more",
                prepare: |service| Box::pin(two_users(service)),
                check: |service, scene, done| Box::pin(knows(service, scene, done, true)),
                ..Scenario::READING
            }),
        Sample::new(Method::DELETE, "/user/contacts/{id}", |_| Request::by(By::Jane))
            .by_role([401, 404, 401, 404, 404, 204])
            .departing()
            .scenario(Scenario {
                name: "contacts: one less",
                success: 204,
                repeated: Some(404),
                check: |service, scene, done| Box::pin(knows(service, scene, done, false)),
                ..Scenario::READING
            }),
    ]
}

/// John is among jane's contacts, or is not, once it is done.
async fn knows(service: &Service, scene: &Scene, done: bool, expected: bool) {
    let contacts = service.get(&scene.jane, "/user/contacts").await.expect(200).body["contacts"].clone();
    let knows = contacts.as_array().unwrap().iter().any(|contact| contact["id"] == json!(scene.john.id));
    assert!(knows == expected || !done, "{contacts}");
}
