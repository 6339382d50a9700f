//! Withdrawals: an invitee takes back a vote, the organiser a decision.

use super::super::event::{Event, Role};
use super::super::fault::Fault;
use super::super::poll::{Choice, Votes};
use super::{Effect, Refusal, Vote};

impl Vote {
    /// The effect when a member in that role takes this vote back. The vote has to name one option of one poll.
    ///
    /// # Errors
    /// Why it is refused. No refusal changes anything.
    pub fn withdrawal(&self, event: &Event, role: Role) -> Result<Effect, Refusal> {
        if !event.sent {
            return Err(Refusal::StillDraft);
        }
        let invalid = |field: &str, message: &str| Err(Refusal::Invalid(vec![Fault::new(field, message)]));
        let sent = match self.0.as_slice() {
            [sent] => sent,
            [] => return invalid("event", "has to name the option of date or place that is taken back"),
            all => {
                let faults = all.iter().map(|sent| Fault::new(&sent.field, "only one vote is taken back at a time"));
                return Err(Refusal::Invalid(faults.collect()));
            }
        };
        let poll = event.poll(sent.topic);
        let Some(option) = poll.find(sent.topic, &sent.confirmed) else {
            return invalid(&sent.field, "is no option of this poll");
        };
        let topic = sent.topic;
        match role {
            Role::Organiser => match poll.chosen {
                None => Ok(Effect::Nothing),
                Some(chosen) if chosen != option => invalid(&sent.field, "is not what this poll was decided for"),
                Some(_) => Ok(Effect::Decision { topic, option: None }),
            },
            Role::Invitee(invitee) => {
                let votes = event.invitees.get(invitee).map(|own| own.votes(topic));
                if votes.is_some_and(|votes| votes.contains(&option)) {
                    let open = poll.chosen.is_none();
                    if open { Ok(Effect::Withdrawal { invitee, topic, option }) } else { Err(Refusal::Decided) }
                } else if poll.choice == Choice::Any || votes.is_none_or(Votes::is_empty) {
                    // It may be a repetition: with any choice the other votes stay.
                    Ok(Effect::Nothing)
                } else {
                    invalid(&sent.field, "is not what you have voted for")
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::event::tests::event;
    use super::super::super::poll::Topic;
    use super::*;
    use serde_json::{Value, json};

    fn withdrawal(body: &Value, event: &Event, role: Role) -> Result<Effect, Refusal> {
        Vote::parse(body).map_err(Refusal::Invalid)?.withdrawal(event, role)
    }

    /// A poll of two invitees. The first has voted for the first date.
    fn voted(chosen: Option<usize>) -> Event {
        let mut event = event(2);
        event.invitees[0].date = Votes::from([0]);
        event.date.chosen = chosen;
        event
    }

    #[test]
    fn what_is_taken_back() {
        use Effect::{Decision, Nothing, Withdrawal};
        const VOTER: Role = Role::Invitee(0);
        const OTHER: Role = Role::Invitee(1);
        let topic = Topic::Date;
        let date = |option: &str| json!({"event": {"date": [{"confirmed": option}]}});
        let (first, second) = (date("01.02.2027"), date("02.02.2027"));
        let refused = |event: &Event, body: &Value, role| withdrawal(body, event, role).unwrap_err();
        for (name, chosen, role, body, expected) in [
            ("a vote", None, VOTER, &first, Withdrawal { invitee: 0, topic, option: 0 }),
            ("no vote", None, OTHER, &first, Nothing),
            ("no vote in a decided poll", Some(0), OTHER, &first, Nothing),
            ("a decision", Some(1), Role::Organiser, &second, Decision { topic, option: None }),
            ("no decision", None, Role::Organiser, &second, Nothing),
        ] {
            assert_eq!(withdrawal(body, &voted(chosen), role), Ok(expected), "{name}");
        }
        assert_eq!(refused(&voted(Some(0)), &first, VOTER), Refusal::Decided);
        assert_eq!(refused(&voted(Some(1)), &first, VOTER), Refusal::Decided);
        for (name, chosen, role, body) in [
            ("another than the vote", None, VOTER, &second),
            ("another than the vote in a decided poll", Some(1), VOTER, &second),
            ("another than the decision", Some(0), Role::Organiser, &second),
            ("an unknown option", None, OTHER, &date("03.02.2027")),
            ("none", None, VOTER, &json!({"event": {}})),
            ("two", None, VOTER, &json!({"date": {"confirmed": "01.02.2027"}, "place": {"confirmed": "Park"}})),
        ] {
            assert!(matches!(refused(&voted(chosen), body, role), Refusal::Invalid(_)), "{name}");
        }
        let draft = Event { sent: false, ..voted(None) };
        assert_eq!(refused(&draft, &first, Role::Organiser), Refusal::StillDraft);
    }

    #[test]
    fn with_any_choice_one_vote_is_taken_back_and_the_others_stay() {
        let date = |option: &str| json!({"event": {"date": [{"confirmed": option}]}});
        let mut event = voted(None);
        event.date.choice = Choice::Any;
        event.invitees[0].date = Votes::from([0, 1]);
        let effect = withdrawal(&date("01.02.2027"), &event, Role::Invitee(0)).unwrap();
        event.apply(effect);
        assert_eq!(event.invitees[0].date, Votes::from([1]));
        assert_eq!(withdrawal(&date("01.02.2027"), &event, Role::Invitee(0)), Ok(Effect::Nothing), "repeated");
        event.date.chosen = Some(1);
        assert_eq!(withdrawal(&date("02.02.2027"), &event, Role::Invitee(0)), Err(Refusal::Decided));
    }
}
