//! An event and its members, and how each member sees it.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::addressee::Addressee;
use super::fault::Fault;
use super::language::Language;
use super::person::Person;
use super::poll::{Choice, Poll, Standing, Topic, Votes};
use super::{EventId, UserId};

/// What an invitee says to the invitation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Answer {
    /// The invitee comes.
    Yes,
    /// The invitee may come.
    Maybe,
    /// The invitee does not come.
    No,
}

impl Answer {
    /// Reads an answer.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn parse(text: &str) -> Result<Self, String> {
        match text {
            "yes" => Ok(Self::Yes),
            "maybe" => Ok(Self::Maybe),
            "no" => Ok(Self::No),
            _ => Err("must be yes, maybe or no".to_owned()),
        }
    }

    /// The answer as it stands in JSON and in the tables.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Yes => "yes",
            Self::Maybe => "maybe",
            Self::No => "no",
        }
    }

    /// Whether the answer opens the event's chat.
    #[must_use]
    pub const fn opens_chat(self) -> bool {
        matches!(self, Self::Yes | Self::Maybe)
    }
}

/// An invited member.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invitee {
    /// Who it is.
    pub person: Person,
    /// The name that came with the address of the invitation. It is shown until the invitee has answered or voted, so that nobody
    /// can find out the owner of an address by inviting it.
    pub alias: Option<String>,
    /// The invitee's answer, if there is one yet.
    pub answer: Option<Answer>,
    /// The dates voted for.
    pub date: Votes,
    /// The places voted for.
    pub place: Votes,
    /// When the invitee was last invited.
    pub invited_at: Timestamp,
    /// The round of invitations in which that was.
    pub round: u32,
    /// Whether the invitee has no account.
    pub guest: bool,
    /// Whether the invitee's account was deleted.
    pub gone: bool,
}

impl Invitee {
    /// An invitee who is invited now, in that round.
    #[must_use]
    pub fn new(person: Person, round: u32, now: Timestamp) -> Self {
        let (date, place) = (Votes::new(), Votes::new());
        Self { person, alias: None, answer: None, date, place, invited_at: now, round, guest: false, gone: false }
    }

    /// The number of the invitation, which rises with each.
    #[must_use]
    pub fn number(&self) -> i64 {
        self.invited_at.as_millisecond()
    }

    /// The options voted for in that poll.
    #[must_use]
    pub const fn votes(&self, topic: Topic) -> &Votes {
        match topic {
            Topic::Date => &self.date,
            Topic::Place => &self.place,
        }
    }

    const fn votes_mut(&mut self, topic: Topic) -> &mut Votes {
        match topic {
            Topic::Date => &mut self.date,
            Topic::Place => &mut self.place,
        }
    }

    /// Votes for that option of that poll: besides those voted for so far, or instead of them. It reveals who the invitee is.
    pub fn vote(&mut self, topic: Topic, choice: Choice, option: usize) {
        self.alias = None;
        let votes = self.votes_mut(topic);
        if choice == Choice::One {
            votes.clear();
        }
        votes.insert(option);
    }

    /// Takes back the vote for that option of that poll. It reveals who the invitee is.
    pub fn take_back(&mut self, topic: Topic, option: usize) {
        self.alias = None;
        self.votes_mut(topic).remove(&option);
    }

    /// Whether the event's chat is open to the invitee.
    #[must_use]
    pub fn opens_chat(&self) -> bool {
        self.answer.is_some_and(Answer::opens_chat)
    }

    /// The name and the username under which others see the invitee.
    #[must_use]
    pub fn names(&self) -> (&str, Option<&str>) {
        let has_acted = self.answer.is_some() || !self.date.is_empty() || !self.place.is_empty();
        match &self.alias {
            Some(alias) if !has_acted => (alias, None),
            _ => (&self.person.name, self.person.username.as_deref()),
        }
    }
}

/// How often an event was changed since it was sent, by kind of change. Each count only rises.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct History {
    /// Rounds of further invitations.
    pub rounds: u32,
    /// Invitees whom the organiser has taken out.
    pub removals: u32,
    /// Decisions that were made or taken back.
    pub decisions: u32,
    /// Changes of what a calendar shows of the event: the `SEQUENCE` of its entry
    /// ([RFC 5545](https://www.rfc-editor.org/rfc/rfc5545#section-3.8.7.4)).
    pub revision: u32,
}

/// A user's part in an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// The user made the event or took it over.
    Organiser,
    /// The user is invited. The number is the index among the invitees.
    Invitee(usize),
}

