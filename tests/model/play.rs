//! Plays a story: does the deeds over HTTP and in the model, and holds what the service answers against the model.
//!
//! After a request that failed, nobody knows whether it took effect. So there may be several models at once, all that are possible;
//! each further answer rules out those that do not agree. When none is left, the service has broken its promise.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, Mutex};

use reqwest::Method;
use reqwest::header::ACCEPT;
use serde_json::Value;
use tests::wire::{Plan, Wire};
use tests::{Response, Service, token_in};

use crate::actions::{Action, Trouble};
use crate::choose::{Doing, Step};
use crate::deed::{Deed, Login, What};
use crate::names::Names;
use crate::world::{EventId, LinkId, PersonId, Reply, SessionId, World};

/// Those who are there from the beginning. They are written to the tables, which is quicker than registering.
const CAST: [&str; 5] = ["anna", "Ben", "carl", "dora", "eve"];

/// With more models than this AWS does not fail, so that they do not become too many.
const MOST_WORLDS: usize = 8;

/// After so many steps everybody looks at everything.
const ROUND: usize = 20;

/// A client takes an access token for good for so long. It is good for an hour.
const FRESH: i64 = 3500;

/// From then on it is refused. Clocks are not all the same, so this is a minute after the hour.
const TOO_OLD: i64 = 3700;

/// The events of a page, few enough for lists of several pages.
const PAGE: usize = 8;

/// Where the numbers of a story begin that is told again, so that they are none of those that it had.
const AGAIN: u32 = 1000;

/// What has happened, in sentences.
pub(crate) type Story = Arc<Mutex<Vec<String>>>;

/// An access token.
struct Access {
    token: String,
    session: SessionId,
    since: i64,
}

/// A story under way.
pub(crate) struct Player {
    service: Service,
    wire: Wire,
    worlds: Vec<World>,
    names: Names,
    access: BTreeMap<PersonId, Access>,
    /// The number of the latest token of each session that the client knows.
    latest: BTreeMap<SessionId, u32>,
    counters: [u32; 4],
    story: Story,
    steps: usize,
    usernames: HashMap<PersonId, String>,
    events: BTreeSet<EventId>,
    /// The links that were mailed.
    pub(crate) links: Vec<(PersonId, LinkId)>,
    /// The steps so far.
    pub(crate) history: Vec<Step>,
}

/// What came of a request.
enum Outcome {
    /// An answer that agrees.
    Done(u16),
    /// None that could be trusted.
    Failed,
}

impl Player {
    /// Begins a story, with some friends; or begins one again that was told before.
    pub(crate) async fn start(story: Story, again: bool) -> Self {
        let (service, wire) = Service::start_on_wire(|options| {
            for limit in ["FREE_FAILURES", "FREE_FAILURES_OF_NETWORK", "MAIL_REQUESTS_AN_HOUR", "MAILS_A_DAY"] {
                options.env.insert(limit.to_owned(), "0".to_owned());
            }
        })
        .await;
        let mut player = Self {
            service,
            wire,
            worlds: vec![World::new()],
            names: Names::default(),
            access: BTreeMap::new(),
            latest: BTreeMap::new(),
            counters: [0; 4],
            story,
            steps: 0,
            usernames: HashMap::new(),
            events: BTreeSet::new(),
            links: Vec::new(),
            history: Vec::new(),
        };
        for name in CAST {
            player.tick(1);
            let user = player.service.user(name).await;
            let (person, session) = (player.next_person(), player.next_session());
            player.worlds[0].settle_in(person, name, &user.email, session);
            player.names.keep(&format!("<p{person}>"), &user.id.to_string());
            player.introduce(person, name);
            player.names.keep(&format!("<token {session} 0>"), &user.refresh);
            player.latest.insert(session, 0);
            player.access.insert(person, Access { token: user.access, session, since: player.worlds[0].now });
        }
        if again {
            player.counters = [AGAIN; 4];
        }
        player
    }

    /// The number of steps so far.
    pub(crate) fn steps(&self) -> usize {
        self.steps
    }

    /// The likeliest of the models.
    pub(crate) fn world(&self) -> &World {
        &self.worlds[0]
    }

    fn tell(&self, line: String) {
        self.story.lock().unwrap().push(line);
    }

    fn tick(&mut self, seconds: i64) {
        self.service.pass(seconds);
        for world in &mut self.worlds {
            world.now += seconds;
        }
    }

