//! What each user may see, as JSON.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::events::{Event, Place, Who};
use super::{EventId, PersonId, Reply, SessionId, TOPICS, World, is_guest};
use crate::deed::Answer;

/// The second in which each service starts.
const START: i64 = 1_798_804_800;

fn time(second: i64) -> String {
    Timestamp::from_second(START + second).map(|time| time.to_string()).unwrap_or_default()
}

impl World {
    /// The person's id. Who was a guest has the guest's.
    pub(super) fn id(&self, person: PersonId) -> String {
        let was = self.people.get(&person).and_then(|person| person.was);
        format!("<p{}>", was.unwrap_or(person))
    }

    fn id_of(&self, event: EventId, who: Who) -> String {
        match who {
            Who::Person(person) => self.id(person),
            Who::Nobody(person) => format!("<nobody {event} {person}>"),
        }
    }

    /// `GET /user`.
    pub(crate) fn user_view(&self, by: PersonId) -> Reply {
        let Some(person) = self.people.get(&by).filter(|_| self.is_active(by)) else {
            return Reply::refused(401, "unauthenticated");
        };
        let own = self.own_events(by);
        let entry = |(event, found): &(EventId, &Event)| json!({"id": format!("<e{event}>"), "name": found.name, "status": found.sent, "date": found.confirmed(0)});
        let chats =
            own.iter().filter(|(_, found)| found.sent && found.chats(by)).map(|(event, _)| format!("<e{event}>"));
        let contacts: Vec<_> = person.contacts.iter().filter_map(|contact| self.card(*contact)).collect();
        let user = json!({
            "id": self.id(by), "name": person.name, "contacts": contacts, "events": own.iter().map(entry).collect::<Vec<_>>(),
            "chats": chats.collect::<Vec<_>>(), "avatar": "", "username": person.username, "e-mail": person.email,
            "searchable": person.searchable, "mails": person.mails, "language": person.language,
        });
        Reply::done(200, json!({ "user": user }))
    }

    /// What others see of somebody who has an account.
    pub(super) fn card(&self, person: PersonId) -> Option<Value> {
        let found = self.people.get(&person).filter(|_| self.is_active(person))?;
        Some(json!({"id": self.id(person), "name": found.name, "avatar": "", "username": found.username}))
    }

    /// `GET /event`.
    pub(crate) fn list_view(&self, by: PersonId) -> Reply {
        let entry = |(event, found): (EventId, &Event)| {
            let brief = |topic: usize| {
                let drafts: Vec<_> = found.open(topic).map(|(_, text)| json!({ TOPICS[topic]: text })).collect();
                json!([{"drafts": drafts, "confirmed": found.confirmed(topic)}])
            };
            let organises = found.organiser == by;
            json!({
                "id": format!("<e{event}>"), "name": found.name, "status": found.sent, "date": brief(0), "place": brief(1),
                "role": if organises { "admin" } else { "user" }, "chat_success": found.chats(by),
                "answer": found.place(by).and_then(|place| place.answer).map(Answer::text), "created_at": time(found.made_at),
            })
        };
        let events: Vec<_> = self.own_events(by).into_iter().map(entry).collect();
        Reply::done(200, json!({"events": events, "cursor": null}))
    }

    /// The events that the person organises or is invited to, the newest first.
    fn own_events(&self, by: PersonId) -> Vec<(EventId, &Event)> {
        let mut own: Vec<_> = self.events.iter().filter(|(_, found)| found.is_seen_by(by)).collect();
        own.sort_by_key(|(_, found)| {
            std::cmp::Reverse(if found.organiser == by {
                found.made_at
            } else {
                found.place(by).map_or(0, |place| place.since)
            })
        });
        own.into_iter().map(|(event, found)| (*event, found)).collect()
    }

    /// `GET /token` in that session.
    pub(crate) fn sessions_view(&self, by: PersonId, current: SessionId) -> Reply {
        if self.owner(current) != Some(by) {
            return Reply::refused(401, "session_over");
        }
        let mut sessions: Vec<_> =
            self.people[&by].sessions.iter().filter(|(_, session)| session.is_live(self.now)).collect();
        sessions.sort_by_key(|(_, session)| std::cmp::Reverse((session.used_at, session.created_at)));
        let view = sessions.into_iter().map(|(id, session)| {
            json!({
                "id": format!("<s{id}>"), "created_at": time(session.created_at), "last_used_at": time(session.used_at),
                "address": "<any>", "agent": "<any>", "current": *id == current,
            })
        });
        Reply::done(200, json!({"sessions": view.collect::<Vec<_>>()}))
    }

