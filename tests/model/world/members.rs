//! What changes in an event after it was sent: who is in it, what it is called, and what can be voted for.

use serde_json::Value;

use super::events::{Event, Place, Who};
use super::news::Kind;
use super::{EventId, PersonId, Reply, World};
use crate::deed::{Invited, same_option};

/// Whom a request invites.
struct Further {
    /// Those who are not in yet.
    places: Vec<Place>,
    /// Those who are, and are to be invited again.
    again: Vec<PersonId>,
    /// The users who are named by name or id.
    contacts: Vec<PersonId>,
}

impl Further {
    fn is_nobody(&self) -> bool {
        self.places.is_empty() && self.again.is_empty()
    }
}

fn invalid() -> Reply {
    Reply::refused(400, "invalid")
}

fn not_organiser() -> Reply {
    Reply::refused(403, "not_organiser")
}

fn organised(found: &Event, by: PersonId) -> Result<(), Reply> {
    if found.organiser != by {
        Err(not_organiser())
    } else if found.sent {
        Ok(())
    } else {
        Err(Reply::refused(409, "still_draft"))
    }
}

impl World {
    /// Whom that means now, making guests of unknown addresses. `None` if somebody is unknown.
    fn further(&mut self, by: PersonId, event: EventId, invited: &[(Invited, bool)]) -> Option<Further> {
        let named: Vec<Invited> = invited.iter().map(|(invited, _)| invited.clone()).collect();
        let addressees = self.addressees(by, &named, &[])?;
        let mut further = Further { places: Vec::new(), again: Vec::new(), contacts: Vec::new() };
        let mut seen = vec![by];
        for addressee in addressees {
            let person = addressee.user.unwrap_or_else(|| self.invitee(&addressee.typed));
            further.contacts.extend(addressee.user);
            if seen.contains(&person) {
                continue;
            }
            seen.push(person);
            let is_again = invited.iter().any(|(one, again)| *again && one.typed == addressee.typed);
            if self.events.get(&event)?.place(person).is_some() {
                further.again.extend(is_again.then_some(person));
            } else {
                let (given, alias) = (addressee.alias.clone(), addressee.user.is_none().then_some(addressee.alias));
                let (who, votes) = (Who::Person(person), Default::default());
                further.places.push(Place {
                    who,
                    alias,
                    given,
                    answer: None,
                    votes,
                    since: self.now,
                    invited_at: self.now,
                });
            }
        }
        Some(further)
    }

    pub(super) fn invite(&mut self, by: PersonId, event: EventId, invited: &[(Invited, bool)]) -> Reply {
        if invited.is_empty() {
            return invalid();
        }
        if let Err(refused) = self.on_member(by, event, |found| organised(found, by)) {
            return refused;
        }
        let mut after = self.clone();
        let Some(further) = after.further(by, event, invited) else { return invalid() };
        let of_guests = self.events[&event].language;
        if !further.is_nobody() {
            let new = further.places.iter().filter_map(|place| place.who.person());
            for person in new.chain(further.again.iter().copied()) {
                after.introduce(by, person);
                after.mail(person, Kind::Invitation, of_guests);
            }
            after.meet(by, &further.contacts);
            if let Some(found) = after.events.get_mut(&event) {
                for person in &further.again {
                    found.invite_again(*person, self.now);
                }
                found.places.extend(further.places);
            }
            *self = after;
        }
        self.shown(200, by, event)
    }

    /// The world in which an invitation was broken off once those whom it names had become contacts. None if nobody is invited.
    pub(super) fn meeting(&self, by: PersonId, event: EventId, invited: &[(Invited, bool)]) -> Option<Self> {
        let mut world = self.clone();
        world.on_member(by, event, |found| organised(found, by)).ok()?;
        let further = world.clone().further(by, event, invited).filter(|further| !further.is_nobody())?;
        world.meet(by, &further.contacts);
        Some(world)
    }

    /// Whether these are one, also where one of them is the guest who the other was.
    fn is_one(&self, one: Who, other: Who) -> bool {
        match (one, other) {
            (Who::Person(one), Who::Person(other)) => self.id(one) == self.id(other),
            (one, other) => one == other,
        }
    }

    pub(super) fn take_out(&mut self, by: PersonId, event: EventId, who: Who) -> Reply {
        let found = self.events.get(&event);
        let index = found.and_then(|found| found.places.iter().position(|place| self.is_one(place.who, who)));
        let is_own = self.is_one(who, Who::Person(by));
        let mut told = None;
        let taken = self.on_member(by, event, |found| {
            let organises = found.organiser == by;
            if !found.sent {
                return Err(Reply::refused(409, "still_draft"));
            }
            match index {
                _ if organises && is_own => Err(Reply::refused(409, "organiser_stays")),
                _ if !organises && !is_own => Err(not_organiser()),
                None => Err(Reply::refused(404, "no_such_member")),
                Some(index) => {
                    let place = found.places.remove(index);
                    // Who leaves knows of it, and who has declined does not wait for it.
                    let is_told = organises && found.stands() && place.counts();
                    told = place.who.person().filter(|_| is_told).map(|person| (person, found.language));
                    Ok(())
                }
            }
        });
        match taken {
            Ok(()) => {
                if let Some((person, of_guests)) = told {
                    self.mail(person, Kind::TakenOut, of_guests);
                }
                Reply::done(204, Value::Null)
            }
            Err(refused) => refused,
        }
    }

    pub(super) fn amend(
        &mut self,
        by: PersonId,
        event: EventId,
        (name, additional): (Option<&str>, Option<&str>),
        options: &[Vec<String>; 2],
    ) -> Result<(), Reply> {
        let found = self.events.get_mut(&event).filter(|found| found.is_seen_by(by));
        let found = found.ok_or(Reply::refused(404, "no_such_event"))?;
        if found.organiser != by {
            return Err(not_organiser());
        }
        let mut amended = found.clone();
        for (poll, options) in amended.polls.iter_mut().zip(options) {
            for option in options {
                if poll.options.iter().any(|known| same_option(known, option)) {
                    continue;
                }
                if found.sent && poll.chosen.is_some() {
                    return Err(Reply::refused(409, "poll_decided"));
                }
                poll.options.push(option.clone());
            }
        }
        if let Some(name) = name {
            if found.sent && name.is_empty() {
                return Err(invalid());
            }
            name.clone_into(&mut amended.name);
        }
        if let Some(additional) = additional {
            additional.clone_into(&mut amended.additional);
        }
        *found = amended;
        Ok(())
    }
}
