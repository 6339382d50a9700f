//! Voting: a PUT moves exactly one element from a poll's drafts to its `confirmed`. An invitee votes this way, and the organiser
//! decides.

use std::collections::BTreeSet;

use serde_json::Value;

use super::draft::{EVENT, poll_fields};
use super::event::{Event, Role};
use super::fault::{Fault, Node};
use super::poll::{MAX_OPTIONS, Topic};
use super::text;

mod withdrawal;

/// One poll of a vote as it was sent.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Sent {
    topic: Topic,
    /// Where `confirmed` stands in the body.
    field: String,
    confirmed: String,
    /// The texts that remain in `drafts`, as the client says. The short form leaves them out.
    drafts: Option<BTreeSet<String>>,
}

/// The body of `PUT` and of `DELETE /event/{id}/vote`: the polls whose `confirmed` is filled in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Vote(Vec<Sent>);

/// The effect on an event of a vote, or of taking a vote back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// The invitee with this index votes for this option of the poll.
    Vote {
        /// The index among the invitees.
        invitee: usize,
        /// The poll.
        topic: Topic,
        /// The index of the option.
        option: usize,
    },
    /// The invitee with this index takes back the vote for this option of the poll.
    Withdrawal {
        /// The index among the invitees.
        invitee: usize,
        /// The poll.
        topic: Topic,
        /// The index of the option.
        option: usize,
    },
    /// The poll is decided for this option, or open again.
    Decision {
        /// The poll.
        topic: Topic,
        /// The index of the option.
        option: Option<usize>,
    },
    /// The event does not change, since it is in that state already.
    Nothing,
}

impl Event {
    /// Applies the effect of a vote on this event.
    pub fn apply(&mut self, effect: Effect) {
        match effect {
            Effect::Vote { invitee, topic, option } => {
                let choice = self.poll(topic).choice;
                self.invitees[invitee].vote(topic, choice, option);
            }
            Effect::Withdrawal { invitee, topic, option } => self.invitees[invitee].take_back(topic, option),
            Effect::Decision { topic, option } => {
                let poll = self.poll_mut(topic);
                poll.chosen = option;
                poll.reopened |= option.is_none();
            }
            Effect::Nothing => {}
        }
    }
}

/// Why a vote is refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The body is no vote on this event.
    Invalid(Vec<Fault>),
    /// The poll is decided.
    Decided,
    /// The event has not been sent yet.
    StillDraft,
}

impl Vote {
    /// Reads the body: an event in the short form (`{"event": {"date": [{"confirmed": "…"}]}}`) or whole.
    ///
    /// # Errors
    /// Every fault of the body.
    pub fn parse(body: &Value) -> Result<Self, Vec<Fault>> {
        let event = Node::body(body, &["event"], EVENT)?;
        let mut faults = Vec::new();
        let mut polls = Vec::new();
        for &topic in Topic::ALL {
            let poll = event.get(topic.name()).single(&mut faults);
            if poll.is_foreign(poll_fields(), &mut faults) {
                continue;
            }
            let node = poll.get("drafts");
            let remaining = node.objects(MAX_OPTIONS + 1, &mut faults);
            let drafts: BTreeSet<_> = remaining
                .iter()
                .filter_map(|entry| entry.get(topic.name()).text(&mut faults))
                .map(text::composed)
                .filter(|text| !text.is_empty())
                .collect();
            let confirmed = poll.get("confirmed");
            if let Some(text) = confirmed.text(&mut faults).map(text::composed).filter(|text| !text.is_empty()) {
                polls.push(Sent {
                    topic,
                    field: confirmed.fault("").field,
                    confirmed: text,
                    drafts: node.is_present().then_some(drafts),
                });
            }
        }
        if faults.is_empty() { Ok(Self(polls)) } else { Err(faults) }
    }

    /// The effect of the vote of a member in that role.
    ///
    /// # Errors
    /// Why it is refused. No refusal changes anything.
    pub fn effect(&self, event: &Event, role: Role) -> Result<Effect, Refusal> {
        if !event.sent {
            return Err(Refusal::StillDraft);
        }
        let is_move = |sent: &&Sent| {
            let current = event.standing(sent.topic).confirmed;
            current.is_none() || current != sent.option(event)
        };
        let moves: Vec<_> = self.0.iter().filter(is_move).collect();
        match moves.as_slice() {
            [] => self.repetition(event, role),
            [sent] => sent.effect(event, role),
            _ => Err(Refusal::Invalid(
                moves.iter().map(|sent| Fault::new(&sent.field, "only one element may move at a time")).collect(),
            )),
        }
    }

