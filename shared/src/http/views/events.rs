//! `mock/JSON_Schems/events.json`: a page of a user's events.

use jiff::Timestamp;
use serde::Serialize;

use super::{role, text};
use crate::domain::EventId;
use crate::domain::event::Answer;
use crate::domain::listing::ListedEvent;

/// `{"events": […], "cursor": …}`.
#[derive(Serialize)]
pub struct EventsBody<'a> {
    events: Vec<ListedView<'a>>,
    cursor: Option<String>,
}

#[derive(Serialize)]
struct ListedView<'a> {
    id: EventId,
    name: &'a str,
    status: bool,
    role: &'static str,
    chat_success: bool,
    answer: Option<Answer>,
    #[serde(serialize_with = "text")]
    created_at: Timestamp,
}

impl<'a> EventsBody<'a> {
    /// These events, and the cursor of the next page.
    #[must_use]
    pub fn new(events: &'a [ListedEvent], cursor: Option<String>) -> Self {
        Self { events: events.iter().map(ListedView::from).collect(), cursor }
    }
}

impl<'a> From<&'a ListedEvent> for ListedView<'a> {
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
