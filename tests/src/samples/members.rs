//! The routes of an event's members: `GET` and `PATCH` of `/event/{id}`, what is below it, and where their mails lead.

use reqwest::Method;
use serde_json::{Value, json};

use super::scene::{
    a_reader_of_mails, an_event, as_it_stands, decided, draft, invited_by_mail, sent_past_a_bystander, sent_to_two,
    voted_by_one, voted_for_one_of_several, voted_past_each_other,
};
use super::{By, Meanwhile, Request, Sample, Scenario, Scene, Which};
use crate::{Service, vote};

pub(super) fn samples() -> Vec<Sample> {
    vec![
        reading(),
        voting(),
        taking_back(),
        answering(),
        inviting(),
        taking_out(),
        amending(),
        handing_over(),
        opening(),
        looking_at_the_page(),
        unsubscribing(),
    ]
}

fn reading() -> Sample {
    Sample::new(Method::GET, "/event/{id}", |_| Request::by(By::John))
        .by_role([401, 404, 404, 404, 200, 200])
        .by_link(200)
        .by_role_of_a_draft([401, 404, 404, 404, 404, 200])
        .by_link(404)
        .departing_with(Which::Own, |_| Request::by(By::Jane))
        .scenario(Scenario { name: "get-event", ..Scenario::READING })
        .scenario(Scenario {
            name: "get-event of a draft",
            request: Some(|_| Request::by(By::Jane)),
            prepare: |service| Box::pin(draft(service)),
            ..Scenario::READING
        })
        .scenario(Scenario {
            name: "get-event of a majority",
            prepare: |service| Box::pin(voted_past_each_other(service)),
            check: |service, scene, done| Box::pin(is_decided(service, scene, done)),
            ..Scenario::READING
        })
        .meanwhile(Meanwhile::new(|_| Request::by(By::John), &[By::Jane, By::John]))
        .bench(as_it_stands)
}

fn voting() -> Sample {
    Sample::new(Method::PUT, "/event/{id}/vote", |_| for_the_first_date(By::John))
        .by_role([401, 404, 404, 404, 200, 200])
        .by_link(200)
        .by_role_of_a_draft([401, 404, 404, 404, 404, 409])
        .by_link(404)
        .departing_with(Which::Own, |_| for_the_first_date(By::Jane))
        .departing_with(Which::Invited, |_| for_the_first_date(By::Jane))
        .scenario(Scenario {
            name: "vote",
            prepare: |service| Box::pin(sent_to_two(service)),
            check: |service, scene, done| Box::pin(has_voted(service, scene, done)),
            ..Scenario::READING
        })
        .scenario(Scenario {
            name: "vote for one more of several",
            request: Some(|_| Request::by(By::John).json(vote("date", "02.02.2027"))),
            prepare: |service| Box::pin(voted_for_one_of_several(service)),
            check: |service, scene, done| Box::pin(has_voted_for_both(service, scene, done)),
            ..Scenario::READING
        })
        .scenario(Scenario {
            name: "vote that decides",
            check: |service, scene, done| Box::pin(is_decided(service, scene, done)),
            ..Scenario::READING
        })
        .scenario(Scenario {
            name: "decide",
            request: Some(|_| for_the_first_date(By::Jane)),
            check: |service, scene, done| Box::pin(is_decided(service, scene, done)),
            ..Scenario::READING
        })
        // The guest votes while he leaves, or the organiser, whose event he inherits.
        .meanwhile(Meanwhile::new(|_| for_the_first_date(By::John), &[By::Jane, By::John]))
        // The organiser decides while she leaves, or the guest who would inherit her event.
        .meanwhile(Meanwhile::new(|_| Request::by(By::Jane).json(vote("date", "02.02.2027")), &[By::Jane, By::John]))
        // Two are invited in the common scene, so that one vote decides nothing.
        .bench(as_it_stands)
}

