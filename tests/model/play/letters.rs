//! The mails about events: the links that they bring.

use std::collections::BTreeMap;

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use jiff::Timestamp;
use serde_json::Value;

use super::Player;
use crate::deed::{Deed, What, Which};
use crate::world::{EventId, PersonId, is_guest};

/// What was mailed.
#[derive(Default)]
pub(super) struct Letters {
    /// How many mails were read.
    read: usize,
    /// The tokens of the links: by event and member, as the service has them, and by the second of the story in which was invited.
    links: BTreeMap<(String, String), BTreeMap<i64, String>>,
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
            let Some((_, rest)) = mail.text.split_once("#token=") else { continue };
            let token = rest.split_whitespace().next().unwrap().to_owned();
            let claims: Value = {
                let payload = token.split('.').nth(1).expect("three parts");
                serde_json::from_slice(&BASE64_URL_SAFE_NO_PAD.decode(payload).unwrap()).unwrap()
            };
            let text = |claim: &str| claims[claim].as_str().expect(claim).to_owned();
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
