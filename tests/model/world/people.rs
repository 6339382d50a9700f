//! Accounts, sessions, and what users do with each other.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{LinkId, PersonId, Reply, SessionId, World};
use crate::deed::Login;

const MINUTE: i64 = 60;
const DAY: i64 = 24 * 60 * MINUTE;

/// How long a spent refresh token is honoured.
const GRACE: i64 = 10;

/// Somebody who has registered.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Person {
    /// The name that is unique, whatever its case.
    pub(crate) username: String,
    /// The address.
    pub(crate) email: String,
    /// The name that others see.
    pub(crate) name: String,
    /// Whether others find the person.
    pub(crate) searchable: bool,
    /// Whether mails about events are wanted.
    pub(crate) mails: bool,
    /// The language of the mails.
    pub(crate) language: &'static str,
    /// The guest whom the person was before, whose id the account has.
    pub(crate) was: Option<PersonId>,
    /// Until when the link is known that made a guest the user.
    pub(crate) known_until: i64,
    /// How far the account has come.
    pub(crate) state: State,
    /// The last link that was mailed.
    pub(crate) link: LinkId,
    /// When that was.
    pub(crate) mailed_at: i64,
    /// The address book, the latest first. Those who are gone stay in it, unseen.
    pub(crate) contacts: Vec<PersonId>,
    /// The sessions that have not been ended.
    pub(crate) sessions: BTreeMap<SessionId, Session>,
}

/// How far an account has come.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum State {
    /// It is to be confirmed before that second.
    Pending(i64),
    /// It is confirmed.
    Active,
    /// It was deleted.
    Gone,
}

/// A login that goes on.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Session {
    /// When it began.
    pub(crate) created_at: i64,
    /// When its token was last spent.
    pub(crate) used_at: i64,
    /// How many of its tokens were spent.
    pub(crate) generation: u32,
}

impl Session {
    fn new(now: i64) -> Self {
        Self { created_at: now, used_at: now, generation: 0 }
    }

    /// Whether it can be gone on with.
    pub(crate) fn is_live(&self, now: i64) -> bool {
        now < self.used_at + 30 * DAY && now < self.created_at + 90 * DAY
    }
}

impl Person {
    fn is_there(&self, now: i64) -> bool {
        match self.state {
            State::Pending(until) => now < until,
            State::Active => true,
            State::Gone => false,
        }
    }
}

/// Whether two names or addresses are the same.
pub(super) fn same(one: &str, other: &str) -> bool {
    one.eq_ignore_ascii_case(other)
}

impl World {
    /// Whether the person has an account that is confirmed.
    pub(crate) fn is_active(&self, person: PersonId) -> bool {
        self.people.get(&person).is_some_and(|person| person.state == State::Active)
    }

    /// Those who have confirmed accounts.
    pub(crate) fn active(&self) -> impl Iterator<Item = (PersonId, &Person)> {
        self.people.iter().filter(|(_, person)| person.state == State::Active).map(|(id, person)| (*id, person))
    }

    /// The confirmed user whom that login means.
    pub(super) fn find(&self, login: &Login) -> Option<PersonId> {
        let is_it = |(id, person): &(PersonId, &Person)| match login {
            Login::Id(wanted) => id == wanted,
            Login::Email(email) => same(&person.email, email),
            Login::Name(name) => same(&person.username, name),
        };
        self.active().find(is_it).map(|(id, _)| id)
    }

    /// Adds a user who is confirmed already.
    pub(crate) fn settle_in(&mut self, id: PersonId, username: &str, email: &str, session: SessionId) {
        self.register(id, username, email, LinkId::MAX);
        self.confirm(id, LinkId::MAX, session);
    }

    pub(super) fn register(&mut self, id: PersonId, username: &str, email: &str, link: LinkId) -> Reply {
        let now = self.now;
        let takes_name = |other: &Person| other.is_there(now) && same(&other.username, username);
        if self.people.values().any(takes_name) || self.find(&Login::Email(email.to_owned())).is_some() {
            return Reply::refused(409, "user_exists");
        }
        let person = Person {
            username: username.to_owned(),
            email: email.to_owned(),
            name: username.to_owned(),
            searchable: true,
            mails: true,
            language: "en",
            was: None,
            known_until: 0,
            state: State::Pending(now + DAY),
            link,
            mailed_at: now,
            contacts: Vec::new(),
            sessions: BTreeMap::new(),
        };
        self.people.insert(id, person);
        self.addresses.insert(email.to_lowercase(), id);
        Reply::done(200, json!({}))
    }

