//! What an action means in the story so far: its numbers choose among the people, events and options that are there.

use tests::email_of;

use crate::actions::{Action, Kind, Sketch, SketchedPoll, Trouble};
use crate::deed::{Act, Answer, Ballot, Content, DAYS, Deed, Invited, Login, SPOTS, What, Which};
use crate::play::Player;
use crate::world::{Event, EventId, PersonId, State, Who, is_guest};

/// The names that people register with. Some begin alike, some are one name.
const USERNAMES: [&str; 10] = ["Anton", "anna", "ANTON", "berta", "Ben", "carla", "Cleo", "doro", "emil", "Dora"];

/// What is searched.
const QUERIES: [&str; 7] = ["an", "AN", "ca", "be", "do", "anton", "e-"];

/// The names that others see.
const CALLED: [&str; 4] = ["The Captain", "Bee", "Zed", "Ann"];

/// From here on a number chooses something that does not fit.
const ODD: u8 = 236;

/// So many events are rather gone on with than the others.
const LATEST: usize = 3;

fn pick<T: Clone>(all: &[T], number: u8) -> Option<T> {
    if all.is_empty() { None } else { all.get(usize::from(number) % all.len()).cloned() }
}

/// One of these that fit, or of all if the number is odd.
fn pick_or<T: Clone>(fitting: &[T], all: &[T], number: u8) -> Option<T> {
    pick(if number >= ODD { all } else { fitting }, number)
}

const HOUR: i64 = 3600;

/// How long passes at a time: the shortest rather often.
const PAUSES: [i64; 12] = [5, 9, 30, 61, 61, 300, 300, HOUR, 2 * HOUR, 24 * HOUR, 25 * HOUR, 31 * 24 * HOUR];

/// What an action has become. It names whom and what it is about, so it stays what it is when others are left out.
#[derive(Clone, Debug)]
pub(crate) struct Step {
    /// What happens.
    pub(crate) doing: Doing,
    /// How AWS fails meanwhile.
    pub(crate) trouble: Option<Trouble>,
    /// Who else looks at what has become of it.
    pub(crate) other: u8,
}

/// What happens.
#[derive(Clone, Debug)]
pub(crate) enum Doing {
    /// Somebody does something.
    Deed(Deed),
    /// So many seconds pass.
    Pass(i64),
    /// DynamoDB deletes what has expired.
    Sweep,
}

impl Player {
    /// The step that the action means now. `None` if there is nobody to do it, or nothing to do it to.
    pub(crate) fn choose(&mut self, action: &Action) -> Option<Step> {
        let doing = match action.kind {
            Kind::Pass { time } => Doing::Pass(pick(&PAUSES, time)?),
            Kind::Sweep => Doing::Sweep,
            _ => Doing::Deed(self.choose_deed(action)?),
        };
        Some(Step { doing, trouble: action.trouble, other: action.other })
    }

    fn choose_deed(&mut self, action: &Action) -> Option<Deed> {
        let by = self.actor(action)?;
        let what = match &action.kind {
            Kind::Register { .. } | Kind::Confirm { .. } | Kind::Resend { .. } => return self.choose_newcomer(action),
            Kind::Unsubscribe { who, wanted } => {
                let member = pick(&self.mailed(), *who)?;
                return Some(Deed { by: member, what: What::Unsubscribe { member, wanted: *wanted } });
            }
            Kind::Visit { link, latest, act, option } => return self.choose_visit((*link, *latest), *act, *option),
            Kind::Login { .. } | Kind::Refresh { .. } | Kind::LogOut { .. } | Kind::UseOldToken => {
                return self.choose_session(by, action);
            }
            Kind::EndSession { session } => {
                let sessions: Vec<_> = self.known_sessions();
                let own: Vec<_> = sessions.iter().copied().filter(|id| self.world().owner(*id) == Some(by)).collect();
                What::EndSession { session: pick_or(&own, &sessions, *session)? }
            }
            Kind::LogOutEverywhere => What::LogOutEverywhere,
            Kind::Rename { name } => What::Rename { name: pick(&CALLED, *name)?.to_owned() },
            Kind::Searchable { searchable } => What::Searchable { searchable: *searchable },
            Kind::Mails { wanted } => What::Mails { wanted: *wanted },
            Kind::Language { language } => What::Language { language: pick(&["en", "uk", "ru"], *language)? },
            Kind::Search { query, limit } => {
                What::Search { query: pick(&QUERIES, *query)?.to_owned(), limit: 1 + usize::from(limit % 4) }
            }
            Kind::AddContact { who } => What::AddContact { who: self.somebody(*who)? },
            Kind::RemoveContact { who } => {
                let contacts = self.world().people[&by].contacts.clone();
                What::RemoveContact { who: pick_or(&contacts, &self.known_people(), *who)? }
            }
            // Enough people have to stay for stories to go on.
            Kind::Leave { wrong } => What::Leave { right: !wrong && self.world().active().count() > 3 },
            Kind::Draft { sketch, send } => {
                let event = self.next_event();
                What::Draft { event, content: self.content(by, sketch), send: *send }
            }
            Kind::Edit { .. }
            | Kind::Send { .. }
            | Kind::Vote { .. }
            | Kind::TakeBack { .. }
            | Kind::Answer { .. }
            | Kind::HandOver { .. }
            | Kind::Invite { .. }
            | Kind::TakeOut { .. }
            | Kind::Quit { .. }
            | Kind::Amend { .. }
            | Kind::Delete { .. } => return self.choose_in_event(by, action),
            Kind::Again => {
                let deeds = self.history.iter().rev().find_map(|step| match &step.doing {
                    Doing::Deed(deed) => Some(deed.clone()),
                    Doing::Pass(_) | Doing::Sweep => None,
                });
                return deeds.map(|deed| self.again(&deed));
            }
            Kind::Pass { .. } | Kind::Sweep => return None,
        };
        Some(Deed { by, what })
    }

