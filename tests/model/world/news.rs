//! What members are mailed.

use std::collections::BTreeMap;

use super::events::{Event, Place};
use super::{EventId, PersonId, World, is_guest};

/// A kind of mail about an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    /// That one is invited.
    Invitation,
    /// That date and place stand.
    Decided,
    /// That they are open again.
    Reopened,
    /// That the event is off.
    Cancelled,
    /// That one was taken out.
    TakenOut,
}

/// How many mails of each kind were sent to each address.
pub(crate) type Outbox = BTreeMap<(String, Kind), u32>;

/// The kind of a mail with that subject. None if it is not about an event.
pub(crate) fn kind_of(subject: &str) -> Option<Kind> {
    // The service puts these around marks of which programs could make links.
    let subject = subject.replace('\u{2060}', "");
    let beginnings = [
        ("It is on: ", Kind::Decided),
        ("Open again: ", Kind::Reopened),
        ("Cancelled: ", Kind::Cancelled),
        ("No longer on your calendar: ", Kind::TakenOut),
    ];
    let found = beginnings.into_iter().find(|(beginning, _)| subject.starts_with(beginning)).map(|(_, kind)| kind);
    found.or_else(|| subject.contains(" invites you to ").then_some(Kind::Invitation))
}

impl Event {
    /// Whether date and place both stand.
    pub(super) fn stands(&self) -> bool {
        self.sent && self.polls.iter().all(|poll| poll.chosen.is_some())
    }

    fn chosen(&self) -> [Option<usize>; 2] {
        self.polls.each_ref().map(|poll| poll.chosen)
    }

    /// Those who have not declined.
    fn taking_part(&self) -> Vec<PersonId> {
        self.places.iter().filter(|place| place.counts()).filter_map(|place| place.who.person()).collect()
    }
}

impl World {
    /// Mails that person, if there is such a one who wants to be mailed.
    pub(super) fn mail(&mut self, person: PersonId, kind: Kind) {
        let user = self.people.get(&person).filter(|user| self.is_active(person) && user.mails);
        let address = match user {
            Some(user) => Some(user.email.to_lowercase()),
            None if is_guest(person) => self.mailbox_of_guest(person),
            None => None,
        };
        if let Some(address) = address {
            *self.outbox.entry((address, kind)).or_default() += 1;
        }
    }

    /// Mails what is new since the events were so. Who is invited further or taken out is mailed by what does that.
    pub(super) fn tell_news(&mut self, former: &BTreeMap<EventId, Event>) {
        let mut mails = Vec::new();
        for (id, now) in &self.events {
            let before = former.get(id).filter(|before| before.sent);
            let all = || now.taking_part().into_iter().chain([now.organiser]);
            match before {
                _ if !now.sent => {}
                None => {
                    let invited = now.places.iter().filter_map(|place: &Place| place.who.person());
                    mails.extend(invited.map(|person| (person, Kind::Invitation)));
                }
                Some(before) if now.stands() && now.chosen() != before.chosen() => {
                    mails.extend(all().map(|person| (person, Kind::Decided)));
                }
                Some(before) if before.stands() && !now.stands() => {
                    mails.extend(all().map(|person| (person, Kind::Reopened)));
                }
                Some(_) => {}
            }
        }
        for (_, before) in former.iter().filter(|(id, before)| before.sent && !self.events.contains_key(*id)) {
            // The organiser has a calendar too.
            let organiser = Some(before.organiser).filter(|_| before.stands());
            mails.extend(before.taking_part().into_iter().chain(organiser).map(|person| (person, Kind::Cancelled)));
        }
        for (person, kind) in mails {
            self.mail(person, kind);
        }
    }
}
