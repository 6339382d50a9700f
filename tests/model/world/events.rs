//! Events that were sent: voting, deciding, answering, handing over, and what becomes of them when somebody leaves.

use std::collections::BTreeSet;

use serde_json::Value;

use super::drafts::Addressee;
use super::{EventId, PersonId, Reply, World, is_guest};
use crate::deed::{Answer, same_option};

/// An event.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Event {
    /// What it is called.
    pub(crate) name: String,
    /// The further text.
    pub(crate) additional: String,
    /// Whether it was sent.
    pub(crate) sent: bool,
    /// When it was made.
    pub(crate) made_at: i64,
    /// The language of its guests: the organiser's at that time.
    pub(crate) language: &'static str,
    /// Whose it is.
    pub(crate) organiser: PersonId,
    /// The polls on the date and on the place.
    pub(crate) polls: [Poll; 2],
    /// Whom a draft is for.
    pub(crate) addressees: Vec<Addressee>,
    /// The places of the invitees, once it was sent.
    pub(crate) places: Vec<Place>,
}

/// A poll.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Poll {
    /// The options, in the organiser's order.
    pub(crate) options: Vec<String>,
    /// The one that was decided on.
    pub(crate) chosen: Option<usize>,
    /// Whether a member may vote for several.
    pub(crate) any: bool,
    /// Whether the organiser has taken a decision back.
    pub(crate) reopened: bool,
}

/// An invitee's place in an event.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Place {
    /// Who has it.
    pub(crate) who: Who,
    /// The name that came with an address, until the invitee does something.
    pub(crate) alias: Option<String>,
    /// The same, for good: it is the only name of a guest.
    pub(crate) given: String,
    /// The answer.
    pub(crate) answer: Option<Answer>,
    /// What was voted for in each poll.
    pub(crate) votes: [BTreeSet<usize>; 2],
    /// Since when it stands in the list of the one who has it.
    pub(crate) since: i64,
    /// When the invitee was last invited.
    pub(crate) invited_at: i64,
}

/// Who has a place.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Who {
    /// This person.
    Person(PersonId),
    /// Somebody without a name, in the place of this person.
    Nobody(PersonId),
}

impl Who {
    /// The person, if it is one.
    pub(crate) fn person(self) -> Option<PersonId> {
        match self {
            Self::Person(person) => Some(person),
            Self::Nobody(_) => None,
        }
    }
}

impl Place {
    pub(super) fn counts(&self) -> bool {
        self.answer != Some(Answer::No)
    }

    fn can_organise(&self) -> bool {
        self.counts() && matches!(self.who, Who::Person(person) if !is_guest(person))
    }
}

fn invalid() -> Reply {
    Reply::refused(400, "invalid")
}

fn decided() -> Reply {
    Reply::refused(409, "poll_decided")
}

impl Event {
    /// The place of that person.
    pub(crate) fn place(&self, person: PersonId) -> Option<&Place> {
        self.places.iter().find(|place| place.who == Who::Person(person))
    }

    fn place_mut(&mut self, person: PersonId) -> Option<&mut Place> {
        self.places.iter_mut().find(|place| place.who == Who::Person(person))
    }

    /// Whether it exists for that person.
    pub(crate) fn is_seen_by(&self, person: PersonId) -> bool {
        self.organiser == person || self.sent && self.place(person).is_some()
    }

    /// The places whose votes count for that option.
    pub(super) fn voted(&self, topic: usize, option: usize) -> Vec<Who> {
        let votes = self.places.iter().filter(|place| place.counts() && place.votes[topic].contains(&option));
        votes.map(|place| place.who).collect()
    }

    /// How many members' votes count.
    pub(super) fn voters(&self, topic: usize) -> usize {
        self.places.iter().filter(|place| place.counts() && !place.votes[topic].is_empty()).count()
    }

    /// Records what more than half of those who have not declined agree on.
    pub(super) fn settle(&mut self) {
        let half = self.places.iter().filter(|place| place.counts()).count();
        for topic in 0..2 {
            let poll = &self.polls[topic];
            if poll.chosen.is_some() || poll.reopened || poll.any {
                continue;
            }
            let agreed = (0..poll.options.len()).find(|option| 2 * self.voted(topic, *option).len() > half);
            self.polls[topic].chosen = agreed;
        }
    }

    /// Invites that member again, so that older links end.
    pub(super) fn invite_again(&mut self, person: PersonId, now: i64) {
        if let Some(place) = self.place_mut(person) {
            place.invited_at = now;
        }
    }

