//! A poll on the date or the place: its options, its votes, and when it is decided.
//!
//! No count is stored: the votes are facts on the members' own rows, and the counts are derived from them. A decision is a fact of
//! its own, so it stays even if the votes change.

use std::fmt;

use strum::VariantArray;

use super::date::When;
use super::text;

/// The most options that a poll can have.
pub const MAX_OPTIONS: usize = 50;

/// What a poll is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, VariantArray)]
pub enum Topic {
    /// When the event is.
    Date,
    /// Where the event is.
    Place,
}

impl Topic {
    /// Both topics.
    pub const ALL: &[Self] = Self::VARIANTS;

    /// The name of the topic in JSON and in the tables.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Date => "date",
            Self::Place => "place",
        }
    }
}

impl fmt::Display for Topic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The options of a poll and what was decided on among them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Poll {
    /// All options in the organiser's order, the chosen one among them. Fixed once the event is sent.
    pub options: Vec<String>,
    /// The index of the option that the organiser or a majority decided on.
    pub chosen: Option<usize>,
    /// Whether the organiser has taken a decision back. From then on no majority decides.
    pub reopened: bool,
}

/// What one invitee contributes to a poll.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ballot {
    /// The index of the option that the invitee voted for.
    pub vote: Option<usize>,
    /// Whether the invitee declined. Then neither the vote nor the invitee counts.
    pub declined: bool,
}

/// Where a poll stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    /// The votes that count for each option.
    pub votes: Vec<usize>,
    /// How many votes count in all.
    pub voters: usize,
    /// The index of the option that the poll was decided for.
    pub confirmed: Option<usize>,
    /// The index of the option that has a majority, while the poll is not yet decided for it.
    pub due: Option<usize>,
}

impl Poll {
    /// Where the poll stands after these ballots, one for each invitee. An undecided poll is due to be decided for an option once
    /// more than half of the invitees who have not declined voted for it.
    #[must_use]
    pub fn standing(&self, ballots: impl IntoIterator<Item = Ballot>) -> Standing {
        let mut votes = vec![0; self.options.len()];
        let mut eligible = 0;
        for ballot in ballots.into_iter().filter(|ballot| !ballot.declined) {
            eligible += 1;
            if let Some(count) = ballot.vote.and_then(|option| votes.get_mut(option)) {
                *count += 1;
            }
        }
        let majority = votes.iter().position(|count| count * 2 > eligible);
        let due = majority.filter(|_| self.chosen.is_none() && !self.reopened);
        Standing { voters: votes.iter().sum(), confirmed: self.chosen, due, votes }
    }

    /// The option that was decided on.
    #[must_use]
    pub fn decided(&self) -> Option<&str> {
        self.options.get(self.chosen?).map(String::as_str)
    }

    /// The index of the option of this poll that the text names, however it is spelt.
    #[must_use]
    pub fn find(&self, topic: Topic, text: &str) -> Option<usize> {
        let wanted = Meaning::of(topic, text);
        self.options.iter().position(|option| Meaning::of(topic, option) == wanted)
    }
}

/// What two spellings of an option have in common.
#[derive(PartialEq, Eq)]
enum Meaning {
    When(When),
    Text(String),
}

