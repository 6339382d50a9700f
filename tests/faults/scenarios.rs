//! Each route once, with what has to be true before and after it.

use std::future::Future;
use std::pin::Pin;

use reqwest::Method;
use serde_json::{Value, json};
use shared::domain::poll::Topic;
use shared::store::accounts::Accounts;
use shared::store::members::Members;
use shared::token::MailedToken;
use tests::{PASSWORD, Response, Service, User, picnic, vote};

type Recover = for<'a> fn(&'a Service, &'a State) -> Step<'a, ()>;

type Step<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// A request, what comes before it, and what it does.
#[derive(Clone, Copy)]
pub(crate) struct Scenario {
    pub(crate) name: &'static str,
    /// The status of its success.
    pub(crate) success: u16,
    /// Another status that is right when a request that failed is sent again.
    pub(crate) repeated: Option<u16>,
    /// What comes of the request when its function was killed and it is sent again, where that is not its success: the status,
    /// and how the client goes on from there.
    pub(crate) killed: Option<(u16, Recover)>,
    pub(crate) prepare: fn(&Service) -> Step<'_, State>,
    pub(crate) act: for<'a> fn(&'a Service, &'a State) -> Step<'a, Response>,
    /// Checks what readers see, after it was done once, or was not done.
    pub(crate) check: for<'a> fn(&'a Service, &'a State, bool) -> Step<'a, ()>,
}

/// What a scenario needs to know.
pub(crate) struct State {
    jane: User,
    john: User,
    /// Jane's second guest, where there are two; else john again.
    jim: User,
    path: String,
    token: String,
}

/// Every route. Those that differ in what they call have a scenario for each.
pub(crate) fn all() -> Vec<Scenario> {
    let reading = Scenario {
        name: "get-event",
        success: 200,
        repeated: None,
        killed: None,
        prepare: |service| Box::pin(sent(service)),
        act: |service, state| Box::pin(service.get(&state.john, &state.path)),
        check: |_, _, _| Box::pin(async {}),
    };
    [accounts(reading), sessions(reading), owners(reading), drafts(reading), members(reading)].concat()
}

fn accounts(reading: Scenario) -> Vec<Scenario> {
    vec![
        Scenario {
            name: "register",
            // The name is taken by what was half-way; the link comes with the second mail.
            killed: Some((409, |service, _| Box::pin(asks_for_the_link(service)))),
            prepare: |service| Box::pin(nobody(service)),
            act: |service, _| Box::pin(service.register("new")),
            check: |service, _, done| Box::pin(registered(service, done)),
            ..reading
        },
        Scenario {
            name: "confirm",
            // The link is spent, and the address confirmed.
            killed: Some((410, |service, _| Box::pin(confirmed(service, true)))),
            prepare: |service| Box::pin(pending(service)),
            act: |service, state| Box::pin(service.confirm(&state.token)),
            check: |service, _, done| Box::pin(confirmed(service, done)),
            ..reading
        },
        Scenario {
            name: "resend-confirmation",
            // The mail that was not sent counts: a minute later there is another.
            killed: Some((429, |service, _| Box::pin(asks_for_the_link(service)))),
            prepare: |service| Box::pin(pending(service)),
            act: |service, _| {
                Box::pin(async {
                    let body = json!({"username": "new", "password": "new's password"});
                    service.post("/user/confirm", &body).await
                })
            },
            check: |service, state, done| Box::pin(resent(service, state, done)),
            ..reading
        },
        Scenario { name: "login", act: |service, _| Box::pin(service.login("jane", PASSWORD)), ..reading },
        Scenario {
            name: "login after a failure",
            prepare: |service| Box::pin(failed_login(service)),
            act: |service, _| Box::pin(service.login("jane", PASSWORD)),
            ..reading
        },
        Scenario {
            name: "login with a wrong password",
            success: 403,
            act: |service, _| Box::pin(service.login("jane", "guess")),
            ..reading
        },
        Scenario {
            name: "refresh",
            act: |service, state| {
                Box::pin(async { service.post("/token", &json!({"refresh_token": state.jane.refresh})).await })
            },
            check: |service, state, done| Box::pin(refreshed(service, state, done)),
            ..reading
        },
    ]
}