    fn introduce(&mut self, person: PersonId, username: &str) {
        let taken = self.usernames.values().filter(|other| other.eq_ignore_ascii_case(username)).count();
        let label = if taken == 0 { username.to_owned() } else { format!("{username} #{}", taken + 1) };
        self.names.call(&format!("<p{person}>"), &label);
        self.usernames.insert(person, username.to_owned());
    }

    /// Does what the action means.
    ///
    /// # Errors
    /// How the service and the model differ.
    pub(crate) async fn act(&mut self, action: &Action) -> Result<(), String> {
        let Some(step) = self.choose(action) else { return Ok(()) };
        if let Doing::Deed(deed) = &step.doing
            && let Some(deed) = self.way_in(deed)
        {
            let step = Step { doing: Doing::Deed(deed), trouble: None, other: 0 };
            self.history.push(step.clone());
            self.take(&step, false).await?;
        }
        self.history.push(step.clone());
        self.take(&step, true).await?;
        if self.steps.is_multiple_of(ROUND) { self.look_around().await } else { Ok(()) }
    }

    /// Takes the step, unless it is about what is not there. Afterwards somebody looks, if that is wanted.
    ///
    /// # Errors
    /// How the service and the model differ.
    pub(crate) async fn take(&mut self, step: &Step, looks: bool) -> Result<(), String> {
        match &step.doing {
            Doing::Pass(seconds) => {
                self.tell(format!("{seconds} seconds pass"));
                self.tick(*seconds);
            }
            Doing::Sweep => {
                self.tell("DynamoDB deletes what has expired".to_owned());
                self.service.local.sweep().unwrap();
            }
            Doing::Deed(deed) => {
                if let Some(login) = self.way_in(deed) {
                    self.carry_out(&login, None, false).await?;
                }
                if self.can_be_done(deed) {
                    self.steps += 1;
                    return self.take_part(deed, step.trouble, looks.then_some(step.other)).await;
                }
            }
        }
        Ok(())
    }

    async fn take_part(&mut self, deed: &Deed, trouble: Option<Trouble>, other: Option<u8>) -> Result<(), String> {
        let trouble = trouble.filter(|_| self.worlds.len() <= MOST_WORLDS);
        let plan = trouble.map(|trouble| trouble.plan);
        let succeeds = self.worlds.iter().all(|world| world.clone().perform(deed).is_success());
        let outcome = self.carry_out(deed, plan, false).await?;
        let event = deed.what.event();
        if let (Outcome::Failed, Some(trouble)) = (outcome, trouble) {
            if deed.has_to_be_repeated() || trouble.insists {
                self.insist(deed, succeeds && !trouble.plan.fault.kills()).await?;
            }
            for reader in self.readers() {
                self.look(reader, event).await?;
            }
        } else if let Some(other) = other {
            self.look(deed.by, event).await?;
            let others = self.readers();
            if !others.is_empty() {
                self.glance(others[usize::from(other) % others.len()], event).await?;
            }
        }
        Ok(())
    }

    /// Whether the client has what the request takes.
    fn can_be_done(&self, deed: &Deed) -> bool {
        let (_, path, body) = deed.request(&self.username(deed.by));
        let is_filled = !self.names.fill(&path).contains('<') && !self.names.fill_body(&body).to_string().contains('<');
        let is_let_in = match deed.what {
            What::UseOldToken => self.has_old_token(deed.by),
            What::Resend { .. } => self.usernames.contains_key(&deed.by),
            _ => !deed.needs_account() || self.has_access(deed.by, FRESH),
        };
        is_filled && is_let_in
    }

    /// Everybody looks at everything.
    ///
    /// # Errors
    /// How the service and the model differ.
    pub(crate) async fn look_around(&mut self) -> Result<(), String> {
        for reader in self.readers() {
            let sees = |event: &EventId| {
                self.worlds.iter().any(|world| world.events.get(event).is_some_and(|found| found.is_seen_by(reader)))
            };
            // Of those that do not exist for the reader, one.
            let (mut events, others): (Vec<_>, Vec<_>) = self.known_events().into_iter().partition(sees);
            events.extend(others.get(self.steps % others.len().max(1)));
            for event in events {
                self.read(reader, event).await?;
            }
            self.look(reader, None).await?;
        }
        Ok(())
    }