    /// No element moves. The request is accepted if the sender has already made the change, since its answer may have been lost.
    fn repetition(&self, event: &Event, role: Role) -> Result<Effect, Refusal> {
        let repeats = |sent: &Sent| match role {
            Role::Organiser => true,
            Role::Invitee(index) => sent.is_own_vote(event, index),
        };
        if self.0.iter().any(repeats) {
            Ok(Effect::Nothing)
        } else if self.0.iter().any(|sent| sent.drafts.is_none()) {
            Err(Refusal::Decided)
        } else {
            Err(Refusal::Invalid(vec![Fault::new(
                "event",
                "exactly one element has to move from the drafts of date or place to confirmed, and none has",
            )]))
        }
    }
}

impl Sent {
    /// The index of the named option.
    fn option(&self, event: &Event) -> Option<usize> {
        event.poll(self.topic).find(self.topic, &self.confirmed)
    }

    fn is_own_vote(&self, event: &Event, invitee: usize) -> bool {
        let own = event.invitees.get(invitee).map(|invitee| invitee.votes(self.topic));
        own.zip(self.option(event)).is_some_and(|(own, option)| own.contains(&option))
    }

    fn effect(&self, event: &Event, role: Role) -> Result<Effect, Refusal> {
        let option = self.option(event);
        if let Role::Invitee(index) = role {
            if self.is_own_vote(event, index) {
                return Ok(Effect::Nothing);
            }
            if event.standing(self.topic).confirmed.is_some() {
                return Err(Refusal::Decided);
            }
        }
        let Some(option) = option else {
            return Err(Refusal::Invalid(vec![Fault::new(&self.field, "is not among the drafts of this poll")]));
        };
        self.check_remaining(event, option)?;
        Ok(match role {
            Role::Organiser => Effect::Decision { topic: self.topic, option: Some(option) },
            Role::Invitee(invitee) => Effect::Vote { invitee, topic: self.topic, option },
        })
    }

    /// The whole form has to show this one move and no other. The option confirmed so far may be back in the drafts.
    fn check_remaining(&self, event: &Event, moved: usize) -> Result<(), Refusal> {
        let Some(drafts) = &self.drafts else { return Ok(()) };
        let (poll, current) = (event.poll(self.topic), event.standing(self.topic).confirmed);
        let found: Option<BTreeSet<_>> = drafts.iter().map(|text| poll.find(self.topic, text)).collect();
        let is_expected = found.as_ref().is_some_and(|found| {
            (0..poll.options.len())
                .all(|option| Some(option) == current || found.contains(&option) == (option != moved))
        });
        if is_expected {
            return Ok(());
        }
        let message = if drafts.iter().any(|text| poll.find(self.topic, text) == Some(moved)) {
            "has to leave the drafts when it moves to confirmed"
        } else {
            "only one element may move, and the drafts differ in others too"
        };
        Err(Refusal::Invalid(vec![Fault::new(&self.field, message)]))
    }
}

#[cfg(test)]
mod tests {
    use super::super::event::Answer;
    use super::super::event::tests::event;
    use super::super::poll::{Choice, Votes};
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    const INVITEE: Role = Role::Invitee(0);

    fn short(topic: &str, option: &str) -> Value {
        json!({"event": {topic: [{"confirmed": option}]}})
    }

    fn effect(body: &Value, event: &Event, role: Role) -> Result<Effect, Refusal> {
        Vote::parse(body).map_err(Refusal::Invalid)?.effect(event, role)
    }

    fn cast(invitee: usize, topic: Topic, option: usize) -> Effect {
        Effect::Vote { invitee, topic, option }
    }

    fn decide(topic: Topic, option: usize) -> Effect {
        Effect::Decision { topic, option: Some(option) }
    }

    /// An open poll of four invitees. The first has voted for the first date.
    fn open() -> Event {
        let mut event = event(4);
        event.invitees[0].date = Votes::from([0]);
        event
    }

    /// As `open`, but a member can vote for any number of dates.
    fn any_choice() -> Event {
        let mut event = open();
        event.date.choice = Choice::Any;
        event
    }

    /// As `open`, but three of the four have voted for the first date and so decided the poll.
    fn by_majority() -> Event {
        let mut event = open();
        event.invitees[1].date = Votes::from([0]);
        event.invitees[2].date = Votes::from([0]);
        event.date.chosen = Some(0);
        event
    }