/// An event with all its members.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// Its id.
    pub id: EventId,
    /// What it is called.
    pub name: String,
    /// Whether it has been sent. Until then it is a draft, which exists for its organiser alone.
    pub sent: bool,
    /// When it was made.
    pub created_at: Timestamp,
    /// Who made it, or took it over.
    pub organiser: Person,
    /// The poll on the date.
    pub date: Poll,
    /// The poll on the place.
    pub place: Poll,
    /// The addressees of a draft, in the organiser's order.
    pub addressees: Vec<Addressee>,
    /// The invitees of a sent event, in the organiser's order.
    pub invitees: Vec<Invitee>,
    /// The organiser's further text.
    pub additional: String,
    /// The number of writes to the event itself, without votes and answers.
    pub version: u64,
    /// What was changed since it was sent.
    pub history: History,
    /// The organiser's language when it was made. Guests, who have said none, are mailed in it.
    pub language: Language,
}

impl Event {
    /// Whether a draft reads the same as this stored one. The version and the names that are looked up do not count.
    #[must_use]
    pub fn reads_as(&self, stored: &Self) -> bool {
        let plain = |event: &Self| Self {
            organiser: stored.organiser.clone(),
            date: chosen_last(&event.date),
            place: chosen_last(&event.place),
            addressees: event.addressees.iter().map(Addressee::stored).collect(),
            version: stored.version,
            ..event.clone()
        };
        plain(self) == plain(stored)
    }

    /// Whether a draft that is ready to be sent is what this sent event was made of, whatever was voted and decided since.
    #[must_use]
    pub fn was_sent_as(&self, sent: &Self) -> bool {
        let ballot = |event: &Self, topic| {
            let Poll { options, choice, .. } = event.poll(topic);
            let mut options = options.clone();
            options.sort_unstable();
            (options, *choice)
        };
        let invited = |event: &Self| event.invitees.iter().map(|invitee| invitee.person.id).collect::<Vec<_>>();
        (&self.name, &self.additional) == (&sent.name, &sent.additional)
            && Topic::ALL.iter().all(|&topic| ballot(self, topic) == ballot(sent, topic))
            && invited(self) == invited(sent)
    }

    /// The poll on that topic.
    #[must_use]
    pub const fn poll(&self, topic: Topic) -> &Poll {
        match topic {
            Topic::Date => &self.date,
            Topic::Place => &self.place,
        }
    }

    /// The poll on that topic, to be changed.
    pub const fn poll_mut(&mut self, topic: Topic) -> &mut Poll {
        match topic {
            Topic::Date => &mut self.date,
            Topic::Place => &mut self.place,
        }
    }

    /// The user's part in the event. `None` for a stranger, and for an invitee while the event is a draft.
    #[must_use]
    pub fn role(&self, user: UserId) -> Option<Role> {
        if user == self.organiser.id {
            return Some(Role::Organiser);
        }
        let index = self.invitees.iter().position(|invitee| invitee.person.id == user)?;
        self.sent.then_some(Role::Invitee(index))
    }

    /// Where the poll on that topic stands.
    #[must_use]
    pub fn standing(&self, topic: Topic) -> Standing {
        self.poll(topic).standing(self.entitled().map(|invitee| invitee.votes(topic)))
    }

    /// The members whose votes count for that option, in the organiser's order.
    #[must_use]
    pub fn voted(&self, topic: Topic, option: usize) -> Vec<UserId> {
        let for_it = |invitee: &&Invitee| invitee.votes(topic).contains(&option);
        self.entitled().filter(for_it).map(|invitee| invitee.person.id).collect()
    }

    /// The invitees who count in the polls: those who have not declined.
    fn entitled(&self) -> impl Iterator<Item = &Invitee> {
        self.invitees.iter().filter(|invitee| invitee.answer != Some(Answer::No))
    }

    /// Whether date and place both stand.
    #[must_use]
    pub fn is_decided(&self) -> bool {
        self.sent && Topic::ALL.iter().all(|&topic| self.poll(topic).chosen.is_some())
    }

    /// What has to be filled in before the event can be sent.
    #[must_use]
    pub fn missing(&self) -> Vec<Fault> {
        let needs = [
            (self.name.is_empty(), "event.name", "an event needs a name before it is sent"),
            (self.date.options.is_empty(), "event.date", "an event needs at least one date before it is sent"),
            (self.place.options.is_empty(), "event.place", "an event needs at least one place before it is sent"),
            (
                self.addressees.is_empty() && self.invitees.is_empty(),
                "event.members",
                "an event needs at least one invitee before it is sent",
            ),
        ];
        needs.into_iter().filter(|(missing, ..)| *missing).map(|(_, field, why)| Fault::new(field, why)).collect()
    }
}

