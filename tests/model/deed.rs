//! What somebody does: one request, with everything that it names, and the sentence that tells of it.

use reqwest::Method;
use serde_json::{Value, json};
use tests::{PASSWORD, vote};

use crate::names::Names;
use crate::world::{EventId, LinkId, PersonId, SessionId, TOPICS, Who};

/// The days that events may be on, each in two spellings.
pub(crate) const DAYS: [[&str; 2]; 4] = [
    ["01.02.2027", "2027-02-01"],
    ["02.02.2027", "2027-02-02"],
    ["03.02.2027 18:30", "2027-02-03T18:30"],
    ["2027-02-04T10:00:00Z", "2027-02-04T12:00:00+02:00"],
];

/// The places that events may be at.
pub(crate) const SPOTS: [&str; 4] = ["Park", "Pub", "Lake", "Zoo"];

/// A password that nobody has.
const WRONG_PASSWORD: &str = "no idea of it";

/// Whether two texts are one option of a poll.
pub(crate) fn same_option(one: &str, other: &str) -> bool {
    one == other || DAYS.iter().any(|day| day.contains(&one) && day.contains(&other))
}

/// A deed and who does it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Deed {
    /// Who does it.
    pub(crate) by: PersonId,
    /// What is done.
    pub(crate) what: What,
}

/// What is done.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum What {
    /// `POST /user`, which mails that link.
    Register { username: String, email: String, link: LinkId },
    /// `GET /user/confirm`, which opens that session.
    Confirm { link: LinkId, session: SessionId },
    /// `POST /user/confirm`, which mails that link.
    Resend { link: LinkId },
    /// `POST /login`, which opens that session.
    Login { login: Login, right: bool, session: SessionId },
    /// `POST /token`, with the token of that generation of the session.
    Refresh { session: SessionId, generation: u32 },
    /// `POST /token/revoke`, likewise.
    LogOut { session: SessionId, generation: u32 },
    /// `DELETE /token/{session}`
    EndSession { session: SessionId },
    /// `POST /token/revoke` with `all`.
    LogOutEverywhere,
    /// `PATCH /user`
    Rename { name: String },
    /// `PATCH /user`
    Searchable { searchable: bool },
    /// `PATCH /user`
    Mails { wanted: bool },
    /// `PATCH /user`
    Language { language: &'static str },
    /// `GET /user/search`
    Search { query: String, limit: usize },
    /// `PUT /user/contacts/{id}`
    AddContact { who: PersonId },
    /// `DELETE /user/contacts/{id}`
    RemoveContact { who: PersonId },
    /// `DELETE /user`
    Leave { right: bool },
    /// `GET /user` with an access token that is too old.
    UseOldToken,
    /// `POST /event`, with a key for that event.
    Draft { event: EventId, content: Content, send: bool },
    /// `PUT /event/{id}`
    Edit { event: EventId, content: Content, send: bool },
    /// `POST /event/{id}/send`
    Send { event: EventId },
    /// `PUT /event/{id}/vote`
    Vote { event: EventId, topic: usize, option: String },
    /// `DELETE /event/{id}/vote`
    TakeBack { event: EventId, topic: usize, option: String },
    /// `PUT /event/{id}/answer`
    Answer { event: EventId, answer: Answer },
    /// `PUT /event/{id}/organiser`
    HandOver { event: EventId, to: PersonId },
    /// `DELETE /event/{id}`
    Delete { event: EventId },
    /// `POST /event/{id}/members`, each with or without `again`.
    Invite { event: EventId, invited: Vec<(Invited, bool)> },
    /// `DELETE /event/{id}/members/{user}`
    TakeOut { event: EventId, who: Who },
    /// `POST /mail/unsubscribe`, by the link of the last mail to that member.
    Unsubscribe { member: PersonId, wanted: bool },
    /// By the link of an invitation to that member, without logging in.
    Visit { event: EventId, member: PersonId, which: Which, act: Act },
    /// `PATCH /event/{id}`
    Amend { event: EventId, name: Option<String>, additional: Option<String>, options: [Vec<String>; 2] },
}

/// What stands for the id of a member of that event.
pub(crate) fn id_of(event: EventId, who: Who) -> String {
    match who {
        Who::Person(person) => format!("<p{person}>"),
        Who::Nobody(person) => format!("<nobody {event} {person}>"),
    }
}

/// Which of the invitations of one member to one event.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Which {
    /// The last.
    Latest,
    /// The first.
    First,
    /// The one that was mailed in that second of the story.
    Of(i64),
}

/// What is done by the link of an invitation.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Act {
    /// `GET /event/{id}`
    Read,
    /// `PUT /event/{id}/vote`
    Vote { topic: usize, option: String },
    /// `DELETE /event/{id}/vote`
    TakeBack { topic: usize, option: String },
    /// `PUT /event/{id}/answer`
    Answer { answer: Answer },
    /// `DELETE /event/{id}/members/{user}`
    Leave,
}

