//! The table of samples: for each route a valid request, and everything that the suites do with the route.
//!
//! The table feeds the roles and the bad input (`tests/contract`), the smoke test, the fault matrix with policies and prices
//! (`tests/faults`), the attack on deletions, and the benches. A new endpoint needs an entry in the file of its kind and nothing else in
//! `tests`: `cargo test --test contract samples` prints the entry.

mod accounts;
mod drafts;
mod emails;
mod events;
mod members;
mod page;
mod passwords;
mod people;
mod request;
mod scenario;
mod scene;
mod sessions;

use std::sync::LazyLock;

use reqwest::Method;
use shared::page::FILES;

pub use self::accounts::{NEW_NAME, OTHER_EMAIL};
pub use self::events::{event, function, names};
pub use self::request::{Ask, By, Request};
pub use self::scenario::{Check, Departing, Meanwhile, Play, Prepare, Recover, Scenario, Which};
pub use self::scene::{Scene, Step};
use crate::{Response, Service};

/// The roles in which each route is tried, in the order of [`Case::statuses`]. A guest comes with the token of an invitation's link.
pub const ROLES: [&str; 8] =
    ["nobody", "unconfirmed", "deleted", "stranger", "invitee", "organiser", "taken out", "guest"];

/// Prepares a request for the benches. Takes the common scene and an unused name, and returns the scene of this request.
pub type Fresh = for<'a> fn(&'a Service, &'a Scene, &'a str) -> Step<'a, Scene>;

/// A route, and everything that the suites do with it.
pub struct Sample {
    /// The method.
    pub method: Method,
    /// The path as in `template.yaml`. `{id}` is the scene's event, `{session}` jane's session, `{id}` of a
    /// contact, `{user}` john and `{file}` a file of the page.
    pub path: &'static str,
    /// A valid request. Scenarios and benches make the scene in which it succeeds.
    pub request: Ask,
    /// The status for each role.
    pub cases: Vec<Case>,
    /// Requests without a token that change nothing on a deployed stage, with their status.
    pub harmless: Vec<(Ask, u16)>,
    /// The route's part of the fault matrix, and its rows of the table of costs.
    pub scenarios: Vec<Scenario>,
    /// Requests during which a member of the event deletes the account.
    pub meanwhile: Vec<Meanwhile>,
    /// Requests during which their sender deletes the account.
    pub departing: Vec<Departing>,
    /// Prepares the request with which the benches measure the function. One route of each function has this.
    pub bench: Option<Fresh>,
    /// The number of passwords that a request hashes.
    pub hashes: u8,
    /// The shortest duration of a request, in milliseconds.
    pub shortest: f64,
}

/// A request, and its status for each of [`ROLES`].
pub struct Case {
    /// The event's state.
    pub state: State,
    /// What is asked.
    pub request: Ask,
    /// The statuses of all but those who were taken out, who are strangers from then on, and guests.
    of_users: [u16; 6],
    /// The status of a guest, where a link is more than no token.
    of_guest: Option<u16>,
}

impl Case {
    /// The status for each of [`ROLES`].
    pub fn statuses(&self) -> [u16; 8] {
        let [nobody, unconfirmed, deleted, stranger, invitee, organiser] = self.of_users;
        let guest = self.of_guest.unwrap_or(nobody);
        [nobody, unconfirmed, deleted, stranger, invitee, organiser, stranger, guest]
    }
}

/// The state of the event in a [`Case`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// A draft.
    Draft,
    /// Sent to its invitee.
    Sent,
}

static TABLE: LazyLock<Vec<Sample>> = LazyLock::new(|| {
    let kinds = [
        accounts::samples(),
        emails::samples(),
        people::samples(),
        passwords::samples(),
        sessions::samples(),
        drafts::samples(),
        members::samples(),
        page::samples(),
    ];
    kinds.into_iter().flatten().collect()
});

/// The whole table.
pub fn all() -> &'static [Sample] {
    &TABLE
}

/// All scenarios of the fault matrix, in the order of the table.
pub fn plays() -> Vec<Play> {
    all().iter().flat_map(|sample| sample.scenarios.iter().map(move |scenario| Play { sample, scenario })).collect()
}

/// The entry with which the benches measure that function.
pub fn of_function(service: &Service, function: &str) -> &'static Sample {
    let is_its = |sample: &&Sample| sample.bench.is_some() && sample.function(service) == Some(function);
    all()
        .iter()
        .find(is_its)
        .unwrap_or_else(|| panic!("no entry of the table has a request of {function} for the benches"))
}

impl Sample {
    /// An entry without cases and scenarios.
    fn new(method: Method, path: &'static str, request: Ask) -> Self {
        Self {
            method,
            path,
            request,
            cases: Vec::new(),
            harmless: Vec::new(),
            scenarios: Vec::new(),
            meanwhile: Vec::new(),
            departing: Vec::new(),
            bench: None,
            hashes: 0,
            shortest: 0.0,
        }
    }