    /// The event as one of its members sees it.
    pub(super) fn event_view(&self, by: PersonId, event: EventId) -> Value {
        let Some(found) = self.events.get(&event) else { return Value::Null };
        let organiser = &self.people[&found.organiser];
        let mut invited: Vec<_> = found.addressees.iter().map(|addressee| self.addressee_view(addressee)).collect();
        let mut confirmed = vec![json!({
            "id": self.id(found.organiser), "name": organiser.name, "username": organiser.username, "role": "admin",
            "chat_success": true,
        })];
        for place in &found.places {
            let list = if place.answer == Some(Answer::Yes) { &mut confirmed } else { &mut invited };
            list.push(self.place_view(event, place));
        }
        json!({
            "id": format!("<e{event}>"), "name": found.name, "status": found.sent,
            "date": [self.poll_view(event, 0, by)], "place": [self.poll_view(event, 1, by)],
            "members": [{"invited": invited, "confirmed": confirmed}], "additional": found.additional,
        })
    }

    fn addressee_view(&self, addressee: &super::Addressee) -> Value {
        let person = addressee.user.map(|user| self.people.get(&user).filter(|_| self.is_active(user)));
        let name = match person {
            None => &addressee.alias,
            Some(None) => "deleted user",
            Some(Some(person)) => &person.name,
        };
        let mut view = json!({
            "id": addressee.typed.text(), "name": name, "role": "user", "chat_success": false, "answer": null,
        });
        if let Some(Some(person)) = person {
            view["username"] = json!(person.username);
        }
        view
    }

    fn place_view(&self, event: EventId, place: &Place) -> Value {
        let opens = matches!(place.answer, Some(Answer::Yes | Answer::Maybe));
        let mut view = json!({"id": self.id_of(event, place.who), "role": "user", "chat_success": opens});
        match (&place.alias, place.who) {
            (Some(alias), _) => view["name"] = json!(alias),
            (None, Who::Nobody(_)) => view["name"] = json!("deleted user"),
            (None, Who::Person(person)) if is_guest(person) => view["name"] = json!(place.given),
            (None, Who::Person(person)) => {
                let person = &self.people[&person];
                (view["name"], view["username"]) = (json!(person.name), json!(person.username));
            }
        }
        if place.answer != Some(Answer::Yes) {
            view["answer"] = json!(place.answer.map(Answer::text));
        }
        view
    }

    fn poll_view(&self, event: EventId, topic: usize, by: PersonId) -> Value {
        let Some(found) = self.events.get(&event) else { return Value::Null };
        let poll = &found.polls[topic];
        let voted = |option: usize| {
            let who = found.voted(topic, option);
            who.into_iter().map(|who| self.id_of(event, who)).collect::<Vec<_>>()
        };
        let drafts: Vec<_> = found
            .open(topic)
            .map(|(option, text)| {
                let voted = voted(option);
                json!({TOPICS[topic]: text, "votes": voted.len(), "voted": voted})
            })
            .collect();
        let confirmed = poll.chosen.map(voted).unwrap_or_default();
        let own = found.place(by).map(|place| place.votes[topic].iter().map(|option| &poll.options[*option]));
        let own: Vec<_> = own.into_iter().flatten().collect();
        json!({
            "drafts": drafts, "confirmed": found.confirmed(topic), "choice": if poll.any { "any" } else { "one" },
            "confirmed_votes": confirmed.len(), "confirmed_voted": confirmed, "voters": found.voters(topic),
            "my_vote": if poll.any { json!(own) } else { json!(own.first()) },
        })
    }
}

impl Event {
    /// Whether the chat is open to that person.
    fn chats(&self, by: PersonId) -> bool {
        let comes = |place: &Place| matches!(place.answer, Some(Answer::Yes | Answer::Maybe));
        self.organiser == by || self.place(by).is_some_and(comes)
    }

    fn confirmed(&self, topic: usize) -> &str {
        let poll = &self.polls[topic];
        poll.chosen.map_or("", |chosen| &poll.options[chosen])
    }

    /// The options that are not decided on.
    fn open(&self, topic: usize) -> impl Iterator<Item = (usize, &String)> {
        let poll = &self.polls[topic];
        poll.options.iter().enumerate().filter(|(option, _)| poll.chosen != Some(*option))
    }
}
