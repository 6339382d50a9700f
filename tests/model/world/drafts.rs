//! Drafts: made, edited, and sent.

use super::events::{Event, Place, Poll, Who};
use super::people::same;
use super::{EventId, PersonId, Reply, World};
use crate::deed::{Ballot, Content, Invited, Login, same_option};

/// Whom a draft is for.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Addressee {
    /// As typed.
    pub(crate) typed: Login,
    /// Whom the name or the id meant when it was first typed. An address has nobody before the draft is sent.
    pub(crate) user: Option<PersonId>,
    /// The name that is shown for an address.
    pub(crate) alias: String,
}

impl Addressee {
    fn is(&self, typed: &Login) -> bool {
        match (&self.typed, typed) {
            (Login::Name(one), Login::Name(other)) | (Login::Email(one), Login::Email(other)) => same(one, other),
            (one, other) => one == other,
        }
    }
}

/// The people who have these places.
fn persons(places: &[Place]) -> impl Iterator<Item = PersonId> {
    places.iter().filter_map(|place| if let Who::Person(person) = place.who { Some(person) } else { None })
}

/// A draft that can be sent: its invitees, and those of them who become contacts.
struct Sendable {
    places: Vec<Place>,
    contacts: Vec<PersonId>,
}

fn invalid() -> Reply {
    Reply::refused(400, "invalid")
}

impl World {
    pub(super) fn draft(&mut self, by: PersonId, event: EventId, content: &Content, send: bool) -> Reply {
        if self.events.contains_key(&event) {
            // The idempotency key gives the event that it made, as it is now.
            if send && let Err(refused) = self.send_out(by, event) {
                return refused;
            }
            return self.shown(201, by, event);
        }
        let Some(addressees) = self.addressees(by, &content.invited, &[]) else { return invalid() };
        let draft = Event {
            name: String::new(),
            additional: String::new(),
            sent: false,
            made_at: self.now,
            language: self.people.get(&by).map_or("en", |person| person.language),
            organiser: by,
            polls: content.polls.each_ref().map(poll),
            addressees: Vec::new(),
            places: Vec::new(),
        };
        self.store(event, draft, content, addressees, send)
            .map_or_else(|refused| refused, |()| self.shown(201, by, event))
    }

    pub(super) fn edit(&mut self, by: PersonId, event: EventId, content: &Content, send: bool) -> Reply {
        let stored = match self.events.get(&event).filter(|found| found.is_seen_by(by)) {
            None => return Reply::refused(404, "no_such_event"),
            Some(found) if found.organiser != by => return Reply::refused(403, "not_organiser"),
            Some(found) => found.clone(),
        };
        let addressees = self.addressees(by, &content.invited, &stored.addressees);
        if stored.sent {
            let repeats = send && addressees.is_some_and(|addressees| self.was_sent_as(&stored, content, addressees));
            return if repeats { self.shown(200, by, event) } else { Reply::refused(409, "already_sent") };
        }
        let Some(addressees) = addressees else { return invalid() };
        self.store(event, stored, content, addressees, send)
            .map_or_else(|refused| refused, |()| self.shown(200, by, event))
    }

    /// Stores the draft with that content, and sends it if it is to. What cannot be sent is not stored.
    fn store(
        &mut self,
        event: EventId,
        draft: Event,
        content: &Content,
        addressees: Vec<Addressee>,
        send: bool,
    ) -> Result<(), Reply> {
        let organiser = draft.organiser;
        let draft = Event { addressees, ..filled(draft, content) };
        if send {
            self.clone().sendable(&draft).ok_or_else(invalid)?;
        }
        self.events.insert(event, draft);
        if send { self.send_out(organiser, event) } else { Ok(()) }
    }

    pub(super) fn send(&mut self, by: PersonId, event: EventId) -> Reply {
        match self.send_out(by, event) {
            Ok(()) => self.shown(200, by, event),
            Err(refused) => refused,
        }
    }

    /// Sends the event, unless it was sent already.
    fn send_out(&mut self, by: PersonId, event: EventId) -> Result<(), Reply> {
        let found = self.events.get(&event).filter(|found| found.is_seen_by(by));
        let found = found.ok_or(Reply::refused(404, "no_such_event"))?;
        if found.organiser != by {
            return Err(Reply::refused(403, "not_organiser"));
        }
        if found.sent {
            return Ok(());
        }
        let found = found.clone();
        let mut with_guests = self.clone();
        let Sendable { places, contacts } = with_guests.sendable(&found).ok_or_else(invalid)?;
        *self = with_guests;
        for invitee in persons(&places) {
            self.introduce(by, invitee);
        }
        if let Some(found) = self.events.get_mut(&event) {
            (found.sent, found.places) = (true, places);
            found.addressees.clear();
        }
        self.meet(by, &contacts);
        Ok(())
    }

