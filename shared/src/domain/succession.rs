//! Succession: who organises an event after its organiser.

use jiff::Timestamp;

use super::UserId;
use super::event::{Answer, Event, Invitee};

impl Invitee {
    /// Whether the event can pass to this member, who must have an account and not have declined.
    #[must_use]
    pub fn may_organise(&self) -> bool {
        !self.gone && !self.guest && self.answer != Some(Answer::No)
    }
}

impl Event {
    /// The index of that invitee, if the organiser can hand the event over to him. An invitee who is still shown under the name
    /// that came with an address cannot take it over, since an organiser is shown under his own name.
    #[must_use]
    pub fn successor(&self, user: UserId) -> Option<usize> {
        let may = |invitee: &Invitee| invitee.alias.is_none() && invitee.may_organise();
        self.invitees.iter().position(|invitee| invitee.person.id == user && may(invitee))
    }

    /// The user who inherits the event when its organiser leaves. It is the first invitee who comes, or else the first who may
    /// come, or else the first who has not answered. A guest has no account to organise it with.
    #[must_use]
    pub fn heir(&self) -> Option<UserId> {
        let order = |invitee: &&Invitee| match invitee.answer {
            Some(Answer::Yes) => 0,
            Some(Answer::Maybe) => 1,
            None if invitee.alias.is_none() => 2,
            // An organiser is shown under the own name, which tells whose the address is: only where there is nobody else.
            None => 3,
            Some(Answer::No) => 4,
        };
        let heirs = self.invitees.iter().filter(|invitee| invitee.may_organise());
        heirs.min_by_key(order).map(|invitee| invitee.person.id)
    }

    /// Passes the event on to the invitee with that index. The two change places: the former organiser becomes an invitee who
    /// comes. The votes of the new organiser are dropped, and decisions stay.
    pub fn pass_on(&mut self, successor: usize, now: Timestamp) {
        if let Some(place) = self.invitees.get_mut(successor) {
            let former = Invitee { answer: Some(Answer::Yes), ..Invitee::new(self.organiser.clone(), 0, now) };
            self.organiser = std::mem::replace(place, former).person;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::event::Role;
    use super::super::event::tests::{ORGANISER, event};
    use super::super::poll::{Topic, Votes};
    use super::*;
    use proptest::prelude::*;
    use uuid::Uuid;

    /// One character per invitee: the answer, `-` for none, `?` for none of one who was invited by an address, `g` for none of a guest.
    /// Upper case means that the invitee is gone.
    fn answered(text: &str) -> Event {
        let mut event = event(text.len());
        for (invitee, c) in event.invitees.iter_mut().zip(text.chars()) {
            invitee.answer = match c.to_ascii_lowercase() {
                'y' => Some(Answer::Yes),
                'm' => Some(Answer::Maybe),
                'n' => Some(Answer::No),
                _ => None,
            };
            invitee.guest = c == 'g';
            invitee.alias = ['?', 'g'].contains(&c).then(|| "Annie".to_owned());
            invitee.gone = c.is_ascii_uppercase();
        }
        event
    }

    #[test]
    fn the_first_who_comes_inherits_else_who_may_else_who_has_not_answered() {
        for (text, heir) in [
            ("", None),
            ("n", None),
            ("N", None),
            ("Y", None),
            ("YMn", None),
            ("-", Some(0)),
            ("--", Some(0)),
            ("n-", Some(1)),
            ("-m", Some(1)),
            ("mm", Some(0)),
            ("-my", Some(2)),
            ("yy", Some(0)),
            ("Yy", Some(1)),
            ("Y-n", Some(1)),
            ("?-", Some(1)),
            ("?n", Some(0)),
            ("g", None),
            ("gn?", Some(2)),
        ] {
            let event = answered(text);
            assert_eq!(event.heir(), heir.map(|index: usize| event.invitees[index].person.id), "{text}");
        }
    }

    #[test]
    fn it_passes_on_to_members_with_an_account_who_have_not_declined() {
        let event = answered("ym-nYM?g");
        for (index, possible) in [true, true, true, false, false, false, false, false].into_iter().enumerate() {
            let user = event.invitees[index].person.id;
            assert_eq!(event.successor(user), possible.then_some(index), "{index}");
        }
        assert_eq!(event.successor(ORGANISER), None);
        assert_eq!(event.successor(Uuid::from_u128(7)), None);
    }

    #[test]
    fn the_two_change_places() {
        let mut event = answered("-m-");
        event.invitees[1].date = Votes::from([0]);
        event.date.chosen = Some(1);
        let before = event.clone();
        event.pass_on(1, Timestamp::UNIX_EPOCH);
        assert_eq!(event.organiser, before.invitees[1].person);
        assert_eq!(event.role(ORGANISER), Some(Role::Invitee(1)));
        let former =
            Invitee { answer: Some(Answer::Yes), ..Invitee::new(before.organiser.clone(), 0, Timestamp::UNIX_EPOCH) };
        assert_eq!(event.invitees[1], former);
        assert_eq!((&event.invitees[0], &event.invitees[2]), (&before.invitees[0], &before.invitees[2]));
        assert_eq!((&event.date, &event.place), (&before.date, &before.place));
    }

    proptest! {
        #[test]
        fn passing_it_on_decides_nothing(
            votes in proptest::collection::vec((proptest::option::of(0..2usize), "[ymn-]"), 1..8), to in 0..8usize,
        ) {
            let mut event = answered(&votes.iter().map(|(_, answer)| answer.as_str()).collect::<String>());
            for (invitee, (vote, _)) in event.invitees.iter_mut().zip(&votes) {
                invitee.date = Votes::from_iter(*vote);
            }
            let to = to % votes.len();
            prop_assume!(event.standing(Topic::Date).due.is_none() && event.invitees[to].may_organise());
            event.pass_on(to, Timestamp::UNIX_EPOCH);
            prop_assert_eq!(event.standing(Topic::Date).due, None);
        }
    }
}
