//! DynamoDB and SES failing at every call of every route, in every way.
//!
//! Whatever happens, no success is told that did not happen, a failure says nothing of the inside, no reader sees anything
//! half-written, and the same request, sent again, succeeds and does its work once.

#![allow(clippy::cast_precision_loss, reason = "no figure here is that large")]
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs, reason = "a test that cannot go on panics")]

mod departures;
mod leaving;
mod policies;
mod price;
mod scenarios;

use futures_util::{StreamExt, stream};
use reqwest::Method;
use serde_json::{Value, json};
use tests::schema::workspace;
use tests::wire::{Call, Fault, Plan, Wire};
use tests::{PASSWORD, Service, report, samples, vote};

use crate::scenarios::{Scenario, State};

/// How many cases run at once. Most of their time is spent on waiting.
const AT_ONCE: usize = 40;

/// No route makes more calls than this.
const MAX_CALLS: usize = 20;

/// A service with the limits that it is deployed with, on a wire that can be made to fail.
async fn start() -> (Service, Wire) {
    Service::start_on_wire(|options| options.parameters.clear()).await
}

/// The calls that the scenario makes when nothing fails.
async fn calls(scenario: &Scenario) -> Vec<Call> {
    let (service, wire) = start().await;
    let state = (scenario.prepare)(&service).await;
    wire.plan(None);
    (scenario.act)(&service, &state).await.expect(scenario.success);
    let calls = wire.calls();
    (scenario.check)(&service, &state, true).await;
    calls
}

/// Runs the scenario with that plan. Tells whether the plan made anything fail.
async fn run(scenario: &Scenario, plan: Plan) -> bool {
    let (service, wire) = start().await;
    let state: State = (scenario.prepare)(&service).await;
    wire.plan(Some(plan));
    let response = (scenario.act)(&service, &state).await;
    let struck = wire.struck() > 0;
    wire.plan(None);

    let case = format!("{} with {plan:?}: {} {}", scenario.name, response.status, response.body);
    let done = response.status == scenario.success;
    let refused = plan.fault == Fault::ConditionFailed && (400..500).contains(&response.status);
    assert!(done || refused || response.status == 503 || response.status == 500, "{case}");
    assert!(!response.body.to_string().contains("secret"), "{case}");
    assert!(done || struck, "{case}");
    let killed = plan.fault.kills() && !done;
    if !(killed && scenario.killed.is_some()) {
        (scenario.check)(&service, &state, done).await;
    }
    if !done {
        let again = (scenario.act)(&service, &state).await;
        if let Some((status, recover)) = scenario.killed
            && killed
            && again.status == status
        {
            recover(&service, &state).await;
            return struck;
        }
        let repeated = again.status == scenario.success || Some(again.status) == scenario.repeated;
        assert!(repeated, "{case}, and again: {} {}", again.status, again.body);
        (scenario.check)(&service, &state, true).await;
    }
    struck
}

#[tokio::test(flavor = "multi_thread")]
async fn no_fault_of_aws_loses_or_doubles_anything() {
    let mut cases = Vec::new();
    for scenario in scenarios::all() {
        let calls = calls(&scenario).await;
        assert!(!calls.is_empty() && calls.len() < MAX_CALLS, "{}: {calls:?}", scenario.name);
        for (call, _) in calls.iter().enumerate() {
            // Of the password that was forgotten, nobody is told that the mail was refused.
            let told = |fault: &Fault| {
                *fault != Fault::Refused || calls[call].operation == "SendEmail" && scenario.name != "forgot-password"
            };
            // That a session has no such token is no fault of logging out, that a link was mailed just now is not told, and a
            // row that is gone needs no name: there a condition said not to hold is believed.
            let believed = |fault: &Fault| {
                ["logout", "forgot-password", "update-user"].contains(&scenario.name)
                    && *fault == Fault::ConditionFailed
            };
            for fault in Fault::ALL.into_iter().filter(|fault| told(fault) && !believed(fault)) {
                for always in [false, true].into_iter().filter(|always| !(*always && fault.kills())) {
                    cases.push((scenario, Plan { call, fault, always }));
                }
            }
        }
    }
    let runs = stream::iter(cases.into_iter().map(|(scenario, plan)| async move { run(&scenario, plan).await }));
    let struck: Vec<bool> = runs.buffer_unordered(AT_ONCE).collect().await;
    let count = struck.iter().filter(|struck| **struck).count();
    report(&format!("{count} faults on {} scenarios, of {} planned", scenarios::all().len(), struck.len()));
    assert!(count > 400, "{count}");
}