    fn actor(&self, action: &Action) -> Option<PersonId> {
        let active: Vec<_> = self.world().active().map(|(id, _)| id).collect();
        // Rather somebody leaves who has something to leave behind.
        let has_heirs = |found: &Event, by| found.sent && found.organiser == by && found.places.len() > 1;
        let leaves = |by: &PersonId| self.world().events.values().any(|found| has_heirs(found, *by));
        match action.kind {
            Kind::Leave { .. } => {
                pick_or(&active.iter().copied().filter(leaves).collect::<Vec<_>>(), &active, action.who)
            }
            _ => pick(&active, action.who),
        }
    }

    fn choose_newcomer(&mut self, action: &Action) -> Option<Deed> {
        match &action.kind {
            Kind::Register { name, email } => {
                let username = pick(&USERNAMES, *name)?;
                // Several may register with one address.
                let owner = if *email >= 128 { username } else { pick(&USERNAMES, *email)? };
                let what = What::Register {
                    username: username.to_owned(),
                    email: email_of(&owner.to_lowercase()),
                    link: self.next_link(),
                };
                Some(Deed { by: self.next_person(), what })
            }
            Kind::Confirm { link } => {
                let is_pending =
                    |person| matches!(self.world().people.get(&person).map(|it| it.state), Some(State::Pending(_)));
                let all = self.links.clone();
                let pending: Vec<_> = all.iter().copied().filter(|(person, _)| is_pending(*person)).collect();
                let (by, link) = pick_or(&pending, &all, *link)?;
                Some(Deed { by, what: What::Confirm { link, session: self.next_session() } })
            }
            Kind::Resend { who } => {
                let people = &self.world().people;
                let all: Vec<_> = people.keys().copied().collect();
                let is_pending = |id: &PersonId| matches!(people[id].state, State::Pending(_));
                let pending: Vec<_> = all.iter().copied().filter(is_pending).collect();
                let by = pick_or(&pending, &all, *who)?;
                Some(Deed { by, what: What::Resend { link: self.next_link() } })
            }
            _ => None,
        }
    }

