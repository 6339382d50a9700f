//! Decisions that a majority has come to. Each is recorded once, as a fact of the event. It stays, even if the votes and answers
//! behind it change.

use super::event::Event;
use super::poll::Topic;

impl Event {
    /// The option that a majority is for in that poll, while this decision is not recorded yet.
    #[must_use]
    pub fn due_decision(&self, topic: Topic) -> Option<usize> {
        if self.sent { self.standing(topic).due } else { None }
    }

    /// Whether any poll has a decision that is not recorded yet.
    #[must_use]
    pub fn has_due_decisions(&self) -> bool {
        Topic::ALL.iter().any(|&topic| self.due_decision(topic).is_some())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::super::event::tests::event;
    use super::super::event::{Answer, Role};
    use super::super::poll::{Poll, Votes};
    use super::super::vote::{Effect, Vote};
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    /// Records every decision that is due, as each request does that sees one.
    fn settle(event: &mut Event) {
        for &topic in Topic::ALL {
            if let Some(option) = event.due_decision(topic) {
                event.poll_mut(topic).chosen = Some(option);
            }
        }
    }

    fn ballot(option: usize) -> Vote {
        let text = ["01.02.2027", "02.02.2027"][option];
        Vote::parse(&json!({"event": {"date": [{"confirmed": text}]}})).unwrap()
    }

    #[test]
    fn a_majority_is_due_until_it_is_recorded() {
        let mut event = event(3);
        event.invitees[0].date = Votes::from([1]);
        event.invitees[1].date = Votes::from([1]);
        assert_eq!((event.due_decision(Topic::Date), event.due_decision(Topic::Place)), (Some(1), None));
        assert_eq!(event.standing(Topic::Date).confirmed, None);
        settle(&mut event);
        assert_eq!((event.standing(Topic::Date).confirmed, event.has_due_decisions()), (Some(1), false));
        event.sent = false;
        event.date.chosen = None;
        assert!(!event.has_due_decisions(), "a draft has no votes");
    }

    /// Something that a member does.
    #[derive(Clone, Copy, Debug)]
    enum Deed {
        Vote(usize),
        TakeBack(usize),
        Answer(Answer),
    }

    fn any_deed() -> impl Strategy<Value = Deed> {
        let answers = [Answer::Yes, Answer::Maybe, Answer::No];
        prop_oneof![
            (0..2usize).prop_map(Deed::Vote),
            (0..2usize).prop_map(Deed::TakeBack),
            proptest::sample::select(answers.to_vec()).prop_map(Deed::Answer),
        ]
    }

    /// Carries out the deed as the functions do: they record due decisions first.
    fn does(event: &mut Event, member: usize, deed: Deed) {
        settle(event);
        let role = Role::Invitee(member);
        match deed {
            Deed::Answer(answer) => event.invitees[member].answer = Some(answer),
            Deed::Vote(option) => {
                if let Ok(effect) = ballot(option).effect(event, role) {
                    event.apply(effect);
                }
            }
            Deed::TakeBack(option) => {
                if let Ok(effect) = ballot(option).withdrawal(event, role) {
                    event.apply(effect);
                }
            }
        }
        settle(event);
    }

    /// A request of a voter between its calls.
    enum Step {
        Reads,
        Writes,
        ReadsAnew,
        Records(Option<usize>),
        Done,
    }

    /// Takes the voter's request one call further. It does not see what others do between its calls.
    fn advance(step: &Step, event: &mut Event, member: usize, option: usize, seen: &mut Event) -> Step {
        match step {
            Step::Reads => {
                *seen = event.clone();
                match ballot(option).effect(seen, Role::Invitee(member)) {
                    Ok(Effect::Vote { .. }) => Step::Writes,
                    _ => Step::Done,
                }
            }
            Step::Writes => {
                for state in [event, seen] {
                    state.invitees[member].date = Votes::from([option]);
                }
                if seen.has_due_decisions() { Step::ReadsAnew } else { Step::Done }
            }
            Step::ReadsAnew => Step::Records(event.due_decision(Topic::Date)),
            Step::Records(due) => {
                event.date.chosen = event.date.chosen.or(*due);
                Step::Done
            }
            Step::Done => Step::Done,
        }
    }

    proptest! {
        #[test]
        fn what_was_decided_stays_decided(
            members in 1..6usize, deeds in proptest::collection::vec((0..6usize, any_deed()), 0..40),
        ) {
            let mut event = event(members);
            let mut decided = None;
            for (member, deed) in deeds {
                does(&mut event, member % members, deed);
                prop_assert!(decided.is_none() || event.standing(Topic::Date).confirmed == decided, "{:?}", deed);
                decided = event.standing(Topic::Date).confirmed;
            }
        }

        #[test]
        fn what_was_taken_back_no_member_decides_again(
            members in 1..6usize, deeds in proptest::collection::vec((0..6usize, any_deed()), 0..40),
        ) {
            let mut event = event(members);
            event.date.reopened = true;
            for (member, deed) in deeds {
                does(&mut event, member % members, deed);
                prop_assert_eq!(event.standing(Topic::Date).confirmed, None);
            }
        }

        /// Each number of the schedule lets one voter's request make its next call. Some voters vote twice.
        #[test]
        fn votes_that_race_decide_by_a_majority_that_there_was(
            votes in proptest::collection::vec((0..5usize, 0..2usize), 1..10), members in 1..5usize,
            schedule in proptest::collection::vec(0..10usize, 0..80),
        ) {
            let mut event = event(members);
            let mut requests: Vec<_> = votes.iter().map(|_| (Step::Reads, event.clone())).collect();
            let mut majorities = HashSet::new();
            for turn in schedule.into_iter().map(|turn| turn % votes.len()) {
                let (member, option) = (votes[turn].0 % members, votes[turn].1);
                let (step, seen) = &mut requests[turn];
                *step = advance(step, &mut event, member, option, seen);
                let open = Poll { chosen: None, ..event.date.clone() };
                majorities.extend(Event { date: open, ..event.clone() }.due_decision(Topic::Date));
            }
            // The next reader records what is due.
            settle(&mut event);
            prop_assert!(event.standing(Topic::Date).confirmed.is_none_or(|option| majorities.contains(&option)));
        }
    }
}
