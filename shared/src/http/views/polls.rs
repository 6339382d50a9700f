//! What the view of an event and the export have in common.

use serde::Serialize;

use crate::domain::poll::{Choice, Poll, Votes};

/// What the reader has voted for.
#[derive(Serialize)]
#[serde(untagged)]
pub(super) enum MyVote<'a> {
    /// Where a member has one vote: it, or `null`.
    One(Option<&'a str>),
    /// Where a member has any number of them: all, in the order of the options.
    Any(Vec<&'a str>),
}

impl<'a> MyVote<'a> {
    /// The votes of a reader who has any in that poll.
    pub(super) fn new(poll: &'a Poll, votes: Option<&Votes>) -> Self {
        let mut texts = votes.into_iter().flatten().filter_map(|option| poll.options.get(*option)).map(String::as_str);
        match poll.choice {
            Choice::One => Self::One(texts.next()),
            Choice::Any => Self::Any(texts.collect()),
        }
    }
}
