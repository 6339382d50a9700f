//! A poll on the date or the place: its options, its votes, and when it is decided.
//!
//! No count is stored: the votes are facts on the members' own rows, and the counts are derived from them. A decision is a fact of
//! its own, so it stays even if the votes change.

use std::collections::BTreeSet;
use std::fmt;

use serde::{Deserialize, Serialize};
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

/// How many options of a poll a member can vote for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Choice {
    /// One. A further vote moves it, and more than half of the members decide.
    #[default]
    One,
    /// Any number. A further vote is added, and the organiser decides.
    Any,
}

impl Choice {
    /// Reads a choice.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn parse(text: &str) -> Result<Self, String> {
        match text {
            "one" => Ok(Self::One),
            "any" => Ok(Self::Any),
            _ => Err("must be one or any".to_owned()),
        }
    }

    /// Whether it is the one that a poll has unless its organiser says otherwise.
    #[must_use]
    pub fn is_usual(&self) -> bool {
        *self == Self::default()
    }
}

/// The indexes of the options that one member votes for: at most one, unless the poll's choice is any.
pub type Votes = BTreeSet<usize>;

/// The options of a poll and what was decided on among them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Poll {
    /// All options in the organiser's order, the chosen one among them. Fixed once the event is sent.
    pub options: Vec<String>,
    /// The index of the option that the organiser or a majority decided on.
    pub chosen: Option<usize>,
    /// How many of the options a member can vote for. Fixed once the event is sent.
    pub choice: Choice,
    /// Whether the organiser has taken a decision back. From then on no majority decides.
    pub reopened: bool,
}

/// Where a poll stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    /// The votes that count for each option.
    pub votes: Vec<usize>,
    /// How many members' votes count.
    pub voters: usize,
    /// The index of the option that the poll was decided for.
    pub confirmed: Option<usize>,
    /// The index of the option that has a majority, while the poll is not yet decided for it.
    pub due: Option<usize>,
}

impl Poll {
    /// Where the poll stands after these votes, one entry for each invitee who has not declined. An undecided poll is due to be
    /// decided for an option once more than half of them have voted for it. A poll in which a member can vote for any number of
    /// options never is: several could have more than half.
    #[must_use]
    pub fn standing<'a>(&self, invitees: impl IntoIterator<Item = &'a Votes>) -> Standing {
        let mut votes = vec![0; self.options.len()];
        let (mut eligible, mut voters) = (0, 0);
        for own in invitees {
            eligible += 1;
            voters += usize::from(own.iter().any(|option| *option < votes.len()));
            for option in own {
                if let Some(count) = votes.get_mut(*option) {
                    *count += 1;
                }
            }
        }
        let majority = votes.iter().position(|count| count * 2 > eligible);
        let due = majority.filter(|_| self.chosen.is_none() && !self.reopened && self.choice == Choice::One);
        Standing { voters, confirmed: self.chosen, due, votes }
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
        Poll { options: (0..options).map(|n| n.to_string()).collect(), chosen, ..Poll::default() }
    }

    /// One word per invitee who has not declined: the options voted for, `-` for none.
    fn votes(text: &str) -> Vec<Votes> {
        let options = |word: &str| word.chars().filter_map(|c| c.to_digit(10)).map(|n| n as usize).collect();
        text.split_whitespace().map(options).collect()
    }

    #[test]
    fn more_than_half_decide() {
        let cases = [
            ("", None),
            ("-", None),
            ("0", Some(0)),
            ("0 -", None),
            ("0 0", Some(0)),
            ("0 1", None),
            ("0 0 1", Some(0)),
            ("0 1 1", Some(1)),
            ("0 0 - -", None),
            ("0 0 0 - -", Some(0)),
        ];
        for (text, due) in cases {
            let standing = poll(3, None).standing(&votes(text));
            assert_eq!((standing.due, standing.confirmed), (due, None), "{text}");
        }
    }

    #[test]
    fn with_any_choice_every_vote_counts_and_no_majority_decides() {
        let any = Poll { choice: Choice::Any, ..poll(3, None) };
        let standing = any.standing(&votes("01 12 1 - 9"));
        assert_eq!((standing.votes, standing.voters, standing.due), (vec![1, 3, 1], 3, None));
        assert_eq!(any.standing(&votes("0 0 0")).due, None);
    }

    #[test]
    fn choices() {
        for (text, choice) in [("one", Some(Choice::One)), ("any", Some(Choice::Any)), ("Any", None), ("", None)] {
            assert_eq!(Choice::parse(text).ok(), choice, "{text}");
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
        let decided = poll(3, Some(2)).standing(&votes("0 0 0"));
        assert_eq!((decided.confirmed, decided.due, decided.votes), (Some(2), None, vec![3, 0, 0]));
        let reopened = Poll { reopened: true, ..poll(3, None) }.standing(&votes("0 0 0"));
        assert_eq!((reopened.confirmed, reopened.due, reopened.votes), (None, None, vec![3, 0, 0]));
    }

    fn single_votes() -> impl Strategy<Value = Vec<Votes>> {
        proptest::collection::vec(proptest::option::of(0..4usize).prop_map(Votes::from_iter), 0..40)
    }

    fn any_votes() -> impl Strategy<Value = Vec<Votes>> {
        proptest::collection::vec(proptest::collection::btree_set(0..4usize, 0..4), 0..40)
    }

    proptest! {
        #[test]
        fn every_vote_is_counted_once(all in any_votes()) {
            let standing = poll(4, None).standing(&all);
            prop_assert_eq!(standing.voters, all.iter().filter(|own| !own.is_empty()).count());
            prop_assert_eq!(standing.votes.iter().sum::<usize>(), all.iter().map(Votes::len).sum::<usize>());
        }

        #[test]
        fn with_any_choice_nothing_is_ever_due(all in any_votes(), reopened in any::<bool>()) {
            let poll = Poll { choice: Choice::Any, reopened, ..poll(4, None) };
            prop_assert_eq!(poll.standing(&all).due, None);
        }

        #[test]
        fn the_order_of_the_votes_does_not_matter(all in any_votes()) {
            prop_assert_eq!(poll(4, None).standing(&all), poll(4, None).standing(all.iter().rev()));
        }

        #[test]
        fn a_further_vote_for_the_majority_never_undoes_it(all in single_votes(), index in any::<prop::sample::Index>()) {
            let before = poll(4, None).standing(&all).due;
            if let (Some(due), false) = (before, all.is_empty()) {
                let mut after = all.clone();
                let voter = index.get(&all);
                let at = all.iter().position(|ballot| std::ptr::eq(ballot, voter)).unwrap();
                after[at] = Votes::from([due]);
                prop_assert_eq!(poll(4, None).standing(&after).due, before);
            }
        }

        #[test]
        fn only_an_option_with_more_than_half_is_due(all in single_votes()) {
            let standing = poll(4, None).standing(&all);
            for (option, count) in standing.votes.iter().enumerate() {
                prop_assert_eq!(count * 2 > all.len(), standing.due == Some(option));
            }
        }
    }
}
