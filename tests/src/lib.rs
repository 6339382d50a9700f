//! The harness of the tests: a service of their own for each, with its own empty database and its own clock.
//!
//! Every response that passes through here is held to what all responses promise: the common headers, the JSON Schema of its
//! body, and the order of its keys.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::missing_panics_doc,
    reason = "a test that cannot go on panics"
)]
#![allow(
    clippy::must_use_candidate,
    clippy::return_self_not_must_use,
    reason = "much is called to check, or to prepare"
)]

mod elsewhere;
pub mod order;
pub mod remote;
mod response;
pub mod runtime;
pub mod samples;
pub mod schema;
mod secrets;
pub mod wire;

use std::collections::HashSet;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex};

use jiff::Timestamp;
use mock::{LocalService, Options};
use reqwest::Method;
use reqwest::header::ACCEPT;
use serde_json::{Value, json};
use shared::app::{App, PlanApp};
use shared::clock::Clock;
use shared::config::Env;
use shared::domain::UserId;
use shared::domain::session::Device;
use shared::domain::user::NewUser;
use shared::log::Log;
use shared::store::users::Account;
use shared::token::{MailedToken, RefreshToken};
use uuid::Uuid;

pub use crate::elsewhere::Elsewhere;
pub use crate::response::Response;
use crate::wire::Wire;

/// The password of every user whom [`Service::user`] makes.
pub const PASSWORD: &str = "seldom guessed";

/// A hash of [`PASSWORD`] as the service makes them.
pub const PASSWORD_HASH: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$MDEyMzQ1Njc4OWFiY2RlZg$QCJrYmg27EowvCz0ec9F8+iGCzxawbV4R8nu3ML+8H8";

/// A hash of [`PASSWORD`] from the days when less work was enough.
pub const OLD_HASH: &str =
    "$argon2id$v=19$m=64,t=1,p=1$MDEyMzQ1Njc4OWFiY2RlZg$e+WIuS+BmU5Rq3NBa/TT1pkAJlODLHFDq3T5LV/RTsI";

/// A service for one test.
pub struct Service {
    /// What it runs on.
    pub local: LocalService,
    /// Its clock, in milliseconds since 1970.
    time: Arc<AtomicI64>,
    http: reqwest::Client,
    app: PlanApp,
    /// What the functions logged.
    lines: Arc<Mutex<Vec<String>>>,
    /// What none of these lines may hold.
    secrets: Mutex<HashSet<String>>,
}

/// Somebody with an account.
#[derive(Clone, Debug)]
pub struct User {
    /// The user's id.
    pub id: UserId,
    /// The username, which is also the name.
    pub name: String,
    /// The address.
    pub email: String,
    /// An access token.
    pub access: String,
    /// The refresh token of the session that the user has from the confirmation.
    pub refresh: String,
}

impl User {
    /// The same session as [`User::refresh`], to be worked with.
    pub fn session(&self) -> RefreshToken {
        RefreshToken::parse(&self.refresh).unwrap()
    }
}

impl Service {
    /// Starts a service.
    pub async fn start() -> Self {
        Self::start_with(|_| {}).await
    }

    /// Starts a service with other options.
    pub async fn start_with(change: impl FnOnce(&mut Options)) -> Self {
        let start: Timestamp = "2027-01-01T12:00:00Z".parse().unwrap();
        let time = Arc::new(AtomicI64::new(start.as_millisecond()));
        let clock = Clock::new({
            let time = Arc::clone(&time);
            move || Timestamp::from_millisecond(time.load(Ordering::SeqCst)).unwrap()
        });
        let lines: Arc<Mutex<Vec<String>>> = Arc::default();
        let mut options = Options::in_memory(clock.clone());
        for limit in ["MailRequestsAnHour", "FreeFailuresOfNetwork"] {
            options.parameters.insert(limit.to_owned(), "0".to_owned());
        }
        options.function_log = Log::new({
            let lines = Arc::clone(&lines);
            move |line| lines.lock().unwrap().push(line.to_owned())
        });
        change(&mut options);
        let local = LocalService::start(options).await.unwrap_or_else(|error| panic!("{error}"));
        let everything = Env::Table(local.variables().into_iter().collect());
        let app = PlanApp::start(&everything, clock).unwrap();
        let secrets = Mutex::new(HashSet::from([PASSWORD_HASH.to_owned()]));
        Self { local, time, http: reqwest::Client::new(), app, lines, secrets }
    }

    /// Starts a service with other options, whose functions reach AWS over a wire that can be made to fail.
    pub async fn start_on_wire(change: impl FnOnce(&mut Options)) -> (Self, Wire) {
        let wire = Wire::start().await;
        let service = Self::start_with(|options| {
            change(options);
            for variable in ["AWS_ENDPOINT_URL_DYNAMODB", "AWS_ENDPOINT_URL_SESV2"] {
                options.env.insert(variable.to_owned(), wire.url().to_owned());
            }
        })
        .await;
        wire.connect(service.local.dynamodb_url(), service.local.ses_url());
        wire.kill_with(service.local.killer());
        (service, wire)
    }

