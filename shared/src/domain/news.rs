//! What members are to hear of an event: seen where its own row has changed from one state to another.

use super::event::History;

/// The own row of an event at one time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Seen {
    /// Whether it was sent.
    pub sent: bool,
    /// Whether it was deleted.
    pub deleted: bool,
    /// The options that the polls on date and place are decided for.
    pub decided: [Option<usize>; 2],
    /// What was changed since it was sent.
    pub history: History,
}

/// A fact that is mailed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fact {
    /// People were invited, in the rounds after the first number and up to the last.
    Invited {
        /// The last round that was known before; none if the event was just sent.
        after: Option<u32>,
        /// The last round.
        upto: u32,
        /// Whether date and place stood by then.
        decided: bool,
    },
    /// Date and place both stand, or others than before: the number of the decision.
    Decided(u32),
    /// Date and place stood both, and do not any more: the number of the decision that was taken back.
    Reopened(u32),
    /// The organiser took people out of an event whose date and place stood, by the removals after the first number and up to the last.
    TakenOut {
        /// The last removal that was known before.
        after: u32,
        /// The last removal.
        upto: u32,
    },
    /// The event was deleted.
    Cancelled,
}

impl Seen {
    fn stands(&self) -> bool {
        self.sent && self.decided.iter().all(Option::is_some)
    }

    /// What is new since that former state, in the order in which it is mailed. What has no former state was just made.
    #[must_use]
    pub fn news_since(&self, former: &Self) -> Vec<Fact> {
        if !self.sent || former.deleted {
            return Vec::new();
        }
        if self.deleted {
            return vec![Fact::Cancelled];
        }
        let decided = self.stands();
        if !former.sent {
            // An event that is sent with both decided is one mail.
            return vec![Fact::Invited { after: None, upto: self.history.rounds, decided }];
        }
        let mut news = Vec::new();
        let (before, now) = (&former.history, &self.history);
        if now.rounds > before.rounds {
            news.push(Fact::Invited { after: Some(before.rounds), upto: now.rounds, decided });
        }
        if decided && self.decided != former.decided {
            news.push(Fact::Decided(now.decisions));
        } else if former.stands() && !decided {
            news.push(Fact::Reopened(now.decisions));
        }
        if now.removals > before.removals && decided {
            news.push(Fact::TakenOut { after: before.removals, upto: now.removals });
        }
        news
    }

    /// What members have to have heard of, whatever was before: for when nobody knows any more what was mailed.
    #[must_use]
    pub fn all_news(&self) -> Vec<Fact> {
        let mut news = self.news_since(&Self::default());
        if self.stands() && !self.deleted && self.history.decisions > 0 {
            news.push(Fact::Decided(self.history.decisions));
        }
        news
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OPEN: Seen = Seen {
        sent: true,
        deleted: false,
        decided: [None, None],
        history: History { rounds: 0, removals: 0, decisions: 0, revision: 0 },
    };

    fn decided(date: Option<usize>, place: Option<usize>, decisions: u32) -> Seen {
        Seen { decided: [date, place], history: History { decisions, ..OPEN.history }, ..OPEN }
    }

    fn invited(rounds: u32) -> Seen {
        Seen { history: History { rounds, ..OPEN.history }, ..OPEN }
    }

    fn taken_out(removals: u32, both: Seen) -> Seen {
        Seen { history: History { removals, ..both.history }, ..both }
    }

    #[test]
    fn what_is_news() {
        let (draft, both) = (Seen { sent: false, ..OPEN }, decided(Some(0), Some(1), 2));
        let gone = |seen: Seen| Seen { deleted: true, ..seen };
        let first = |decided| vec![Fact::Invited { after: None, upto: 0, decided }];
        let cases = [
            ("a draft is made", Seen::default(), draft, vec![]),
            ("a draft is deleted", draft, gone(draft), vec![]),
            ("sent", draft, OPEN, first(false)),
            ("sent with both decided", Seen { sent: false, ..both }, both, first(true)),
            ("a vote or an answer elsewhere", OPEN, OPEN, vec![]),
            ("one of two", OPEN, decided(Some(0), None, 1), vec![]),
            ("the other too", decided(Some(0), None, 1), both, vec![Fact::Decided(2)]),
            ("another date", both, decided(Some(1), Some(1), 3), vec![Fact::Decided(3)]),
            ("the same again", both, decided(Some(0), Some(1), 3), vec![]),
            ("taken back", both, decided(None, Some(1), 3), vec![Fact::Reopened(3)]),
            ("the second taken back", decided(None, Some(1), 3), decided(None, None, 4), vec![]),
            ("more people", invited(1), invited(3), vec![Fact::Invited { after: Some(1), upto: 3, decided: false }]),
            ("somebody is taken out", OPEN, taken_out(1, OPEN), vec![]),
            ("out of what stands", both, taken_out(2, both), vec![Fact::TakenOut { after: 0, upto: 2 }]),
            ("deleted", OPEN, gone(OPEN), vec![Fact::Cancelled]),
            ("deleted twice", gone(OPEN), gone(OPEN), vec![]),
        ];
        for (name, former, now, expected) in cases {
            assert_eq!(now.news_since(&former), expected, "{name}");
        }
    }

    #[test]
    fn what_everybody_has_to_know() {
        let first = |decided| Fact::Invited { after: None, upto: 0, decided };
        let cases = [
            (Seen::default(), vec![]),
            (OPEN, vec![first(false)]),
            (decided(Some(0), Some(0), 0), vec![first(true)]),
            (decided(Some(0), Some(0), 2), vec![first(true), Fact::Decided(2)]),
            (Seen { deleted: true, ..OPEN }, vec![Fact::Cancelled]),
        ];
        for (seen, expected) in cases {
            assert_eq!(seen.all_news(), expected, "{seen:?}");
        }
    }
}
