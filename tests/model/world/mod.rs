//! The rules of the service once more, as its reference tells them: what a deed is answered, and what is so afterwards. Nothing here
//! asks `shared`, so that a mistake there is found.
//!
//! Ids are numbers here. In a body that is expected, `<p3>` stands for the id that the service has given to person 3.

mod drafts;
mod events;
mod guests;
mod members;
mod news;
mod people;
mod views;
mod visits;

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::deed::{Deed, What};

pub(crate) use self::drafts::Addressee;
pub(crate) use self::events::{Event, Who};
pub(crate) use self::guests::{Guest, is_guest};
pub(crate) use self::news::{Outbox, kind_of};
pub(crate) use self::people::{Person, State};

/// A person, numbered in the order in which they registered. A guest has a number of its own, see [`is_guest`].
pub(crate) type PersonId = u32;

/// An event, numbered in the order in which they were drafted.
pub(crate) type EventId = u32;

/// A session, numbered in the order of the logins.
pub(crate) type SessionId = u32;

/// A link in a mail, numbered in the order of the mails.
pub(crate) type LinkId = u32;

/// The names of the two polls, by the number that each has here.
pub(crate) const TOPICS: [&str; 2] = ["date", "place"];

/// All that the service should know.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct World {
    /// The seconds since the story began.
    pub(crate) now: i64,
    /// Everybody who has ever registered here.
    pub(crate) people: BTreeMap<PersonId, Person>,
    /// The events that are there.
    pub(crate) events: BTreeMap<EventId, Event>,
    /// Those who were invited by addresses that nobody has confirmed, by these addresses.
    pub(crate) guests: BTreeMap<String, Guest>,
    /// Whom an address leads to at a login: who has confirmed it, else the latest of those who registered with it.
    pub(crate) addresses: BTreeMap<String, PersonId>,
    /// How many mails of each kind in each language were sent to each address.
    pub(crate) outbox: Outbox,
    /// Whether the decision of a majority is recorded once it is seen. If AWS fails then, it is left to the next request.
    pub(crate) records: bool,
}

/// How a request should be answered.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Reply {
    /// The status.
    pub(crate) status: u16,
    /// The code of a failure; empty for a success.
    pub(crate) code: &'static str,
    /// The body of a success; `null` where it is not looked at.
    pub(crate) body: Value,
}

impl Reply {
    pub(crate) fn done(status: u16, body: Value) -> Self {
        Self { status, code: "", body }
    }

    pub(crate) fn refused(status: u16, code: &'static str) -> Self {
        Self { status, code, body: Value::Null }
    }

    /// Whether it is a success.
    pub(crate) fn is_success(&self) -> bool {
        self.status < 400
    }
}

impl World {
    /// A world of nobody.
    pub(crate) fn new() -> Self {
        Self {
            now: 0,
            people: BTreeMap::new(),
            events: BTreeMap::new(),
            guests: BTreeMap::new(),
            addresses: BTreeMap::new(),
            outbox: Outbox::new(),
            records: true,
        }
    }

    /// Does the deed, and says how it is answered. Members hear of it.
    pub(crate) fn perform(&mut self, deed: &Deed) -> Reply {
        let former = self.events.clone();
        let reply = self.carry_out(deed);
        self.tell_news(&former);
        reply
    }