    /// Where the functions log.
    pub fn log(&self) -> Log {
        let lines = Arc::clone(&self.lines);
        Log::new(move |line| lines.lock().unwrap().push(line.to_owned()))
    }

    /// Logs a line as if a function had.
    pub fn log_line(&self, line: &str) {
        self.lines.lock().unwrap().push(line.to_owned());
    }

    /// What the functions have logged of that type.
    pub fn logged(&self, kind: &str) -> Vec<Value> {
        let lines = self.lines.lock().unwrap();
        let read = lines.iter().map(|line| serde_json::from_str::<Value>(line).unwrap_or_else(|_| panic!("{line}")));
        read.filter(|line| line["type"] == json!(kind)).collect()
    }

    /// Lets so many seconds pass.
    pub fn pass(&self, seconds: i64) {
        self.time.fetch_add(seconds * 1000, Ordering::SeqCst);
    }

    /// Sets the clock to the machine's.
    pub fn pass_to_now(&self) {
        self.time.store(Timestamp::now().as_millisecond(), Ordering::SeqCst);
    }

    /// The present second.
    pub fn now(&self) -> Timestamp {
        self.app.clock.now()
    }

    /// What the functions work with: to look at the tables, or to prepare them.
    pub fn app(&self) -> &PlanApp {
        &self.app
    }

    /// Sends a request, and checks what every response promises.
    pub async fn send(&self, request: reqwest::RequestBuilder) -> Response {
        let request = request.build().unwrap();
        let body = request.body().and_then(reqwest::Body::as_bytes).unwrap_or_default();
        self.keep_secret(&serde_json::from_slice(body).unwrap_or_default());
        let response = self.http.execute(request).await.unwrap();
        let response = Response::read(response).await.unwrap_or_else(|fault| panic!("{fault}"));
        self.keep_secret(&response.body);
        response
    }

    fn keep_secret(&self, body: &Value) {
        self.secrets.lock().unwrap().extend(secrets::of(body));
    }

    /// A request to prepare.
    pub fn request(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        self.http.request(method, format!("{}{path}", self.local.api_url()))
    }

    /// Sends a body as anybody.
    pub async fn post(&self, path: &str, body: &Value) -> Response {
        self.send(self.request(Method::POST, path).json(body)).await
    }

    /// Sends a request as that user, with a body unless it is `null`.
    pub async fn call(&self, user: &User, method: Method, path: &str, body: &Value) -> Response {
        let request = self.request(method, path).bearer_auth(&user.access);
        self.send(if body.is_null() { request } else { request.json(body) }).await
    }

    /// Reads as that user.
    pub async fn get(&self, user: &User, path: &str) -> Response {
        self.call(user, Method::GET, path, &Value::Null).await
    }

    /// Puts as that user.
    pub async fn put(&self, user: &User, path: &str, body: &Value) -> Response {
        self.call(user, Method::PUT, path, body).await
    }

    /// Registers somebody at the front door: `<name>@example.com`, with the password `<name>'s password`.
    pub async fn register(&self, name: &str) -> Response {
        self.post("/user", &registration(name)).await
    }

    /// The token of the confirmation link in the last mail to that address.
    pub fn mailed_token(&self, email: &str) -> String {
        token_in(&self.local.mailbox().mails(Some(email)).pop().expect("a mail"))
    }

    /// Opens the confirmation link as the API.
    pub async fn confirm(&self, token: &str) -> Response {
        let request = self.request(Method::GET, &format!("/user/confirm?token={token}"));
        self.send(request.header(ACCEPT, "application/json")).await
    }

    /// Tries to log in.
    pub async fn login(&self, login: &str, password: &str) -> Response {
        self.post("/login", &json!({"login": {"username": login, "password": password}})).await
    }

    /// Makes an active user of that name straight in the tables, with [`PASSWORD`]: quicker than by the front door.
    pub async fn user(&self, name: &str) -> User {
        self.user_with(name, PASSWORD_HASH).await
    }

    /// Makes such a user whose password has that hash.
    pub async fn user_with(&self, name: &str, hash: &str) -> User {
        let now = self.now();
        let (account, token) = self.registered(name, hash, now).await;
        let session = self.app.signer.first_token(account.id).unwrap();
        self.app.users.confirm(&account, &token.hash(), &session, Device::default(), now).await.unwrap();
        let user = User {
            id: account.id,
            name: account.name,
            email: account.email,
            access: self.app.signer.access_token(&session, now).unwrap(),
            refresh: session.encode(),
        };
        let secrets = [hash, &user.email, &user.access, &user.refresh].map(str::to_owned);
        self.secrets.lock().unwrap().extend(secrets);
        user
    }

