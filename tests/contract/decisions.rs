//! A decision stands until the organiser takes it back. And `DELETE /event/{id}/vote`.

use reqwest::Method;
use serde_json::{Value, json};
use shared::domain::poll::{Choice, Topic};
use shared::store::decisions::Decisions;
use shared::store::members::Members;
use tests::wire::{Fault, Plan, Wire};
use tests::{Response, Service, User, vote};
use uuid::Uuid;

async fn started(invitees: usize) -> (Service, User, Vec<User>, String) {
    invited(Service::start().await, invitees).await
}

async fn invited(service: Service, invitees: usize) -> (Service, User, Vec<User>, String) {
    let jane = service.user("jane").await;
    let guests = service.guests(invitees).await;
    let path = service.picnic(&jane, &guests).await;
    (service, jane, guests, path)
}

async fn votes(service: &Service, path: &str, user: &User, date: &str) -> Response {
    service.put(user, &format!("{path}/vote"), &vote("date", date)).await
}

async fn takes_back(service: &Service, path: &str, user: &User, date: &str) -> Response {
    service.call(user, Method::DELETE, &format!("{path}/vote"), &vote("date", date)).await
}

async fn answers(service: &Service, path: &str, user: &User, answer: &str) {
    service.put(user, &format!("{path}/answer"), &json!({ "answer": answer })).await.expect(200);
}

async fn confirmed(service: &Service, path: &str, user: &User) -> String {
    let event = service.get(user, path).await.expect(200).body;
    event["event"]["date"][0]["confirmed"].as_str().unwrap().to_owned()
}

/// Two concurrent votes: neither request saw the other.
async fn vote_past_each_other(service: &Service, path: &str, guests: &[User]) {
    let id: Uuid = path.strip_prefix("/event/").unwrap().parse().unwrap();
    for guest in &guests[..2] {
        service.part::<Members>().add_vote(id, guest.id, (Topic::Date, Choice::One), 0).await.unwrap();
    }
}

#[tokio::test]
async fn what_was_decided_stays_decided_whoever_changes_an_answer() {
    let (service, jane, guests, path) = started(4).await;
    answers(&service, &path, &guests[3], "no").await;
    for guest in &guests[..2] {
        votes(&service, &path, guest, "01.02.2027").await.expect(200);
    }
    assert_eq!(confirmed(&service, &path, &jane).await, "01.02.2027");
    answers(&service, &path, &guests[3], "maybe").await;
    assert_eq!(confirmed(&service, &path, &jane).await, "01.02.2027");
    // A voter declines. The vote no longer counts, but the decision stands.
    answers(&service, &path, &guests[0], "no").await;
    let poll = service.get(&jane, &path).await.expect(200).body["event"]["date"][0].clone();
    assert_eq!((&poll["confirmed"], &poll["voters"]), (&json!("01.02.2027"), &json!(1)));
    votes(&service, &path, &guests[3], "02.02.2027").await.expect(409);
}

#[tokio::test]
async fn nobody_undecides_a_poll_to_vote_otherwise() {
    let (service, jane, guests, path) = started(2).await;
    answers(&service, &path, &guests[1], "no").await;
    votes(&service, &path, &guests[0], "01.02.2027").await.expect(200);
    answers(&service, &path, &guests[0], "no").await;
    votes(&service, &path, &guests[0], "02.02.2027").await.expect(409);
    answers(&service, &path, &guests[0], "yes").await;
    assert_eq!(confirmed(&service, &path, &jane).await, "01.02.2027");
}

#[tokio::test]
async fn an_answer_that_leaves_a_majority_decides() {
    let (service, jane, guests, path) = started(3).await;
    votes(&service, &path, &guests[0], "01.02.2027").await.expect(200);
    answers(&service, &path, &guests[1], "no").await;
    assert_eq!(confirmed(&service, &path, &jane).await, "");
    let url = format!("{path}/answer");
    let seen = service.put(&guests[2], &url, &json!({"answer": "no"})).await.expect(200).body;
    assert_eq!(seen["event"]["date"][0]["confirmed"], "01.02.2027");
    answers(&service, &path, &guests[2], "yes").await;
    assert_eq!(confirmed(&service, &path, &jane).await, "01.02.2027");
}

