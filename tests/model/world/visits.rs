//! Visits: what invitees do by the links of their invitations, without logging in.

use serde_json::Value;

use super::events::{Event, Who};
use super::{EventId, PersonId, Reply, World};
use crate::deed::{Act, DAYS, Which};

const HOUR: i64 = 3600;
const DAY: i64 = 24 * HOUR;

/// The noon at which each story begins is so many seconds into that day, the first of January.
const NOON: i64 = 12 * HOUR;

/// When the days are over on which events may be, in seconds since the story began.
const ENDS: [i64; 4] = [32 * DAY, 33 * DAY, 33 * DAY + 18 * HOUR + HOUR / 2, 34 * DAY + 10 * HOUR];

impl Event {
    /// When the link of an invitation ends.
    fn links_end(&self, invited_at: i64) -> i64 {
        let day = |option: &String| DAYS.iter().position(|day| day.contains(&option.as_str()));
        let last = self.polls[0].options.iter().filter_map(day).map(|day| ENDS[day] - NOON).max();
        last.map_or(invited_at + 365 * DAY, |last| last + 30 * DAY)
    }
}

impl World {
    pub(super) fn visit(&mut self, event: EventId, member: PersonId, which: Which, act: &Act) -> Reply {
        let over = Reply::refused(401, "invitation_over");
        let found = self.events.get(&event).filter(|found| found.sent);
        let own = found.and_then(|found| {
            let is_own = |who: Who| matches!(who, Who::Person(person) if self.id(person) == self.id(member));
            let place = found.places.iter().find(|place| is_own(place.who))?;
            let is_open = which == Which::Of(place.invited_at) && self.now < found.links_end(place.invited_at);
            Some(place.who).filter(|_| is_open)
        });
        let Some(Who::Person(by)) = own else { return over };
        let done = match act {
            Act::Read => self.on_member(by, event, |_| Ok(())),
            Act::Leave => {
                let left = self.take_out(by, event, Who::Person(by));
                return if left.is_success() { Reply::done(204, Value::Null) } else { left };
            }
            Act::Vote { topic, option } => self.on_member(by, event, |found| found.vote(by, *topic, option)),
            Act::TakeBack { topic, option } => self.on_member(by, event, |found| found.take_back(by, *topic, option)),
            Act::Answer { answer } => self.on_member(by, event, |found| found.answer(by, *answer)),
        };
        match done {
            Ok(()) => self.shown(200, by, event),
            Err(refused) => refused,
        }
    }
}