    /// The world in which sending the draft was broken off once those whom it names had become contacts. None if it cannot be sent.
    pub(super) fn making_contacts(&self, by: PersonId, event: EventId) -> Option<Self> {
        let draft = self.events.get(&event).filter(|found| found.organiser == by && !found.sent)?;
        let mut world = self.clone();
        let Sendable { contacts, .. } = self.clone().sendable(draft)?;
        world.meet(by, &contacts);
        Some(world)
    }

    /// Those who are invited, each once and without the organiser. `None` if somebody is named anew whom nobody knows.
    pub(super) fn addressees(
        &self,
        organiser: PersonId,
        invited: &[Invited],
        stored: &[Addressee],
    ) -> Option<Vec<Addressee>> {
        let mut all: Vec<Addressee> = Vec::new();
        for Invited { typed, name } in invited {
            let user = match (typed, stored.iter().find(|stored| stored.is(typed))) {
                (Login::Email(_), _) => None,
                (_, Some(stored)) => stored.user,
                (_, None) => Some(self.find(typed)?),
            };
            let is_there = |other: &Addressee| if user.is_some() { other.user == user } else { other.is(typed) };
            if user == Some(organiser) || all.iter().any(is_there) {
                continue;
            }
            let alias = match typed {
                Login::Email(email) => name.clone().unwrap_or(email.split('@').next().unwrap_or_default().to_owned()),
                _ => String::new(),
            };
            all.push(Addressee { typed: typed.clone(), user, alias });
        }
        Some(all)
    }

    /// `None` if anything is missing, or anybody is unknown or gone.
    fn sendable(&mut self, draft: &Event) -> Option<Sendable> {
        let is_complete = !draft.name.is_empty() && draft.polls.iter().all(|poll| !poll.options.is_empty());
        let (mut places, mut contacts): (Vec<Place>, Vec<PersonId>) = (Vec::new(), Vec::new());
        for Addressee { typed, user, alias } in &draft.addressees {
            let person = match user {
                Some(user) => Some(*user).filter(|user| self.is_active(*user)),
                None => Some(self.invitee(typed)),
            }?;
            contacts.extend(user);
            let who = Who::Person(person);
            if person != draft.organiser && places.iter().all(|place| place.who != who) {
                let (given, alias) = (alias.clone(), user.is_none().then(|| alias.clone()));
                places.push(Place {
                    who,
                    alias,
                    given,
                    answer: None,
                    votes: Default::default(),
                    since: self.now,
                    invited_at: self.now,
                });
            }
        }
        (is_complete && !places.is_empty()).then_some(Sendable { places, contacts })
    }

    /// Whom that name or address means when it is invited: an address that is no user's is a guest's.
    pub(super) fn invitee(&mut self, typed: &Login) -> PersonId {
        let found = self.find(typed);
        match typed {
            Login::Email(address) => found.unwrap_or_else(|| self.guest_with(address)),
            Login::Name(_) | Login::Id(_) => found.unwrap_or_default(),
        }
    }

    /// Whether the event was sent of a draft with this content, whatever was voted and decided since.
    fn was_sent_as(&self, sent: &Event, content: &Content, addressees: Vec<Addressee>) -> bool {
        let draft = Event { addressees, places: Vec::new(), ..filled(sent.clone(), content) };
        let Some(Sendable { places, .. }) = self.clone().sendable(&draft) else { return false };
        let ballots = |event: &Event| {
            event.polls.each_ref().map(|poll| {
                let mut options = poll.options.clone();
                options.sort();
                (options, poll.any)
            })
        };
        let invited = |places: &[Place]| places.iter().map(|place| place.who).collect::<Vec<_>>();
        (&draft.name, &draft.additional) == (&sent.name, &sent.additional)
            && ballots(&draft) == ballots(sent)
            && invited(&places) == invited(&sent.places)
    }
}

fn filled(event: Event, content: &Content) -> Event {
    let polls = content.polls.each_ref().map(poll);
    Event { name: content.name.clone(), additional: content.additional.clone(), polls, ..event }
}

fn poll(content: &Ballot) -> Poll {
    let mut options = content.options.clone();
    let chosen = content.confirmed.as_ref().map(|text| {
        options.iter().position(|option| same_option(option, text)).unwrap_or_else(|| {
            options.push(text.clone());
            options.len() - 1
        })
    });
    Poll { options, chosen, any: content.any, reopened: false }
}