    /// Makes such an account that has yet to confirm since then. Gives the token of its link too.
    pub async fn registered(&self, name: &str, hash: &str, since: Timestamp) -> (Account, MailedToken) {
        let new = NewUser::parse(&registration(name)).unwrap();
        let token = MailedToken::new(Uuid::new_v4()).unwrap();
        let account = Account::new(token.user(), &new, hash.to_owned(), token.hash(), since);
        self.app.users.create_user(&account, since).await.unwrap();
        (account, token)
    }

    /// Makes several such users.
    pub async fn users<const N: usize>(&self, names: [&str; N]) -> [User; N] {
        let mut users = Vec::with_capacity(N);
        for name in names {
            users.push(self.user(name).await);
        }
        users.try_into().unwrap()
    }

    /// Makes so many such users: `guest0`, `guest1` …
    pub async fn guests(&self, number: usize) -> Vec<User> {
        let mut guests = Vec::with_capacity(number);
        for index in 0..number {
            guests.push(self.user(&format!("guest{index}")).await);
        }
        guests
    }

    /// Makes a draft as that user and gives its id.
    pub async fn draft(&self, organiser: &User, event: &Value) -> String {
        let response = self.call(organiser, Method::POST, "/event", event).await.expect(201);
        response.body["event"]["id"].as_str().unwrap().to_owned()
    }

    /// Makes a picnic with two dates and two places, invites these and sends it. Gives its path.
    pub async fn picnic(&self, organiser: &User, invitees: &[User]) -> String {
        let id = self.draft(organiser, &picnic(invitees)).await;
        self.call(organiser, Method::POST, &format!("/event/{id}/send"), &Value::Null).await.expect(200);
        format!("/event/{id}")
    }
}

/// Whatever the test was about: no function was refused anything by its policies, and no line of the log holds a name, an
/// address, a password, a token or a hash.
impl Drop for Service {
    fn drop(&mut self) {
        if std::thread::panicking() {
            return;
        }
        let refusals = self.local.refusals();
        assert!(refusals.is_empty(), "template.yaml does not allow what a function does:\n{}", refusals.join("\n"));
        let mut secrets = std::mem::take(&mut *self.secrets.lock().unwrap());
        for mail in self.local.mailbox().mails(None) {
            secrets.extend(secrets::of_mail(&mail));
        }
        for line in self.lines.lock().unwrap().iter() {
            let told = secrets.iter().find(|secret| line.contains(secret.as_str()));
            assert!(told.is_none(), "the log tells {}: {line}", told.unwrap());
        }
    }
}

/// Says what a test went through, also in a run that captures what tests print.
pub fn report(line: &str) {
    // Where nobody reads it, nothing is lost.
    let _ = std::io::Write::write_all(&mut std::io::stderr(), format!("{line}\n").as_bytes());
}

/// The token of the link in that mail.
pub fn token_in(mail: &mock::Mail) -> String {
    let (_, rest) = mail.text.split_once("token=").expect("a link");
    rest.split_whitespace().next().unwrap().to_owned()
}

/// The registration of somebody of that name.
#[must_use]
pub fn registration(name: &str) -> Value {
    let (email, password) = (format!("{name}@example.com"), format!("{name}'s password"));
    json!({"post-data": {"username": name, "password": password, "e-mail": email}})
}

/// The body of a draft with a name, two dates, two places and these invitees.
#[must_use]
pub fn picnic(invitees: &[User]) -> Value {
    let invited: Vec<_> = invitees.iter().map(|user| json!({"id": user.id})).collect();
    json!({"event": {
        "name": "Picnic",
        "date": [{"drafts": [{"date": "01.02.2027"}, {"date": "02.02.2027"}]}],
        "place": [{"drafts": [{"place": "Park"}, {"place": "Pub"}]}],
        "members": [{"invited": invited}],
    }})
}

/// The body of the largest draft that the service takes.
#[must_use]
pub fn largest_draft() -> Value {
    let domain = ["b".repeat(60), "c".repeat(60), "d".repeat(59)].join(".");
    let invited =
        |n| json!({"id": format!("{n:04}{}@{domain}.example", "l".repeat(60)), "name": "\u{1f980}".repeat(50)});
    let date = |n| json!({"date": format!("{:02}.{:02}.2027, time: 12:00", n % 25 + 1, n / 25 + 1)});
    let place = |n| json!({"place": format!("{n:02}{}", "\u{1f980}".repeat(198))});
    json!({"event": {
        "name": "\u{1f980}".repeat(100),
        "date": [{"drafts": (0..50).map(date).collect::<Vec<_>>()}],
        "place": [{"drafts": (0..50).map(place).collect::<Vec<_>>()}],
        "members": [{"invited": (0..500).map(invited).collect::<Vec<_>>()}],
        "additional": "\u{1f980}".repeat(4000),
    }})
}

/// The short form of a vote.
#[must_use]
pub fn vote(topic: &str, option: &str) -> Value {
    json!({"event": {topic: [{"confirmed": option}]}})
}