/// How somebody is named.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Login {
    /// By the username.
    Name(String),
    /// By the address.
    Email(String),
    /// By the id.
    Id(PersonId),
}

impl Login {
    /// As it stands in a body.
    pub(crate) fn text(&self) -> String {
        match self {
            Self::Name(text) | Self::Email(text) => text.clone(),
            Self::Id(person) => format!("<p{person}>"),
        }
    }
}

/// What an invitee says.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Answer {
    /// Comes.
    Yes,
    /// May come.
    Maybe,
    /// Does not come.
    No,
}

impl Answer {
    /// As it stands in a body.
    pub(crate) fn text(self) -> &'static str {
        match self {
            Self::Yes => "yes",
            Self::Maybe => "maybe",
            Self::No => "no",
        }
    }
}

/// A draft as its organiser sends it in.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Content {
    /// What it is called; empty as long as that is open.
    pub(crate) name: String,
    /// The further text.
    pub(crate) additional: String,
    /// The polls.
    pub(crate) polls: [Ballot; 2],
    /// Who is invited.
    pub(crate) invited: Vec<Invited>,
}

/// A poll of a draft.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Ballot {
    /// The options.
    pub(crate) options: Vec<String>,
    /// What is decided from the start.
    pub(crate) confirmed: Option<String>,
    /// Whether members may vote for several.
    pub(crate) any: bool,
}

/// An invitation.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Invited {
    /// As typed.
    pub(crate) typed: Login,
    /// The name that is given with an address.
    pub(crate) name: Option<String>,
}

impl Invited {
    fn body(&self) -> Value {
        match (&self.typed, &self.name) {
            (Login::Name(username), _) => json!({ "username": username }),
            (typed, Some(name)) => json!({"id": typed.text(), "name": name}),
            (typed, None) => json!({"id": typed.text()}),
        }
    }

    fn tell(&self, names: &Names) -> String {
        let name = self.name.as_ref().map(|name| format!(" as {name}")).unwrap_or_default();
        names.told(&self.typed.text()) + &name
    }
}

impl Content {
    fn body(&self, send: bool) -> Value {
        let poll = |topic: usize| {
            let Ballot { options, confirmed, any } = &self.polls[topic];
            let drafts: Vec<_> = options.iter().map(|option| json!({ TOPICS[topic]: option })).collect();
            let mut poll = json!({"drafts": drafts, "confirmed": confirmed.as_deref().unwrap_or_default()});
            if *any {
                poll["choice"] = json!("any");
            }
            json!([poll])
        };
        let invited = self.invited.iter().map(Invited::body);
        json!({"event": {
            "name": self.name, "status": send, "date": poll(0), "place": poll(1),
            "members": [{"invited": invited.collect::<Vec<_>>()}], "additional": self.additional,
        }})
    }

    fn tell(&self, names: &Names) -> String {
        let poll = |ballot: &Ballot| {
            let decided = ballot.confirmed.as_ref().map(|text| format!(", decided: {text}")).unwrap_or_default();
            format!("[{}{decided}{}]", ballot.options.join(", "), if ballot.any { ", any" } else { "" })
        };
        let invited = self.invited.iter().map(|invited| invited.tell(names)).collect::<Vec<_>>().join(", ");
        format!("{:?} {} at {} for [{invited}]", self.name, poll(&self.polls[0]), poll(&self.polls[1]))
    }
}

impl What {
    /// The event that it is about.
    pub(crate) fn event(&self) -> Option<EventId> {
        match self {
            Self::Draft { event, .. }
            | Self::Edit { event, .. }
            | Self::Send { event }
            | Self::Vote { event, .. }
            | Self::TakeBack { event, .. }
            | Self::Answer { event, .. }
            | Self::HandOver { event, .. }
            | Self::Invite { event, .. }
            | Self::TakeOut { event, .. }
            | Self::Amend { event, .. }
            | Self::Visit { event, .. }
            | Self::Delete { event } => Some(*event),
            _ => None,
        }
    }

    /// Whether it sends an event.
    pub(crate) fn sends(&self) -> bool {
        matches!(self, Self::Send { .. } | Self::Draft { send: true, .. } | Self::Edit { send: true, .. })
    }
}

impl Deed {
    /// Whether it takes an access token that is good.
    pub(crate) fn needs_account(&self) -> bool {
        !matches!(
            self.what,
            What::Register { .. }
                | What::Confirm { .. }
                | What::Resend { .. }
                | What::Login { .. }
                | What::Refresh { .. }
                | What::LogOut { .. }
                | What::Visit { .. }
                | What::Unsubscribe { .. }
                | What::UseOldToken
        )
    }