    fn choose_in_event(&self, by: PersonId, action: &Action) -> Option<Deed> {
        let is_draft = |found: &Event, by| !found.sent && found.organiser == by;
        let is_sent = |found: &Event, _| found.sent;
        let (by, what) = match &action.kind {
            Kind::Edit { event, sketch, send } => {
                let (by, event) = self.an_event(by, *event, is_draft)?;
                (by, What::Edit { event, content: self.content(by, sketch), send: *send })
            }
            Kind::Send { event } => {
                let (by, event) = self.an_event(by, *event, is_draft)?;
                (by, What::Send { event })
            }
            Kind::Vote { event, topic, option, spelling } => {
                let topic = usize::from(!topic);
                let is_open = |found: &Event, _| found.sent && found.polls[topic].chosen.is_none();
                let (by, event) = self.an_event_rather(by, *event, is_open, is_sent)?;
                (by, What::Vote { event, topic, option: self.option(event, topic, *option, *spelling) })
            }
            Kind::TakeBack { event, topic, option } => {
                let topic = usize::from(!topic);
                let has_any = |found: &Event, by| {
                    let votes = found.place(by).is_some_and(|place| !place.votes[topic].is_empty());
                    let (decided, organises) = (found.polls[topic].chosen.is_some(), found.organiser == by);
                    found.sent && if organises { decided } else { votes && !decided }
                };
                let (by, event) = self.an_event_rather(by, *event, has_any, is_sent)?;
                (by, What::TakeBack { event, topic, option: self.option_back(by, event, topic, *option) })
            }
            Kind::Answer { event, answer } => {
                let (by, event) = self.an_event(by, *event, |found, by| found.place(by).is_some())?;
                (by, What::Answer { event, answer: pick(&[Answer::Yes, Answer::Maybe, Answer::No], *answer)? })
            }
            Kind::HandOver { event, to } => {
                let (by, event) = self.an_event(by, *event, |found, by| found.sent && found.organiser == by)?;
                (by, What::HandOver { event, to: self.a_member(event, *to)? })
            }
            Kind::Delete { event } => {
                let (by, event) = self.an_event(by, *event, |found, by| found.organiser == by)?;
                (by, What::Delete { event })
            }
            Kind::Invite { .. } | Kind::TakeOut { .. } | Kind::Quit { .. } | Kind::Amend { .. } => {
                return self.choose_after_sending(by, action);
            }
            _ => return None,
        };
        Some(Deed { by, what })
    }

    fn choose_after_sending(&self, by: PersonId, action: &Action) -> Option<Deed> {
        let organises = |found: &Event, by| found.sent && found.organiser == by;
        let (by, what) = match &action.kind {
            Kind::Invite { event, invited } => {
                // The service gives a deleted user another id then.
                let is_whole = |found: &Event| found.places.iter().all(|place| matches!(place.who, Who::Person(_)));
                let (by, event) = self.an_event(by, *event, |found, by| organises(found, by) && is_whole(found))?;
                let all = invited.iter().filter_map(|(who, how, again)| {
                    let member = if *again { self.invited_again(event, *who, *how) } else { None };
                    let invited = member.or_else(|| self.invited(by, *who, *how))?;
                    Some((invited, *again))
                });
                (by, What::Invite { event, invited: all.collect() })
            }
            Kind::TakeOut { event, who } => {
                let (by, event) = self.an_event(by, *event, organises)?;
                let places = self.world().events.get(&event).map(|found| found.places.clone()).unwrap_or_default();
                let all: Vec<_> = self.known_people().into_iter().map(Who::Person).collect();
                let members: Vec<_> = places.iter().map(|place| place.who).collect();
                (by, What::TakeOut { event, who: pick_or(&members, &all, *who)? })
            }
            Kind::Quit { event } => {
                let (by, event) = self.an_event(by, *event, |found, by| found.place(by).is_some())?;
                (by, What::TakeOut { event, who: Who::Person(by) })
            }
            Kind::Amend { event, name, options } => {
                let (by, event) = self.an_event(by, *event, |found, by| found.organiser == by)?;
                let new_name = match name % 8 {
                    0 => Some(""),
                    1 => Some("Walk"),
                    2 => Some("Games"),
                    _ => None,
                };
                let additional = if name.is_multiple_of(5) { Some("It may rain.") } else { None };
                let texts = |topic: usize| {
                    let (first, number) = options[topic];
                    ballot(topic, (first, number % 3, None, false)).options
                };
                let options = [texts(0), texts(1)];
                if new_name.is_none() && additional.is_none() && options.iter().all(Vec::is_empty) {
                    return None;
                }
                let (name, additional) = (new_name.map(str::to_owned), additional.map(str::to_owned));
                (by, What::Amend { event, name, additional, options })
            }
            _ => return None,
        };
        Some(Deed { by, what })
    }

    /// A member of the event, as the organiser may name the one.
    fn invited_again(&self, event: EventId, who: u8, how: u8) -> Option<Invited> {
        let world = self.world();
        let places = world.events.get(&event).map(|found| found.places.clone())?;
        let Who::Person(member) = pick(&places, who)?.who else { return None };
        let typed = match world.people.get(&member) {
            None => Login::Email(world.address_of_guest(member)?.to_owned()),
            Some(person) => match how % 3 {
                0 if self.known_people().contains(&member) => Login::Id(member),
                1 => Login::Name(person.username.clone()),
                _ => Login::Email(person.email.clone()),
            },
        };
        Some(Invited { typed, name: (how.is_multiple_of(5)).then(|| "Old friend".to_owned()) })
    }

