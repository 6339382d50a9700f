//! The service of a test, and the requests that tests send most.

use std::collections::HashSet;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, LazyLock, Mutex};

use jiff::Timestamp;
use mock::{LocalService, Options, StreamsHeld, TemplateFile};
use reqwest::Method;
use reqwest::header::ACCEPT;
use serde_json::{Value, json};
use shared::clock::Clock;
use shared::config::{Env, FromEnv};
use shared::log::Log;

use crate::wire::Wire;
use crate::{PASSWORD, PASSWORD_HASH, Response, User, email_of, picnic, registration, secrets};

/// The template of all services of a run.
static TEMPLATE: LazyLock<TemplateFile> = LazyLock::new(Options::default_template);

/// A service for one test.
pub struct Service {
    /// The local AWS.
    pub local: LocalService,
    /// Its clock, in milliseconds since 1970.
    time: Arc<AtomicI64>,
    http: reqwest::Client,
    everything: Env,
    clock: Clock,
    /// What the functions logged.
    lines: Arc<Mutex<Vec<String>>>,
    /// What no log line may contain.
    secrets: Mutex<HashSet<String>>,
    /// That no function of a stream is called.
    held: Mutex<Option<StreamsHeld>>,
}

impl Service {
    /// Starts a service without limits on mails and failures of a network.
    pub async fn start() -> Self {
        Self::start_with(|_| {}).await
    }

    /// Starts a service with the limits of the template.
    pub async fn start_with_limits() -> Self {
        Self::start_with(|options| options.env.clear()).await
    }

    /// Starts a service with changed options.
    pub async fn start_with(change: impl FnOnce(&mut Options)) -> Self {
        let start: Timestamp = "2027-01-01T12:00:00Z".parse().unwrap();
        let time = Arc::new(AtomicI64::new(start.as_millisecond()));
        let clock = Clock::new({
            let time = Arc::clone(&time);
            move || Timestamp::from_millisecond(time.load(Ordering::SeqCst)).unwrap()
        });
        let lines: Arc<Mutex<Vec<String>>> = Arc::default();
        let mut options = Options { template: TEMPLATE.clone(), ..Options::in_memory(clock.clone()) };
        for limit in ["MAIL_REQUESTS_AN_HOUR", "FREE_FAILURES_OF_NETWORK"] {
            options.env.insert(limit.to_owned(), "0".to_owned());
        }
        options.function_log = Log::new({
            let lines = Arc::clone(&lines);
            move |line| lines.lock().unwrap().push(line.to_owned())
        });
        change(&mut options);
        let local = LocalService::start(options).await.unwrap_or_else(|error| panic!("{error}"));
        let everything = Env::table(local.variables().into_iter().collect());
        let secrets = Mutex::new(HashSet::from([PASSWORD_HASH.to_owned()]));
        let held = Mutex::new(None);
        Self { local, time, http: reqwest::Client::new(), everything, clock, lines, secrets, held }
    }

