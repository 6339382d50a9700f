//! The client's side: the tokens, links and ids that it was told, and the numbers that they have here.

use tests::{Response, token_in};

use super::{Access, Player};
use crate::deed::{Deed, Login, What};
use crate::world::{EventId, LinkId, PersonId, SessionId};

/// A client takes an access token for good for so long. It is good for an hour.
pub(super) const FRESH: i64 = 3500;

/// From then on it is refused. Clocks are not all the same, so this is a minute after the hour.
const TOO_OLD: i64 = 3700;

impl Player {
    /// Whether the client has what the request takes.
    pub(super) fn can_be_done(&self, deed: &Deed) -> bool {
        let (_, path, body) = deed.request(&self.username(deed.by));
        let is_filled = !self.names.fill(&path).contains('<') && !self.names.fill_body(&body).to_string().contains('<');
        let is_let_in = match &deed.what {
            What::UseOldToken => self.has_old_token(deed.by),
            // The name may be somebody else's by now.
            What::Resend { .. } => self.usernames.contains_key(&deed.by) && self.has_name(deed.by),
            What::Unsubscribe { member, .. } => self.stop(*member).is_some(),
            What::Visit { .. } => self.token_of(deed).is_some(),
            _ => !deed.needs_account() || self.has_access(deed.by, FRESH),
        };
        is_filled && is_let_in
    }

    /// Whether nobody else has the name with which that one registered.
    fn has_name(&self, person: PersonId) -> bool {
        let name = Login::Name(self.username(person));
        self.worlds.iter().all(|world| world.behind(&name).is_none_or(|behind| behind == person))
    }

    /// What a client does first that has no good access token: it refreshes the session, or logs in.
    pub(super) fn way_in(&mut self, deed: &Deed) -> Option<Deed> {
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

    /// Keeps the tokens of an answer, or the link that was mailed.
    pub(super) fn learn(&mut self, deed: &Deed, response: &Response) {
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
            // Who was a guest has the guest's id.
            self.names.keep(&format!("<p{owner}>"), &text("user_id"));
            let since = self.world().now;
            self.access.insert(owner, Access { token: text("access_token"), session, since });
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

    pub(super) fn has_access(&self, person: PersonId, age: i64) -> bool {
        self.access.get(&person).is_some_and(|access| self.world().now - access.since <= age)
    }

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