#[tokio::test]
async fn a_majority_that_nobody_saw_is_recorded_by_whatever_comes_next() {
    for next in ["a reading", "the organiser's reading", "a vote", "an answer", "a vote taken back"] {
        let (service, jane, guests, path) = started(3).await;
        vote_past_each_other(&service, &path, &guests).await;
        match next {
            "a reading" => assert_eq!(confirmed(&service, &path, &guests[2]).await, "01.02.2027"),
            "the organiser's reading" => assert_eq!(confirmed(&service, &path, &jane).await, "01.02.2027"),
            "a vote" => drop(votes(&service, &path, &guests[0], "02.02.2027").await.expect(409)),
            "an answer" => answers(&service, &path, &guests[0], "no").await,
            _ => drop(takes_back(&service, &path, &guests[0], "01.02.2027").await.expect(409)),
        }
        // The decision is recorded, not only shown: the voters cannot undo it.
        answers(&service, &path, &guests[0], "no").await;
        answers(&service, &path, &guests[1], "no").await;
        assert_eq!(confirmed(&service, &path, &jane).await, "01.02.2027", "{next}");
    }
}

#[tokio::test]
async fn what_the_organiser_takes_back_members_do_not_decide_again() {
    let (service, jane, guests, path) = started(2).await;
    for guest in &guests {
        votes(&service, &path, guest, "01.02.2027").await.expect(200);
    }
    let before = service.get(&guests[0], &path).await.expect(200);
    let open = takes_back(&service, &path, &jane, "01.02.2027").await.expect(200).body;
    let poll = &open["event"]["date"][0];
    assert_eq!((&poll["confirmed"], &poll["voters"]), (&json!(""), &json!(2)));
    assert_eq!((&poll["drafts"][0]["date"], &poll["drafts"][0]["votes"]), (&json!("01.02.2027"), &json!(2)));
    assert_eq!(takes_back(&service, &path, &jane, "01.02.2027").await.expect(200).body, open);
    assert_ne!(service.get(&guests[0], &path).await.header("etag"), before.header("etag"));

    // Members keep voting, and no majority decides, neither by a vote nor by an answer.
    let moved = votes(&service, &path, &guests[0], "02.02.2027").await.expect(200).body;
    assert_eq!(moved["event"]["date"][0]["confirmed"], "");
    votes(&service, &path, &guests[1], "02.02.2027").await.expect(200);
    answers(&service, &path, &guests[1], "no").await;
    assert_eq!(confirmed(&service, &path, &jane).await, "");
    // A request that saw the majority before the organiser took it back decides nothing either.
    let id: Uuid = path.strip_prefix("/event/").unwrap().parse().unwrap();
    assert!(!service.part::<Decisions>().record_majority(id, Topic::Date, 0).await.unwrap());
    // The other poll is as it was, and the organiser decides again.
    let place = vote("place", "Pub");
    let decided = service.put(&guests[0], &format!("{path}/vote"), &place).await.expect(200).body;
    assert_eq!(decided["event"]["place"][0]["confirmed"], "Pub");
    votes(&service, &path, &jane, "02.02.2027").await.expect(200);
    votes(&service, &path, &guests[0], "01.02.2027").await.expect(409);
    assert_eq!(confirmed(&service, &path, &guests[0]).await, "02.02.2027");
}

#[tokio::test]
async fn a_vote_can_be_taken_back_until_the_poll_is_decided() {
    let (service, jane, guests, path) = started(3).await;
    let before = service.get(&guests[0], &path).await.expect(200).body;
    votes(&service, &path, &guests[0], "01.02.2027").await.expect(200);
    for _ in 0..2 {
        let after = takes_back(&service, &path, &guests[0], "01.02.2027").await.expect(200).body;
        assert_eq!(after, before);
    }
    for guest in &guests[..2] {
        votes(&service, &path, guest, "02.02.2027").await.expect(200);
    }
    takes_back(&service, &path, &guests[0], "02.02.2027").await.expect(409);
    assert_eq!(confirmed(&service, &path, &jane).await, "02.02.2027");
    // A member without a vote has nothing to take back, whether the poll is decided or not.
    takes_back(&service, &path, &guests[2], "02.02.2027").await.expect(200);
}