fn sessions(reading: Scenario) -> Vec<Scenario> {
    vec![
        Scenario {
            name: "logout",
            act: |service, state| {
                Box::pin(async { service.post("/token/revoke", &json!({"refresh_token": state.jane.refresh})).await })
            },
            check: |service, state, done| Box::pin(logged_out(service, state, done)),
            ..reading
        },
        Scenario {
            name: "logout of all",
            act: |service, state| {
                Box::pin(async {
                    service.call(&state.jane, Method::POST, "/token/revoke", &json!({"all": true})).await
                })
            },
            check: |service, state, done| Box::pin(logged_out(service, state, done)),
            ..reading
        },
        Scenario {
            name: "list-sessions",
            act: |service, state| Box::pin(service.get(&state.jane, "/token")),
            ..reading
        },
    ]
}

fn owners(reading: Scenario) -> Vec<Scenario> {
    vec![
        Scenario {
            name: "change-password",
            prepare: |service| Box::pin(two_sessions(service)),
            act: |service, state| {
                Box::pin(async {
                    let body = json!({"old_password": PASSWORD, "new_password": "battery staple"});
                    service.put(&state.jane, "/user/password", &body).await
                })
            },
            check: |service, state, done| Box::pin(changed(service, state, done)),
            ..reading
        },
        Scenario {
            name: "forgot-password",
            // The same, which nobody is told.
            killed: Some((200, |service, state| {
                Box::pin(async {
                    service.pass(60);
                    forgot(service, "jane").await.expect(200);
                    link_was_mailed(service, state, true).await;
                })
            })),
            act: |service, _| Box::pin(forgot(service, "jane")),
            check: |service, state, done| Box::pin(link_was_mailed(service, state, done)),
            ..reading
        },
        Scenario {
            name: "forgot-password of nobody",
            act: |service, _| Box::pin(forgot(service, "nobody")),
            ..reading
        },
        Scenario {
            name: "reset-password",
            prepare: |service| Box::pin(forgotten(service)),
            act: |service, state| {
                Box::pin(async {
                    let body = json!({"token": state.token, "new_password": "battery staple"});
                    let request = service.request(Method::POST, "/user/password/reset").json(&body);
                    service.send(request.header("idempotency-key", "1")).await
                })
            },
            check: |service, state, done| Box::pin(was_reset(service, state, done)),
            ..reading
        },
        Scenario {
            name: "update-user",
            act: |service, state| {
                Box::pin(async {
                    service.call(&state.john, Method::PATCH, "/user", &json!({"name": "John Doe"})).await
                })
            },
            check: |service, state, done| Box::pin(was_renamed(service, state, done)),
            ..reading
        },
        Scenario {
            name: "export-user",
            act: |service, state| Box::pin(service.get(&state.john, "/user/export")),
            ..reading
        },
        Scenario {
            name: "delete-user",
            success: 204,
            repeated: Some(401),
            prepare: |service| Box::pin(sent_both_ways(service)),
            act: |service, state| {
                Box::pin(async {
                    service.call(&state.john, Method::DELETE, "/user", &json!({"password": PASSWORD})).await
                })
            },
            check: |service, state, done| Box::pin(was_deleted(service, state, done)),
            ..reading
        },
        Scenario { name: "get-user", act: |service, state| Box::pin(service.get(&state.john, "/user")), ..reading },
    ]
}

