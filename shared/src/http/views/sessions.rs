//! `{"sessions"}`: a user's sessions, in the shape of `mock/JSON_Schems/sessions.json`.

use jiff::Timestamp;
use serde::Serialize;
use uuid::Uuid;

use crate::domain::session::{Device, Session};

/// The body.
#[derive(Serialize)]
pub struct SessionsBody<'a> {
    sessions: Vec<SessionView<'a>>,
}

#[derive(Serialize)]
pub(super) struct SessionView<'a> {
    id: Uuid,
    created_at: Timestamp,
    last_used_at: Timestamp,
    address: &'a str,
    agent: &'a str,
    current: bool,
}

impl<'a> SessionsBody<'a> {
    /// These sessions, of which `current` sends the request.
    #[must_use]
    pub fn new(sessions: &'a [Session], current: Uuid) -> Self {
        Self { sessions: views(sessions, current) }
    }
}

pub(super) fn views(sessions: &[Session], current: Uuid) -> Vec<SessionView<'_>> {
    let mut views = Vec::with_capacity(sessions.len());
    for Session { id, created_at, last_used_at, device: Device { address, agent } } in sessions {
        let (id, created_at, last_used_at) = (*id, *created_at, *last_used_at);
        views.push(SessionView { id, created_at, last_used_at, address, agent, current: id == current });
    }
    views
}