    /// As `open`, but the organiser has decided on the second date.
    fn by_organiser() -> Event {
        let mut event = open();
        event.date.chosen = Some(1);
        event
    }

    #[test]
    fn the_short_form() {
        use Effect::Nothing;
        use Refusal::Decided;
        use Topic::{Date, Place};
        let (first, second) = (short("date", "01.02.2027"), short("date", "02.02.2027"));
        let cases = [
            ("a vote", open(), Role::Invitee(1), &first, Ok(cast(1, Date, 0))),
            ("a vote that moves", open(), INVITEE, &second, Ok(cast(0, Date, 1))),
            ("a vote repeated", open(), INVITEE, &first, Ok(Nothing)),
            ("a vote on the place", open(), INVITEE, &short("place", "Pub"), Ok(cast(0, Place, 1))),
            ("a decision", open(), Role::Organiser, &first, Ok(decide(Date, 0))),
            ("a decision repeated", by_organiser(), Role::Organiser, &second, Ok(Nothing)),
            ("another decision", by_organiser(), Role::Organiser, &first, Ok(decide(Date, 0))),
            ("a decision against the majority", by_majority(), Role::Organiser, &second, Ok(decide(Date, 1))),
            ("the majority repeated", by_majority(), INVITEE, &first, Ok(Nothing)),
            ("an own vote that lost, repeated", by_organiser(), INVITEE, &first, Ok(Nothing)),
            ("too late for the winner", by_majority(), Role::Invitee(3), &first, Err(Decided)),
            ("too late for another", by_majority(), Role::Invitee(3), &second, Err(Decided)),
            ("moving away from the winner", by_majority(), INVITEE, &second, Err(Decided)),
            (
                "a decided poll leaves the other open",
                by_majority(),
                INVITEE,
                &short("place", "Park"),
                Ok(cast(0, Place, 0)),
            ),
        ];
        for (name, event, role, body, expected) in cases {
            assert_eq!(effect(body, &event, role), expected, "{name}");
        }
    }

    #[test]
    fn with_any_choice_a_vote_is_added() {
        let mut event = any_choice();
        let (first, second) = (short("date", "01.02.2027"), short("date", "02.02.2027"));
        assert_eq!(effect(&first, &event, INVITEE), Ok(Effect::Nothing));
        let added = effect(&second, &event, INVITEE).unwrap();
        assert_eq!(added, cast(0, Topic::Date, 1));
        event.apply(added);
        assert_eq!(event.invitees[0].date, Votes::from([0, 1]));
        let whole = json!({"date": [{"confirmed": "02.02.2027", "drafts": [{"date": "01.02.2027"}]}]});
        assert_eq!(effect(&whole, &event, Role::Invitee(1)), Ok(cast(1, Topic::Date, 1)));
        event.date.chosen = Some(0);
        assert_eq!(effect(&second, &event, INVITEE), Ok(Effect::Nothing));
        assert_eq!(effect(&second, &event, Role::Invitee(1)), Err(Refusal::Decided));
    }

    #[test]
    fn a_draft_takes_no_votes() {
        let event = Event { sent: false, ..open() };
        assert_eq!(effect(&short("date", "01.02.2027"), &event, Role::Organiser), Err(Refusal::StillDraft));
    }

    #[test]
    fn none_two_or_an_unknown_element_are_refused() {
        let cases = [
            json!({}),
            json!({"event": {}}),
            json!({"event": {"date": [{"confirmed": ""}], "place": [{"confirmed": " "}]}}),
            json!({"event": {"date": [{"confirmed": "01.02.2027"}], "place": [{"confirmed": "Pub"}]}}),
            json!({"event": {"date": [{"confirmed": "03.02.2027"}]}}),
            json!({"event": {"place": [{"confirmed": "pub"}]}}),
            json!({"event": {"date": [{"confirmed": 7}]}}),
            json!({"event": {"date": [{"confirmed": ["01.02.2027"]}]}}),
            json!({"event": {"date": [{"confirmed": "01.02.2027"}, {"confirmed": "02.02.2027"}]}}),
            json!({"event": 7}),
            json!([]),
        ];
        for role in [Role::Organiser, Role::Invitee(1)] {
            for body in &cases {
                let refusal = effect(body, &open(), role);
                assert!(matches!(&refusal, Err(Refusal::Invalid(faults)) if !faults.is_empty()), "{body}: {refusal:?}");
            }
        }
    }

