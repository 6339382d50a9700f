//! The routes of an event's members: `GET` of `/event/{id}`, `/event/{id}/vote`, `/event/{id}/answer`, `/event/{id}/organiser`.

use reqwest::Method;
use serde_json::{Value, json};

use super::scene::{
    an_event, as_it_stands, decided, draft, sent_to_two, voted_by_one, voted_for_one_of_several, voted_past_each_other,
};
use super::{By, Meanwhile, Request, Sample, Scenario, Scene, Which};
use crate::{Service, vote};

pub(super) fn samples() -> Vec<Sample> {
    vec![reading(), voting(), taking_back(), answering(), handing_over()]
}

fn reading() -> Sample {
    Sample::new(Method::GET, "/event/{id}", |_| Request::by(By::John))
        .by_role([401, 404, 404, 404, 200, 200])
        .by_role_of_a_draft([401, 404, 404, 404, 404, 200])
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
        .by_role_of_a_draft([401, 404, 404, 404, 404, 409])
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
        .by_role_of_a_draft([401, 404, 404, 404, 404, 409])
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
        .by_role_of_a_draft([401, 404, 404, 404, 404, 403])
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