fn drafts(reading: Scenario) -> Vec<Scenario> {
    vec![
        Scenario {
            name: "create-event",
            success: 201,
            prepare: |service| Box::pin(nobody(service)),
            act: |service, state| Box::pin(create(service, state)),
            check: |service, state, done| Box::pin(created(service, state, done)),
            ..reading
        },
        Scenario {
            name: "update-event",
            prepare: |service| Box::pin(draft(service)),
            act: |service, state| {
                Box::pin(async {
                    let body = json!({"event": {"name": "Dinner", "members": [{"invited": [{"id": "john"}]}]}});
                    service.put(&state.jane, &state.path, &body).await
                })
            },
            check: |service, state, done| Box::pin(updated(service, state, done)),
            ..reading
        },
        Scenario {
            name: "delete-event",
            success: 204,
            repeated: Some(404),
            act: |service, state| Box::pin(service.call(&state.jane, Method::DELETE, &state.path, &Value::Null)),
            check: |service, state, done| Box::pin(deleted(service, state, done)),
            ..reading
        },
        Scenario {
            name: "send-event",
            prepare: |service| Box::pin(draft(service)),
            act: |service, state| Box::pin(send(service, state)),
            check: |service, state, done| Box::pin(was_sent(service, state, done)),
            ..reading
        },
    ]
}

fn members(reading: Scenario) -> Vec<Scenario> {
    vec![
        reading,
        Scenario {
            name: "get-event of a draft",
            prepare: |service| Box::pin(draft(service)),
            act: |service, state| Box::pin(service.get(&state.jane, &state.path)),
            ..reading
        },
        Scenario { name: "list-events", act: |service, state| Box::pin(service.get(&state.john, "/event")), ..reading },
        Scenario {
            name: "vote",
            prepare: |service| Box::pin(sent_to_two(service)),
            act: |service, state| Box::pin(votes(service, state, Method::PUT)),
            check: |service, state, done| Box::pin(has_voted(service, state, done)),
            ..reading
        },
        Scenario {
            name: "vote that decides",
            act: |service, state| Box::pin(votes(service, state, Method::PUT)),
            check: |service, state, done| Box::pin(voted(service, state, done)),
            ..reading
        },
        Scenario {
            name: "vote taken back",
            prepare: |service| Box::pin(voted_by_one(service)),
            act: |service, state| Box::pin(votes(service, state, Method::DELETE)),
            check: |service, state, done| Box::pin(has_taken_back(service, state, done)),
            ..reading
        },
        Scenario {
            name: "decide",
            act: |service, state| {
                Box::pin(async {
                    service.put(&state.jane, &format!("{}/vote", state.path), &vote("date", "01.02.2027")).await
                })
            },
            check: |service, state, done| Box::pin(voted(service, state, done)),
            ..reading
        },
        Scenario {
            name: "vote: a decision taken back",
            prepare: |service| Box::pin(decided(service)),
            act: |service, state| {
                Box::pin(async {
                    let url = format!("{}/vote", state.path);
                    service.call(&state.jane, Method::DELETE, &url, &vote("date", "01.02.2027")).await
                })
            },
            check: |service, state, done| Box::pin(is_open(service, state, done)),
            ..reading
        },
        Scenario {
            name: "answer",
            act: |service, state| {
                Box::pin(async {
                    service.put(&state.john, &format!("{}/answer", state.path), &json!({"answer": "yes"})).await
                })
            },
            check: |service, state, done| Box::pin(answered(service, state, done)),
            ..reading
        },
        Scenario {
            name: "answer that decides",
            prepare: |service| Box::pin(voted_by_one(service)),
            act: |service, state| {
                Box::pin(async {
                    service.put(&state.jim, &format!("{}/answer", state.path), &json!({"answer": "no"})).await
                })
            },
            check: |service, state, done| Box::pin(voted(service, state, done)),
            ..reading
        },
        Scenario {
            name: "get-event of a majority",
            prepare: |service| Box::pin(voted_past_each_other(service)),
            check: |service, state, done| Box::pin(voted(service, state, done)),
            ..reading
        },
        Scenario {
            name: "hand-over",
            act: |service, state| {
                Box::pin(async {
                    service.put(&state.jane, &format!("{}/organiser", state.path), &json!({"id": state.john.id})).await
                })
            },
            check: |service, state, done| Box::pin(was_handed_over(service, state, done)),
            ..reading
        },
    ]
}

async fn nobody(service: &Service) -> State {
    let [jane, john] = service.users(["jane", "john"]).await;
    State { jim: john.clone(), jane, john, path: String::new(), token: String::new() }
}