    pub(super) fn confirm(&mut self, id: PersonId, link: LinkId, session: SessionId) -> Reply {
        let now = self.now;
        let spent = Reply::refused(410, "link_spent");
        let used = Reply::refused(410, "confirmation_link_used");
        let Some(person) = self.people.get(&id).filter(|person| person.link == link) else { return spent };
        if person.was.is_some() {
            // Under the id of the registration only that is known, and for a while.
            return if now < person.known_until { used } else { spent };
        }
        if !person.is_there(now) {
            return spent;
        }
        if person.state == State::Active {
            return used;
        }
        let email = person.email.clone();
        if self.find(&Login::Email(email.clone())).is_some() {
            return spent;
        }
        self.addresses.insert(email.to_lowercase(), id);
        let was = self.take_over(&email, id);
        if let Some(person) = self.people.get_mut(&id) {
            if let State::Pending(until) = person.state {
                person.known_until = until;
            }
            (person.state, person.was) = (State::Active, was);
        }
        self.open(id, session)
    }

    pub(super) fn resend(&mut self, id: PersonId, link: LinkId) -> Reply {
        let now = self.now;
        let Some(person) = self.people.get(&id).filter(|person| person.is_there(now)) else {
            return Reply::refused(403, "bad_credentials");
        };
        if self.find(&Login::Email(person.email.clone())).is_some() {
            return Reply::refused(409, "already_confirmed");
        }
        if now < person.mailed_at + MINUTE {
            return Reply::refused(429, "too_soon");
        }
        if let Some(person) = self.people.get_mut(&id) {
            (person.link, person.mailed_at) = (link, now);
        }
        Reply::done(200, json!({}))
    }

    /// Who would be logged in.
    pub(crate) fn behind(&self, login: &Login) -> Option<PersonId> {
        let found = match login {
            Login::Id(id) => Some(*id),
            Login::Email(email) => self.addresses.get(&email.to_lowercase()).copied(),
            Login::Name(name) => {
                let is_it =
                    |(_, person): &(&PersonId, &Person)| person.is_there(self.now) && same(&person.username, name);
                self.people.iter().find(is_it).map(|(id, _)| *id)
            }
        };
        found.filter(|id| self.people.get(id).is_some_and(|person| person.is_there(self.now)))
    }

    pub(super) fn login(&mut self, login: &Login, right: bool, session: SessionId) -> Reply {
        match self.behind(login).filter(|_| right) {
            None => Reply::refused(403, "bad_credentials"),
            Some(id) if !self.is_active(id) => Reply::refused(403, "unconfirmed"),
            Some(id) => self.open(id, session),
        }
    }

    fn open(&mut self, id: PersonId, session: SessionId) -> Reply {
        let now = self.now;
        if let Some(person) = self.people.get_mut(&id) {
            person.sessions.insert(session, Session::new(now));
        }
        self.tokens(id)
    }

    fn tokens(&self, id: PersonId) -> Reply {
        let body = json!({
            "access_token": "<any>", "token_type": "Bearer", "expires_in": 3600, "refresh_token": "<any>",
            "user_id": self.id(id),
        });
        Reply::done(200, body)
    }

    /// Whose session that is, if it goes on.
    pub(crate) fn owner(&self, session: SessionId) -> Option<PersonId> {
        let has_it = |person: &Person| person.sessions.get(&session).is_some_and(|session| session.is_live(self.now));
        self.people.iter().find(|(_, person)| has_it(person)).map(|(id, _)| *id)
    }

    fn session(&mut self, session: SessionId) -> Option<(PersonId, &mut Session)> {
        let owner = self.owner(session)?;
        Some((owner, self.people.get_mut(&owner)?.sessions.get_mut(&session)?))
    }

    fn end(&mut self, session: SessionId) {
        for person in self.people.values_mut() {
            person.sessions.remove(&session);
        }
    }

    pub(super) fn refresh(&mut self, id: SessionId, generation: u32) -> Reply {
        let now = self.now;
        let over = Reply::refused(401, "session_over");
        let Some((owner, session)) = self.session(id) else { return over };
        if generation == session.generation {
            session.generation += 1;
            session.used_at = now;
        } else if generation + 1 < session.generation || now - session.used_at > GRACE {
            self.end(id);
            return over;
        }
        self.tokens(owner)
    }

