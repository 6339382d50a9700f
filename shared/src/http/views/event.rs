//! `{"event"}`: an event as one of its members sees it, in the shape of `mock/JSON_Schems/event.json`.

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};
use uuid::Uuid;

use super::polls::MyVote;
use super::role;
use crate::domain::addressee::Addressee;
use crate::domain::event::{Answer, Event, Invitee};
use crate::domain::person::Person;
use crate::domain::poll::{Choice, Poll, Standing, Topic, Votes};
use crate::domain::{EventId, UserId};

/// The body.
#[derive(Serialize)]
pub struct EventBody<'a> {
    event: EventView<'a>,
}

#[derive(Serialize)]
struct EventView<'a> {
    id: EventId,
    name: &'a str,
    status: bool,
    date: [PollView<'a>; 1],
    place: [PollView<'a>; 1],
    members: [MembersView<'a>; 1],
    additional: &'a str,
}

#[derive(Serialize)]
struct PollView<'a> {
    drafts: Vec<OptionView<'a>>,
    confirmed: &'a str,
    choice: Choice,
    confirmed_votes: usize,
    confirmed_voted: Vec<UserId>,
    voters: usize,
    my_vote: MyVote<'a>,
}

/// `{"date", "votes", "voted"}` or `{"place", "votes", "voted"}`; in a list the text alone.
pub(super) struct OptionView<'a> {
    pub(super) topic: Topic,
    pub(super) text: &'a str,
    /// Those who voted for it.
    pub(super) voted: Option<Vec<UserId>>,
}

#[derive(Serialize)]
struct MembersView<'a> {
    invited: Vec<MemberView<'a>>,
    confirmed: Vec<MemberView<'a>>,
}

#[derive(Serialize)]
struct MemberView<'a> {
    id: MemberId<'a>,
    name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    username: Option<&'a str>,
    role: &'static str,
    chat_success: bool,
    /// Only where the member stands among the invited.
    #[serde(skip_serializing_if = "Option::is_none")]
    answer: Option<AnswerView>,
}

/// The answer, or `null` as long as there is none.
#[derive(Serialize)]
#[serde(transparent)]
struct AnswerView(Option<Answer>);

/// The id of a member; in a draft what was typed, so that the draft can be sent back.
#[derive(Serialize)]
#[serde(untagged)]
enum MemberId<'a> {
    User(Uuid),
    Typed(&'a str),
}

impl<'a> EventBody<'a> {
    /// The event as that member sees it.
    #[must_use]
    pub fn new(event: &'a Event, reader: UserId) -> Self {
        let Event {
            id,
            name,
            sent,
            created_at: _,
            organiser,
            date,
            place,
            addressees,
            invitees,
            additional,
            version: _,
            history: _,
            language: _,
        } = event;
        let own = invitees.iter().find(|invitee| invitee.person.id == reader);
        let poll = |topic, poll| {
            let votes = own.map(|invitee| invitee.votes(topic));
            [PollView::new(event, topic, poll, votes)]
        };
        let event = EventView {
            id: *id,
            name,
            status: *sent,
            date: poll(Topic::Date, date),
            place: poll(Topic::Place, place),
            members: [MembersView::new(organiser, addressees, invitees)],
            additional,
        };
        Self { event }
    }
}

impl<'a> PollView<'a> {
    fn new(event: &Event, topic: Topic, poll: &'a Poll, votes: Option<&Votes>) -> Self {
        let Poll { options, chosen: _, choice, reopened: _ } = poll;
        let Standing { votes: _, voters, confirmed, due: _ } = event.standing(topic);
        let text = |index: usize| options.get(index).map(String::as_str);
        let open = options.iter().enumerate().filter(|(index, _)| confirmed != Some(*index));
        let option =
            |(index, text): (usize, &'a String)| OptionView { topic, text, voted: Some(event.voted(topic, index)) };
        let confirmed_voted = confirmed.map(|option| event.voted(topic, option)).unwrap_or_default();
        Self {
            drafts: open.map(option).collect(),
            confirmed: confirmed.and_then(text).unwrap_or_default(),
            choice: *choice,
            confirmed_votes: confirmed_voted.len(),
            confirmed_voted,
            voters,
            my_vote: MyVote::new(poll, votes),
        }
    }
}

impl Serialize for OptionView<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry(self.topic.name(), self.text)?;
        if let Some(voted) = &self.voted {
            map.serialize_entry("votes", &voted.len())?;
            map.serialize_entry("voted", voted)?;
        }
        map.end()
    }
}

impl<'a> MembersView<'a> {
    fn new(organiser: &'a Person, addressees: &'a [Addressee], invitees: &'a [Invitee]) -> Self {
        let mut invited: Vec<_> = addressees.iter().map(MemberView::of_addressee).collect();
        let mut confirmed = vec![MemberView::of_organiser(organiser)];
        for invitee in invitees {
            let member = MemberView::of_invitee(invitee);
            if invitee.answer == Some(Answer::Yes) {
                confirmed.push(member);
            } else {
                invited.push(MemberView { answer: Some(AnswerView(invitee.answer)), ..member });
            }
        }
        Self { invited, confirmed }
    }
}

