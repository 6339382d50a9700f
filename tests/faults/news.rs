//! AWS failing at every call of `notify`, and its process killed before and after each: every mail comes, and each once.
//!
//! Where SES may have taken a mail for all that the function knows, a second one is better than none.

use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::time::Instant;

use reqwest::Method;
use serde_json::{Value, json};
use tests::wire::{Call, Fault, Plan, Wire};
use tests::{Service, User, picnic, report, side_by_side, vote};

use crate::start;

/// Longer than a claim of a mail.
const LATER: i64 = 121;

/// What members hear of. Each leaves the streams held, with one change to be told.
#[derive(Clone, Copy, Debug)]
enum News {
    Invited,
    Decided,
    Reopened,
    TakenOut,
    Cancelled,
}

const NEWS: [News; 5] = [News::Invited, News::Decided, News::Reopened, News::TakenOut, News::Cancelled];

impl News {
    /// The mails that are to come, by address.
    fn mails(self) -> &'static [&'static str] {
        match self {
            Self::Invited => &["guest@example.com", "john@example.com"],
            Self::Decided | Self::Reopened | Self::Cancelled => {
                &["guest@example.com", "jane@example.com", "john@example.com"]
            }
            Self::TakenOut => &["john@example.com"],
        }
    }
}

async fn decide(service: &Service, jane: &User, path: &str) {
    for (topic, option) in [("date", "01.02.2027"), ("place", "Park")] {
        service.put(jane, &format!("{path}/vote"), &vote(topic, option)).await.expect(200);
    }
}

/// Everything up to the news, all told; then the news, while the streams are held.
async fn prepare(news: News) -> (Service, Wire) {
    let (service, wire) = start().await;
    let [jane, john] = service.users(["jane", "john"]).await;
    let mut body = picnic(std::slice::from_ref(&john));
    body["event"]["members"][0]["invited"].as_array_mut().unwrap().push(json!("guest@example.com"));
    let path = format!("/event/{}", service.draft(&jane, &body).await);
    service.send_event(&jane, &path).await.expect(200);
    if !matches!(news, News::Invited) {
        if !matches!(news, News::Decided) {
            decide(&service, &jane, &path).await;
        }
        service.settle().await;
        service.hold_streams().await;
    }
    let called = async |method: Method, path: String, body: Value, status: u16| {
        service.call(&jane, method, &path, &body).await.expect(status);
    };
    match news {
        News::Invited => {}
        News::Decided => decide(&service, &jane, &path).await,
        News::Reopened => called(Method::DELETE, format!("{path}/vote"), vote("date", "01.02.2027"), 200).await,
        News::TakenOut => called(Method::DELETE, format!("{path}/members/{}", john.id), Value::Null, 204).await,
        News::Cancelled => called(Method::DELETE, path, Value::Null, 204).await,
    }
    (service, wire)
}

/// How many mails came to each address since so many had.
fn mailed(service: &Service, before: usize) -> BTreeMap<String, usize> {
    let mails = service.local.mailbox().mails(None);
    let mut count = BTreeMap::new();
    for mail in &mails[before..] {
        *count.entry(mail.to.clone()).or_default() += 1;
    }
    count
}

async fn calls(news: News) -> Vec<Call> {
    let (service, wire) = prepare(news).await;
    let before = service.local.mailbox().sent();
    wire.plan(None);
    service.settle().await;
    assert_eq!(mailed(&service, before).keys().collect::<Vec<_>>(), news.mails(), "{news:?}");
    wire.calls()
}

/// Tells the news with that plan. Returns whether the plan applied.
async fn run(news: News, plan: Plan) -> bool {
    let (service, wire) = prepare(news).await;
    let before = service.local.mailbox().sent();
    wire.beside_each_fault(service.passing(LATER));
    wire.plan(Some(plan));
    service.settle().await;
    let (struck, made) = (wire.struck() > 0, wire.calls());
    let case = format!("{news:?} with {plan:?}");
    assert_eq!(service.local.dead_letters(), [] as [Value; 0], "{case}");
    let mails = mailed(&service, before);
    assert_eq!(mails.keys().collect::<Vec<_>>(), news.mails(), "{case}");
    // The process died, or SES was silent, between SES's taking the mail and the mark.
    let is_mail = made.get(plan.call).is_some_and(|call| call.operation == "SendEmail");
    let may_double = match plan.fault {
        Fault::KilledBefore | Fault::KilledAfter => true,
        Fault::DroppedAfter | Fault::Timeout => is_mail,
        _ => false,
    };
    let most = if may_double { 2 } else { 1 };
    assert!(mails.values().all(|count| *count <= most), "{case}: {mails:?}");
    assert!(mails.values().filter(|count| **count > 1).count() <= 1 || plan.fault.kills(), "{case}: {mails:?}");
    struck
}