fn taking_back() -> Sample {
    Sample::new(Method::DELETE, "/event/{id}/vote", |_| for_the_first_date(By::John))
        .by_role([401, 404, 404, 404, 200, 200])
        .by_link(200)
        .by_role_of_a_draft([401, 404, 404, 404, 404, 409])
        .by_link(404)
        .scenario(Scenario {
            name: "vote taken back",
            prepare: |service| Box::pin(voted_by_one(service)),
            check: |service, scene, done| Box::pin(has_taken_back(service, scene, done)),
            ..Scenario::READING
        })
        .scenario(Scenario {
            name: "vote for one of several taken back",
            prepare: |service| Box::pin(voted_for_one_of_several(service)),
            check: |service, scene, done| Box::pin(has_taken_back_the_first(service, scene, done)),
            ..Scenario::READING
        })
        .scenario(Scenario {
            name: "vote: a decision taken back",
            request: Some(|_| for_the_first_date(By::Jane)),
            prepare: |service| Box::pin(decided(service)),
            check: |service, scene, done| Box::pin(is_open(service, scene, done)),
            ..Scenario::READING
        })
        .meanwhile(Meanwhile::new(|_| Request::by(By::John).json(vote("place", "Pub")), &[By::Jane, By::John]))
}

fn answering() -> Sample {
    Sample::new(Method::PUT, "/event/{id}/answer", |_| answer(By::John, "yes"))
        .by_role([401, 404, 404, 404, 200, 403])
        .by_link(200)
        .by_role_of_a_draft([401, 404, 404, 404, 404, 403])
        .by_link(404)
        .departing_with(Which::Invited, |_| answer(By::Jane, "yes"))
        .scenario(Scenario {
            name: "answer",
            check: |service, scene, done| Box::pin(has_answered(service, scene, done)),
            ..Scenario::READING
        })
        .scenario(Scenario {
            name: "answer that decides",
            request: Some(|_| answer(By::Jim, "no")),
            prepare: |service| Box::pin(voted_by_one(service)),
            check: |service, scene, done| Box::pin(is_decided(service, scene, done)),
            ..Scenario::READING
        })
        .meanwhile(Meanwhile::new(|_| answer(By::John, "maybe"), &[By::Jane, By::John]))
        .bench(as_it_stands)
}

fn inviting() -> Sample {
    Sample::new(Method::POST, "/event/{id}/members", jim_too)
        .by_role([401, 404, 404, 404, 403, 200])
        .by_role_of_a_draft([401, 404, 404, 404, 404, 409])
        .departing_with(Which::Own, jim_too)
        .scenario(Scenario {
            name: "members",
            prepare: |service| Box::pin(sent_past_a_bystander(service)),
            check: |service, scene, done| Box::pin(jim_is_in(service, scene, done)),
            ..Scenario::READING
        })
        .scenario(Scenario {
            name: "members: a guest",
            request: Some(a_guest_too),
            check: |service, scene, done| Box::pin(two_are_in(service, scene, done)),
            ..Scenario::READING
        })
        .scenario(Scenario {
            name: "members: one anew",
            request: Some(|scene| {
                Request::by(By::Jane).json(json!({"invited": [{"id": scene.john.id, "again": true}]}))
            }),
            ..Scenario::READING
        })
        // She leaves meanwhile, or the one who is invited.
        .meanwhile(Meanwhile::new(
            |scene| Request::by(By::Jane).json(json!({"invited": [{"id": scene.jim.id}]})),
            &[By::Jane, By::Jim],
        ))
        .bench(an_event)
}

fn taking_out() -> Sample {
    Sample::new(Method::DELETE, "/event/{id}/members/{user}", |_| Request::by(By::Jane))
        .by_role([401, 404, 404, 404, 204, 204])
        .by_link(403)
        .by_role_of_a_draft([401, 404, 404, 404, 404, 409])
        .by_link(404)
        .scenario(Scenario {
            name: "members: one taken out",
            success: 204,
            repeated: Some(404),
            check: |service, scene, done| Box::pin(john_is_out(service, scene, done)),
            ..Scenario::READING
        })
        .scenario(Scenario {
            name: "members: one leaves",
            request: Some(|_| Request::by(By::John)),
            success: 204,
            repeated: Some(404),
            check: |service, scene, done| Box::pin(john_is_out(service, scene, done)),
            ..Scenario::READING
        })
        .meanwhile(Meanwhile::new(|_| Request::by(By::Jane), &[By::Jane, By::John]))
}