/// The poll with the chosen option after the others. A client that reads a draft and sends it back has it there.
fn chosen_last(poll: &Poll) -> Poll {
    let mut poll = poll.clone();
    if let Some(chosen) = poll.chosen.filter(|chosen| *chosen < poll.options.len()) {
        poll.options[chosen..].rotate_left(1);
        poll.chosen = Some(poll.options.len() - 1);
    }
    poll
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use uuid::Uuid;

    pub(crate) const ORGANISER: UserId = Uuid::from_u128(1);

    /// A sent event with two dates, two places and that many invitees. Their ids count from 10.
    pub(crate) fn event(invitees: usize) -> Event {
        let person = |id| Person { id: Uuid::from_u128(id), name: format!("user {id}"), username: None };
        let poll = |options: [&str; 2]| Poll { options: options.map(str::to_owned).to_vec(), ..Poll::default() };
        Event {
            id: Uuid::from_u128(99),
            name: "Picnic".to_owned(),
            sent: true,
            created_at: Timestamp::UNIX_EPOCH,
            organiser: person(1),
            date: poll(["01.02.2027", "02.02.2027"]),
            place: poll(["Park", "Pub"]),
            addressees: Vec::new(),
            invitees: (0..invitees).map(|n| Invitee::new(person(10 + n as u128), 0, Timestamp::UNIX_EPOCH)).collect(),
            additional: String::new(),
            version: 1,
            history: History::default(),
            language: Language::En,
        }
    }

    #[test]
    fn a_draft_reads_the_same_wherever_its_chosen_option_stands() {
        let poll = |options: [&str; 2], chosen| Poll {
            options: options.map(str::to_owned).to_vec(),
            chosen,
            ..Poll::default()
        };
        let with = |place| Event { place, ..event(0) };
        let stored = with(poll(["Park", "Pub"], Some(0)));
        for (place, same) in [
            (poll(["Pub", "Park"], Some(1)), true),
            (poll(["Pub", "Park"], Some(0)), false),
            (poll(["Pub", "Park"], None), false),
        ] {
            assert_eq!(with(place.clone()).reads_as(&stored), same, "{place:?}");
        }
        assert!(Event { version: 7, ..stored.clone() }.reads_as(&stored));
        assert!(!Event { additional: "more".to_owned(), ..stored.clone() }.reads_as(&stored));
    }

    #[test]
    fn a_draft_exists_for_its_organiser_alone() {
        let mut event = event(1);
        let invitee = event.invitees[0].person.id;
        for (sent, user, role) in [
            (true, ORGANISER, Some(Role::Organiser)),
            (true, invitee, Some(Role::Invitee(0))),
            (true, Uuid::from_u128(7), None),
            (false, ORGANISER, Some(Role::Organiser)),
            (false, invitee, None),
        ] {
            event.sent = sent;
            assert_eq!(event.role(user), role, "sent: {sent}, user: {user}");
        }
    }

    #[test]
    fn neither_the_vote_nor_the_place_of_one_who_declined_counts() {
        let standing = |text: &str| {
            let mut event = event(text.len());
            for (invitee, c) in event.invitees.iter_mut().zip(text.chars()) {
                invitee.date = Votes::from_iter((c != '-').then_some(0));
                invitee.answer = (c == 'n').then_some(Answer::No);
            }
            let Standing { voters, due, .. } = event.standing(Topic::Date);
            (voters, event.voted(Topic::Date, 0).len(), due)
        };
        for (text, expected) in
            [("v-n", (1, 1, None)), ("vnn", (1, 1, Some(0))), ("nn", (0, 0, None)), ("vvn-", (2, 2, Some(0)))]
        {
            assert_eq!(standing(text), expected, "{text}");
        }
    }

    #[test]
    fn all_that_is_missing_is_named() {
        let mut event = event(1);
        assert_eq!(event.missing(), []);
        event.name.clear();
        event.date.options.clear();
        event.place.options.clear();
        event.invitees.clear();
        let fields: Vec<_> = event.missing().into_iter().map(|fault| fault.field).collect();
        assert_eq!(fields, ["event.name", "event.date", "event.place", "event.members"]);
    }
}