    /// Whether it takes several writes, and is only promised to be finished by being repeated.
    pub(crate) fn has_to_be_repeated(&self) -> bool {
        matches!(self.what, What::Leave { .. } | What::Rename { .. } | What::LogOutEverywhere)
    }

    /// What the same request may be answered again, where its first time has done its work.
    pub(crate) fn answer_when_done(&self) -> Option<u16> {
        match self.what {
            What::Leave { .. } | What::Visit { act: Act::Leave, .. } => Some(401),
            What::Delete { .. } | What::TakeOut { .. } | What::EndSession { .. } | What::RemoveContact { .. } => {
                Some(404)
            }
            _ => None,
        }
    }

    /// The request: method, path and body. The path and the body hold placeholders for ids and tokens.
    pub(crate) fn request(&self, username: &str) -> (Method, String, Value) {
        let on = |event: &EventId, rest: &str| format!("/event/<e{event}>{rest}");
        match &self.what {
            What::Register { username, email, .. } => {
                let body = json!({"post-data": {"username": username, "password": PASSWORD, "e-mail": email}});
                (Method::POST, "/user".to_owned(), body)
            }
            What::Confirm { link, .. } => (Method::GET, format!("/user/confirm?token=<link {link}>"), Value::Null),
            What::Resend { .. } => {
                let body = json!({"login": {"username": username, "password": PASSWORD}});
                (Method::POST, "/user/confirm".to_owned(), body)
            }
            What::Login { login, right, .. } => {
                let password = if *right { PASSWORD } else { WRONG_PASSWORD };
                let body = json!({"login": {"username": login.text(), "password": password}});
                (Method::POST, "/login".to_owned(), body)
            }
            What::Refresh { session, generation } => {
                (Method::POST, "/token".to_owned(), json!({"refresh_token": format!("<token {session} {generation}>")}))
            }
            What::LogOut { session, generation } => {
                let body = json!({"refresh_token": format!("<token {session} {generation}>")});
                (Method::POST, "/token/revoke".to_owned(), body)
            }
            What::EndSession { session } => (Method::DELETE, format!("/token/<s{session}>"), Value::Null),
            What::LogOutEverywhere => (Method::POST, "/token/revoke".to_owned(), json!({"all": true})),
            What::Rename { name } => (Method::PATCH, "/user".to_owned(), json!({ "name": name })),
            What::Searchable { searchable } => (Method::PATCH, "/user".to_owned(), json!({ "searchable": searchable })),
            What::Mails { wanted } => (Method::PATCH, "/user".to_owned(), json!({ "mails": wanted })),
            What::Language { language } => (Method::PATCH, "/user".to_owned(), json!({ "language": language })),
            What::Search { query, limit } => {
                (Method::GET, format!("/user/search?query={query}&limit={limit}"), Value::Null)
            }
            What::AddContact { who } => (Method::PUT, format!("/user/contacts/<p{who}>"), Value::Null),
            What::RemoveContact { who } => (Method::DELETE, format!("/user/contacts/<p{who}>"), Value::Null),
            What::Leave { right } => {
                let password = if *right { PASSWORD } else { WRONG_PASSWORD };
                (Method::DELETE, "/user".to_owned(), json!({ "password": password }))
            }
            What::UseOldToken => (Method::GET, "/user".to_owned(), Value::Null),
            What::Draft { content, send, .. } => (Method::POST, "/event".to_owned(), content.body(*send)),
            What::Edit { event, content, send } => (Method::PUT, on(event, ""), content.body(*send)),
            What::Send { event } => (Method::POST, on(event, "/send"), Value::Null),
            What::Vote { event, topic, option } => (Method::PUT, on(event, "/vote"), vote(TOPICS[*topic], option)),
            What::TakeBack { event, topic, option } => {
                (Method::DELETE, on(event, "/vote"), vote(TOPICS[*topic], option))
            }
            What::Answer { event, answer } => (Method::PUT, on(event, "/answer"), json!({"answer": answer.text()})),
            What::HandOver { event, to } => (Method::PUT, on(event, "/organiser"), json!({"id": format!("<p{to}>")})),
            What::Delete { event } => (Method::DELETE, on(event, ""), Value::Null),
            What::Invite { event, invited } => {
                let entry = |(invited, again): &(Invited, bool)| {
                    let mut entry = invited.body();
                    if *again {
                        entry["again"] = json!(true);
                    }
                    entry
                };
                let body = json!({"invited": invited.iter().map(entry).collect::<Vec<_>>()});
                (Method::POST, on(event, "/members"), body)
            }
            What::TakeOut { event, who } => {
                (Method::DELETE, on(event, &format!("/members/{}", id_of(*event, *who))), Value::Null)
            }
            // The token comes with the mail.
            What::Unsubscribe { .. } => (Method::POST, "/mail/unsubscribe".to_owned(), Value::Null),
            What::Visit { event, member, act, .. } => match act {
                Act::Read => (Method::GET, on(event, ""), Value::Null),
                Act::Vote { topic, option } => (Method::PUT, on(event, "/vote"), vote(TOPICS[*topic], option)),
                Act::TakeBack { topic, option } => (Method::DELETE, on(event, "/vote"), vote(TOPICS[*topic], option)),
                Act::Answer { answer } => (Method::PUT, on(event, "/answer"), json!({"answer": answer.text()})),
                Act::Leave => (Method::DELETE, on(event, &format!("/members/<p{member}>")), Value::Null),
            },
            What::Amend { event, name, additional, options } => {
                let mut body = json!({});
                for (field, text) in [("name", name), ("additional", additional)] {
                    if let Some(text) = text {
                        body[field] = json!(text);
                    }
                }
                for (topic, options) in TOPICS.iter().zip(options).filter(|(_, options)| !options.is_empty()) {
                    let drafts: Vec<_> = options.iter().map(|option| json!({ *topic: option })).collect();
                    body[*topic] = json!([{ "drafts": drafts }]);
                }
                (Method::PATCH, on(event, ""), json!({ "event": body }))
            }
        }
    }