impl Meaning {
    fn of(topic: Topic, text: &str) -> Self {
        let text = text::composed(text);
        let when = if topic == Topic::Date { When::parse(&text).ok() } else { None };
        when.map_or(Self::Text(text), Self::When)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn poll(options: usize, chosen: Option<usize>) -> Poll {
        Poll { options: (0..options).map(|n| n.to_string()).collect(), chosen, reopened: false }
    }

    fn ballots(text: &str) -> Vec<Ballot> {
        text.chars()
            .map(|c| Ballot { vote: c.to_ascii_lowercase().to_digit(10).map(|n| n as usize), declined: c == 'n' })
            .collect()
    }

    #[test]
    fn more_than_half_of_those_who_have_not_declined_decide() {
        // One character per invitee: the option voted for, `-` for no vote, `n` for an invitee who declined.
        let cases = [
            ("", None),
            ("-", None),
            ("0", Some(0)),
            ("0-", None),
            ("00", Some(0)),
            ("01", None),
            ("001", Some(0)),
            ("011", Some(1)),
            ("0-n", None),
            ("0nn", Some(0)),
            ("00--", None),
            ("000--", Some(0)),
            ("nn", None),
        ];
        for (text, due) in cases {
            let standing = poll(3, None).standing(ballots(text));
            assert_eq!((standing.due, standing.confirmed), (due, None), "{text}");
        }
    }

    #[test]
    fn an_option_is_the_same_however_it_is_spelt() {
        use Topic::{Date, Place};
        let options = [
            (Date, "01.02.2027", "2027-02-01", true),
            (Date, "2027-02-01", " 01.02.2027 ", true),
            (Date, "01.02.2027 19:30", "01.02.2027, time: 19:30", true),
            (Date, "2027-02-01T19:30:00Z", "2027-02-01t20:30:00.000+01:00", true),
            (Date, "01.02.2027", "01.02.2027 00:00", false),
            (Date, "01.02.2027", "02.01.2027", false),
            // An earlier version may have stored this.
            (Date, "whenever", "whenever", true),
            (Place, "Caf\u{e9}", "Cafe\u{301}", true),
            (Place, "Cafe\u{301}", " Caf\u{e9}", true),
            (Place, "Caf\u{e9}", "Cafe", false),
            (Place, "Pub", "pub", false),
            (Place, "01.02.2027", "2027-02-01", false),
        ];
        for (topic, stored, sent, same) in options {
            let poll = Poll { options: vec!["-".to_owned(), stored.to_owned()], ..Poll::default() };
            assert_eq!(poll.find(topic, sent), same.then_some(1), "{stored} {sent}");
        }
    }

    #[test]
    fn a_majority_decides_nothing_that_is_decided_or_was_taken_back() {
        let decided = poll(3, Some(2)).standing(ballots("000"));
        assert_eq!((decided.confirmed, decided.due, decided.votes), (Some(2), None, vec![3, 0, 0]));
        let reopened = Poll { reopened: true, ..poll(3, None) }.standing(ballots("000"));
        assert_eq!((reopened.confirmed, reopened.due, reopened.votes), (None, None, vec![3, 0, 0]));
    }

    #[test]
    fn the_vote_of_one_who_declined_does_not_count() {
        let mut all = ballots("001");
        all[0].declined = true;
        let standing = poll(2, None).standing(all);
        assert_eq!((standing.votes, standing.voters, standing.due), (vec![1, 1], 2, None));
    }

    fn any_ballots() -> impl Strategy<Value = Vec<Ballot>> {
        let ballot =
            (proptest::option::of(0..4usize), any::<bool>()).prop_map(|(vote, declined)| Ballot { vote, declined });
        proptest::collection::vec(ballot, 0..40)
    }

    proptest! {
        #[test]
        fn every_vote_that_counts_is_counted_once(all in any_ballots()) {
            let standing = poll(4, None).standing(all.iter().copied());
            let counting = all.iter().filter(|ballot| !ballot.declined && ballot.vote.is_some()).count();
            prop_assert_eq!(standing.voters, counting);
            prop_assert_eq!(standing.votes.iter().sum::<usize>(), counting);
        }

        #[test]
        fn the_order_of_the_ballots_does_not_matter(all in any_ballots()) {
            let mut reversed = all.clone();
            reversed.reverse();
            prop_assert_eq!(poll(4, None).standing(all), poll(4, None).standing(reversed));
        }

        #[test]
        fn a_further_vote_for_the_majority_never_undoes_it(all in any_ballots(), index in any::<prop::sample::Index>()) {
            let before = poll(4, None).standing(all.iter().copied()).due;
            if let (Some(due), false) = (before, all.is_empty()) {
                let mut after = all.clone();
                let voter = index.get(&all);
                let at = all.iter().position(|ballot| std::ptr::eq(ballot, voter)).unwrap();
                after[at].vote = Some(due);
                prop_assert_eq!(poll(4, None).standing(after).due, before);
            }
        }

        #[test]
        fn only_an_option_with_more_than_half_is_due(all in any_ballots()) {
            let standing = poll(4, None).standing(all.iter().copied());
            let eligible = all.iter().filter(|ballot| !ballot.declined).count();
            for (option, count) in standing.votes.iter().enumerate() {
                prop_assert_eq!(count * 2 > eligible, standing.due == Some(option));
            }
        }
    }
}