    #[test]
    fn a_vote_is_the_same_however_it_is_spelt() {
        use Effect::Nothing;
        let event = open();
        let body = json!({"date": [{"confirmed": "2027-02-02", "drafts": [{"date": "2027-02-01"}]}]});
        assert_eq!(effect(&body, &event, Role::Invitee(1)), Ok(cast(1, Topic::Date, 1)));
        assert_eq!(effect(&short("date", "2027-02-01"), &event, INVITEE), Ok(Nothing));
        assert_eq!(effect(&short("date", "2027-02-02"), &by_organiser(), Role::Organiser), Ok(Nothing));
        assert_eq!(effect(&short("date", "2027-02-01"), &by_majority(), Role::Invitee(3)), Err(Refusal::Decided));
    }

    #[test]
    fn what_is_not_understood_is_named() {
        let cases = [
            (json!({"Event": {"date": []}}), "Event"),
            (json!({"event": {"dates": []}}), "event.dates"),
            (json!({"date": [{"chosen": "01.02.2027"}]}), "date[0]"),
        ];
        for (body, field) in cases {
            assert_eq!(Vote::parse(&body).unwrap_err()[0].field, field, "{body}");
        }
    }

    #[test]
    fn the_drafts_of_the_whole_form_tell_of_one_move_only() {
        let entries = |texts: &[&str]| texts.iter().map(|text| json!({"place": text})).collect::<Vec<_>>();
        let cases: [(&[&str], bool); 5] = [
            (&["Park"], true),
            (&["Park", ""], true),
            (&["Park", "Pub"], false),
            (&[], false),
            (&["Park", "Zoo"], false),
        ];
        for (drafts, accepted) in cases {
            let body = json!({"place": [{"drafts": entries(drafts), "confirmed": "Pub"}]});
            assert_eq!(effect(&body, &open(), INVITEE).is_ok(), accepted, "{drafts:?}");
        }
    }

    #[test]
    fn when_the_organiser_changes_his_mind_the_two_change_places() {
        for drafts in [json!([{"date": "02.02.2027"}]), json!([])] {
            let body = json!({"date": [{"drafts": drafts, "confirmed": "01.02.2027"}]});
            assert_eq!(effect(&body, &by_organiser(), Role::Organiser), Ok(decide(Topic::Date, 0)), "{drafts}");
        }
    }

    proptest! {
        #[test]
        fn a_vote_never_touches_the_other_poll_and_repeating_it_does_nothing(
            votes in proptest::collection::vec((proptest::option::of(0..2usize), proptest::option::of(0..3usize)), 1..8),
            chosen in proptest::option::of(0..2usize), voter in 0..8usize, option in 0..2usize, organiser in any::<bool>(),
            choice in proptest::sample::select(vec![Choice::One, Choice::Any]),
        ) {
            let mut event = event(votes.len());
            event.date.choice = choice;
            for (invitee, (vote, answer)) in event.invitees.iter_mut().zip(&votes) {
                invitee.date = Votes::from_iter(*vote);
                invitee.answer = answer.map(|n| [Answer::Yes, Answer::Maybe, Answer::No][n]);
            }
            event.date.chosen = chosen;
            let role = if organiser { Role::Organiser } else { Role::Invitee(voter % votes.len()) };
            let body = short("date", &event.date.options[option].clone());
            let before = event.clone();
            match effect(&body, &event, role) {
                Ok(effect @ Effect::Vote { .. }) => {
                    prop_assert_eq!(effect, cast(voter % votes.len(), Topic::Date, option));
                    prop_assert!(!organiser && before.standing(Topic::Date).confirmed.is_none());
                    event.apply(effect);
                }
                Ok(effect @ Effect::Decision { .. }) => {
                    prop_assert_eq!(effect, decide(Topic::Date, option));
                    prop_assert!(organiser);
                    event.apply(effect);
                    prop_assert_eq!(event.standing(Topic::Date).confirmed, Some(option));
                }
                Ok(Effect::Withdrawal { .. }) => prop_assert!(false, "a vote takes nothing back"),
                Ok(Effect::Nothing) => {}
                Err(refusal) => {
                    prop_assert_eq!(refusal, Refusal::Decided);
                    prop_assert!(!organiser);
                    prop_assert!(before.standing(Topic::Date).confirmed.is_some());
                    return Ok(());
                }
            }
            prop_assert_eq!(before.standing(Topic::Place), event.standing(Topic::Place));
            prop_assert_eq!(effect(&body, &event, role), Ok(Effect::Nothing));
        }
    }
}
