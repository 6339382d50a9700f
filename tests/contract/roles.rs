//! Every route in every role: without a token, unconfirmed, deleted, a stranger, an invitee, the organiser.

use tests::samples::{self, ROLES, Scene, State};
use tests::{Service, User, picnic, report};

/// The scene, and the users in the order of [`ROLES`].
async fn cast(service: &Service, state: State) -> (Scene, [Option<User>; 6]) {
    let [deleted, stranger, invitee, organiser, bystander] =
        service.users(["leaver", "stranger", "invitee", "hostess", "bystander"]).await;
    let event = match state {
        State::Sent => service.picnic(&organiser, &[invitee.clone(), deleted.clone()]).await,
        State::Draft => {
            format!("/event/{}", service.draft(&organiser, &picnic(std::slice::from_ref(&invitee))).await)
        }
    };
    service.leave(&deleted).await.expect(204);
    let unconfirmed = service.unconfirmed("unconfirmed").await;
    let scene = Scene { event, ..Scene::of(organiser.clone(), invitee.clone(), bystander) };
    (scene, [None, Some(unconfirmed), Some(deleted), Some(stranger), Some(invitee), Some(organiser)])
}

#[tokio::test(flavor = "multi_thread")]
async fn every_route_for_every_role() {
    let mut count = 0;
    for sample in samples::all() {
        for case in &sample.cases {
            for (index, (role, status)) in ROLES.iter().zip(case.statuses).enumerate() {
                let service = Service::start().await;
                let (scene, cast) = cast(&service, case.state).await;
                let request = (case.request)(&scene);
                let access = cast[index].as_ref().map(|user| user.access.as_str());
                let response = sample.send_with(&service, &scene, &request, access).await;
                let (method, path, state) = (&sample.method, sample.path, case.state);
                assert_eq!(response.status, status, "{method} {path} ({state:?}) by {role}: {}", response.body);
                count += 1;
            }
        }
    }
    report(&format!("{count} cases: {} routes, {} roles", samples::all().len(), ROLES.len()));
}
