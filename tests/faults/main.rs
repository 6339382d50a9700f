//! DynamoDB and SES failing at every call of every route, in every way.
//!
//! Under every fault no response reports a success that did not happen, no failure discloses internals, no reader sees half-written
//! data, and the same request, sent again, succeeds and does its work once.

#![allow(clippy::cast_precision_loss, reason = "no figure here is that large")]
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs, reason = "a test that cannot go on panics")]

mod departures;
mod leaving;
mod news;
mod policies;
mod price;

use std::collections::BTreeSet;

use serde_json::json;
use tests::samples::{self, Play, plays};
use tests::schema::workspace;
use tests::wire::{Call, Fault, Plan, Wire};
use tests::{PASSWORD, Service, report, side_by_side, vote};

/// No route makes more calls than this.
const MAX_CALLS: usize = 20;

/// A service with the limits of the template, on a wire that can be made to fail.
async fn start() -> (Service, Wire) {
    Service::start_on_wire(|options| {
        options.env.clear();
        // With a domain, so that the rights to it and to the address are told apart.
        options.parameters = [("MailIdentity".to_owned(), "example.com".to_owned())].into();
    })
    .await
}

/// The calls that the scenario makes when nothing fails.
async fn calls(play: Play) -> Vec<Call> {
    let (service, wire) = start().await;
    let scene = (play.scenario.prepare)(&service).await;
    wire.plan(None);
    play.act(&service, &scene).await.expect(play.scenario.success);
    let calls = wire.calls();
    (play.scenario.check)(&service, &scene, true).await;
    calls
}

/// Runs the scenario with that plan. Returns whether the plan applied.
async fn run(play: Play, plan: Plan) -> bool {
    let (service, wire) = start().await;
    let scenario = play.scenario;
    let scene = (scenario.prepare)(&service).await;
    wire.plan(Some(plan));
    let response = play.act(&service, &scene).await;
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
        (scenario.check)(&service, &scene, done).await;
    }
    if !done {
        let again = play.act(&service, &scene).await;
        if let Some((status, recover)) = scenario.killed
            && killed
            && again.status == status
        {
            recover(&service, &scene).await;
            return struck;
        }
        let repeated = again.status == scenario.success || Some(again.status) == scenario.repeated;
        assert!(repeated, "{case}, and again: {} {}", again.status, again.body);
        (scenario.check)(&service, &scene, true).await;
    }
    struck
}

/// The faults that make a difference to that call of the scenario.
fn faults(play: Play, call: &Call) -> Vec<Fault> {
    let is_to_be_seen = |fault: &Fault| match fault {
        Fault::Refused => call.operation == "SendEmail" && !play.scenario.hides_refusals,
        Fault::ConditionFailed => !play.scenario.believes_conditions,
        _ => true,
    };
    Fault::ALL.into_iter().filter(is_to_be_seen).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn no_fault_of_aws_loses_or_doubles_anything() {
    let mut cases = Vec::new();
    for play in plays() {
        let calls = calls(play).await;
        let is_page = ["invitation", "page", "page: a file"].contains(&play.scenario.name);
        assert!(calls.is_empty() == is_page && calls.len() < MAX_CALLS, "{}: {calls:?}", play.scenario.name);
        for (number, call) in calls.iter().enumerate() {
            for fault in faults(play, call) {
                for always in [false, true].into_iter().filter(|always| !(*always && fault.kills())) {
                    cases.push((play, Plan { call: number, fault, always }));
                }
            }
        }
    }
    let struck = side_by_side(cases.into_iter().map(|(play, plan)| run(play, plan))).await;
    let count = struck.iter().filter(|struck| **struck).count();
    report(&format!("{count} faults on {} scenarios, of {} planned", plays().len(), struck.len()));
    assert!(count > 400, "{count}");
}

/// Under `sam local` functions reach the machine by another name.
#[tokio::test(flavor = "multi_thread")]
async fn every_function_does_its_work_from_a_container() {
    let runs = plays().into_iter().map(|play| async move {
        let (service, wire) = start().await;
        wire.call_it("host.docker.internal");
        let scene = (play.scenario.prepare)(&service).await;
        play.act(&service, &scene).await.expect(play.scenario.success);
        (play.scenario.check)(&service, &scene, true).await;
    });
    side_by_side(runs).await;
}

/// An attacker who knows the old password logs in while the owner changes it.
#[tokio::test(flavor = "multi_thread")]
async fn no_session_outlives_the_password_that_opened_it() {
    let (service, wire) = start().await;
    let jane = service.user("jane").await;
    // The call that writes the session, after the password was verified.
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

/// The head of the table of costs in `functions/README.md`.
const HEAD: &str = "| request | calls | write units | read units | USD a million |\n|---|---|---|---|---|\n";

#[tokio::test]
async fn every_route_costs_what_the_table_says() {
    let service = Service::start().await;
    let mut rows = Vec::new();
    for play in plays() {
        let calls = calls(play).await;
        let operations: Vec<_> = calls.iter().map(|call| call.operation.as_str()).collect();
        let (writes, reads) = calls.iter().fold((0.0, 0.0), |sum, call| (sum.0 + call.writes, sum.1 + call.reads));
        let function = play.sample.function(&service).unwrap();
        let memory = service.local.memory(function) as f64;
        let hashes = samples::all().iter().any(|of| of.hashes > 0 && of.function(&service) == Some(function));
        assert_eq!(hashes, memory > price::LEAST, "functions that hash have the memory for it: {function}");
        let price = price::of_a_million(play.sample, &calls, memory);
        rows.push(format!("| {} | {} | {writes} | {reads} | {price:.2} |", play.scenario.name, operations.join(", ")));
    }
    let page = std::fs::read_to_string(workspace("functions/README.md")).unwrap();
    let (_, table) = page.split_once(HEAD).unwrap_or_else(|| {
        panic!(
            "functions/README.md has no table of costs:
{HEAD}"
        )
    });
    let told: BTreeSet<_> = table.lines().take_while(|line| line.starts_with('|')).map(str::to_owned).collect();
    let rows_told: BTreeSet<_> = rows.iter().cloned().collect();
    assert_eq!(
        told,
        rows_told,
        "the rows of that table have to be, in any order:
{}
",
        rows.join(
            "
"
        )
    );
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

#[tokio::test]
async fn a_search_costs_the_same_among_any_number_of_users() {
    let (service, wire) = start().await;
    let jane = service.user("jane").await;
    service.users(["john", "joan"]).await;
    let mut reads = Vec::new();
    for others in ["few", "many"] {
        if others == "many" {
            service.guests(300).await;
        }
        wire.plan(None);
        let found = service.get(&jane, "/user/search?query=jo").await.expect(200).body;
        assert_eq!(found["users"].as_array().unwrap().len(), 2);
        let calls = wire.calls();
        reads.push(calls.iter().map(|call| (call.operation.clone(), call.reads)).collect::<Vec<_>>());
    }
    assert_eq!(reads, [[("Query".to_owned(), 0.5)], [("Query".to_owned(), 0.5)]]);
}
