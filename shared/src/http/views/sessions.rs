//! `mock/JSON_Schems/sessions.json`: a user's sessions.

use jiff::Timestamp;
use serde::Serialize;
use uuid::Uuid;

use super::text;
use crate::domain::session::{Device, SessionEntry};

/// `{"sessions": […]}`.
#[derive(Serialize)]
pub struct SessionsBody<'a> {
    sessions: Vec<SessionView<'a>>,
}

#[derive(Serialize)]
pub(super) struct SessionView<'a> {
    id: Uuid,
    #[serde(serialize_with = "text")]
    created_at: Timestamp,
    #[serde(serialize_with = "text")]
    last_used_at: Timestamp,
    address: &'a str,
    agent: &'a str,
    current: bool,
}

impl<'a> SessionsBody<'a> {
    /// These sessions, as shown to a request of the current one.
    #[must_use]
    pub fn new(sessions: &'a [SessionEntry], current: Uuid) -> Self {
        Self { sessions: views(sessions, current) }
    }
}

pub(super) fn views(sessions: &[SessionEntry], current: Uuid) -> Vec<SessionView<'_>> {
    sessions.iter().map(|session| SessionView::new(session, current)).collect()
}

impl<'a> SessionView<'a> {
    fn new(session: &'a SessionEntry, current: Uuid) -> Self {
        let SessionEntry { id, created_at, last_used_at, device: Device { address, agent } } = session;
        Self { id: *id, created_at: *created_at, last_used_at: *last_used_at, address, agent, current: *id == current }
    }
}