async fn pending(service: &Service) -> State {
    service.register("new").await.expect(200);
    service.pass(60);
    State { token: service.mailed_token("new@example.com"), ..nobody(service).await }
}

async fn failed_login(service: &Service) -> State {
    let state = nobody(service).await;
    service.login("jane", "guess").await.expect(403);
    state
}

async fn two_sessions(service: &Service) -> State {
    let state = nobody(service).await;
    let tokens = service.login("jane", PASSWORD).await.expect(200).body;
    State { token: tokens["refresh_token"].as_str().unwrap().to_owned(), ..state }
}

async fn draft(service: &Service) -> State {
    let state = nobody(service).await;
    let id = service.draft(&state.jane, &picnic(std::slice::from_ref(&state.john))).await;
    State { path: format!("/event/{id}"), ..state }
}

async fn sent(service: &Service) -> State {
    let state = nobody(service).await;
    let path = service.picnic(&state.jane, std::slice::from_ref(&state.john)).await;
    State { path, ..state }
}

async fn sent_to_two(service: &Service) -> State {
    let state = nobody(service).await;
    let jim = service.user("jim").await;
    let path = service.picnic(&state.jane, &[state.john.clone(), jim.clone()]).await;
    State { jim, path, ..state }
}

/// Half of the guests, which decides nothing.
async fn voted_by_one(service: &Service) -> State {
    let state = sent_to_two(service).await;
    votes(service, &state, Method::PUT).await.expect(200);
    state
}

async fn decided(service: &Service) -> State {
    let state = sent(service).await;
    votes(service, &state, Method::PUT).await.expect(200);
    state
}

/// Votes that came at the same time, so that no request saw what they decide.
async fn voted_past_each_other(service: &Service) -> State {
    let state = sent(service).await;
    let id = state.path.strip_prefix("/event/").unwrap().parse().unwrap();
    for topic in Topic::ALL {
        service.part::<Members>().update_vote(id, state.john.id, topic, Some(0)).await.unwrap();
    }
    state
}

/// An event of jane's that john is invited to, one of john's that jane is invited to, and a draft of john's.
async fn sent_both_ways(service: &Service) -> State {
    let state = sent(service).await;
    service.pass(1);
    let token = service.picnic(&state.john, std::slice::from_ref(&state.jane)).await;
    service.pass(1);
    service.draft(&state.john, &picnic(std::slice::from_ref(&state.jane))).await;
    State { token, ..state }
}

async fn forgotten(service: &Service) -> State {
    let state = nobody(service).await;
    forgot(service, "jane").await.expect(200);
    State { token: service.mailed_token(&state.jane.email), ..state }
}

async fn forgot(service: &Service, login: &str) -> Response {
    service.post("/user/password/forgot", &json!({"username": login})).await
}

async fn asks_for_the_link(service: &Service) {
    service.pass(60);
    let body = json!({"username": "new", "password": "new's password"});
    service.post("/user/confirm", &body).await.expect(200);
    service.confirm(&service.mailed_token("new@example.com")).await.expect(200);
}

async fn link_was_mailed(service: &Service, state: &State, done: bool) {
    let mails = service.local.mailbox().mails(Some(&state.jane.email));
    assert!(!mails.is_empty() || !done);
    if done {
        let body = json!({"token": service.mailed_token(&state.jane.email), "new_password": "battery staple"});
        service.post("/user/password/reset", &body).await.expect(200);
    }
}

async fn was_reset(service: &Service, state: &State, done: bool) {
    let new = service.login("jane", "battery staple").await.status;
    assert!(new == 200 || !done && new == 403, "{new}");
    if done {
        service.login("jane", PASSWORD).await.expect(403);
        service.post("/token", &json!({"refresh_token": state.jane.refresh})).await.expect(401);
    }
}

