//! The mails about events: who got how many, and the links that they bring.

use std::collections::BTreeMap;

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use jiff::Timestamp;
use serde_json::Value;

use super::Player;
use crate::deed::{Deed, What, Which};
use crate::world::{EventId, Outbox, PersonId, is_guest, kind_of};

/// What was mailed.
#[derive(Default)]
pub(super) struct Letters {
    /// How many mails were read.
    read: usize,
    /// The tokens of the links: by event and member, as the service has them, and by the second of the story in which was invited.
    links: BTreeMap<(String, String), BTreeMap<i64, String>>,
    /// The tokens that stop mails, by member.
    stops: BTreeMap<String, String>,
    /// How many mails there were.
    counts: Outbox,
}

impl Player {
    /// Reads the mails that have come.
    pub(super) fn read_letters(&mut self) {
        let mailbox = self.service.local.mailbox();
        let new = mailbox.sent() - self.letters.read;
        if new == 0 {
            return;
        }
        self.letters.read += new;
        let mails = mailbox.mails(None);
        for mail in &mails[mails.len() - new..] {
            if let Some((kind, language)) = kind_of(&mail.subject) {
                *self.letters.counts.entry((mail.to.to_lowercase(), kind, language)).or_default() += 1;
            }
            let Some((_, rest)) = mail.text.split_once("#token=") else { continue };
            let token = rest.split_whitespace().next().unwrap().to_owned();
            let claims: Value = {
                let payload = token.split('.').nth(1).expect("three parts");
                serde_json::from_slice(&BASE64_URL_SAFE_NO_PAD.decode(payload).unwrap()).unwrap()
            };
            let text = |claim: &str| claims[claim].as_str().expect(claim).to_owned();
            if let Some((_, rest)) = mail.headers.get("List-Unsubscribe").and_then(|link| link.split_once("token=")) {
                self.letters.stops.insert(text("sub"), rest.trim_end_matches('>').to_owned());
            }
            let start = self.service.now().as_second() - self.world().now;
            let invited = Timestamp::from_millisecond(claims["number"].as_i64().expect("a number")).unwrap();
            let (key, second) = ((text("event"), text("sub")), invited.as_second() - start);
            self.letters.links.entry(key).or_default().insert(second, token);
        }
    }

    /// Whom the client knows links of, and to which events.
    pub(crate) fn invitations(&self) -> Vec<(EventId, PersonId)> {
        let people = self.world().events.values().flat_map(|found| &found.places);
        let guests = people.filter_map(|place| place.who.person()).filter(|person| is_guest(*person));
        let mut all: Vec<_> = self.known_people();
        for guest in guests {
            if !all.contains(&guest) {
                all.push(guest);
            }
        }
        let of = |event: EventId| all.iter().map(move |person| (event, *person));
        let pairs = self.known_events().into_iter().flat_map(of);
        pairs.filter(|(event, member)| self.links(*event, *member).is_some()).collect()
    }

    /// Keeps the models in which just these mails were sent.
    ///
    /// # Errors
    /// How they differ.
    pub(super) fn agree_on_mails(&mut self) -> Result<(), String> {
        let counts = &self.letters.counts;
        let difference = self.worlds.iter().find_map(|world| {
            let mut keys = world.outbox.keys().chain(counts.keys());
            keys.find(|key| world.outbox.get(key) != counts.get(key)).map(|key| {
                let [expected, got] = [&world.outbox, counts].map(|all| all.get(key).copied().unwrap_or_default());
                format!("mails to {}: expected {expected} of the kind {:?} in {}, got {got}", key.0, key.1, key.2)
            })
        });
        let agreeing: Vec<_> = self.worlds.iter().filter(|world| world.outbox == *counts).cloned().collect();
        if agreeing.is_empty() {
            return Err(difference.unwrap_or_default());
        }
        self.worlds = agreeing;
        Ok(())
    }

    /// Who has got a mail by which mails can be stopped.
    pub(crate) fn mailed(&self) -> Vec<PersonId> {
        let mut all: Vec<_> = self.invitations().into_iter().map(|(_, member)| member).collect();
        all.sort_unstable();
        all.dedup();
        all
    }

    /// The token that stops the mails to that member.
    pub(super) fn stop(&self, member: PersonId) -> Option<&String> {
        self.letters.stops.get(self.names.get(&format!("<p{member}>"))?)
    }

    fn links(&self, event: EventId, member: PersonId) -> Option<&BTreeMap<i64, String>> {
        let id = |placeholder: String| self.names.get(&placeholder).cloned();
        self.letters.links.get(&(id(format!("<e{event}>"))?, id(format!("<p{member}>"))?))
    }

    /// The deed with the second of the invitation that it means.
    pub(super) fn dated(&self, deed: &Deed) -> Deed {
        let mut deed = deed.clone();
        if let What::Visit { event, member, which, .. } = &mut deed.what
            && let Some(links) = self.links(*event, *member)
        {
            let second = if *which == Which::First { links.keys().next() } else { links.keys().next_back() };
            *which = second.map_or(*which, |second| Which::Of(*second));
        }
        deed
    }

    /// The token by which the deed is done, if it is done by a link.
    pub(super) fn token_of(&self, deed: &Deed) -> Option<&String> {
        let What::Visit { event, member, which, .. } = &deed.what else { return None };
        let links = self.links(*event, *member)?;
        match which {
            Which::Of(second) => links.get(second),
            Which::Latest | Which::First => links.values().next(),
        }
    }
}