    fn carry_out(&mut self, deed: &Deed) -> Reply {
        let by = deed.by;
        if deed.needs_account() && !self.is_active(by) {
            return Reply::refused(401, "unauthenticated");
        }
        let event = match &deed.what {
            What::Register { username, email, link } => return self.register(by, username, email, *link),
            What::Confirm { link, session } => return self.confirm(by, *link, *session),
            What::Resend { link } => return self.resend(by, *link),
            What::Login { login, right, session } => return self.login(login, *right, *session),
            What::Refresh { session, generation } => return self.refresh(*session, *generation),
            What::LogOut { session, generation } => return self.log_out(*session, *generation),
            What::EndSession { session } => return self.end_session(by, *session),
            What::LogOutEverywhere => return self.log_out_everywhere(by),
            What::Rename { name } => return self.rename(by, name),
            What::Searchable { searchable } => return self.set_searchable(by, *searchable),
            What::Mails { wanted } => return self.set_mails(by, *wanted),
            What::Language { language } => return self.set_language(by, language),
            What::Search { query, limit } => return self.search(by, query, *limit),
            What::AddContact { who } => return self.add_contact(by, *who),
            What::RemoveContact { who } => return self.remove_contact(by, *who),
            What::Leave { right } => return self.leave(by, *right),
            What::UseOldToken => return Reply::refused(401, "unauthenticated"),
            What::Draft { event, content, send } => return self.draft(by, *event, content, *send),
            What::Edit { event, content, send } => return self.edit(by, *event, content, *send),
            What::Send { event } => return self.send(by, *event),
            What::Vote { event, topic, option } => {
                self.on_member(by, *event, |found| found.vote(by, *topic, option)).map(|()| *event)
            }
            What::TakeBack { event, topic, option } => {
                self.on_member(by, *event, |found| found.take_back(by, *topic, option)).map(|()| *event)
            }
            What::Answer { event, answer } => {
                self.on_member(by, *event, |found| found.answer(by, *answer)).map(|()| *event)
            }
            What::HandOver { event, to } => {
                let now = self.now;
                self.on_member(by, *event, |found| found.hand_over(by, *to, now)).map(|()| *event)
            }
            What::Delete { event } => return self.delete(by, *event),
            What::Invite { event, invited } => return self.invite(by, *event, invited),
            What::TakeOut { event, who } => return self.take_out(by, *event, *who),
            What::Unsubscribe { member, wanted } => return self.unsubscribe(*member, *wanted),
            What::Visit { event, member, which, act } => return self.visit(*event, *member, *which, act),
            What::Amend { event, name, additional, options } => {
                self.amend(by, *event, (name.as_deref(), additional.as_deref()), options).map(|()| *event)
            }
        };
        match event {
            Ok(event) => self.shown(200, by, event),
            Err(refused) => refused,
        }
    }

    /// The worlds in which the deed was broken off between two of its writes, as far as the reference lets that be seen.
    pub(crate) fn halfway(&self, deed: &Deed) -> Vec<Self> {
        let (by, event) = (deed.by, deed.what.event());
        let mut worlds = Vec::new();
        let mut world = self.clone();
        if let What::Draft { content, send: true, .. } = &deed.what
            && world.clone().perform(deed).is_success()
        {
            world.draft(by, event.unwrap_or_default(), content, false);
            worlds.push(world.clone());
        }
        if let What::Edit { content, send: true, .. } = &deed.what
            && world.clone().perform(deed).is_success()
        {
            world.edit(by, event.unwrap_or_default(), content, false);
            worlds.push(world.clone());
        }
        if let What::Invite { event, invited } = &deed.what {
            worlds.extend(self.meeting(by, *event, invited));
        }
        if deed.what.sends() {
            worlds.extend(world.making_contacts(by, event.unwrap_or_default()));
        }
        worlds
    }

    /// Does something to an event as its member, who finds the decisions of majorities recorded, and leaves them so.
    fn on_member(
        &mut self,
        by: PersonId,
        event: EventId,
        act: impl FnOnce(&mut Event) -> Result<(), Reply>,
    ) -> Result<(), Reply> {
        let records = self.records;
        let found = self.events.get_mut(&event).filter(|found| found.is_seen_by(by));
        let found = found.ok_or(Reply::refused(404, "no_such_event"))?;
        if records {
            found.settle();
        }
        act(found)?;
        if records {
            found.settle();
        }
        Ok(())
    }

    /// Reads an event, which records what a majority has decided.
    pub(crate) fn read(&mut self, by: PersonId, event: EventId) -> Reply {
        let former = self.events.clone();
        let seen = self.on_member(by, event, |_| Ok(()));
        self.tell_news(&former);
        match seen {
            Ok(()) => self.shown(200, by, event),
            Err(refused) => refused,
        }
    }

    pub(super) fn shown(&self, status: u16, by: PersonId, event: EventId) -> Reply {
        Reply::done(status, json!({"event": self.event_view(by, event)}))
    }
}