    /// Puts that person in the place of a guest.
    pub(super) fn rename(&mut self, guest: PersonId, person: PersonId) {
        if let Some(place) = self.place_mut(guest) {
            place.who = Who::Person(person);
        }
    }

    fn check_sent(&self) -> Result<(), Reply> {
        if self.sent { Ok(()) } else { Err(Reply::refused(409, "still_draft")) }
    }

    fn option(&self, topic: usize, text: &str) -> Option<usize> {
        self.polls[topic].options.iter().position(|option| same_option(option, text))
    }

    pub(super) fn vote(&mut self, by: PersonId, topic: usize, text: &str) -> Result<(), Reply> {
        self.check_sent()?;
        let (option, poll) = (self.option(topic, text), &self.polls[topic]);
        if by == self.organiser {
            self.polls[topic].chosen = Some(option.ok_or_else(invalid)?);
            return Ok(());
        }
        let (open, any) = (poll.chosen.is_none(), poll.any);
        let Some(place) = self.place_mut(by) else { return Ok(()) };
        if option.is_some_and(|option| place.votes[topic].contains(&option)) {
            return Ok(());
        }
        if !open {
            return Err(decided());
        }
        let option = option.ok_or_else(invalid)?;
        if !any {
            place.votes[topic].clear();
        }
        place.votes[topic].insert(option);
        place.alias = None;
        Ok(())
    }

    pub(super) fn take_back(&mut self, by: PersonId, topic: usize, text: &str) -> Result<(), Reply> {
        self.check_sent()?;
        let option = self.option(topic, text).ok_or_else(invalid)?;
        let organises = by == self.organiser;
        let poll = &mut self.polls[topic];
        let (chosen, any) = (poll.chosen, poll.any);
        if organises {
            match chosen {
                None => {}
                Some(chosen) if chosen != option => return Err(invalid()),
                Some(_) => (poll.chosen, poll.reopened) = (None, true),
            }
            return Ok(());
        }
        let Some(place) = self.place_mut(by) else { return Ok(()) };
        let votes = &mut place.votes[topic];
        if !votes.contains(&option) {
            return if any || votes.is_empty() { Ok(()) } else { Err(invalid()) };
        }
        if chosen.is_some() {
            return Err(decided());
        }
        votes.remove(&option);
        place.alias = None;
        Ok(())
    }

    pub(super) fn answer(&mut self, by: PersonId, answer: Answer) -> Result<(), Reply> {
        let Some(place) = self.place_mut(by) else {
            return Err(Reply::refused(403, "organiser_needs_no_answer"));
        };
        place.answer = Some(answer);
        place.alias = None;
        Ok(())
    }

    pub(super) fn hand_over(&mut self, by: PersonId, to: PersonId, now: i64) -> Result<(), Reply> {
        self.check_sent()?;
        if to == self.organiser {
            return Ok(());
        }
        if by != self.organiser {
            return Err(Reply::refused(403, "not_organiser"));
        }
        let place = self.place_mut(to).filter(|place| place.can_organise() && place.alias.is_none());
        let place = place.ok_or_else(invalid)?;
        *place = Place {
            who: Who::Person(by),
            alias: None,
            given: String::new(),
            answer: Some(Answer::Yes),
            votes: Default::default(),
            since: place.since,
            invited_at: now,
        };
        self.organiser = to;
        Ok(())
    }

    /// Takes that person out of the event, whose account goes. `false` if the event goes too.
    pub(super) fn survives(&mut self, person: PersonId) -> bool {
        if let Some(place) = self.place_mut(person) {
            (place.who, place.alias) = (Who::Nobody(person), None);
        }
        if self.organiser != person {
            return true;
        }
        self.settle();
        let rank = |place: &&Place| match place.answer {
            Some(Answer::Yes) => 0,
            Some(Answer::Maybe) => 1,
            // Who organises is seen under the own name, which tells whose the address is.
            _ if place.alias.is_none() => 2,
            _ => 3,
        };
        let heir = self.places.iter().filter(|place| place.can_organise()).min_by_key(rank).map(|place| place.who);
        let Some(Who::Person(heir)) = heir.filter(|_| self.sent) else { return false };
        self.places.retain(|place| place.who != Who::Person(heir));
        self.organiser = heir;
        true
    }
}

impl World {
    pub(super) fn delete(&mut self, by: PersonId, event: EventId) -> Reply {
        match self.events.get(&event).filter(|found| found.is_seen_by(by)) {
            None => Reply::refused(404, "no_such_event"),
            Some(found) if found.organiser != by => Reply::refused(403, "not_organiser"),
            Some(_) => {
                self.events.remove(&event);
                Reply::done(204, Value::Null)
            }
        }
    }
}