    /// The sentence that tells of it.
    pub(crate) fn tell(&self, names: &Names) -> String {
        let person = |id: &PersonId| names.told(&format!("<p{id}>"));
        let or_wrong = |right: bool| if right { "" } else { ", with a wrong password" };
        let at_once = |send: bool| if send { ", to be sent at once" } else { "" };
        let told = match &self.what {
            What::Register { username, email, .. } => format!("registers as {username}, {email}"),
            What::Confirm { link, .. } => format!("opens link {link}"),
            What::Resend { link } => format!("asks for another link ({link})"),
            What::Login { login, right, session } => {
                format!("logs in as {}{} (session {session})", names.told(&login.text()), or_wrong(*right))
            }
            What::Refresh { session, generation } => format!("refreshes session {session}, with token {generation}"),
            What::LogOut { session, generation } => format!("logs out of session {session}, with token {generation}"),
            What::EndSession { session } => format!("ends session {session}"),
            What::LogOutEverywhere => "logs out everywhere".to_owned(),
            What::Rename { name } => format!("is called {name} from now on"),
            What::Searchable { searchable: true } => "wants to be found".to_owned(),
            What::Searchable { searchable: false } => "does not want to be found".to_owned(),
            What::Mails { wanted: true } => "wants mails about events".to_owned(),
            What::Mails { wanted: false } => "wants no mails about events".to_owned(),
            What::Language { language } => format!("speaks {language} from now on"),
            What::Search { query, limit } => format!("searches {query:?}, at most {limit}"),
            What::AddContact { who } => format!("adds {} to the contacts", person(who)),
            What::RemoveContact { who } => format!("removes {} from the contacts", person(who)),
            What::Leave { right } => format!("deletes the account{}", or_wrong(*right)),
            What::UseOldToken => "uses an access token that is too old".to_owned(),
            What::Draft { event, content, send } => {
                format!("drafts event {event}: {}{}", content.tell(names), at_once(*send))
            }
            What::Edit { event, content, send } => {
                format!("makes of event {event}: {}{}", content.tell(names), at_once(*send))
            }
            What::Send { event } => format!("sends event {event}"),
            What::Vote { event, option, .. } => format!("votes in event {event} for {option}"),
            What::TakeBack { event, option, .. } => format!("takes {option} back in event {event}"),
            What::Answer { event, answer } => format!("answers {} to event {event}", answer.text()),
            What::HandOver { event, to } => format!("hands event {event} over to {}", person(to)),
            What::Delete { event } => format!("deletes event {event}"),
            What::Invite { event, invited } => {
                let invited = invited.iter().map(|(one, again)| one.tell(names) + if *again { " again" } else { "" });
                format!("invites to event {event}: [{}]", invited.collect::<Vec<_>>().join(", "))
            }
            What::TakeOut { event, who } if *who == Who::Person(self.by) => format!("goes out of event {event}"),
            What::TakeOut { event, who } => format!("takes {} out of event {event}", names.told(&id_of(*event, *who))),
            What::Unsubscribe { wanted: true, .. } => "lets mails come again, by the link of one".to_owned(),
            What::Unsubscribe { wanted: false, .. } => "stops mails, by the link of one".to_owned(),
            What::Visit { event, which, act, .. } => format!("opens event {event} by the link ({which:?}): {act:?}"),
            What::Amend { event, name, additional, options } => {
                format!("changes event {event}: {name:?} {additional:?} {options:?}")
            }
        };
        format!("{} {told}", person(&self.by))
    }
}