    fn choose_visit(&self, (link, latest): (u8, bool), act: u8, option: u8) -> Option<Deed> {
        let all = self.invitations();
        let is_in = |(event, member): &(EventId, PersonId)| {
            self.world().events.get(event).is_some_and(|found| found.place(*member).is_some())
        };
        let open: Vec<_> = all.iter().copied().filter(is_in).collect();
        let guests: Vec<_> = open.iter().copied().filter(|(_, member)| is_guest(*member)).collect();
        let newest = |all: &[(EventId, PersonId)]| pick(&all[all.len().saturating_sub(2 * LATEST)..], link);
        // Rather a guest, who has no other way in.
        let guest = if link < 160 { newest(&guests) } else { None };
        let (event, member) = guest.or_else(|| if link < ODD { newest(&open) } else { pick(&all, link) })?;
        let topic = usize::from(option.is_multiple_of(2));
        let act = match act % 16 {
            0..=2 => Act::Read,
            3..=8 => Act::Vote { topic, option: self.option(event, topic, option / 2, false) },
            9 | 10 => Act::TakeBack { topic, option: self.option_back(member, event, topic, option / 2) },
            11..=14 => Act::Answer { answer: pick(&[Answer::Yes, Answer::Maybe, Answer::No], option)? },
            _ => Act::Leave,
        };
        let which = if latest { Which::Latest } else { Which::First };
        Some(Deed { by: member, what: What::Visit { event, member, which, act } })
    }

    fn choose_session(&mut self, by: PersonId, action: &Action) -> Option<Deed> {
        let what = match &action.kind {
            Kind::Login { by: how, wrong } => {
                let known = self.known_people();
                let people: Vec<_> = self.world().people.keys().copied().collect();
                let who = pick(&people, action.who)?;
                let person = &self.world().people[&who];
                let login = match how % 3 {
                    0 if known.contains(&who) => Login::Id(who),
                    1 => Login::Email(person.email.clone()),
                    _ => Login::Name(person.username.clone()),
                };
                What::Login { login, right: !wrong, session: self.next_session() }
            }
            Kind::Refresh { session, token } => {
                let (session, last) = pick(&self.tokens(), *session)?;
                What::Refresh { session, generation: if *token < 192 { last } else { self.a_token(session, *token)? } }
            }
            Kind::LogOut { session } => {
                let (session, generation) = pick(&self.tokens(), *session)?;
                What::LogOut { session, generation }
            }
            Kind::UseOldToken if self.has_old_token(by) => What::UseOldToken,
            _ => return None,
        };
        Some(Deed { by, what })
    }

    /// The same, but mostly one for which even more holds.
    fn an_event_rather(
        &self,
        by: PersonId,
        number: u8,
        rather: impl Fn(&Event, PersonId) -> bool,
        fits: impl Fn(&Event, PersonId) -> bool,
    ) -> Option<(PersonId, EventId)> {
        let best = if number < 192 { self.an_event(by, number, rather) } else { None };
        best.or_else(|| self.an_event(by, number, fits))
    }

    /// An event for which that holds, and one of its members, rather the one who was to do it. With an odd number, any event that
    /// ever was.
    fn an_event(
        &self,
        by: PersonId,
        number: u8,
        fits: impl Fn(&Event, PersonId) -> bool,
    ) -> Option<(PersonId, EventId)> {
        if number >= ODD {
            return pick(&self.known_events(), number).map(|event| (by, event));
        }
        let active: Vec<_> = self.world().active().map(|(id, _)| id).collect();
        let of = |people: &[PersonId]| {
            let events = self.world().events.iter().filter(|(id, _)| self.knows_event(**id));
            let members = |(id, found): (&EventId, &Event)| {
                let members = people.iter().filter(|person| found.is_seen_by(**person) && fits(found, **person));
                members.map(|person| (*person, *id)).collect::<Vec<_>>()
            };
            let all: Vec<_> = events.flat_map(members).collect();
            // Rather one of the latest: much has to happen in one event before it becomes interesting.
            let latest = &all[all.len().saturating_sub(LATEST)..];
            pick(if number.is_multiple_of(4) { &all } else { latest }, number / 4)
        };
        of(&[by]).or_else(|| of(&active))
    }