/// As under `sam local`.
#[tokio::test(flavor = "multi_thread")]
async fn every_function_does_its_work_from_a_container() {
    let runs = stream::iter(scenarios::all().into_iter().map(|scenario| async move {
        let (service, wire) = start().await;
        wire.call_it("host.docker.internal");
        let state = (scenario.prepare)(&service).await;
        (scenario.act)(&service, &state).await.expect(scenario.success);
        (scenario.check)(&service, &state, true).await;
    }));
    runs.buffer_unordered(AT_ONCE).collect::<()>().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_made_while_its_namesake_is_being_deleted_stays() {
    let (service, wire) = start().await;
    let jane = service.user("jane").await;
    let create = || {
        let request = service.request(Method::POST, "/event").bearer_auth(&jane.access);
        service.send(request.header("idempotency-key", "1").json(&json!({"name": "Picnic"})))
    };
    let path = create().await.expect(201).header("location").to_owned();
    // The last of the calls, which deletes the event's own row.
    wire.plan(Some(Plan { call: 3, fault: Fault::Held, always: false }));
    let deleting = service.call(&jane, Method::DELETE, &path, &Value::Null);
    let making = async {
        wire.held().await;
        create().await.expect(201);
        wire.release();
    };
    let (deleted, ()) = tokio::join!(deleting, making);
    deleted.expect(204);
    assert_eq!(wire.calls()[3].operation, "DeleteItem");
    service.get(&jane, &path).await.expect(200);
}

/// Somebody who knows the old password logs in at the very moment at which the owner changes it.
#[tokio::test(flavor = "multi_thread")]
async fn no_session_outlives_the_password_that_opened_it() {
    let (service, wire) = start().await;
    let jane = service.user("jane").await;
    // The call that writes the session, once the password was found right.
    wire.plan(Some(Plan { call: 6, fault: Fault::Held, always: false }));
    let logging_in = service.login("jane", PASSWORD);
    let changing = async {
        wire.held().await;
        let change = json!({"old_password": PASSWORD, "new_password": "battery staple"});
        service.put(&jane, "/user/password", &change).await.expect(200);
        wire.release();
    };
    let (login, ()) = tokio::join!(logging_in, changing);
    login.expect(403);
    assert_eq!(wire.calls()[6].operation, "PutItem");
    let sessions = service.get(&jane, "/token").await.expect(200).body["sessions"].clone();
    assert_eq!(sessions.as_array().unwrap().len(), 1, "jane's own, from before: {sessions}");
}

#[tokio::test]
async fn every_route_costs_what_the_table_says() {
    let service = Service::start().await;
    let mut rows = Vec::new();
    for scenario in scenarios::all() {
        let calls = calls(&scenario).await;
        let operations: Vec<_> = calls.iter().map(|call| call.operation.as_str()).collect();
        let (writes, reads) = calls.iter().fold((0.0, 0.0), |sum, call| (sum.0 + call.writes, sum.1 + call.reads));
        let function = if scenario.name == "decide" { "vote" } else { samples::function(scenario.name) };
        let price = price::of_a_million(function, &calls, service.local.memory(function) as f64);
        rows.push(format!("| {} | {} | {writes} | {reads} | {price:.2} |\n", scenario.name, operations.join(", ")));
    }
    let table = rows.concat();
    let page = std::fs::read_to_string(workspace("functions/README.md")).unwrap();
    assert!(page.contains(&table), "the table of functions/README.md has to be:\n{table}");
}

#[tokio::test]
async fn a_vote_among_five_hundred_is_one_write_too() {
    let (service, wire) = start().await;
    let jane = service.user("jane").await;
    let guests = service.guests(500).await;
    let path = service.picnic(&jane, &guests).await;
    wire.plan(None);
    service.put(&guests[7], &format!("{path}/vote"), &vote("date", "01.02.2027")).await.expect(200);
    let calls = wire.calls();
    assert_eq!(calls.iter().map(|call| call.writes).collect::<Vec<_>>(), [0.0, 1.0]);
    let page = std::fs::read_to_string(workspace("functions/README.md")).unwrap();
    let sentence = format!("({} units at 500 members)", calls[0].reads);
    assert!(page.contains(&sentence), "functions/README.md has to say {sentence}");
}
