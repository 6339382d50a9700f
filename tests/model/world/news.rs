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

/// How many mails of each kind in each language were sent to each address.
pub(crate) type Outbox = BTreeMap<(String, Kind, &'static str), u32>;

/// The kind and the language of a mail with that subject. None if it is not about an event.
pub(crate) fn kind_of(subject: &str) -> Option<(Kind, &'static str)> {
    // The service puts these around marks of which programs could make links.
    let subject = subject.replace('\u{2060}', "");
    let beginnings = [
        ("It is on: ", Kind::Decided, "en"),
        ("Відбудеться: ", Kind::Decided, "uk"),
        ("Состоится: ", Kind::Decided, "ru"),
        ("Open again: ", Kind::Reopened, "en"),
        ("Знову відкрито: ", Kind::Reopened, "uk"),
        ("Снова открыто: ", Kind::Reopened, "ru"),
        ("Cancelled: ", Kind::Cancelled, "en"),
        ("Скасовано: ", Kind::Cancelled, "uk"),
        ("Отменено: ", Kind::Cancelled, "ru"),
        ("No longer on your calendar: ", Kind::TakenOut, "en"),
        ("Більше не у вашому календарі: ", Kind::TakenOut, "uk"),
        ("Больше не в вашем календаре: ", Kind::TakenOut, "ru"),
    ];
    let invites = [("invites you to", "en"), ("запрошує вас на подію", "uk"), ("приглашает вас на событие", "ru")];
    let found = beginnings.into_iter().find(|(beginning, ..)| subject.starts_with(beginning));
    let found = found.map(|(_, kind, language)| (kind, language));
    found.or_else(|| {
        let invites = invites.into_iter().find(|(words, _)| subject.contains(&format!(" {words} ")));
        invites.map(|(_, language)| (Kind::Invitation, language))
    })
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
    /// Mails that person, if there is such a one who wants to be mailed, in the own language. A guest has none but that of the event.
    pub(super) fn mail(&mut self, person: PersonId, kind: Kind, of_guests: &'static str) {
        let user = self.people.get(&person).filter(|user| self.is_active(person) && user.mails);
        let address = match user {
            Some(user) => Some((user.email.to_lowercase(), user.language)),
            None if is_guest(person) => self.mailbox_of_guest(person).map(|address| (address, of_guests)),
            None => None,
        };
        if let Some((address, language)) = address {
            *self.outbox.entry((address, kind, language)).or_default() += 1;
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
                    mails.extend(invited.map(|person| (person, Kind::Invitation, now.language)));
                }
                Some(before) if now.stands() && now.chosen() != before.chosen() => {
                    mails.extend(all().map(|person| (person, Kind::Decided, now.language)));
                }
                Some(before) if before.stands() && !now.stands() => {
                    mails.extend(all().map(|person| (person, Kind::Reopened, now.language)));
                }
                Some(_) => {}
            }
        }
        for (_, before) in former.iter().filter(|(id, before)| before.sent && !self.events.contains_key(*id)) {
            // The organiser has a calendar too.
            let organiser = Some(before.organiser).filter(|_| before.stands());
            let told = before.taking_part().into_iter().chain(organiser);
            mails.extend(told.map(|person| (person, Kind::Cancelled, before.language)));
        }
        for (person, kind, language) in mails {
            self.mail(person, kind, language);
        }
    }
}