#[tokio::test(flavor = "multi_thread")]
async fn every_mail_comes_and_each_once_whatever_fails() {
    let mut cases = Vec::new();
    let mut table = Vec::new();
    for news in NEWS {
        let calls = calls(news).await;
        table.push(format!(
            "{news:?}: {}",
            calls.iter().map(|call| call.operation.as_str()).collect::<Vec<_>>().join(", ")
        ));
        for number in 0..calls.len() {
            let faults =
                Fault::ALL.into_iter().filter(|fault| *fault != Fault::ConditionFailed && *fault != Fault::Refused);
            cases.extend(faults.map(|fault| (news, Plan { call: number, fault, always: false })));
        }
    }
    let planned = cases.len();
    let struck = side_by_side(cases.into_iter().map(|(news, plan)| run(news, plan))).await;
    let count = struck.iter().filter(|struck| **struck).count();
    report(&format!("{count} faults of {planned} planned, at the calls of notify:\n{}", table.join("\n")));
    assert!(count > 200, "{count}");
}

/// The SDK repeats a call whose answer was lost.
#[tokio::test(flavor = "multi_thread")]
async fn a_decision_whose_answer_is_lost_is_told_once() {
    for taken_back in [false, true] {
        let (service, wire) = prepare(if taken_back { News::Reopened } else { News::Invited }).await;
        let jane = service.logged_in("jane").await;
        let events = service.get(&jane, "/event").await.expect(200).body;
        let path = format!("/event/{}", events["events"][0]["id"].as_str().unwrap());
        service.settle().await;
        service.hold_streams().await;
        decide(&service, &jane, &path).await;
        service.settle().await;
        service.hold_streams().await;
        let before = service.local.mailbox().sent();
        wire.plan(Some(Plan { call: 1, fault: Fault::DroppedAfter, always: false }));
        let (method, option) = if taken_back { (Method::DELETE, "01.02.2027") } else { (Method::PUT, "02.02.2027") };
        service.call(&jane, method, &format!("{path}/vote"), &vote("date", option)).await.expect(200);
        assert_eq!(wire.struck(), 1);
        wire.plan(None);
        service.settle().await;
        assert_eq!(mailed(&service, before).keys().collect::<Vec<_>>(), News::Decided.mails(), "{taken_back}");
        assert!(mailed(&service, before).values().all(|count| *count == 1));
    }
}

/// A new account of SES takes fourteen mails a second. The sending itself takes as long as one to one guest.
#[tokio::test(flavor = "multi_thread")]
async fn five_hundred_are_invited_at_the_rate_that_ses_takes() {
    let (service, wire) = start().await;
    let jane = service.user("jane").await;
    let guests = service.guests(500).await;
    let mut sending = Vec::new();
    for invited in [&guests[..1], &guests[..]] {
        let path = format!("/event/{}", service.draft(&jane, &picnic(invited)).await);
        service.hold_streams().await;
        wire.plan(None);
        service.send_event(&jane, &path).await.expect(200);
        sending.push(wire.calls().iter().map(|call| call.operation.clone()).collect::<Vec<_>>());
        if invited.len() == 1 {
            service.settle().await;
        }
    }
    // A transaction takes a hundred writes, and a batch a hundred keys.
    let count = |calls: &[String], operation: &str| calls.iter().filter(|call| *call == operation).count();
    assert_eq!((count(&sending[0], "TransactWriteItems"), count(&sending[1], "TransactWriteItems")), (1, 6));
    assert_eq!(sending[1].len() - sending[0].len(), 5 + 2 * 4, "{sending:?}");
    let before = service.local.mailbox().sent();
    service.local.mailbox().set_rate(NonZeroUsize::new(200));
    wire.plan(None);
    let began = Instant::now();
    service.settle().await;
    let took = began.elapsed();
    let mails = mailed(&service, before);
    assert_eq!((mails.len(), mails.values().sum::<usize>()), (500, 500));
    let writes: f64 = wire.calls().iter().filter(|call| call.operation == "UpdateItem").map(|call| call.writes).sum();
    assert!(writes <= 500.0 * 3.0, "two units a mail, and one for the address book the first time: {writes}");
    report(&format!("500 invitations at 200 a second: {} s", took.as_secs_f32()));
}
