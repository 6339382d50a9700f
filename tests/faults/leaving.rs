//! A user deletes the account while another request about an event runs. Each call of either request is held until the other request
//! is done. Afterwards no data of the deleted user is left.

use std::fmt;

use reqwest::Method;
use serde_json::json;
use shared::domain::event::Invitee;
use shared::domain::person::Person;
use shared::store::drafts::Drafts;
use shared::store::events::Events;
use tests::samples::{self, By, Meanwhile, NEW_NAME, Sample, Scene};
use tests::wire::{Fault, Plan, Wire};
use tests::{Response, Service, User, picnic, report, side_by_side, vote};

use crate::start;

/// The organiser, a guest who comes and would inherit the event, and a guest who has not answered.
const CAST: [&str; 3] = ["jane", "john", "jim"];

/// A request, and who deletes the account meanwhile.
#[derive(Clone, Copy)]
struct Case {
    sample: &'static Sample,
    deed: &'static Meanwhile,
    leaver: By,
}

impl fmt::Display for Case {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let by = (self.deed.request)(&Scene::made_up()).by;
        write!(f, "{} {} by {by:?} while {:?} leaves", self.sample.method, self.sample.path, self.leaver)
    }
}

/// All cases of the table of samples.
fn cases() -> Vec<Case> {
    let of_sample = |sample: &'static Sample| {
        sample
            .meanwhile
            .iter()
            .flat_map(move |deed| deed.leavers.iter().map(move |leaver| Case { sample, deed, leaver: *leaver }))
    };
    samples::all().iter().flat_map(of_sample).collect()
}

impl Case {
    fn renames(&self) -> bool {
        self.sample.path == "/user" && self.sample.method == Method::PATCH
    }

    fn deletes_the_event(&self) -> bool {
        self.sample.path == "/event/{id}" && self.sample.method == Method::DELETE
    }

    fn takes_john_out(&self) -> bool {
        self.sample.path == "/event/{id}/members/{user}"
    }
}

struct Stage {
    service: Service,
    wire: Wire,
    scene: Scene,
}

impl Stage {
    /// An event that john has accepted and voted in, and in which jim has voted otherwise; or a draft that is not sent yet.
    async fn set(case: Case) -> Self {
        let (service, wire) = start().await;
        let [jane, john, jim] = service.users(CAST).await;
        let guests = [john.clone(), jim.clone()];
        let scene = Scene::of(jane, john, jim);
        if case.deed.draft {
            let event = format!("/event/{}", service.draft(&scene.jane, &picnic(&guests)).await);
            return Self { service, wire, scene: Scene { event, ..scene } };
        }
        let event = service.picnic(&scene.jane, &guests).await;
        service.put(&scene.john, &format!("{event}/answer"), &json!({"answer": "yes"})).await.expect(200);
        service.put(&scene.john, &format!("{event}/vote"), &vote("place", "Pub")).await.expect(200);
        service.put(&scene.jim, &format!("{event}/vote"), &vote("place", "Park")).await.expect(200);
        Self { service, wire, scene: Scene { event, ..scene } }
    }

    async fn does(&self, case: Case) -> Response {
        case.sample.send(&self.service, &self.scene, &(case.deed.request)(&self.scene)).await
    }

    fn user(&self, by: By) -> &User {
        by.user(&self.scene).expect("one of the cast")
    }

    async fn leaves(&self, case: Case) -> Response {
        self.service.leave(self.user(case.leaver)).await
    }

    /// How many calls each request makes alone.
    async fn calls(case: Case) -> [usize; 2] {
        let stage = Self::set(case).await;
        stage.wire.plan(None);
        stage.does(case).await;
        let of_deed = stage.wire.calls().len();
        let stage = Self::set(case).await;
        stage.wire.plan(None);
        stage.leaves(case).await.expect(204);
        [of_deed, stage.wire.calls().len()]
    }

    fn hold(&self, call: usize) {
        self.wire.plan(Some(Plan { call, fault: Fault::Held, always: false }));
    }