fn amending() -> Sample {
    Sample::new(Method::PATCH, "/event/{id}", dinner_too)
        .by_role([401, 404, 404, 404, 403, 200])
        .by_role_of_a_draft([401, 404, 404, 404, 404, 200])
        .departing_with(Which::Own, dinner_too)
        .departing_with(Which::Draft, dinner_too)
        .scenario(Scenario {
            name: "amend-event",
            check: |service, scene, done| Box::pin(was_amended(service, scene, done)),
            ..Scenario::READING
        })
        .scenario(Scenario {
            name: "amend-event of a draft",
            prepare: |service| Box::pin(draft(service)),
            ..Scenario::READING
        })
        .meanwhile(Meanwhile::new(dinner_too, &[By::Jane]))
        .bench(an_event)
}

fn opening() -> Sample {
    Sample::new(Method::GET, "/invitation", |_| Request::by(By::Nobody))
        .by_role([200; 6])
        .harmless(|_| Request::by(By::Nobody), 200)
        .scenario(Scenario { name: "invitation", ..Scenario::READING })
        .bench(as_it_stands)
}

fn looking_at_the_page() -> Sample {
    Sample::new(Method::GET, "/mail/unsubscribe", by_its_link).by_role([200; 6]).harmless(by_its_link, 200)
}

fn unsubscribing() -> Sample {
    Sample::new(Method::POST, "/mail/unsubscribe", by_its_link)
        .by_role([400; 6])
        .harmless(by_its_link, 400)
        .scenario(Scenario {
            name: "unsubscribe",
            // Whoever is gone wants no mails.
            believes_conditions: true,
            prepare: |service| Box::pin(invited_by_mail(service)),
            check: |service, scene, done| Box::pin(is_unsubscribed(service, scene, done)),
            ..Scenario::READING
        })
        .bench(a_reader_of_mails)
}

fn handing_over() -> Sample {
    Sample::new(Method::PUT, "/event/{id}/organiser", to_john)
        .by_role([401, 404, 404, 404, 403, 200])
        .by_role_of_a_draft([401, 404, 404, 404, 404, 409])
        .scenario(Scenario {
            name: "hand-over",
            check: |service, scene, done| Box::pin(was_handed_over(service, scene, done)),
            ..Scenario::READING
        })
        // She leaves meanwhile, or the guest to whom she hands over, or the one who would inherit from him.
        .meanwhile(Meanwhile::new(to_john, &[By::Jane, By::John, By::Jim]))
        .bench(an_event)
}

fn for_the_first_date(by: By) -> Request {
    Request::by(by).json(vote("date", "01.02.2027"))
}

fn answer(by: By, answer: &str) -> Request {
    Request::by(by).json(json!({ "answer": answer }))
}

fn jim_too(scene: &Scene) -> Request {
    Request::by(By::Jane).json(json!({"invited": [{"username": scene.jim.name}]}))
}

fn a_guest_too(_: &Scene) -> Request {
    Request::by(By::Jane).json(json!({"invited": [{"e-mail": "ann@example.com"}]}))
}

fn dinner_too(_: &Scene) -> Request {
    Request::by(By::Jane).json(json!({"event": {"name": "Dinner", "date": [{"drafts": [{"date": "03.02.2027"}]}]}}))
}

fn by_its_link(scene: &Scene) -> Request {
    Request::by(By::Nobody).query(format!("token={}", scene.token))
}

fn to_john(scene: &Scene) -> Request {
    Request::by(By::Jane).json(json!({"id": scene.john.id}))
}

/// The poll of the date, as john reads it.
async fn date_poll(service: &Service, scene: &Scene) -> Value {
    service.get(&scene.john, &scene.event).await.expect(200).body["event"]["date"][0].clone()
}

/// Whether john's vote counts, in a poll that is undecided.
async fn counts(service: &Service, scene: &Scene) -> bool {
    let poll = date_poll(service, scene).await;
    let counts = poll["my_vote"] == json!("01.02.2027");
    assert!(counts || poll["my_vote"].is_null(), "{poll}");
    assert_eq!((&poll["confirmed"], &poll["voters"]), (&json!(""), &json!(u8::from(counts))), "{poll}");
    counts
}

