//! Somebody deletes the account while something else is under way with an event: at each call that either makes, the other is held
//! until the whole of the one is done. Whichever comes first, afterwards nothing is left of who left.

use futures_util::{StreamExt, stream};
use reqwest::Method;
use serde_json::{Value, json};
use shared::domain::event::{Invitee, Person};
use shared::store::drafts::Drafts;
use shared::store::events::Events;
use tests::wire::{Fault, Plan, Wire};
use tests::{PASSWORD, Response, Service, User, picnic, report, vote};

use crate::start;

/// How many cases run at once.
const AT_ONCE: usize = 8;

/// Those of an event: who organises it, who comes and would inherit it, and who has not answered.
const CAST: [&str; 3] = ["jane", "john", "jim"];

/// What they are called once they are renamed.
const NEW_NAME: &str = "Somebody Else";

/// What is done to the event, by whom, and who leaves meanwhile.
#[derive(Clone, Copy, Debug)]
struct Case {
    deed: Deed,
    by: usize,
    leaver: usize,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Deed {
    Vote,
    TakeBack,
    Answer,
    Decide,
    HandOver,
    Delete,
    Rename,
    Read,
    Send,
}

/// Everybody who does something that can come in the way of who leaves.
fn cases() -> Vec<Case> {
    let all = [
        // A guest's doings, while he leaves or the organiser does, whom he inherits from.
        (Deed::Vote, 1, vec![0, 1]),
        (Deed::TakeBack, 1, vec![0, 1]),
        (Deed::Answer, 1, vec![0, 1]),
        (Deed::Read, 1, vec![0, 1]),
        // The organiser's, while she leaves, or the one to whom she hands over, or who would inherit from that one.
        (Deed::Decide, 0, vec![0, 1]),
        (Deed::HandOver, 0, vec![0, 1, 2]),
        (Deed::Delete, 0, vec![0, 1]),
        (Deed::Send, 0, vec![0]),
        // Whoever's name, while the own account goes, or a place changes hands.
        (Deed::Rename, 0, vec![0, 1]),
        (Deed::Rename, 1, vec![0, 1]),
        (Deed::Rename, 2, vec![0, 1, 2]),
    ];
    let each = |(deed, by, leavers): (Deed, usize, Vec<usize>)| {
        leavers.into_iter().map(move |leaver| Case { deed, by, leaver }).collect::<Vec<_>>()
    };
    all.into_iter().flat_map(each).collect()
}

struct Stage {
    service: Service,
    wire: Wire,
    cast: [User; 3],
    path: String,
}

impl Stage {
    /// An event that john says he comes to, having voted for a place, as jim has for another; or a draft that is yet to be sent.
    async fn set(case: Case) -> Self {
        let (service, wire) = start().await;
        let cast = service.users(CAST).await;
        if case.deed == Deed::Send {
            let path = format!("/event/{}", service.draft(&cast[0], &picnic(&cast[1..])).await);
            return Self { service, wire, cast, path };
        }
        let path = service.picnic(&cast[0], &cast[1..]).await;
        service.put(&cast[1], &format!("{path}/answer"), &json!({"answer": "yes"})).await.expect(200);
        service.put(&cast[1], &format!("{path}/vote"), &vote("place", "Pub")).await.expect(200);
        service.put(&cast[2], &format!("{path}/vote"), &vote("place", "Park")).await.expect(200);
        Self { service, wire, cast, path }
    }

    async fn does(&self, case: Case) -> Response {
        let (url, user) = (|end: &str| format!("{}{end}", self.path), &self.cast[case.by]);
        let (method, url, body) = match case.deed {
            Deed::Vote => (Method::PUT, url("/vote"), vote("date", "01.02.2027")),
            Deed::TakeBack => (Method::DELETE, url("/vote"), vote("place", "Pub")),
            Deed::Answer => (Method::PUT, url("/answer"), json!({"answer": "maybe"})),
            Deed::Decide => (Method::PUT, url("/vote"), vote("date", "02.02.2027")),
            Deed::HandOver => (Method::PUT, url("/organiser"), json!({"id": self.cast[1].id})),
            Deed::Delete => (Method::DELETE, url(""), Value::Null),
            Deed::Rename => (Method::PATCH, "/user".to_owned(), json!({ "name": NEW_NAME })),
            Deed::Read => (Method::GET, url(""), Value::Null),
            Deed::Send => (Method::POST, url("/send"), Value::Null),
        };
        self.service.call(user, method, &url, &body).await
    }