    /// The status for each role, where the event is sent.
    fn by_role(self, statuses: [u16; 6]) -> Self {
        let request = self.request;
        self.case_by_role(request, statuses)
    }

    /// The same for another request.
    fn case_by_role(mut self, request: Ask, statuses: [u16; 6]) -> Self {
        self.cases.push(Case { state: State::Sent, request, of_users: statuses, of_guest: None });
        self
    }

    /// The status for each role, where the event is a draft.
    fn by_role_of_a_draft(mut self, statuses: [u16; 6]) -> Self {
        self.cases.push(Case { state: State::Draft, request: self.request, of_users: statuses, of_guest: None });
        self
    }

    /// The status for a guest who comes by a link to an event, in the case before.
    fn by_link(mut self, status: u16) -> Self {
        if let Some(case) = self.cases.last_mut() {
            case.of_guest = Some(status);
        }
        self
    }

    /// A request without a token that changes nothing on a deployed stage.
    fn harmless(mut self, request: Ask, status: u16) -> Self {
        self.harmless.push((request, status));
        self
    }

    fn scenario(mut self, scenario: Scenario) -> Self {
        self.scenarios.push(scenario);
        self
    }

    fn meanwhile(mut self, meanwhile: Meanwhile) -> Self {
        self.meanwhile.push(meanwhile);
        self
    }

    fn departing(self) -> Self {
        let request = self.request;
        self.departing_with(Which::Own, request)
    }

    fn departing_with(mut self, event: Which, request: Ask) -> Self {
        self.departing.push(Departing { request, event });
        self
    }

    fn bench(mut self, fresh: Fresh) -> Self {
        self.bench = Some(fresh);
        self
    }

    fn hashing(mut self, passwords: u8) -> Self {
        self.hashes = passwords;
        self
    }

    fn taking_at_least(mut self, milliseconds: f64) -> Self {
        self.shortest = milliseconds;
        self
    }

    /// The function that `template.yaml` has for the route.
    pub fn function<'a>(&self, service: &'a Service) -> Option<&'a str> {
        let routes = service.local.routes().iter();
        routes
            .filter(|(method, path, _)| self.method == method.as_str() && self.path == path)
            .map(|(_, _, function)| function.as_str())
            .next()
    }

    /// The path and query of a request in that scene.
    pub fn target(&self, scene: &Scene, request: &Request) -> String {
        let john = scene.john.id.to_string();
        let path = self.path.replace("/event/{id}", &scene.event).replace("{id}", &john).replace("{user}", &john);
        let path = match path.split_once("{session}") {
            Some((before, after)) => format!("{before}{}{after}", scene.jane.session().session()),
            None => path,
        };
        let path = path.replace("{file}", FILES.first().map_or("", |file| file.name));
        if request.query.is_empty() { path } else { format!("{path}?{}", request.query) }
    }

    /// Sends a request as its sender.
    pub async fn send(&self, service: &Service, scene: &Scene, request: &Request) -> Response {
        let access = request.by.user(scene).map(|user| user.access.as_str());
        self.send_with(service, scene, request, access).await
    }

    /// Sends a request with that access token, or with none.
    pub async fn send_with(
        &self,
        service: &Service,
        scene: &Scene,
        request: &Request,
        access: Option<&str>,
    ) -> Response {
        let prepared = request.fill(service.request(self.method.clone(), &self.target(scene, request)));
        service.send(access.into_iter().fold(prepared, reqwest::RequestBuilder::bearer_auth)).await
    }
}

/// The missing entry of a route, ready to paste. The statuses are a guess.
pub fn missing(method: &str, path: &str, function: &str) -> String {
    let file = match path {
        "/event" => "drafts",
        path if path.starts_with("/event/") => "members",
        path if path.starts_with("/user/search") || path.starts_with("/user/contacts") => "people",
        path if path.starts_with("/user/e-mail") => "emails",
        path if path.starts_with("/user/password") => "passwords",
        path if path.starts_with("/user") => "accounts",
        path if path == "/" || path.starts_with("/app") => "page",
        _ => "sessions",
    };
    let of_a_draft =
        if path.contains("{id}") { "\n            .by_role_of_a_draft([401, 404, 404, 404, 404, 200])" } else { "" };
    let others = if path.contains("{id}") { "401, 404, 404, 404, 200, 200" } else { "401, 401, 401, 200, 200, 200" };
    format!(
        "in tests/src/samples/{file}.rs:
        Sample::new(Method::{method}, \"{path}\", |_| Request::by(By::Jane))
            .by_role([{others}]){of_a_draft}
            .scenario(Scenario {{ name: \"{function}\", ..Scenario::READING }})
            .bench(as_it_stands),"
    )
}