#[tokio::test]
async fn only_what_one_has_voted_for_or_decided_can_be_taken_back() {
    let (service, jane, guests, path) = started(3).await;
    votes(&service, &path, &guests[0], "01.02.2027").await.expect(200);
    service.put(&jane, &format!("{path}/vote"), &vote("place", "Park")).await.expect(200);
    let unchanged = service.get(&guests[0], &path).await.expect(200).body;
    let both = json!({"event": {"date": [{"confirmed": "01.02.2027"}], "place": [{"confirmed": "Pub"}]}});
    for (user, body, field) in [
        (&guests[0], vote("date", "02.02.2027"), "event.date[0].confirmed"),
        (&guests[1], vote("date", "03.02.2027"), "event.date[0].confirmed"),
        (&jane, vote("place", "Pub"), "event.place[0].confirmed"),
        (&guests[0], json!({"event": {}}), "event"),
        (&guests[0], both, "event.date[0].confirmed"),
    ] {
        let refused = service.call(user, Method::DELETE, &format!("{path}/vote"), &body).await.expect(400);
        assert_eq!(refused.fields()[0], field, "{body}");
    }
    assert_eq!(service.get(&guests[0], &path).await.expect(200).body, unchanged);
}

#[tokio::test]
async fn of_a_draft_nothing_is_taken_back() {
    let service = Service::start().await;
    let [jane, john] = service.users(["jane", "john"]).await;
    let id = service.draft(&jane, &tests::picnic(std::slice::from_ref(&john))).await;
    let path = format!("/event/{id}");
    takes_back(&service, &path, &jane, "01.02.2027").await.expect(409);
    takes_back(&service, &path, &john, "01.02.2027").await.expect(404);
    service.call(&jane, Method::DELETE, &format!("{path}/vote"), &Value::Null).await.expect(400);
}

#[tokio::test]
async fn a_decision_of_the_organiser_goes_before_a_majority_that_is_yet_to_be_recorded() {
    let (service, jane, guests, path) = started(3).await;
    vote_past_each_other(&service, &path, &guests).await;
    let decided = votes(&service, &path, &jane, "02.02.2027").await.expect(200).body;
    assert_eq!(decided["event"]["date"][0]["confirmed"], "02.02.2027");
    assert_eq!(confirmed(&service, &path, &guests[0]).await, "02.02.2027");
}

/// The same on a wire that holds the first write of the next request, its second call.
async fn held(invitees: usize) -> (Wire, Service, User, Vec<User>, String) {
    let (service, wire) = Service::start_on_wire(|_| {}).await;
    let (service, jane, guests, path) = invited(service, invitees).await;
    (wire, service, jane, guests, path)
}

fn hold(wire: &Wire) {
    wire.plan(Some(Plan { call: 1, fault: Fault::Held, always: false }));
}

#[tokio::test]
async fn what_others_think_better_of_meanwhile_is_not_decided() {
    let (wire, service, jane, guests, path) = held(3).await;
    votes(&service, &path, &guests[0], "01.02.2027").await.expect(200);
    hold(&wire);
    let moving = async {
        wire.held().await;
        votes(&service, &path, &guests[0], "02.02.2027").await.expect(200);
        wire.release();
    };
    let (voted, ()) = tokio::join!(votes(&service, &path, &guests[1], "01.02.2027"), moving);
    assert_eq!(voted.expect(200).body["event"]["date"][0]["confirmed"], "");
    assert_eq!(confirmed(&service, &path, &jane).await, "");
}

#[tokio::test]
async fn what_the_organiser_does_meanwhile_goes_before_a_majority() {
    for (taken_back, expected) in [(false, "02.02.2027"), (true, "")] {
        let (wire, service, jane, guests, path) = held(3).await;
        vote_past_each_other(&service, &path, &guests).await;
        hold(&wire);
        let deciding = async {
            wire.held().await;
            if taken_back {
                takes_back(&service, &path, &jane, "01.02.2027").await.expect(200);
            } else {
                votes(&service, &path, &jane, "02.02.2027").await.expect(200);
            }
            wire.release();
        };
        let (seen, ()) = tokio::join!(service.get(&guests[2], &path), deciding);
        assert_eq!(seen.expect(200).body["event"]["date"][0]["confirmed"], expected);
        assert_eq!(confirmed(&service, &path, &guests[0]).await, expected);
    }
}

#[tokio::test]
async fn a_reading_does_not_fail_because_the_decision_cannot_be_recorded() {
    let (wire, service, jane, guests, path) = held(1).await;
    let id: Uuid = path.strip_prefix("/event/").unwrap().parse().unwrap();
    service.part::<Members>().add_vote(id, guests[0].id, (Topic::Date, Choice::One), 0).await.unwrap();
    wire.plan(Some(Plan { call: 1, fault: Fault::Throttled, always: true }));
    assert_eq!(confirmed(&service, &path, &jane).await, "");
    assert_eq!(service.logged("trouble").len(), 1);
    wire.plan(None);
    assert_eq!(confirmed(&service, &path, &jane).await, "01.02.2027");
}
