//! An event and its members, and how each member sees it.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::addressee::Addressee;
use super::fault::Fault;
use super::poll::{Ballot, Poll, Standing, Topic};
use super::{EventId, UserId};

/// What takes the place of the name of a user who is no more.
pub const DELETED_USER: &str = "deleted user";

/// Somebody's id and names.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    /// The user.
    pub id: UserId,
    /// The name that others see.
    pub name: String,
    /// What tells the user from others of the same name. Whoever is no more has none, and rows of older days have none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub username: Option<String>,
}

impl Person {
    /// One who is no more.
    #[must_use]
    pub fn deleted(id: UserId) -> Self {
        Self { id, name: DELETED_USER.to_owned(), username: None }
    }
}

/// What an invitee says to the invitation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Answer {
    /// Comes.
    Yes,
    /// May come.
    Maybe,
    /// Does not come.
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

    /// Whether it opens the event's chat.
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
    /// The name that came with the address by which one was invited: it is shown until the invitee has answered or voted, so
    /// that nobody learns by inviting an address whose it is.
    pub alias: Option<String>,
    /// What the invitee said, if anything yet.
    pub answer: Option<Answer>,
    /// The index of the date voted for.
    pub date: Option<usize>,
    /// The index of the place voted for.
    pub place: Option<usize>,
    /// Whether it is somebody whose account was deleted.
    pub gone: bool,
}

impl Invitee {
    /// One who has only just been invited.
    #[must_use]
    pub fn new(person: Person) -> Self {
        Self { person, alias: None, answer: None, date: None, place: None, gone: false }
    }

    /// The index of the option voted for in that poll.
    #[must_use]
    pub const fn vote(&self, topic: Topic) -> Option<usize> {
        match topic {
            Topic::Date => self.date,
            Topic::Place => self.place,
        }
    }

    /// Sets the vote in that poll, or takes it back. Either shows who it is.
    pub fn set_vote(&mut self, topic: Topic, option: Option<usize>) {
        self.alias = None;
        match topic {
            Topic::Date => self.date = option,
            Topic::Place => self.place = option,
        }
    }

    fn opens_chat(&self) -> bool {
        self.answer.is_some_and(Answer::opens_chat)
    }

    /// The names under which the invitee is shown.
    fn names(&self) -> (&str, Option<&str>) {
        let has_acted = self.answer.is_some() || self.date.is_some() || self.place.is_some();
        match &self.alias {
            Some(alias) if !has_acted => (alias, None),
            _ => (&self.person.name, self.person.username.as_deref()),
        }
    }
}

/// A user's part in an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Made it.
    Organiser,
    /// Invited to it: the index among the invitees.
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
    /// Of a draft: to whom it is to be sent, in the organiser's order.
    pub addressees: Vec<Addressee>,
    /// Of a sent event: who is invited, in the organiser's order.
    pub invitees: Vec<Invitee>,
    /// Whatever else the organiser wants to say.
    pub additional: String,
    /// Counts the writes to the event itself, votes and answers not among them.
    pub version: u64,
}

impl Event {
    /// Whether a draft reads the same as this stored one, whatever its version and the names that are looked up.
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

    /// The user's part in the event; `None` for a stranger, and for an invitee as long as it is a draft.
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
        self.poll(topic).standing(
            self.invitees
                .iter()
                .map(|invitee| Ballot { vote: invitee.vote(topic), declined: invitee.answer == Some(Answer::No) }),
        )
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

    /// The event as that member sees it, in the shape of `mock/JSON_Schems/event.json`.
    #[must_use]
    pub fn view(&self, reader: UserId) -> Value {
        let own = self.invitees.iter().find(|invitee| invitee.person.id == reader);
        let Person { id, name, username } = &self.organiser;
        let mut confirmed = vec![member(&json!(id), (name, username.as_deref()), "admin", true)];
        let mut invited = Vec::new();
        for addressee in &self.addressees {
            let names = (addressee.name.as_str(), addressee.username.as_deref());
            let mut entry = member(&json!(addressee.typed), names, "user", false);
            entry["answer"] = Value::Null;
            invited.push(entry);
        }
        for invitee in &self.invitees {
            let mut entry = member(&json!(invitee.person.id), invitee.names(), "user", invitee.opens_chat());
            if invitee.answer == Some(Answer::Yes) {
                confirmed.push(entry);
            } else {
                entry["answer"] = json!(invitee.answer);
                invited.push(entry);
            }
        }
        json!({
            "id": self.id,
            "name": self.name,
            "status": self.sent,
            "date": [self.view_poll(Topic::Date, own)],
            "place": [self.view_poll(Topic::Place, own)],
            "members": [{"invited": invited, "confirmed": confirmed}],
            "additional": self.additional,
        })
    }