    /// What a client does first that has no good access token: it refreshes the session, or logs in.
    fn way_in(&mut self, deed: &Deed) -> Option<Deed> {
        let by = deed.by;
        if !deed.needs_account() || self.has_access(by, FRESH) || !self.world().is_active(by) {
            return None;
        }
        let session = self.access.get(&by).map(|access| access.session);
        let goes_on = session.filter(|session| self.world().owner(*session) == Some(by));
        let what = match goes_on.and_then(|session| Some((session, *self.latest.get(&session)?))) {
            Some((session, generation)) => What::Refresh { session, generation },
            None => What::Login { login: Login::Name(self.username(by)), right: true, session: self.next_session() },
        };
        Some(Deed { by, what })
    }

    /// Sends the same request again, which has to do its work now.
    async fn insist(&mut self, deed: &Deed, succeeds: bool) -> Result<(), String> {
        let deed = self.again(deed);
        match self.carry_out(&deed, None, true).await? {
            Outcome::Done(status) if !succeeds || status < 400 || Some(status) == deed.answer_when_done() => Ok(()),
            Outcome::Done(status) => Err(format!("the same request again was answered {status}")),
            Outcome::Failed => Err("the same request again failed".to_owned()),
        }
    }

    /// The same request, which may open another session and mail another link.
    pub(crate) fn again(&mut self, deed: &Deed) -> Deed {
        let mut deed = deed.clone();
        match &mut deed.what {
            What::Login { session, .. } | What::Confirm { session, .. } => *session = self.next_session(),
            What::Register { link, .. } | What::Resend { link } => *link = self.next_link(),
            _ => {}
        }
        deed
    }

    /// Sends the request of a deed, and keeps the models that agree with the answer.
    async fn carry_out(&mut self, deed: &Deed, plan: Option<Plan>, again: bool) -> Result<Outcome, String> {
        self.tick(1);
        match &deed.what {
            What::Register { username, .. } if !again => self.introduce(deed.by, username),
            What::Draft { event, .. } => drop(self.events.insert(*event)),
            _ => {}
        }
        let failing =
            plan.map(|plan| format!(", while call {} fails: {:?}", plan.call, plan.fault)).unwrap_or_default();
        let told = deed.tell(&self.names) + if again { ", once more" } else { "" } + &failing;
        self.wire.plan(plan);
        let response = self.send(deed).await;
        let struck = self.wire.struck() > 0;
        self.wire.plan(None);
        let code = response.body["code"].as_str().unwrap_or_default();
        self.tell(format!("{told} → {} {code}", response.status));
        if response.status >= 500 {
            if !struck {
                return Err(format!("nothing failed, and the answer is {}", response.body));
            }
            self.doubt(deed);
            return Ok(Outcome::Failed);
        }
        self.agree(deed, &response, struck, again)?;
        self.learn(deed, &response);
        Ok(Outcome::Done(response.status))
    }

    async fn send(&self, deed: &Deed) -> Response {
        let (method, path, body) = deed.request(&self.username(deed.by));
        let mut request = self.service.request(method, &self.names.fill(&path));
        if deed.needs_account() || deed.what == What::UseOldToken {
            request = request.bearer_auth(&self.access[&deed.by].token);
        }
        if let What::Confirm { .. } = deed.what {
            request = request.header(ACCEPT, "application/json");
        }
        if let What::Draft { event, .. } = deed.what {
            request = request.header("idempotency-key", event);
        }
        let body = self.names.fill_body(&body);
        self.service.send(if body.is_null() { request } else { request.json(&body) }).await
    }

    /// The request may have taken effect, in part or not at all.
    fn doubt(&mut self, deed: &Deed) {
        let mut worlds = self.worlds.clone();
        for world in &self.worlds {
            for records in [true, false] {
                let mut after = World { records, ..world.clone() };
                after.perform(deed);
                after.records = true;
                worlds.push(after);
            }
            worlds.extend(world.halfway(deed));
        }
        self.worlds = distinct(worlds);
    }

    /// Keeps the models that agree with the answer, once the deed is done in them.
    fn agree(&mut self, deed: &Deed, response: &Response, struck: bool, again: bool) -> Result<(), String> {
        let mut worlds = Vec::new();
        if struck {
            // What a majority has decided may be yet to be recorded.
            worlds.extend(self.worlds.iter().map(|world| World { records: false, ..world.clone() }));
        }
        self.worlds.extend(worlds);
        let done = deed.answer_when_done();
        self.filter("the answer", response, |world| {
            let reply = world.perform(deed);
            world.records = true;
            // What a broken off deletion has left is deleted now.
            let finishes = again && done == Some(reply.status) && response.status == 204;
            if finishes { Reply { status: 204, code: "", body: Value::Null } } else { reply }
        })
    }