    async fn leaves(&self, case: Case) -> Response {
        let body = json!({ "password": PASSWORD });
        self.service.call(&self.cast[case.leaver], Method::DELETE, "/user", &body).await
    }

    /// How many calls either makes by itself.
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

    /// Nothing in the events' table names who left, whoever is there is called as in the account, and no row is without its event.
    async fn nothing_is_left(&self, case: Case, done: u16, what: &str) {
        let table = self.service.local.variables()["EVENTS_TABLE"].clone();
        let rows = self.service.local.dynamodb_client().scan().table_name(table).send().await.unwrap();
        let (leaver, by) = (&self.cast[case.leaver], &self.cast[case.by]);
        let quoted = |name: &str| format!("\"{name}\"");
        let mut gone = vec![leaver.id.to_string(), quoted(&leaver.name)];
        if case.deed == Deed::Rename {
            let former = if case.by == case.leaver { NEW_NAME } else { &by.name };
            gone.extend(["name", "user_name"].map(|attribute| format!("{}: S({})", quoted(attribute), quoted(former))));
        }
        for item in rows.items() {
            let text = format!("{item:?}");
            let told = gone.iter().find(|what| text.contains(what.as_str()));
            assert!(told.is_none(), "{what}: {} stands in {text}", told.unwrap());
        }
        let has_event = rows.items().iter().any(|item| item["row"].as_s().unwrap() == "EVENT");
        assert!(has_event || rows.items().is_empty(), "{what}: {rows:?}");
        // The event goes on, and somebody organises it, unless it was deleted, or was a draft that is too late to be sent.
        for member in (0..CAST.len()).filter(|member| *member != case.leaver) {
            let seen = self.service.get(&self.cast[member], &self.path).await;
            let is_gone = [(Deed::Delete, 204), (Deed::Send, 404)].contains(&(case.deed, done));
            assert_eq!(seen.status, if is_gone { 404 } else { 200 }, "{what}");
            assert_eq!(seen.status == 200, has_event, "{what}");
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
    let runs = stream::iter(held.into_iter().map(|(case, call, is_deed)| async move {
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
        let what = format!("{case:?}, held at call {call} of {}", if is_deed { "it" } else { "the departure" });
        assert_eq!(departed.status, 204, "{what}: {}", departed.body);
        stage.nothing_is_left(case, done.status, &what).await;
    }));
    runs.buffer_unordered(AT_ONCE).collect::<Vec<()>>().await;
    report(&format!("{count} departures while something else was under way"));
}

/// By a sending that had looked the guest up before he began to leave.
#[tokio::test(flavor = "multi_thread")]
async fn what_comes_in_during_a_departure_is_found() {
    let (service, wire) = start().await;
    let [jane, john, jim] = service.users(CAST).await;
    service.picnic(&jane, std::slice::from_ref(&john)).await;
    let id = service.draft(&jane, &picnic(&[john.clone(), jim.clone()])).await;
    let (events, drafts): (Events, Drafts) = service.part();
    let mut late = events.find_stored(id.parse().unwrap()).await.unwrap();
    let person = |guest: &User| Person { id: guest.id, name: guest.name.clone(), username: Some(guest.name.clone()) };
    late.event.invitees = [&john, &jim].map(|guest| Invitee::new(person(guest))).to_vec();
    // The call that reads john's rows, after the one that asked the index for them.
    wire.plan(Some(Plan { call: 4, fault: Fault::Held, always: false }));
    let sending = async {
        wire.held().await;
        assert!(drafts.send_draft(&late, service.now()).await.unwrap());
        wire.release();
    };
    let body = json!({ "password": PASSWORD });
    let (left, ()) = tokio::join!(service.call(&john, Method::DELETE, "/user", &body), sending);
    left.expect(204);
    assert_eq!((wire.calls()[3].operation.as_str(), wire.calls()[4].operation.as_str()), ("Query", "BatchGetItem"));
    let event = service.get(&jim, &format!("/event/{id}")).await.expect(200).body["event"].clone();
    let ids = event["members"][0]["invited"].as_array().unwrap().iter().map(|entry| entry["id"].clone());
    assert!(!ids.collect::<Vec<_>>().contains(&json!(john.id)), "{event}");
}