    pub(super) fn log_out(&mut self, id: SessionId, generation: u32) -> Reply {
        if self.session(id).is_some_and(|(_, session)| generation + 1 >= session.generation) {
            self.end(id);
        }
        Reply::done(200, json!({}))
    }

    pub(super) fn end_session(&mut self, by: PersonId, id: SessionId) -> Reply {
        if self.owner(id) != Some(by) {
            return Reply::refused(404, "no_such_session");
        }
        self.end(id);
        Reply::done(204, Value::Null)
    }

    pub(super) fn log_out_everywhere(&mut self, by: PersonId) -> Reply {
        if let Some(person) = self.people.get_mut(&by) {
            person.sessions.clear();
        }
        Reply::done(200, json!({}))
    }

    pub(super) fn rename(&mut self, by: PersonId, name: &str) -> Reply {
        if let Some(person) = self.people.get_mut(&by) {
            name.clone_into(&mut person.name);
        }
        self.user_view(by)
    }

    pub(super) fn set_searchable(&mut self, by: PersonId, searchable: bool) -> Reply {
        if let Some(person) = self.people.get_mut(&by) {
            person.searchable = searchable;
        }
        self.user_view(by)
    }

    pub(super) fn set_mails(&mut self, by: PersonId, wanted: bool) -> Reply {
        if let Some(person) = self.people.get_mut(&by) {
            person.mails = wanted;
        }
        self.user_view(by)
    }

    pub(super) fn set_language(&mut self, by: PersonId, language: &'static str) -> Reply {
        if let Some(person) = self.people.get_mut(&by) {
            person.language = language;
        }
        self.user_view(by)
    }

    pub(super) fn search(&self, by: PersonId, query: &str, limit: usize) -> Reply {
        let begins = |name: &str| name.to_lowercase().starts_with(&query.to_lowercase());
        let others = self.active().filter(|(id, person)| *id != by && person.searchable && begins(&person.username));
        let mut found: Vec<_> = others.collect();
        found.sort_by_key(|(_, person)| person.username.to_lowercase());
        let cards: Vec<_> = found.into_iter().take(limit).filter_map(|(id, _)| self.card(id)).collect();
        Reply::done(200, json!({ "users": cards }))
    }

    pub(super) fn add_contact(&mut self, by: PersonId, who: PersonId) -> Reply {
        if by == who {
            return Reply::refused(400, "invalid");
        }
        let Some(card) = self.card(who) else { return Reply::refused(404, "no_such_user") };
        self.meet(by, &[who]);
        Reply::done(200, json!({ "contact": card }))
    }

    /// Puts these people first into the address book.
    pub(super) fn meet(&mut self, by: PersonId, people: &[PersonId]) {
        let Some(person) = self.people.get_mut(&by) else { return };
        let mut contacts: Vec<PersonId> = Vec::new();
        for id in people.iter().chain(&person.contacts) {
            if !contacts.contains(id) {
                contacts.push(*id);
            }
        }
        person.contacts = contacts;
    }

    /// Whether the organiser of an event that is sent to that person is to be put into the person's address book.
    pub(super) fn lacks(&self, person: PersonId, organiser: PersonId) -> bool {
        self.people.get(&person).is_some_and(|person| !person.contacts.contains(&organiser))
    }

    /// Puts the organiser of an event that is sent to that person first into the person's address book, if he is not there.
    pub(super) fn introduce(&mut self, organiser: PersonId, to: PersonId) {
        if self.lacks(to, organiser) {
            self.meet(to, &[organiser]);
        }
    }

    pub(super) fn remove_contact(&mut self, by: PersonId, who: PersonId) -> Reply {
        let contacts = self.people.get_mut(&by).map(|person| &mut person.contacts);
        let Some((contacts, place)) =
            contacts.and_then(|contacts| contacts.iter().position(|id| *id == who).map(|place| (contacts, place)))
        else {
            return Reply::refused(404, "no_such_contact");
        };
        contacts.remove(place);
        Reply::done(204, Value::Null)
    }

    pub(super) fn leave(&mut self, by: PersonId, right: bool) -> Reply {
        if !right {
            return Reply::refused(403, "bad_credentials");
        }
        self.events.retain(|_, event| event.survives(by));
        self.addresses.retain(|_, owner| *owner != by);
        if let Some(person) = self.people.get_mut(&by) {
            person.state = State::Gone;
            person.contacts.clear();
            person.sessions.clear();
        }
        Reply::done(204, Value::Null)
    }
}
