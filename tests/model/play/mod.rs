//! Plays a story: does the deeds over HTTP and in the model, and holds what the service answers against the model.
//!
//! After a request that failed, nobody knows whether it took effect. So there may be several models at once, all that are possible;
//! each further answer rules out those that do not agree. When none is left, the service has broken its promise.

mod client;
mod judging;
mod letters;
mod looking;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, Mutex};

use reqwest::header::ACCEPT;
use tests::wire::{Plan, Wire};
use tests::{Response, Service};

use self::letters::Letters;
use crate::actions::{Action, Trouble};
use crate::choose::{Doing, Step};
use crate::deed::{Deed, What};
use crate::names::Names;
use crate::world::{EventId, LinkId, PersonId, SessionId, World};

/// Those who are there from the beginning. They are written to the tables, which is quicker than registering.
const CAST: [&str; 5] = ["anna", "Ben", "carl", "dora", "eve"];

/// With more models than this AWS does not fail, so that they do not become too many.
const MOST_WORLDS: usize = 8;

/// After so many steps everybody looks at everything.
const ROUND: usize = 20;

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
    letters: Letters,
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
            for limit in [
                "FREE_FAILURES",
                "FREE_FAILURES_OF_NETWORK",
                "MAIL_REQUESTS_AN_HOUR",
                "MAILS_A_DAY",
                "INVITATIONS_BY_ADDRESS_A_DAY",
                "INVITATIONS_TO_ADDRESS_A_DAY",
            ] {
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
            letters: Letters::default(),
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
        // How much of the events is told that a guest has become a user is left open if that fails.
        let becomes = self.worlds.iter().any(|world| world.is_of_guest(deed));
        let trouble = trouble.filter(|_| self.worlds.len() <= MOST_WORLDS && !becomes);
        let plan = trouble.map(|trouble| trouble.plan);
        let deed = &self.dated(deed);
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

    /// Sends the same request again, which has to do its work now.
    async fn insist(&mut self, deed: &Deed, succeeds: bool) -> Result<(), String> {
        let deed = self.again(deed);
        match self.carry_out(&deed, None, true).await? {
            Outcome::Done(status) if !succeeds || status < 400 || Some(status) == deed.answer_when_done() => Ok(()),
            Outcome::Done(status) => Err(format!("the same request again was answered {status}")),
            Outcome::Failed => Err("the same request again failed".to_owned()),
        }
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
        self.hear().await;
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
        self.agree_on_mails()?;
        self.learn(deed, &response);
        Ok(Outcome::Done(response.status))
    }

    /// Waits until members have heard of what was done. Until the next request is answered nobody hears of anything more, so that the
    /// calls that fail are those of the request.
    pub(super) async fn hear(&mut self) {
        self.service.settle().await;
        self.service.hold_streams().await;
        self.read_letters();
    }

    async fn send(&self, deed: &Deed) -> Response {
        let (method, path, body) = deed.request(&self.username(deed.by));
        let mut path = self.names.fill(&path);
        if let What::Unsubscribe { member, .. } = deed.what {
            path = format!("{path}?token={}", self.stop(member).expect("a token"));
        }
        let mut request = self.service.request(method, &path);
        if let Some(token) = self.token_of(deed) {
            request = request.bearer_auth(token);
        }
        if deed.needs_account() || deed.what == What::UseOldToken {
            request = request.bearer_auth(&self.access[&deed.by].token);
        }
        if let What::Confirm { .. } = deed.what {
            request = request.header(ACCEPT, "application/json");
        }
        if let What::Unsubscribe { wanted, .. } = deed.what {
            request = request.body(if wanted { "List-Unsubscribe=Undo" } else { "List-Unsubscribe=One-Click" });
        }
        if let What::Draft { event, .. } = deed.what {
            request = request.header("idempotency-key", event);
        }
        let body = self.names.fill_body(&body);
        self.service.send(if body.is_null() { request } else { request.json(&body) }).await
    }
}
