//! Guests: those who were invited by addresses that nobody has confirmed.

use serde_json::json;

use super::{PersonId, Reply, World};
use crate::deed::{Deed, What};

/// Where the numbers of guests begin.
const FIRST: PersonId = 1_000_000;

/// The numbers between the first guests of two addresses.
const STEP: PersonId = 1_000;

/// A guest.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Guest {
    /// The number of the first guest with this address.
    first: PersonId,
    /// How many guests with this address have become users.
    risen: u32,
    /// Whether there is one now.
    is_there: bool,
    /// Whether mails about events are wanted.
    mails: bool,
}

/// Whether that is the number of a guest.
pub(crate) fn is_guest(person: PersonId) -> bool {
    person >= FIRST
}

/// A number that is the same wherever the address is. The addresses of stories are few.
fn first(address: &str) -> PersonId {
    let hash = address.bytes().fold(7u32, |hash, byte| hash.wrapping_mul(31).wrapping_add(byte.into()));
    FIRST + hash % 4_000_000 * STEP
}

impl World {
    /// The guest with that address, who is made if there is none.
    pub(super) fn guest_with(&mut self, address: &str) -> PersonId {
        let address = address.to_lowercase();
        let new = Guest { first: first(&address), risen: 0, is_there: false, mails: true };
        let guest = self.guests.entry(address).or_insert(new);
        guest.is_there = true;
        guest.first + guest.risen
    }

    /// The guest with that address.
    pub(super) fn find_guest(&self, address: &str) -> Option<PersonId> {
        let guest = self.guests.get(&address.to_lowercase()).filter(|guest| guest.is_there)?;
        Some(guest.first + guest.risen)
    }

    /// The address of that guest.
    pub(crate) fn address_of_guest(&self, guest: PersonId) -> Option<&str> {
        let mut all = self.guests.iter();
        all.find(|(_, found)| found.is_there && found.first + found.risen == guest).map(|(address, _)| address.as_str())
    }

    /// Where that guest is mailed, if mails are wanted.
    pub(super) fn mailbox_of_guest(&self, guest: PersonId) -> Option<String> {
        let address = self.address_of_guest(guest)?;
        self.guests[address].mails.then(|| address.to_owned())
    }

    pub(super) fn unsubscribe(&mut self, member: PersonId, wanted: bool) -> Reply {
        let user = self.active().map(|(id, _)| id).find(|user| self.id(*user) == self.id(member));
        let address = self.address_of_guest(member).map(str::to_owned);
        if let Some(user) = user.and_then(|user| self.people.get_mut(&user)) {
            user.mails = wanted;
        } else if let Some(guest) = address.and_then(|address| self.guests.get_mut(&address)) {
            guest.mails = wanted;
        }
        Reply::done(200, json!({}))
    }

    /// Whether a guest becomes a user by that.
    pub(crate) fn is_of_guest(&self, deed: &Deed) -> bool {
        let email = self.people.get(&deed.by).map(|person| &person.email);
        matches!(deed.what, What::Confirm { .. }) && email.is_some_and(|email| self.find_guest(email).is_some())
    }

    /// That person, who has confirmed an address, takes over what the guest with it was invited to. Gives the guest's number.
    pub(super) fn take_over(&mut self, address: &str, person: PersonId) -> Option<PersonId> {
        let taken = self.find_guest(address)?;
        if let Some(guest) = self.guests.get_mut(&address.to_lowercase()) {
            if let Some(person) = self.people.get_mut(&person) {
                person.mails = guest.mails;
            }
            (guest.risen, guest.is_there, guest.mails) = (guest.risen + 1, false, true);
        }
        for event in self.events.values_mut() {
            event.rename(taken, person);
        }
        Some(taken)
    }
}