    /// Keeps the models in which that is the answer.
    fn filter(
        &mut self,
        what: &str,
        response: &Response,
        mut expect: impl FnMut(&mut World) -> Reply,
    ) -> Result<(), String> {
        let (mut agreeing, mut complaint, mut found) = (Vec::new(), None, Vec::new());
        for world in &self.worlds {
            let mut world = world.clone();
            let reply = expect(&mut world);
            let mut names = Vec::new();
            match self.compare(&reply, response, &mut names) {
                Ok(()) => {
                    if agreeing.is_empty() {
                        found = names;
                    }
                    agreeing.push(world);
                }
                Err(difference) => complaint = complaint.or(Some(difference)),
            }
        }
        if agreeing.is_empty() {
            return Err(format!("{what}: {}", complaint.unwrap_or_default()));
        }
        for (placeholder, value) in found {
            self.names.keep(&placeholder, &value);
        }
        self.worlds = distinct(agreeing);
        Ok(())
    }

    fn compare(&self, reply: &Reply, response: &Response, names: &mut Vec<(String, String)>) -> Result<(), String> {
        let code = response.body["code"].as_str().unwrap_or_default();
        if (reply.status, reply.code) != (response.status, code) {
            return Err(format!("expected {} {}, got {} {code}", reply.status, reply.code, response.status));
        }
        if reply.is_success() { self.names.compare(&reply.body, &response.body, "", names) } else { Ok(()) }
    }

    /// Keeps the tokens of an answer, or the link that was mailed.
    fn learn(&mut self, deed: &Deed, response: &Response) {
        if response.status != 200 {
            return;
        }
        let (session, generation) = match &deed.what {
            What::Login { session, .. } | What::Confirm { session, .. } => (*session, 0),
            What::Refresh { session, generation } => (*session, generation + 1),
            What::Register { link, .. } | What::Resend { link } => {
                let email = &self.world().people[&deed.by].email;
                let mail = self.service.local.mailbox().mails(Some(email)).pop().expect("a mail");
                self.names.keep(&format!("<link {link}>"), &token_in(&mail));
                self.links.push((deed.by, *link));
                return;
            }
            _ => return,
        };
        let text = |field: &str| response.body[field].as_str().unwrap().to_owned();
        self.names.keep(&format!("<token {session} {generation}>"), &text("refresh_token"));
        self.latest.insert(session, generation);
        if let Some(owner) = self.world().owner(session) {
            let since = self.world().now;
            self.access.insert(owner, Access { token: text("access_token"), session, since });
        }
    }

    /// What somebody sees: the list, the event in question and the profile, or the sessions where no event is in question.
    async fn look(&mut self, reader: PersonId, event: Option<EventId>) -> Result<(), String> {
        self.glance(reader, event).await?;
        if event.is_some() { self.read_profile(reader).await } else { self.read_sessions(reader).await }
    }

    /// The list, before the event itself, whose reading may record a decision; or the profile where no event is in question.
    async fn glance(&mut self, reader: PersonId, event: Option<EventId>) -> Result<(), String> {
        self.read_list(reader).await?;
        match event.filter(|event| self.knows_event(*event)) {
            Some(event) => self.read(reader, event).await,
            None => self.read_profile(reader).await,
        }
    }

    async fn read_list(&mut self, reader: PersonId) -> Result<(), String> {
        if !self.can_read(reader) {
            return Ok(());
        }
        let list = self.get_list(reader).await;
        self.filter(&format!("GET /event for {}", self.label(reader)), &list, |world| world.list_view(reader))
    }

    async fn read_profile(&mut self, reader: PersonId) -> Result<(), String> {
        if !self.has_access(reader, FRESH) {
            return Ok(());
        }
        let user = self.get(reader, "/user").await;
        self.filter(&format!("GET /user for {}", self.label(reader)), &user, |world| world.user_view(reader))
    }

    async fn read_sessions(&mut self, reader: PersonId) -> Result<(), String> {
        if !self.has_access(reader, FRESH) {
            return Ok(());
        }
        let session = self.access[&reader].session;
        let sessions = self.get(reader, "/token").await;
        let what = format!("GET /token for {}", self.label(reader));
        self.filter(&what, &sessions, |world| world.sessions_view(reader, session))
    }

    async fn read(&mut self, reader: PersonId, event: EventId) -> Result<(), String> {
        if !self.can_read(reader) {
            return Ok(());
        }
        let response = self.get(reader, &self.names.fill(&format!("/event/<e{event}>"))).await;
        let what = format!("GET event {event} for {}", self.label(reader));
        self.filter(&what, &response, |world| world.read(reader, event))
    }