async fn has_voted(service: &Service, scene: &Scene, done: bool) {
    assert!(counts(service, scene).await || !done);
}

async fn has_voted_for_both(service: &Service, scene: &Scene, done: bool) {
    let poll = date_poll(service, scene).await;
    let both = poll["my_vote"] == json!(["01.02.2027", "02.02.2027"]);
    assert!(both || !done && poll["my_vote"] == json!(["01.02.2027"]), "{poll}");
    assert_eq!((&poll["confirmed"], &poll["voters"]), (&json!(""), &json!(1)), "{poll}");
}

async fn has_taken_back_the_first(service: &Service, scene: &Scene, done: bool) {
    let poll = date_poll(service, scene).await;
    let voters = poll["my_vote"].as_array().unwrap().len();
    assert!(voters == 0 || !done && poll["my_vote"] == json!(["01.02.2027"]), "{poll}");
    assert_eq!((&poll["confirmed"], &poll["voters"]), (&json!(""), &json!(voters)), "{poll}");
}

async fn has_taken_back(service: &Service, scene: &Scene, done: bool) {
    assert!(!counts(service, scene).await || !done);
}

async fn is_open(service: &Service, scene: &Scene, done: bool) {
    let poll = date_poll(service, scene).await;
    assert!(poll["confirmed"] == json!("") || !done && poll["confirmed"] == json!("01.02.2027"), "{poll}");
    assert_eq!((&poll["my_vote"], &poll["voters"]), (&json!("01.02.2027"), &json!(1)));
}

async fn is_decided(service: &Service, scene: &Scene, done: bool) {
    let poll = date_poll(service, scene).await;
    let confirmed = poll["confirmed"] == json!("01.02.2027");
    assert!(confirmed || !done, "{poll}");
    assert!(poll["voters"].as_u64().unwrap() <= 1, "{poll}");
}

async fn has_answered(service: &Service, scene: &Scene, done: bool) {
    let event = service.event(&scene.john, &scene.event).await;
    let confirmed = event["members"][0]["confirmed"].as_array().unwrap().len();
    assert!(confirmed == 2 || !done && confirmed == 1, "{event}");
}

async fn was_handed_over(service: &Service, scene: &Scene, done: bool) {
    let event = service.event(&scene.jane, &scene.event).await;
    let members = &event["members"][0];
    let ids: Vec<_> = members["confirmed"].as_array().unwrap().iter().map(|entry| entry["id"].clone()).collect();
    let is_johns = ids == [json!(scene.john.id), json!(scene.jane.id)] && members["invited"] == json!([]);
    let is_janes = ids == [json!(scene.jane.id)] && members["invited"][0]["id"] == json!(scene.john.id);
    assert!(is_johns || !done && is_janes, "{event}");
}

async fn jim_is_in(service: &Service, scene: &Scene, done: bool) {
    let status = service.get(&scene.jim, &scene.event).await.status;
    assert!(status == 200 || !done && status == 404, "{status}");
}

async fn two_are_in(service: &Service, scene: &Scene, done: bool) {
    let event = service.event(&scene.jane, &scene.event).await;
    let number = event["members"][0]["invited"].as_array().unwrap().len();
    assert!(number == 2 || !done && number == 1, "{event}");
}

async fn john_is_out(service: &Service, scene: &Scene, done: bool) {
    let status = service.get(&scene.john, &scene.event).await.status;
    assert!(status == 404 || !done && status == 200, "{status}");
    let event = service.event(&scene.jane, &scene.event).await;
    assert_eq!(event["members"][0]["invited"].as_array().unwrap().is_empty(), status == 404, "{event}");
}

async fn was_amended(service: &Service, scene: &Scene, done: bool) {
    let event = service.event(&scene.john, &scene.event).await;
    let (name, dates) = (event["name"].as_str().unwrap(), event["date"][0]["drafts"].as_array().unwrap().len());
    assert!((name, dates) == ("Dinner", 3) || !done && (name, dates) == ("Picnic", 2), "{event}");
}

async fn is_unsubscribed(service: &Service, scene: &Scene, done: bool) {
    let mails = service.get(&scene.john, "/user").await.expect(200).body["user"]["mails"].clone();
    assert!(mails == json!(false) || !done, "{mails}");
}