async fn was_renamed(service: &Service, state: &State, done: bool) {
    let own = service.get(&state.john, "/user").await.expect(200).body["user"]["name"].clone();
    let event = service.get(&state.jane, &state.path).await.expect(200).body["event"].clone();
    let seen = event["members"][0]["invited"][0]["name"].clone();
    for name in [own, seen] {
        assert!(name == json!("John Doe") || !done && name == json!("john"), "{name}");
    }
}

async fn was_deleted(service: &Service, state: &State, done: bool) {
    for path in [&state.path, &state.token] {
        let event = service.get(&state.jane, path).await.expect(200).body["event"].clone();
        let invited = event["members"][0]["invited"].as_array().unwrap().len();
        let inherited = path == &state.token && event["members"][0]["confirmed"][0]["id"] == json!(state.jane.id);
        assert_eq!(invited, usize::from(!inherited), "{event}");
        assert!(!done || !event.to_string().contains("john"), "{event}");
        assert!(!done || inherited || path == &state.path, "{event}");
    }
    if done {
        service.get(&state.john, "/user").await.expect(401);
        service.login("john", PASSWORD).await.expect(403);
        service.post("/token", &json!({"refresh_token": state.john.refresh})).await.expect(401);
    }
}

async fn registered(service: &Service, done: bool) {
    let login = service.login("new", "new's password").await.expect(403);
    let is_kept = login.body["message"].as_str().unwrap().contains("Confirm");
    assert_eq!(is_kept, done, "a failed registration keeps nothing");
    assert!(!done || service.local.mailbox().sent() > 0);
}

async fn confirmed(service: &Service, done: bool) {
    let status = service.login("new", "new's password").await.status;
    assert_eq!(status, if done { 200 } else { 403 });
}

async fn resent(service: &Service, state: &State, done: bool) {
    if done {
        assert_ne!(service.mailed_token("new@example.com"), state.token, "there is a new link");
    } else {
        let token = MailedToken::parse(&state.token).unwrap();
        let account = service.part::<Accounts>().find_account(token.user(), service.now()).await.unwrap().unwrap();
        assert!(account.confirm_hash == Some(token.hash()), "the old link goes on working");
    }
}

async fn refreshed(service: &Service, state: &State, done: bool) {
    if done {
        let again = service.post("/token", &json!({"refresh_token": state.jane.refresh})).await.expect(200);
        let next = json!({"refresh_token": again.body["refresh_token"]});
        service.post("/token", &next).await.expect(200);
        // Back to the first: the two after it are of the same session, which this ends.
        service.post("/token", &json!({"refresh_token": state.jane.refresh})).await.expect(401);
    }
}

async fn changed(service: &Service, state: &State, done: bool) {
    let new = service.login("jane", "battery staple").await.status;
    assert!(new == 200 || !done && new == 403, "{new}");
    if done {
        service.login("jane", PASSWORD).await.expect(403);
        service.post("/token", &json!({"refresh_token": state.token})).await.expect(401);
        service.post("/token", &json!({"refresh_token": state.jane.refresh})).await.expect(200);
    }
}

async fn logged_out(service: &Service, state: &State, done: bool) {
    if done {
        service.post("/token", &json!({"refresh_token": state.jane.refresh})).await.expect(401);
    }
}

fn create<'a>(service: &'a Service, state: &'a State) -> Step<'a, Response> {
    let request =
        service.request(Method::POST, "/event").bearer_auth(&state.jane.access).header("idempotency-key", "1");
    Box::pin(service.send(request.json(&picnic(std::slice::from_ref(&state.john)))))
}

async fn created(service: &Service, state: &State, done: bool) {
    let list = service.get(&state.jane, "/event").await.expect(200).body;
    let count = list["events"].as_array().unwrap().len();
    assert!(count == 1 || !done && count == 0, "{list}");
}

async fn updated(service: &Service, state: &State, done: bool) {
    let event = service.get(&state.jane, &state.path).await.expect(200).body["event"].clone();
    let (name, dates) = (event["name"].as_str().unwrap(), event["date"][0]["drafts"].as_array().unwrap().len());
    assert!((name, dates) == ("Dinner", 0) || !done && (name, dates) == ("Picnic", 2), "{event}");
}

