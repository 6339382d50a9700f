//! Every route in every role: without a token, unconfirmed, deleted, a stranger, an invitee, the organiser, one who was taken out, and a
//! guest by the link of an invitation.

use reqwest::Method;
use serde_json::{Value, json};
use tests::samples::{self, ROLES, Scene, State};
use tests::{Service, User, picnic, report};

const GUEST: &str = "guest@example.com";

/// The scene, and the access tokens in the order of [`ROLES`].
async fn cast(service: &Service, state: State) -> (Scene, [Option<String>; 8]) {
    let [deleted, stranger, invitee, organiser, bystander, outsider] =
        service.users(["leaver", "stranger", "invitee", "hostess", "bystander", "outsider"]).await;
    let mut body = picnic(&[invitee.clone(), deleted.clone(), outsider.clone()]);
    body["event"]["members"][0]["invited"].as_array_mut().unwrap().push(json!({ "id": GUEST }));
    let sent = format!("/event/{}", service.draft(&organiser, &body).await);
    service.send_event(&organiser, &sent).await.expect(200);
    let path = format!("{sent}/members/{}", outsider.id);
    service.call(&organiser, Method::DELETE, &path, &Value::Null).await.expect(204);
    service.settle().await;
    let event = match state {
        State::Sent => sent,
        State::Draft => {
            format!("/event/{}", service.draft(&organiser, &picnic(std::slice::from_ref(&invitee))).await)
        }
    };
    service.leave(&deleted).await.expect(204);
    let unconfirmed = service.unconfirmed("unconfirmed").await;
    let scene = Scene { event, ..Scene::of(organiser.clone(), invitee.clone(), bystander) };
    let access = |user: User| Some(user.access);
    let users = [unconfirmed, deleted, stranger, invitee, organiser, outsider].map(access);
    let [unconfirmed, deleted, stranger, invitee, organiser, outsider] = users;
    let guest = Some(service.mailed_token(GUEST));
    (scene, [None, unconfirmed, deleted, stranger, invitee, organiser, outsider, guest])
}

#[tokio::test(flavor = "multi_thread")]
async fn every_route_for_every_role() {
    let mut count = 0;
    for sample in samples::all() {
        for case in &sample.cases {
            for (index, (role, status)) in ROLES.iter().zip(case.statuses()).enumerate() {
                let service = Service::start().await;
                let (scene, cast) = cast(&service, case.state).await;
                let request = (case.request)(&scene);
                let response = sample.send_with(&service, &scene, &request, cast[index].as_deref()).await;
                let (method, path, state) = (&sample.method, sample.path, case.state);
                assert_eq!(response.status, status, "{method} {path} ({state:?}) by {role}: {}", response.body);
                count += 1;
            }
        }
    }
    report(&format!("{count} cases: {} routes, {} roles", samples::all().len(), ROLES.len()));
}