impl<'a> MemberView<'a> {
    fn of_organiser(organiser: &'a Person) -> Self {
        let Person { id, name, username } = organiser;
        let (id, username) = (MemberId::User(*id), username.as_deref());
        Self { id, name, username, role: role(true), chat_success: true, answer: None }
    }

    fn of_addressee(addressee: &'a Addressee) -> Self {
        let Addressee { typed, user: _, name, username } = addressee;
        let (id, username) = (MemberId::Typed(typed), username.as_deref());
        Self { id, name, username, role: role(false), chat_success: false, answer: Some(AnswerView(None)) }
    }

    fn of_invitee(invitee: &'a Invitee) -> Self {
        // `names` says by the answer and the votes whether the alias or the name is shown.
        let Invitee { person, alias: _, answer: _, date: _, place: _, invited_at: _, round: _, guest: _, gone: _ } =
            invitee;
        let (name, username) = invitee.names();
        let id = MemberId::User(person.id);
        Self { id, name, username, role: role(false), chat_success: invitee.opens_chat(), answer: None }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::event::Role;
    use crate::domain::event::tests::{ORGANISER, event};
    use crate::domain::vote::{Effect, Refusal, Vote};
    use serde_json::{Value, json};

    fn view(event: &Event, reader: UserId) -> Value {
        serde_json::to_value(EventBody::new(event, reader)).unwrap()["event"].take()
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
            let view = view(&event, ORGANISER);
            let entry = view["members"][0][list].as_array().unwrap().last().unwrap().clone();
            assert_eq!(entry["id"], json!(event.invitees[0].person.id), "{answer:?}");
            assert_eq!(entry["chat_success"], json!(chat), "{answer:?}");
        }
    }

    #[test]
    fn the_confirmed_option_has_left_the_drafts() {
        let mut event = event(1);
        event.date.chosen = Some(0);
        let view = view(&event, ORGANISER);
        assert_eq!(view["date"][0]["confirmed"], "01.02.2027");
        assert_eq!(view["date"][0]["drafts"], json!([{"date": "02.02.2027", "votes": 0, "voted": []}]));
    }

    #[test]
    fn each_member_sees_his_own_vote() {
        let mut event = event(3);
        event.invitees[1].place = Votes::from([1]);
        for (reader, vote) in [(1, json!(null)), (10, json!(null)), (11, json!("Pub"))] {
            assert_eq!(view(&event, Uuid::from_u128(reader))["place"][0]["my_vote"], vote);
        }
    }

    #[test]
    fn an_alias_is_shown_until_the_invitee_acts() {
        let acts: [fn(&mut Invitee); 4] = [
            |_| {},
            |invitee| invitee.answer = Some(Answer::No),
            |invitee| invitee.vote(Topic::Date, Choice::One, 0),
            |invitee| invitee.take_back(Topic::Place, 0),
        ];
        for (index, act) in acts.into_iter().enumerate() {
            let mut event = event(1);
            let invitee = &mut event.invitees[0];
            invitee.alias = Some("Annie".to_owned());
            invitee.person.username = Some("ann".to_owned());
            act(invitee);
            let own = event.invitees[0].person.clone();
            for reader in [ORGANISER, own.id] {
                let entry = view(&event, reader)["members"][0]["invited"][0].clone();
                let shown = if index == 0 { (json!("Annie"), None) } else { (json!(own.name), Some(json!("ann"))) };
                assert_eq!((entry["name"].clone(), entry.get("username").cloned()), shown, "{index}");
            }
        }
    }

    #[test]
    fn the_whole_event_with_one_change_is_a_vote() {
        let mut event = event(4);
        event.invitees[0].date = Votes::from([0]);
        let mut body = view(&event, event.invitees[1].person.id);
        body["date"][0]["confirmed"] = json!("02.02.2027");
        body["date"][0]["drafts"] = json!([{"date": "01.02.2027", "votes": 1, "voted": []}]);
        let vote = Vote::parse(&json!({"event": body})).unwrap();
        let (topic, option) = (Topic::Date, 1);
        assert_eq!(vote.effect(&event, Role::Invitee(1)), Ok(Effect::Vote { invitee: 1, topic, option }));
        assert_eq!(vote.effect(&event, Role::Organiser), Ok(Effect::Decision { topic, option: Some(option) }));
    }

    #[test]
    fn the_whole_event_unchanged_is_no_vote() {
        let mut event = event(4);
        for chosen in [None, Some(0)] {
            event.date.chosen = chosen;
            let body = json!({"event": view(&event, ORGANISER)});
            let refusal = Vote::parse(&body).unwrap().effect(&event, Role::Invitee(3));
            assert!(matches!(refusal, Err(Refusal::Invalid(_))), "{refusal:?}");
        }
    }
}