async fn deleted(service: &Service, state: &State, done: bool) {
    let seen = [service.get(&state.jane, &state.path).await.status, service.get(&state.john, &state.path).await.status];
    assert!(seen == [404, 404] || !done && seen == [200, 200], "{seen:?}");
    let list = service.get(&state.john, "/event").await.expect(200).body;
    assert_eq!(list["events"].as_array().unwrap().is_empty(), seen[0] == 404, "{list}");
}

fn send<'a>(service: &'a Service, state: &'a State) -> Step<'a, Response> {
    Box::pin(async { service.call(&state.jane, Method::POST, &format!("{}/send", state.path), &Value::Null).await })
}

async fn was_sent(service: &Service, state: &State, done: bool) {
    let event = service.get(&state.jane, &state.path).await.expect(200).body["event"].clone();
    let is_sent = event["status"] == json!(true);
    assert!(is_sent || !done, "{event}");
    assert_eq!(service.get(&state.john, &state.path).await.status, if is_sent { 200 } else { 404 });
    assert_eq!(event["members"][0]["invited"].as_array().unwrap().len(), 1);
    if done {
        let user = service.get(&state.jane, "/user").await.expect(200).body;
        assert_eq!(user["user"]["contacts"].as_array().unwrap().len(), 1);
    }
}

fn votes<'a>(service: &'a Service, state: &'a State, method: Method) -> Step<'a, Response> {
    Box::pin(async {
        service.call(&state.john, method, &format!("{}/vote", state.path), &vote("date", "01.02.2027")).await
    })
}

/// Whether john's vote counts, in a poll that is undecided.
async fn counts(service: &Service, state: &State) -> bool {
    let poll = service.get(&state.john, &state.path).await.expect(200).body["event"]["date"][0].clone();
    let counts = poll["my_vote"] == json!("01.02.2027");
    assert!(counts || poll["my_vote"].is_null(), "{poll}");
    assert_eq!((&poll["confirmed"], &poll["voters"]), (&json!(""), &json!(u8::from(counts))), "{poll}");
    counts
}

async fn has_voted(service: &Service, state: &State, done: bool) {
    assert!(counts(service, state).await || !done);
}

async fn has_taken_back(service: &Service, state: &State, done: bool) {
    assert!(!counts(service, state).await || !done);
}

async fn is_open(service: &Service, state: &State, done: bool) {
    let poll = service.get(&state.john, &state.path).await.expect(200).body["event"]["date"][0].clone();
    assert!(poll["confirmed"] == json!("") || !done && poll["confirmed"] == json!("01.02.2027"), "{poll}");
    assert_eq!((&poll["my_vote"], &poll["voters"]), (&json!("01.02.2027"), &json!(1)));
}

async fn was_handed_over(service: &Service, state: &State, done: bool) {
    let event = service.get(&state.jane, &state.path).await.expect(200).body["event"].clone();
    let members = &event["members"][0];
    let ids: Vec<_> = members["confirmed"].as_array().unwrap().iter().map(|entry| entry["id"].clone()).collect();
    let is_johns = ids == [json!(state.john.id), json!(state.jane.id)] && members["invited"] == json!([]);
    let is_janes = ids == [json!(state.jane.id)] && members["invited"][0]["id"] == json!(state.john.id);
    assert!(is_johns || !done && is_janes, "{event}");
}

async fn voted(service: &Service, state: &State, done: bool) {
    let poll = service.get(&state.john, &state.path).await.expect(200).body["event"]["date"][0].clone();
    let confirmed = poll["confirmed"] == json!("01.02.2027");
    assert!(confirmed || !done, "{poll}");
    assert!(poll["voters"].as_u64().unwrap() <= 1, "{poll}");
}

async fn answered(service: &Service, state: &State, done: bool) {
    let event = service.get(&state.john, &state.path).await.expect(200).body["event"].clone();
    let confirmed = event["members"][0]["confirmed"].as_array().unwrap().len();
    assert!(confirmed == 2 || !done && confirmed == 1, "{event}");
}
