//! `{"events", "cursor"}`: a page of a user's events, in the shape of `mock/JSON_Schems/events.json`.

use jiff::Timestamp;
use serde::Serialize;

use super::event::OptionView;
use super::role;
use crate::domain::EventId;
use crate::domain::event::Answer;
use crate::domain::listing::ListedEvent;
use crate::domain::poll::{Poll, Topic};

/// The body.
#[derive(Serialize)]
pub struct ListBody<'a> {
    events: Vec<EntryView<'a>>,
    cursor: Option<&'a str>,
}

#[derive(Serialize)]
struct EntryView<'a> {
    id: EventId,
    name: &'a str,
    status: bool,
    date: [BriefPollView<'a>; 1],
    place: [BriefPollView<'a>; 1],
    role: &'static str,
    chat_success: bool,
    answer: Option<Answer>,
    created_at: Timestamp,
}

/// A poll without its votes.
#[derive(Serialize)]
struct BriefPollView<'a> {
    drafts: Vec<OptionView<'a>>,
    confirmed: &'a str,
}

impl<'a> ListBody<'a> {
    /// These events, and the cursor of the page after them.
    #[must_use]
    pub fn new(events: &'a [ListedEvent], cursor: Option<&'a str>) -> Self {
        Self { events: events.iter().map(EntryView::from).collect(), cursor }
    }
}

impl<'a> From<&'a ListedEvent> for EntryView<'a> {
    fn from(event: &'a ListedEvent) -> Self {
        let ListedEvent { id, name, sent, date, place, organises, answer, created_at } = event;
        Self {
            id: *id,
            name,
            status: *sent,
            date: [BriefPollView::new(Topic::Date, date)],
            place: [BriefPollView::new(Topic::Place, place)],
            role: role(*organises),
            chat_success: event.chat_is_open(),
            answer: *answer,
            created_at: *created_at,
        }
    }
}

impl<'a> BriefPollView<'a> {
    fn new(topic: Topic, poll: &'a Poll) -> Self {
        let Poll { options, chosen, choice: _, reopened: _ } = poll;
        let open = options.iter().enumerate().filter(|(index, _)| *chosen != Some(*index));
        Self {
            drafts: open.map(|(_, text)| OptionView { topic, text, voted: None }).collect(),
            confirmed: poll.decided().unwrap_or_default(),
        }
    }
}
