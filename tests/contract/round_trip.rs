//! A client can send an event back as it was read, which changes nothing.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::{Config, TestCaseError, TestRunner};
use serde_json::{Value, json};
use tests::{Service, User, report};

/// How many drafts are read and sent back.
const CASES: u32 = 48;

/// Users to invite. Some leave after that.
const NAMES: [&str; 4] = ["anna", "bert", "cleo", "dora"];

/// How a user is invited.
#[derive(Clone, Copy, Debug)]
enum By {
    Id,
    Username,
    Address,
    AddressAndName,
    StrangeAddress,
}

#[derive(Clone, Debug)]
struct Generated {
    body: Value,
    invited: Vec<(usize, By)>,
    /// The users who leave before the draft is read, and whether somebody else registers their name.
    left: Vec<(usize, bool)>,
}

fn any_poll(topic: &'static str, options: Vec<&'static str>) -> impl Strategy<Value = Value> {
    let count = options.len();
    let confirmed = proptest::option::of(0..count);
    (proptest::sample::subsequence(options.clone(), 0..=count).prop_shuffle(), confirmed).prop_map(
        move |(drafts, confirmed)| {
            let drafts: Vec<_> = drafts.into_iter().map(|option| json!({ topic: option })).collect();
            json!([{"drafts": drafts, "confirmed": confirmed.map_or("", |index| options[index])}])
        },
    )
}

fn any_draft() -> impl Strategy<Value = Generated> {
    let dates = vec!["01.02.2027", "02.02.2027 18:30", "03.02.2027, time: 12:00", "2027-02-04", "2027-02-05T10:00:00Z"];
    let by = select(vec![By::Id, By::Username, By::Address, By::AddressAndName, By::StrangeAddress]);
    let additional = select(vec!["", " ", "Bring a blanket.", "\"quoted\"\n\tand more\n", "\u{1f980} ä"]);
    (
        select(vec!["", "Picnic", "\"Picnic\" & more"]),
        any_poll("date", dates),
        any_poll("place", vec!["Park", "Pub", "At \"home\"", "Café"]),
        additional,
        vec((0..NAMES.len(), by), 0..8),
        vec((0..NAMES.len(), any::<bool>()), 0..2),
    )
        .prop_map(|(name, date, place, additional, invited, left)| Generated {
            body: json!({"event": {"name": name, "date": date, "place": place, "additional": additional}}),
            invited,
            left,
        })
}

fn entry(user: &User, by: By) -> Value {
    match by {
        By::Id => json!({"id": user.id}),
        By::Username => json!({"id": user.name.to_uppercase()}),
        By::Address => json!({"id": user.email}),
        By::AddressAndName => json!({"id": user.email, "name": "Somebody \"else\""}),
        By::StrangeAddress => json!({"id": format!("{}.{}@example.com", "l".repeat(59), user.name)}),
    }
}

async fn is_unchanged(service: &Service, jane: &User, path: &str) -> Result<(), TestCaseError> {
    let read = service.get(jane, path).await;
    let sent_back = service.put(jane, path, &read.body).await;
    prop_assert_eq!(sent_back.status, 200, "{}", sent_back.body);
    prop_assert_eq!(&sent_back.body, &read.body);
    prop_assert_eq!(sent_back.header("etag"), read.header("etag"));
    let again = service.get(jane, path).await;
    prop_assert_eq!((&again.body, again.header("etag")), (&read.body, read.header("etag")));
    Ok(())
}

async fn check(draft: Generated) -> Result<(), TestCaseError> {
    let service = Service::start().await;
    let jane = service.user("jane").await;
    let people = service.users(NAMES).await;
    let mut body = draft.body;
    let invited: Vec<_> = draft.invited.iter().map(|(who, by)| entry(&people[*who], *by)).collect();
    body["event"]["members"] = json!([{ "invited": invited }]);
    let path = format!("/event/{}", service.draft(&jane, &body).await);
    for (who, is_taken) in draft.left {
        let user = &people[who];
        service.leave(user).await.expect(204);
        if is_taken {
            service.user(&user.name).await;
        }
    }
    is_unchanged(&service, &jane, &path).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_draft_that_was_read_can_be_sent_back_and_changes_nothing() {
    let runtime = tokio::runtime::Handle::current();
    let config = Config { cases: CASES, failure_persistence: None, max_shrink_iters: 200, ..Config::default() };
    tokio::task::block_in_place(|| {
        let mut runner = TestRunner::new(config);
        let result = runner.run(&any_draft(), |draft| runtime.block_on(check(draft)));
        result.unwrap_or_else(|error| panic!("{error}"));
    });
    report(&format!("{CASES} generated drafts read and sent back"));
}

#[tokio::test]
async fn the_largest_draft_can_be_sent_back_too() {
    let service = Service::start().await;
    let jane = service.user("jane").await;
    let draft = tests::largest_draft();
    // The service adds fields to each entry, so the response is longer than the request.
    let path = format!("/event/{}", service.draft(&jane, &draft).await);
    is_unchanged(&service, &jane, &path).await.unwrap();
}
