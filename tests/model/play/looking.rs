//! What people look at, held against the models.

use reqwest::Method;
use tests::Response;

use super::Player;
use super::client::FRESH;
use crate::world::{EventId, PersonId};

/// The events of a page, few enough for lists of several pages.
const PAGE: usize = 8;

impl Player {
    /// Everybody looks at everything.
    ///
    /// # Errors
    /// How the service and the model differ.
    pub(crate) async fn look_around(&mut self) -> Result<(), String> {
        for reader in self.readers() {
            let sees = |event: &EventId| {
                self.worlds.iter().any(|world| world.events.get(event).is_some_and(|found| found.is_seen_by(reader)))
            };
            // Of those that do not exist for the reader, one.
            let (mut events, others): (Vec<_>, Vec<_>) = self.known_events().into_iter().partition(sees);
            events.extend(others.get(self.steps % others.len().max(1)));
            for event in events {
                self.read(reader, event).await?;
            }
            self.look(reader, None).await?;
        }
        self.agree_on_mails()
    }

    /// What somebody sees: the list, the event in question and the profile, or the sessions where no event is in question.
    pub(super) async fn look(&mut self, reader: PersonId, event: Option<EventId>) -> Result<(), String> {
        self.glance(reader, event).await?;
        if event.is_some() { self.read_profile(reader).await } else { self.read_sessions(reader).await }
    }

    /// The list, before the event itself, whose reading may record a decision; or the profile where no event is in question.
    pub(super) async fn glance(&mut self, reader: PersonId, event: Option<EventId>) -> Result<(), String> {
        self.read_list(reader).await?;
        match event.filter(|event| self.knows_event(*event)) {
            Some(event) => self.read(reader, event).await,
            None => self.read_profile(reader).await,
        }
    }

    async fn read_list(&mut self, reader: PersonId) -> Result<(), String> {
        if !self.can_read(reader) {
            return Ok(());
        }
        let list = self.get_list(reader).await;
        self.filter(&format!("GET /event for {}", self.label(reader)), &list, |world| world.list_view(reader))
    }

    async fn read_profile(&mut self, reader: PersonId) -> Result<(), String> {
        if !self.has_access(reader, FRESH) {
            return Ok(());
        }
        let user = self.get(reader, "/user").await;
        self.filter(&format!("GET /user for {}", self.label(reader)), &user, |world| world.user_view(reader))
    }

    async fn read_sessions(&mut self, reader: PersonId) -> Result<(), String> {
        if !self.has_access(reader, FRESH) {
            return Ok(());
        }
        let session = self.access[&reader].session;
        let sessions = self.get(reader, "/token").await;
        let what = format!("GET /token for {}", self.label(reader));
        self.filter(&what, &sessions, |world| world.sessions_view(reader, session))
    }

    async fn read(&mut self, reader: PersonId, event: EventId) -> Result<(), String> {
        if !self.can_read(reader) {
            return Ok(());
        }
        let response = self.get(reader, &self.names.fill(&format!("/event/<e{event}>"))).await;
        let what = format!("GET event {event} for {}", self.label(reader));
        let before = self.worlds.clone();
        self.filter(&what, &response, |world| world.read(reader, event))?;
        if self.worlds != before {
            // It may have recorded a decision.
            self.hear().await;
        }
        Ok(())
    }

    fn label(&self, person: PersonId) -> String {
        self.names.told(&format!("<p{person}>"))
    }

    /// Whether that one has a good access token, and surely an account.
    fn can_read(&self, reader: PersonId) -> bool {
        self.has_access(reader, FRESH) && self.worlds.iter().all(|world| world.is_active(reader))
    }

    /// The pages of the list as one.
    async fn get_list(&self, reader: PersonId) -> Response {
        let mut list = self.get(reader, &format!("/event?limit={PAGE}")).await;
        while let Some(cursor) = list.body["cursor"].as_str() {
            let next = self.get(reader, &format!("/event?limit={PAGE}&cursor={cursor}")).await.expect(200);
            let events = next.body["events"].as_array().unwrap();
            assert!(!events.is_empty() || next.body["cursor"].is_null(), "an empty page is not the last");
            list.body["events"].as_array_mut().unwrap().extend(events.clone());
            list.body["cursor"] = next.body["cursor"].clone();
        }
        list
    }

    async fn get(&self, reader: PersonId, path: &str) -> Response {
        let request = self.service.request(Method::GET, path).bearer_auth(&self.access[&reader].token);
        self.service.send(request).await
    }

    pub(super) fn readers(&self) -> Vec<PersonId> {
        self.access.keys().copied().filter(|person| self.has_access(*person, FRESH)).collect()
    }
}