    fn label(&self, person: PersonId) -> String {
        self.names.told(&format!("<p{person}>"))
    }

    /// Whether that one has a good access token, and surely an account.
    fn can_read(&self, reader: PersonId) -> bool {
        self.has_access(reader, FRESH) && self.worlds.iter().all(|world| world.is_active(reader))
    }

    /// The pages of the list as one.
    async fn get_list(&self, reader: PersonId) -> Response {
        let mut list = self.get(reader, &format!("/event?limit={PAGE}")).await;
        while let Some(cursor) = list.body["cursor"].as_str() {
            let next = self.get(reader, &format!("/event?limit={PAGE}&cursor={cursor}")).await.expect(200);
            let events = next.body["events"].as_array().unwrap();
            assert!(!events.is_empty() || next.body["cursor"].is_null(), "an empty page is not the last");
            list.body["events"].as_array_mut().unwrap().extend(events.clone());
            list.body["cursor"] = next.body["cursor"].clone();
        }
        list
    }

    async fn get(&self, reader: PersonId, path: &str) -> Response {
        let request = self.service.request(Method::GET, path).bearer_auth(&self.access[&reader].token);
        self.service.send(request).await
    }

    fn has_access(&self, person: PersonId, age: i64) -> bool {
        self.access.get(&person).is_some_and(|access| self.world().now - access.since <= age)
    }

    fn readers(&self) -> Vec<PersonId> {
        self.access.keys().copied().filter(|person| self.has_access(*person, FRESH)).collect()
    }
}

/// What the choosing of deeds has to know of the client's side.
impl Player {
    /// A number for somebody new.
    pub(crate) fn next_person(&mut self) -> PersonId {
        self.next(0)
    }

    /// A number for a new event.
    pub(crate) fn next_event(&mut self) -> EventId {
        self.next(1)
    }

    /// A number for a new session.
    pub(crate) fn next_session(&mut self) -> SessionId {
        self.next(2)
    }

    /// A number for a new link.
    pub(crate) fn next_link(&mut self) -> LinkId {
        self.next(3)
    }

    fn next(&mut self, counter: usize) -> u32 {
        self.counters[counter] += 1;
        self.counters[counter]
    }

    /// The name with which that one registered.
    pub(crate) fn username(&self, person: PersonId) -> String {
        self.usernames.get(&person).cloned().unwrap_or_default()
    }

    /// Whether the client was told the event's id.
    pub(crate) fn knows_event(&self, event: EventId) -> bool {
        self.names.get(&format!("<e{event}>")).is_some()
    }

    /// The events whose ids the client was told.
    pub(crate) fn known_events(&self) -> Vec<EventId> {
        self.events.iter().copied().filter(|event| self.knows_event(*event)).collect()
    }

    /// The people whose ids the client was told.
    pub(crate) fn known_people(&self) -> Vec<PersonId> {
        let is_known = |person: &PersonId| self.names.get(&format!("<p{person}>")).is_some();
        self.world().people.keys().copied().filter(is_known).collect()
    }

    /// The sessions whose ids the client was told.
    pub(crate) fn known_sessions(&self) -> Vec<SessionId> {
        (1..=self.counters[2]).filter(|session| self.names.get(&format!("<s{session}>")).is_some()).collect()
    }

    /// The latest token of each session.
    pub(crate) fn tokens(&self) -> Vec<(SessionId, u32)> {
        self.latest.iter().map(|(session, generation)| (*session, *generation)).collect()
    }

    /// Some token of that session.
    pub(crate) fn a_token(&self, session: SessionId, number: u8) -> Option<u32> {
        let last = *self.latest.get(&session)?;
        // Rather the last but one.
        let generation = last.saturating_sub(1 + u32::from(number.is_multiple_of(3)));
        self.names.get(&format!("<token {session} {generation}>")).map(|_| generation)
    }

    /// Whether that one has an access token that is refused.
    pub(crate) fn has_old_token(&self, person: PersonId) -> bool {
        self.access.contains_key(&person) && !self.has_access(person, TOO_OLD)
    }
}

/// Each world once.
fn distinct(worlds: Vec<World>) -> Vec<World> {
    let mut all: Vec<World> = Vec::new();
    for world in worlds {
        if !all.contains(&world) {
            all.push(world);
        }
    }
    all
}