    fn view_poll(&self, topic: Topic, own: Option<&Invitee>) -> Value {
        let poll = self.poll(topic);
        let standing = self.standing(topic);
        let text = |index: usize| poll.options.get(index);
        let open = poll.options.iter().zip(&standing.votes).enumerate();
        let drafts: Vec<_> = open
            .filter(|(index, _)| standing.confirmed != Some(*index))
            .map(|(_, (option, votes))| json!({topic.name(): option, "votes": votes}))
            .collect();
        json!({
            "drafts": drafts,
            "confirmed": standing.confirmed.and_then(text).map_or("", String::as_str),
            "voters": standing.voters,
            "my_vote": own.and_then(|invitee| invitee.vote(topic)).and_then(text),
        })
    }
}

fn member(id: &Value, (name, username): (&str, Option<&str>), role: &str, chat_success: bool) -> Value {
    let mut member = Map::from_iter([("id".to_owned(), id.clone()), ("name".to_owned(), json!(name))]);
    member.extend(username.map(|username| ("username".to_owned(), json!(username))));
    member.extend([("role".to_owned(), json!(role)), ("chat_success".to_owned(), json!(chat_success))]);
    Value::Object(member)
}

/// The poll with the chosen option behind the others, where whoever sends a draft back that was read has it.
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

    /// A sent event with two dates, two places and that many invitees, whose ids count from 10.
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
            invitees: (0..invitees).map(|n| Invitee::new(person(10 + n as u128))).collect(),
            additional: String::new(),
            version: 1,
        }
    }

    #[test]
    fn answers_sort_the_members_and_open_the_chat() {
        let cases = [
            (None, "invited", false),
            (Some(Answer::Yes), "confirmed", true),
            (Some(Answer::Maybe), "invited", true),
            (Some(Answer::No), "invited", false),
        ];
        for (answer, list, chat) in cases {
            let mut event = event(1);
            event.invitees[0].answer = answer;
            let view = event.view(ORGANISER);
            let entry = view["members"][0][list].as_array().unwrap().last().unwrap().clone();
            assert_eq!(entry["id"], json!(event.invitees[0].person.id), "{answer:?}");
            assert_eq!(entry["chat_success"], json!(chat), "{answer:?}");
        }
    }

    #[test]
    fn the_confirmed_option_has_left_the_drafts() {
        let mut event = event(1);
        event.date.chosen = Some(0);
        let view = event.view(ORGANISER);
        assert_eq!(view["date"][0]["confirmed"], "01.02.2027");
        assert_eq!(view["date"][0]["drafts"], json!([{"date": "02.02.2027", "votes": 0}]));
    }

    #[test]
    fn each_member_sees_his_own_vote() {
        let mut event = event(3);
        event.invitees[1].place = Some(1);
        for (reader, vote) in [(1, json!(null)), (10, json!(null)), (11, json!("Pub"))] {
            assert_eq!(event.view(Uuid::from_u128(reader))["place"][0]["my_vote"], vote);
        }
    }

    #[test]
    fn an_alias_is_shown_until_the_invitee_acts() {
        let acts: [fn(&mut Invitee); 4] = [
            |_| {},
            |invitee| invitee.answer = Some(Answer::No),
            |invitee| invitee.set_vote(Topic::Date, Some(0)),
            |invitee| invitee.set_vote(Topic::Place, None),
        ];
        for (index, act) in acts.into_iter().enumerate() {
            let mut event = event(1);
            let invitee = &mut event.invitees[0];
            invitee.alias = Some("Annie".to_owned());
            invitee.person.username = Some("ann".to_owned());
            act(invitee);
            let own = event.invitees[0].person.clone();
            for reader in [ORGANISER, own.id] {
                let entry = event.view(reader)["members"][0]["invited"][0].clone();
                let shown = if index == 0 { (json!("Annie"), None) } else { (json!(own.name), Some(json!("ann"))) };
                assert_eq!((entry["name"].clone(), entry.get("username").cloned()), shown, "{index}");
            }
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
