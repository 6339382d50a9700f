//! `mock/JSON_Schems/event.json`: an event as one of its members sees it.

use serde::Serialize;

use super::role;
use crate::domain::addressee::Addressee;
use crate::domain::event::{Answer, Event, Invitee, Person};
use crate::domain::poll::{Poll, Standing, Topic};
use crate::domain::{EventId, UserId};

/// `{"event": …}`.
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
    /// All options but the one that is decided on.
    drafts: Vec<OptionView<'a>>,
    confirmed: &'a str,
    voters: usize,
    my_vote: Option<&'a str>,
}

#[derive(Serialize)]
#[serde(untagged)]
enum OptionView<'a> {
    Date { date: &'a str, votes: usize },
    Place { place: &'a str, votes: usize },
}

#[derive(Serialize)]
struct MembersView<'a> {
    invited: Vec<InvitedView<'a>>,
    confirmed: Vec<ConfirmedView<'a>>,
}

/// One who has not said yes.
#[derive(Serialize)]
struct InvitedView<'a> {
    id: InvitedId<'a>,
    name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    username: Option<&'a str>,
    role: &'static str,
    chat_success: bool,
    answer: Option<Answer>,
}

/// One who takes part.
#[derive(Serialize)]
struct ConfirmedView<'a> {
    id: UserId,
    name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    username: Option<&'a str>,
    role: &'static str,
    chat_success: bool,
}

#[derive(Serialize)]
#[serde(untagged)]
enum InvitedId<'a> {
    User(UserId),
    /// Of a draft: what the organiser typed.
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
            date: _,
            place: _,
            addressees,
            invitees,
            additional,
            version: _,
        } = event;
        let own = invitees.iter().find(|invitee| invitee.person.id == reader);
        let poll = |topic| [PollView::new(topic, event, own)];
        let members = MembersView::new(organiser, addressees, invitees);
        Self {
            event: EventView {
                id: *id,
                name,
                status: *sent,
                date: poll(Topic::Date),
                place: poll(Topic::Place),
                members: [members],
                additional,
            },
        }
    }
}

impl<'a> PollView<'a> {
    fn new(topic: Topic, event: &'a Event, own: Option<&Invitee>) -> Self {
        let Poll { options, chosen: _, reopened: _ } = event.poll(topic);
        let Standing { votes, voters, confirmed, due: _ } = event.standing(topic);
        let text = |index: usize| options.get(index).map(String::as_str);
        let open = options.iter().zip(votes).enumerate().filter(|(index, _)| confirmed != Some(*index));
        Self {
            drafts: open.map(|(_, (option, votes))| OptionView::new(topic, option, votes)).collect(),
            confirmed: confirmed.and_then(text).unwrap_or_default(),
            voters,
            my_vote: own.and_then(|invitee| invitee.vote(topic)).and_then(text),
        }
    }
}

impl<'a> OptionView<'a> {
    const fn new(topic: Topic, option: &'a str, votes: usize) -> Self {
        match topic {
            Topic::Date => Self::Date { date: option, votes },
            Topic::Place => Self::Place { place: option, votes },
        }
    }
}

impl<'a> MembersView<'a> {
    fn new(organiser: &'a Person, addressees: &'a [Addressee], invitees: &'a [Invitee]) -> Self {
        let (coming, others): (Vec<_>, Vec<_>) =
            invitees.iter().partition(|invitee| invitee.answer == Some(Answer::Yes));
        let Person { id, name, username } = organiser;
        let organiser =
            ConfirmedView { id: *id, name, username: username.as_deref(), role: role(true), chat_success: true };
        Self {
            invited: addressees
                .iter()
                .map(InvitedView::from)
                .chain(others.into_iter().map(InvitedView::from))
                .collect(),
            confirmed: std::iter::once(organiser).chain(coming.into_iter().map(ConfirmedView::from)).collect(),
        }
    }
}

impl<'a> From<&'a Addressee> for InvitedView<'a> {
    fn from(addressee: &'a Addressee) -> Self {
        let Addressee { typed, user: _, name, username } = addressee;
        let username = username.as_deref();
        Self { id: InvitedId::Typed(typed), name, username, role: role(false), chat_success: false, answer: None }
    }
}

impl<'a> From<&'a Invitee> for InvitedView<'a> {
    fn from(invitee: &'a Invitee) -> Self {
        let ConfirmedView { id, name, username, role, chat_success } = invitee.into();
        Self { id: InvitedId::User(id), name, username, role, chat_success, answer: invitee.answer }
    }
}

impl<'a> From<&'a Invitee> for ConfirmedView<'a> {
    fn from(invitee: &'a Invitee) -> Self {
        // The names are the alias's or the person's, whichever is to be shown.
        let Invitee { person, alias: _, answer: _, date: _, place: _, gone: _ } = invitee;
        let (name, username) = invitee.names();
        Self { id: person.id, name, username, role: role(false), chat_success: invitee.opens_chat() }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};
    use uuid::Uuid;

    use super::*;
    use crate::domain::event::Role;
    use crate::domain::event::tests::{ORGANISER, event};
    use crate::domain::vote::{Effect, Refusal, Vote};

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
        assert_eq!(view["date"][0]["drafts"], json!([{"date": "02.02.2027", "votes": 0}]));
    }

    #[test]
    fn each_member_sees_his_own_vote() {
        let mut event = event(3);
        event.invitees[1].place = Some(1);
        for (reader, vote) in [(1, json!(null)), (10, json!(null)), (11, json!("Pub"))] {
            assert_eq!(view(&event, Uuid::from_u128(reader))["place"][0]["my_vote"], vote);
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
                let entry = view(&event, reader)["members"][0]["invited"][0].clone();
                let shown = if index == 0 { (json!("Annie"), None) } else { (json!(own.name), Some(json!("ann"))) };
                assert_eq!((entry["name"].clone(), entry.get("username").cloned()), shown, "{index}");
            }
        }
    }

    #[test]
    fn the_whole_event_with_one_change_is_a_vote() {
        let mut event = event(2);
        event.invitees[1].date = Some(0);
        let mut body = json!({"event": view(&event, event.invitees[1].person.id)});
        body["event"]["date"][0]["confirmed"] = json!("02.02.2027");
        body["event"]["date"][0]["drafts"] = json!([{"date": "01.02.2027", "votes": 1}]);
        let vote = Vote::parse(&body).unwrap();
        assert_eq!(vote.effect(&event, Role::Invitee(1)), Ok(Effect::Cast(Topic::Date, 1)));
        assert_eq!(vote.effect(&event, Role::Organiser), Ok(Effect::Decide(Topic::Date, 1)));
    }

    #[test]
    fn the_whole_event_unchanged_is_no_vote() {
        for chosen in [None, Some(0)] {
            let mut event = event(4);
            event.date.chosen = chosen;
            let vote = Vote::parse(&json!({"event": view(&event, ORGANISER)})).unwrap();
            let refusal = vote.effect(&event, Role::Invitee(3));
            assert!(matches!(refusal, Err(Refusal::Invalid(_))), "{refusal:?}");
        }
    }
}
