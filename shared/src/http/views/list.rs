//! `{"events", "cursor"}`: a page of a user's events, in the shape of `mock/JSON_Schems/events.json`.

use jiff::Timestamp;
use serde::Serialize;

use super::role;
use crate::domain::EventId;
use crate::domain::event::Answer;
use crate::domain::listing::ListedEvent;

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
    role: &'static str,
    chat_success: bool,
    answer: Option<Answer>,
    created_at: Timestamp,
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
        let ListedEvent { id, name, sent, organises, answer, created_at } = event;
        Self {
            id: *id,
            name,
            status: *sent,
            role: role(*organises),
            chat_success: event.chat_is_open(),
            answer: *answer,
            created_at: *created_at,
        }
    }
}
