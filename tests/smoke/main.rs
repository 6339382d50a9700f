//! Checks a deployed stage: `EVENT_MESSENGER_URL=https://… cargo test --test smoke`. Without a URL the same checks run against a local
//! service, so that they stay correct.
//!
//! No check registers a user or sends a mail, and none needs permissions on AWS. Everything created is deleted again, even after a
//! failure.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on panics")]

mod stories;
mod strangers;

use serde_json::json;
use tests::remote::Remote;
use tests::wire::{Fault, Plan};
use tests::{PASSWORD, Response, Service, email_of, password_of, report};

/// The stage under test.
struct Stage {
    remote: Remote,
    /// The local service, where no other is tested.
    local: Option<Service>,
}

/// The credentials of a user.
struct Account {
    login: String,
    password: String,
}

impl Stage {
    async fn find() -> Self {
        if let Some(url) = variable("EVENT_MESSENGER_URL") {
            return Self { remote: Remote::new(&url), local: None };
        }
        let local = Service::start().await;
        Self { remote: Remote::new(&local.local.api_url()), local: Some(local) }
    }

    /// The account that the variables name; on the local service a new one, confirmed by the mail in its mailbox.
    async fn account(&self) -> Option<Account> {
        let Some(local) = &self.local else {
            let (login, password) = (variable("EVENT_MESSENGER_LOGIN"), variable("EVENT_MESSENGER_PASSWORD"));
            return login.zip(password).map(|(login, password)| Account { login, password });
        };
        local.register("smoke").await.expect(200);
        local.confirm(&local.mailed_token(&email_of("smoke"))).await.expect(200);
        Some(Account { login: "smoke".to_owned(), password: password_of("smoke") })
    }
}

/// A variable that is set and not empty.
fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

/// The response, or a fault where there is none or its status is another.
fn expect(what: &str, status: u16, response: Result<Response, String>) -> Result<Response, String> {
    let response = response.map_err(|fault| format!("{what}: {fault}"))?;
    if response.status == status {
        return Ok(response);
    }
    Err(format!("{what}: {} {} in place of {status}", response.status, response.body))
}

/// Fails unless there are no faults, and prints a line for each.
fn judge(faults: &[String]) {
    assert!(faults.is_empty(), "what is wrong ({}):\n{}", faults.len(), faults.join("\n"));
}

#[tokio::test]
async fn strangers_are_answered_as_documented() {
    let stage = Stage::find().await;
    let faults = [
        strangers::routes(&stage.remote).await,
        strangers::links(&stage.remote).await,
        strangers::gateway(&stage.remote).await,
    ];
    judge(&faults.concat());
}

#[tokio::test]
async fn a_user_makes_a_draft_and_leaves_nothing() {
    let stage = Stage::find().await;
    let Some(account) = stage.account().await else {
        report(
            "smoke: no draft was made, since EVENT_MESSENGER_LOGIN and EVENT_MESSENGER_PASSWORD do not name an account",
        );
        return;
    };
    judge(&stories::draft(&stage.remote, &account).await);
}

/// At whichever call the story breaks off, no draft and no session is left, except a session whose tokens never arrived.
#[tokio::test(flavor = "multi_thread")]
async fn a_draft_that_breaks_off_leaves_nothing() {
    let account = Account { login: "jane".to_owned(), password: PASSWORD.to_owned() };
    for call in 0.. {
        let (service, wire) = Service::start_on_wire(|_| {}).await;
        let jane = service.user("jane").await;
        wire.plan(Some(Plan { call, fault: Fault::KilledAfter, always: false }));
        let faults = stories::draft(&Remote::new(&service.local.api_url()), &account).await;
        if wire.struck() == 0 {
            assert!(call > 20, "{call}");
            return judge(&faults);
        }
        wire.plan(None);
        let events = service.get(&jane, "/event").await.expect(200).body["events"].clone();
        assert_eq!(events, json!([]), "after call {call}: {faults:?}");
        let sessions = service.get(&jane, "/token").await.expect(200).body["sessions"].clone();
        let has_lost_tokens = faults.iter().any(|fault| fault.starts_with("logging in"));
        assert!(
            has_lost_tokens || sessions.as_array().unwrap().len() == 1,
            "after call {call}: {faults:?}, {sessions}"
        );
    }
}