    /// Starts a service with changed options, whose functions reach AWS over a wire that can be made to fail. Functions of streams are
    /// held, so that the calls on the wire are those of requests.
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
        service.hold_streams().await;
        (service, wire)
    }

    /// Calls no function of a stream until [`Service::settle`].
    pub async fn hold_streams(&self) {
        let is_held = self.held.lock().unwrap().is_some();
        if !is_held {
            let held = self.local.hold_streams().await;
            *self.held.lock().unwrap() = Some(held);
        }
    }

    /// Waits until the functions of streams have done all that came to them so far.
    pub async fn settle(&self) {
        drop(self.held.lock().unwrap().take());
        self.local.settle().await.unwrap();
    }

    /// A log that ends up with that of the functions.
    pub fn log(&self) -> Log {
        let lines = Arc::clone(&self.lines);
        Log::new(move |line| lines.lock().unwrap().push(line.to_owned()))
    }

    /// Adds a line to the log of the functions.
    pub fn log_line(&self, line: &str) {
        self.lines.lock().unwrap().push(line.to_owned());
    }

    /// The logged lines of that type.
    pub fn logged(&self, kind: &str) -> Vec<Value> {
        let lines = self.lines.lock().unwrap();
        let read = lines.iter().map(|line| serde_json::from_str::<Value>(line).unwrap_or_else(|_| panic!("{line}")));
        read.filter(|line| line["type"] == json!(kind)).collect()
    }

    /// Moves the clock on by that number of seconds.
    pub fn pass(&self, seconds: i64) {
        self.time.fetch_add(seconds * 1000, Ordering::SeqCst);
    }

    /// What moves the clock on by that number of seconds, each time.
    pub fn passing(&self, seconds: i64) -> impl Fn() + Send + Sync + 'static {
        let time = Arc::clone(&self.time);
        move || {
            time.fetch_add(seconds * 1000, Ordering::SeqCst);
        }
    }

    /// Sets the clock to the machine's time.
    pub fn pass_to_now(&self) {
        self.time.store(Timestamp::now().as_millisecond(), Ordering::SeqCst);
    }

    /// The present second.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// A part that functions work with, as a function with all variables has it: to look at the tables, or to prepare them.
    pub fn part<P: FromEnv>(&self) -> P {
        P::from_env(&self.everything).unwrap()
    }

    /// The service's clock.
    pub fn clock(&self) -> Clock {
        self.clock.clone()
    }

    /// Sends a request, and checks what holds for every response.
    pub async fn send(&self, request: reqwest::RequestBuilder) -> Response {
        let request = request.build().unwrap();
        let body = request.body().and_then(reqwest::Body::as_bytes).unwrap_or_default();
        self.keep_secret(&serde_json::from_slice(body).unwrap_or_default());
        let (method, url) = (request.method().clone(), request.url().clone());
        let response = self.http.execute(request).await.unwrap();
        let response = Response::read((&method, url.path()), response).await.unwrap_or_else(|fault| panic!("{fault}"));
        self.keep_secret(&response.body);
        response
    }

    pub(crate) fn keep_secret(&self, body: &Value) {
        self.keep_secrets(secrets::of(body));
    }

    pub(crate) fn keep_secrets(&self, secrets: impl IntoIterator<Item = String>) {
        self.secrets.lock().unwrap().extend(secrets);
    }

    /// Starts building a request.
    pub fn request(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        self.http.request(method, format!("{}{path}", self.local.api_url()))
    }

    /// Posts a body without a token.
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

    /// The event at that path, as that user sees it.
    pub async fn event(&self, user: &User, path: &str) -> Value {
        self.get(user, path).await.expect(200).body["event"].clone()
    }

    /// Puts as that user.
    pub async fn put(&self, user: &User, path: &str, body: &Value) -> Response {
        self.call(user, Method::PUT, path, body).await
    }

    /// Registers a user over HTTP, see [`registration`].
    pub async fn register(&self, name: &str) -> Response {
        self.post("/user", &registration(name)).await
    }

    /// The token of the confirmation link in the last mail to that address.
    pub fn mailed_token(&self, email: &str) -> String {
        token_in(&self.local.mailbox().mails(Some(email)).pop().expect("a mail"))
    }

    /// The token by which the last mail to that address says that no more are to come.
    pub fn unsubscribing_token(&self, email: &str) -> String {
        let mail = self.local.mailbox().mails(Some(email)).pop().expect("a mail");
        let (_, rest) = mail.headers["List-Unsubscribe"].split_once("token=").expect("a link");
        rest.trim_end_matches('>').to_owned()
    }

    /// Confirms by the API, not by the page of the link.
    pub async fn confirm(&self, token: &str) -> Response {
        let request = self.request(Method::GET, &format!("/user/confirm?token={token}"));
        self.send(request.header(ACCEPT, "application/json")).await
    }

    /// Tries to log in.
    pub async fn login(&self, login: &str, password: &str) -> Response {
        self.post("/login", &json!({"login": {"username": login, "password": password}})).await
    }

    /// The user of that name, who has [`PASSWORD`], with new tokens.
    pub async fn logged_in(&self, name: &str) -> User {
        let tokens = self.login(name, PASSWORD).await.expect(200).body;
        let text = |field: &str| tokens[field].as_str().unwrap().to_owned();
        let id = text("user_id").parse().unwrap();
        let (access, refresh) = (text("access_token"), text("refresh_token"));
        User { id, name: name.to_owned(), email: email_of(name), access, refresh }
    }

    /// Makes a draft as that user and returns its id.
    pub async fn draft(&self, organiser: &User, event: &Value) -> String {
        let response = self.call(organiser, Method::POST, "/event", event).await.expect(201);
        response.body["event"]["id"].as_str().unwrap().to_owned()
    }

    /// Makes and sends a [`picnic`] with these invitees. Returns its path.
    pub async fn picnic(&self, organiser: &User, invitees: &[User]) -> String {
        let id = self.draft(organiser, &picnic(invitees)).await;
        let path = format!("/event/{id}");
        self.send_event(organiser, &path).await.expect(200);
        path
    }

    /// Sends the event at that path as that user.
    pub async fn send_event(&self, user: &User, path: &str) -> Response {
        self.call(user, Method::POST, &format!("{path}/send"), &Value::Null).await
    }

    /// Asks for a link for a new password.
    pub async fn forgot(&self, login: &str) -> Response {
        self.post("/user/password/forgot", &json!({ "username": login })).await
    }

    /// Deletes the account of that user, who has [`PASSWORD`].
    pub async fn leave(&self, user: &User) -> Response {
        self.call(user, Method::DELETE, "/user", &json!({ "password": PASSWORD })).await
    }
}

/// Fails every test in which a policy refused a function something, or in which a log line contains a name, an address, a password, a
/// token or a hash.
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

/// The token of the link in that mail.
pub fn token_in(mail: &mock::Mail) -> String {
    let (_, rest) = mail.text.split_once("token=").expect("a link");
    rest.split_whitespace().next().unwrap().to_owned()
}