    /// Checks that the events' table does not name the deleted user, that all others have their current names, and that no row is left
    /// without its event.
    async fn nothing_is_left(&self, case: Case, done: u16, what: &str) {
        let table = self.service.local.variables()["EVENTS_TABLE"].clone();
        let rows = self.service.local.dynamodb_client().scan().table_name(table).send().await.unwrap();
        let leaver = self.user(case.leaver);
        let quoted = |name: &str| format!("\"{name}\"");
        let mut gone = vec![leaver.id.to_string(), quoted(&leaver.name)];
        if case.renames() {
            let by = self.user((case.deed.request)(&self.scene).by);
            let former = if by.id == leaver.id { NEW_NAME } else { &by.name };
            gone.extend(["name", "user_name"].map(|attribute| format!("{}: S({})", quoted(attribute), quoted(former))));
        }
        for item in rows.items() {
            let text = format!("{item:?}");
            let told = gone.iter().find(|what| text.contains(what.as_str()));
            assert!(told.is_none(), "{what}: {} stands in {text}", told.unwrap());
        }
        let own = rows.items().iter().find(|item| item["row"].as_s().unwrap() == "EVENT");
        assert!(own.is_some() || rows.items().is_empty(), "{what}: {rows:?}");
        // What is left of a deleted event expires.
        let has_event = own.is_some_and(|own| !own.contains_key("expires_at"));
        // The event goes on with an organiser, unless it was deleted, or was a draft that its organiser left.
        let others = [By::Jane, By::John, By::Jim].into_iter().filter(|member| *member != case.leaver);
        for member in others {
            let seen = self.service.get(self.user(member), &self.scene.event).await;
            let is_gone = case.deletes_the_event() && done == 204 || case.deed.draft && done == 404;
            let is_out = case.takes_john_out() && done == 204 && member == By::John;
            assert_eq!(seen.status, if is_gone || is_out { 404 } else { 200 }, "{what}");
            assert_eq!(is_gone, !has_event, "{what}");
            if is_out {
                continue;
            }
            let organiser = &seen.body["event"]["members"][0]["confirmed"][0]["name"];
            assert_ne!(*organiser, json!("deleted user"), "{what}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_is_under_way_nothing_is_left_of_who_leaves() {
    let mut held = Vec::new();
    for case in cases() {
        let [of_deed, of_departure] = Stage::calls(case).await;
        held.extend((0..of_deed).map(|call| (case, call, true)));
        held.extend((0..of_departure).map(|call| (case, call, false)));
    }
    let count = held.len();
    let runs = held.into_iter().map(|(case, call, is_deed)| async move {
        let stage = Stage::set(case).await;
        stage.hold(call);
        let (done, departed) = if is_deed {
            let leaving = async {
                stage.wire.held().await;
                let departed = stage.leaves(case).await;
                stage.wire.release();
                departed
            };
            tokio::join!(stage.does(case), leaving)
        } else {
            let doing = async {
                stage.wire.held().await;
                let done = stage.does(case).await;
                stage.wire.release();
                done
            };
            tokio::join!(doing, stage.leaves(case))
        };
        stage.wire.plan(None);
        let what = format!("{case}, held at call {call} of {}", if is_deed { "it" } else { "the departure" });
        assert_eq!(departed.status, 204, "{what}: {}", departed.body);
        stage.nothing_is_left(case, done.status, &what).await;
    });
    side_by_side(runs).await;
    report(&format!("{count} departures while something else was under way"));
}

/// The sending looked the guest up before he began to leave.
#[tokio::test(flavor = "multi_thread")]
async fn what_comes_in_during_a_departure_is_found() {
    let (service, wire) = start().await;
    let [jane, john, jim] = service.users(CAST).await;
    service.picnic(&jane, std::slice::from_ref(&john)).await;
    let id = service.draft(&jane, &picnic(&[john.clone(), jim.clone()])).await;
    let (events, drafts): (Events, Drafts) = service.part();
    let mut late = events.find_stored(id.parse().unwrap()).await.unwrap();
    let person = |guest: &User| Person { id: guest.id, name: guest.name.clone(), username: Some(guest.name.clone()) };
    late.event.invitees = [&john, &jim].map(|guest| Invitee::new(person(guest), 0, service.now())).to_vec();
    // The call that reads john's rows, after the query of the index.
    wire.plan(Some(Plan { call: 4, fault: Fault::Held, always: false }));
    let sending = async {
        wire.held().await;
        assert!(drafts.send_draft(&late).await.unwrap());
        wire.release();
    };
    let (left, ()) = tokio::join!(service.leave(&john), sending);
    left.expect(204);
    assert_eq!((wire.calls()[3].operation.as_str(), wire.calls()[4].operation.as_str()), ("Query", "BatchGetItem"));
    let event = service.event(&jim, &format!("/event/{id}")).await;
    let ids = event["members"][0]["invited"].as_array().unwrap().iter().map(|entry| entry["id"].clone());
    assert!(!ids.collect::<Vec<_>>().contains(&json!(john.id)), "{event}");
}
