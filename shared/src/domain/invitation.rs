//! The invitation's link: what it opens, and for how long.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::date::When;
use super::event::Event;
use super::lifetime;
use super::{EventId, UserId};

/// What the token of an invitation's link says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Invitation {
    /// The event that it opens, and no other.
    pub event: EventId,
    /// The invitee in whose role it opens the event.
    pub member: UserId,
    /// The number of the invitation. It rises whenever the organiser invites anew, so that older links end.
    pub number: i64,
}

/// Who sends a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Visitor {
    /// A user with an access token.
    User(UserId),
    /// An invitee with the token of an invitation, whether with an account or without.
    Invitee(Invitation),
}

impl Visitor {
    /// The member as whom the visitor comes.
    #[must_use]
    pub const fn id(&self) -> UserId {
        match self {
            Self::User(user) => *user,
            Self::Invitee(invitation) => invitation.member,
        }
    }
}

impl Event {
    /// Whether the invitation holds now: it is the last one of an invitee who is still in, and the event is not long over.
    #[must_use]
    pub fn honours(&self, invitation: &Invitation, now: Timestamp) -> bool {
        let Invitation { event, member, number } = *invitation;
        let own = self.invitees.iter().find(|invitee| invitee.person.id == member);
        own.is_some_and(|own| {
            self.sent && self.id == event && own.number() == number && now < self.links_end(own.invited_at)
        })
    }

    /// When the links of those who were invited then end: 30 days after the last of the event's dates, or a year after the invitation
    /// where no date tells. A date without an offset counts as UTC.
    fn links_end(&self, invited_at: Timestamp) -> Timestamp {
        let last = self.date.options.iter().filter_map(|date| end(&When::parse(date).ok()?)).max();
        let (from, time) = last.map_or((invited_at, lifetime::UNDATED_INVITATION), |last| (last, lifetime::INVITATION));
        from.checked_add(time).unwrap_or(Timestamp::MAX)
    }
}

/// When that time is over, if it can be told in UTC.
fn end(when: &When) -> Option<Timestamp> {
    let civil = match when {
        When::Instant(at) => return Some(*at),
        When::Time(time) => *time,
        When::Day(day) => day.tomorrow().ok()?.to_datetime(jiff::civil::Time::midnight()),
    };
    civil.to_zoned(TimeZone::UTC).ok().map(|zoned| zoned.timestamp())
}

#[cfg(test)]
mod tests {
    use super::super::event::tests::event;
    use super::*;
    use uuid::Uuid;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn with_dates(dates: &[&str]) -> Event {
        let mut event = event(1);
        event.date.options = dates.iter().map(|date| (*date).to_owned()).collect();
        event
    }

    #[test]
    fn a_link_works_until_thirty_days_after_the_last_date() {
        let cases: [(&[&str], &str); 7] = [
            (&["01.02.2027"], "2027-03-04T00:00:00Z"),
            (&["01.02.2027", "2027-01-05"], "2027-03-04T00:00:00Z"),
            (&["01.02.2027 19:30"], "2027-03-03T19:30:00Z"),
            (&["2027-02-01T19:30:00+02:00"], "2027-03-03T17:30:00Z"),
            (&["some day"], "1971-01-01T00:00:00Z"),
            (&[], "1971-01-01T00:00:00Z"),
            (&["9999-12-31"], "1971-01-01T00:00:00Z"),
        ];
        for (dates, end) in cases {
            let event = with_dates(dates);
            let invitation = Invitation { event: event.id, member: event.invitees[0].person.id, number: 0 };
            for (now, holds) in [(at(end) - jiff::SignedDuration::from_secs(1), true), (at(end), false)] {
                assert_eq!(event.honours(&invitation, now), holds, "{dates:?} at {now}");
            }
        }
    }

    #[test]
    fn only_the_last_invitation_of_a_member_to_that_event_opens_it() {
        let event = with_dates(&["01.02.2027"]);
        let good = Invitation { event: event.id, member: event.invitees[0].person.id, number: 0 };
        let stranger = Uuid::from_u128(7);
        let cases = [
            ("good", good, true),
            ("another event", Invitation { event: stranger, ..good }, false),
            ("no member", Invitation { member: stranger, ..good }, false),
            ("the organiser", Invitation { member: event.organiser.id, ..good }, false),
            ("another number", Invitation { number: 1, ..good }, false),
        ];
        for (name, invitation, holds) in cases {
            assert_eq!(event.honours(&invitation, at("2027-01-01T00:00:00Z")), holds, "{name}");
        }
        let draft = Event { sent: false, ..event };
        assert!(!draft.honours(&good, at("2027-01-01T00:00:00Z")));
    }
}