    fn option(&self, event: EventId, topic: usize, number: u8, spelling: bool) -> String {
        let options = self.world().events.get(&event).map(|found| found.polls[topic].options.clone());
        let option = if number >= ODD { None } else { pick(&options.unwrap_or_default(), number) };
        let option = option.unwrap_or_else(|| if topic == 0 { DAYS[3][0] } else { "Moon" }.to_owned());
        let day = DAYS.iter().find(|day| spelling && day.contains(&option.as_str()));
        day.map_or(option.clone(), |day| day[usize::from(day[0] == option)].to_owned())
    }

    /// Rather an option that one has voted for or decided on.
    fn option_back(&self, by: PersonId, event: EventId, topic: usize, number: u8) -> String {
        let own = self.world().events.get(&event).filter(|_| number < 192).and_then(|found| {
            let poll = &found.polls[topic];
            let votes = found.place(by).map(|place| place.votes[topic].iter().copied().collect::<Vec<_>>());
            let option = if found.organiser == by { poll.chosen } else { pick(&votes?, number) };
            option.map(|option| poll.options[option].clone())
        });
        own.unwrap_or_else(|| self.option(event, topic, number, false))
    }

    fn a_member(&self, event: EventId, number: u8) -> Option<PersonId> {
        let places = self.world().events.get(&event).map(|found| found.places.clone()).unwrap_or_default();
        let members = places.iter().filter_map(|place| match place.who {
            Who::Person(person) => Some(person),
            Who::Nobody(_) => None,
        });
        let known = self.known_people();
        let members: Vec<_> = members.filter(|person| known.contains(person)).collect();
        pick_or(&members, &known, number)
    }

    /// Somebody whose id is known, rather one who has an account.
    fn somebody(&self, number: u8) -> Option<PersonId> {
        let known = self.known_people();
        let active: Vec<_> = known.iter().copied().filter(|id| self.world().is_active(*id)).collect();
        pick_or(&active, &known, number)
    }

    fn content(&self, by: PersonId, sketch: &Sketch) -> Content {
        let names = ["Picnic", "Hike", "Chess", "Dinner"];
        let name = if sketch.name >= ODD { "" } else { names[usize::from(sketch.name) % names.len()] };
        let additional = if sketch.name.is_multiple_of(8) { "Bring a blanket." } else { "" };
        let invited = sketch.invited.iter().filter_map(|(who, how)| self.invited(by, *who, *how));
        Content {
            name: name.to_owned(),
            additional: additional.to_owned(),
            polls: [ballot(0, sketch.polls[0]), ballot(1, sketch.polls[1])],
            invited: invited.collect(),
        }
    }

    fn invited(&self, by: PersonId, who: u8, how: u8) -> Option<Invited> {
        if how >= 250 {
            let typed = [Login::Name("nobody".to_owned()), Login::Email(email_of("nobody"))];
            return pick(&typed, who).map(|typed| Invited { typed, name: None });
        }
        if how % 16 == 7 {
            // Perhaps somebody who is yet to come.
            let owner = pick(&USERNAMES, who)?;
            return Some(Invited { typed: Login::Email(email_of(&owner.to_lowercase())), name: None });
        }
        let others = |id: &PersonId| who >= ODD || *id != by;
        let active: Vec<_> = self.world().active().map(|(id, _)| id).filter(others).collect();
        let id = pick_or(&active, &self.known_people(), who)?;
        let person = self.world().people.get(&id)?;
        Some(match how % 8 {
            0..=2 => Invited { typed: Login::Name(person.username.clone()), name: None },
            3 | 4 if self.known_people().contains(&id) => Invited { typed: Login::Id(id), name: None },
            5 => Invited { typed: Login::Email(person.email.clone()), name: Some("My friend".to_owned()) },
            _ => Invited { typed: Login::Email(person.email.clone()), name: None },
        })
    }
}

fn ballot(topic: usize, (first, number, confirmed, any): SketchedPoll) -> Ballot {
    let text = |index: usize| match topic {
        0 => DAYS[index % 4][usize::from(first >= 128)].to_owned(),
        _ => SPOTS[index % 4].to_owned(),
    };
    let first = usize::from(first);
    let options = (first..first + usize::from(number)).map(text).collect();
    Ballot { options, confirmed: confirmed.map(|index| text(usize::from(index))), any }
}
