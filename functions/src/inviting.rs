//! Whom an organiser invites: looked up when a draft is sent, and when more are invited to what was sent.
//!
//! The answer does not tell who has an account: whoever is invited by an address is a member either way. An address that nobody has
//! confirmed is a guest's.

use std::collections::HashSet;

use jiff::Timestamp;
use shared::config::{ConfigError, Env, FromEnv};
use shared::domain::UserId;
use shared::domain::addressee::Addressee;
use shared::domain::email::Email;
use shared::domain::event::Invitee;
use shared::domain::fault::Fault;
use shared::domain::limits::Limits;
use shared::domain::login::Login;
use shared::domain::person::Person;
use shared::error::Result;
use shared::store::guests::Guests;
use shared::store::people::{Consistency, People};
use shared::store::quotas::Quotas;

use crate::drafting::Lookup;

/// What inviting takes.
#[derive(Clone)]
pub struct Inviting {
    people: People,
    guests: Guests,
    quotas: Quotas,
    limits: Limits,
}

impl FromEnv for Inviting {
    fn from_env(env: &Env) -> Result<Self, ConfigError> {
        let (people, guests, quotas, limits) = FromEnv::from_env(env)?;
        Ok(Self { people, guests, quotas, limits })
    }
}

/// Those who are invited, in the organiser's order, each once.
#[derive(Clone)]
pub(crate) struct Invited {
    /// Invitees. Those whose addresses belong to nobody yet have no id of their own.
    invitees: Vec<Invitee>,
    /// The addresses of those, in the same order.
    strangers: Vec<Email>,
    /// Which of the addressees each invitee is.
    named: Vec<usize>,
    /// The users who were named by id or username. Only they become contacts, which are shown by their own names.
    pub(crate) contacts: Vec<UserId>,
}

impl Invited {
    /// Whether there is nobody.
    pub(crate) fn is_empty(&self) -> bool {
        self.invitees.is_empty()
    }

    /// Those of them who have ids of their own.
    pub(crate) fn known(&self) -> impl Iterator<Item = &Invitee> {
        self.invitees.iter().filter(|invitee| !invitee.person.id.is_nil())
    }

    /// Whether each is somebody whom the service knows already.
    pub(crate) fn are_known(&self) -> bool {
        self.strangers.is_empty()
    }

    /// Those of them who have ids of their own, each with what `addressees` has of it.
    pub(crate) fn named<'a, T: Copy>(&'a self, addressees: &'a [T]) -> impl Iterator<Item = (&'a Invitee, T)> {
        let own = |index: &usize| addressees.get(*index).copied();
        self.invitees.iter().zip(&self.named).filter_map(move |(invitee, index)| Some((invitee, own(index)?)))
    }

    /// How many they are.
    pub(crate) const fn len(&self) -> usize {
        self.invitees.len()
    }

    /// The same without those known ones for whom this is not so.
    pub(crate) fn retain(mut self, is_wanted: impl Fn(&Invitee) -> bool) -> Self {
        self.invitees.retain(|invitee| invitee.person.id.is_nil() || is_wanted(invitee));
        self
    }

    /// How many of them are named by their addresses.
    pub(crate) fn by_address(&self) -> usize {
        self.invitees.iter().filter(|invitee| invitee.alias.is_some()).count()
    }
}

impl Inviting {
    /// These addressees as they are now, without that organiser. `round` is the round of invitations.
    ///
    /// # Errors
    /// `Invalid` with everyone whose account is gone.
    pub(crate) async fn look_up(
        &self,
        organiser: UserId,
        addressees: &[Addressee],
        lookup: Lookup,
        round: u32,
        now: Timestamp,
    ) -> Result<(Invited, Vec<Fault>)> {
        let is_known = |addressee: &Addressee| lookup == Lookup::Done && addressee.user.is_some();
        let login = |addressee: &Addressee| if is_known(addressee) { None } else { addressee.login() };
        let logins: Vec<Option<Login>> = addressees.iter().map(login).collect();
        let wanted: Vec<Login> = logins.iter().flatten().cloned().collect();
        let mut found = self.people.find_people(&wanted, Consistency::Strong, now).await?.into_iter();
        let (mut invitees, mut contacts) = (Vec::<Invitee>::new(), Vec::new());
        let (mut strangers, mut named, mut faults) = (Vec::new(), Vec::new(), Vec::new());
        let mut seen = HashSet::from([organiser]);
        for (index, (addressee, login)) in addressees.iter().zip(logins).enumerate() {
            let person = if is_known(addressee) {
                addressee.person()
            } else {
                login.as_ref().and_then(|_| found.next().flatten())
            };
            let alias = addressee.alias();
            match (person, login) {
                (Some(person), _) => {
                    contacts.extend(addressee.user);
                    if seen.insert(person.id) {
                        // A guest is called what the organiser says.
                        let guest = person.username.is_none();
                        let name = alias.clone().filter(|_| guest).unwrap_or(person.name);
                        let invitee = Invitee::new(Person { name, ..person }, round, now);
                        invitees.push(Invitee { alias, guest, ..invitee });
                        named.push(index);
                    }
                }
                (None, Some(Login::Email(email))) => {
                    let name = alias.clone().unwrap_or_default();
                    strangers.push(email);
                    let nobody = Person { id: UserId::nil(), name, username: None };
                    named.push(index);
                    invitees.push(Invitee { alias, guest: true, ..Invitee::new(nobody, round, now) });
                }
                (None, _) => faults.push(Fault::new(
                    format!("event.members[0].invited[{index}].id"),
                    "is no user of this service any more",
                )),
            }
        }
        Ok((Invited { invitees, strangers, named, contacts }, faults))
    }

    /// The users, to be looked up.
    pub(crate) const fn people(&self) -> &People {
        &self.people
    }

    /// Counts so many among the invitations by address that the user sends today.
    ///
    /// # Errors
    /// `TooSoon` if they are too many.
    pub(crate) async fn count(&self, organiser: UserId, by_address: usize, now: Timestamp) -> Result<()> {
        self.quotas.count_invitations(organiser, by_address, &self.limits, now).await
    }

    /// Takes that back, since they were not sent.
    pub(crate) async fn uncount(&self, organiser: UserId, by_address: usize, now: Timestamp) -> Result<()> {
        self.quotas.uncount_invitations(organiser, by_address, &self.limits, now).await
    }

    /// The invitees, all with ids of their own: an address that belongs to nobody becomes a guest's. `None` if one of them has come to
    /// belong to somebody meanwhile.
    pub(crate) async fn admit(&self, invited: &Invited) -> Result<Option<Vec<Invitee>>> {
        let Some(ids) = self.guests.ids_of(&invited.strangers).await? else { return Ok(None) };
        let mut invitees = invited.invitees.clone();
        for (invitee, id) in invitees.iter_mut().filter(|invitee| invitee.person.id.is_nil()).zip(ids) {
            invitee.person.id = id;
        }
        Ok(Some(invitees))
    }

    /// Those of these members whose accounts are gone.
    pub(crate) async fn gone(&self, invitees: &[Invitee], now: Timestamp) -> Result<Vec<UserId>> {
        // Whoever has gone already is left as is.
        let there: Vec<UserId> =
            invitees.iter().filter(|invitee| !invitee.gone).map(|invitee| invitee.person.id).collect();
        let logins: Vec<Login> = there.iter().copied().map(Login::Id).collect();
        let found = self.people.find_people_cheaply(&logins, now).await?;
        Ok(there.into_iter().zip(found).filter(|(_, person)| person.is_none()).map(|(id, _)| id).collect())
    }
}
