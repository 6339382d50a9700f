//! The users behind logins: their ids and names, which is all that the functions of events may know of an account.

use std::collections::HashMap;

use jiff::Timestamp;
use serde::Deserialize;

use super::accounts::{Claim, claim_key};
use super::cards::{CARD, card};
use super::item::{Item, Projection, from_item, string};
use super::keys;
use super::table::{Table, over_table};
use crate::domain::UserId;
use crate::domain::language::Language;
use crate::domain::login::Login;
use crate::domain::person::{Card, Person};
use crate::error::Result;

/// Whether a read shows every write before it, for twice the capacity.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Consistency {
    /// It shows every write before it.
    Strong,
    /// It may lag a moment.
    Eventual,
}

#[derive(Deserialize)]
struct KnownUser {
    user_id: UserId,
    name: String,
    username: String,
    active: bool,
    #[serde(default)]
    lang: Language,
}

impl KnownUser {
    /// The user, if confirmed and not leaving.
    fn person(self) -> Option<Person> {
        self.active.then_some(Person { id: self.user_id, name: self.name, username: Some(self.username) })
    }
}

/// The users as others see them.
#[derive(Clone, Debug)]
pub struct People(Table);

over_table!(People, of_users);

impl People {
    /// The users and guests behind these logins, in their order, with the names that others see; `None` for an unknown or unconfirmed
    /// one. A guest has no username; one who is found by the address has no name here either.
    pub async fn find_people(
        &self,
        logins: &[Login],
        consistency: Consistency,
        now: Timestamp,
    ) -> Result<Vec<Option<Person>>> {
        Ok(persons(self.look_up(logins, consistency, &KNOWN, now).await?))
    }

    /// The same at half the price: only users who are not found at first are looked up by consistent reads.
    pub async fn find_people_cheaply(&self, logins: &[Login], now: Timestamp) -> Result<Vec<Option<Person>>> {
        Ok(persons(self.look_up_cheaply(logins, &KNOWN, now).await?))
    }

    /// The same, each with the language of the account; cheaply, unless every write before has to be seen.
    pub async fn find_speakers(
        &self,
        logins: &[Login],
        consistency: Consistency,
        now: Timestamp,
    ) -> Result<Vec<Option<(Person, Language)>>> {
        match consistency {
            Consistency::Strong => self.look_up(logins, consistency, &SPEAKING, now).await,
            Consistency::Eventual => self.look_up_cheaply(logins, &SPEAKING, now).await,
        }
    }

    async fn look_up_cheaply(
        &self,
        logins: &[Login],
        shown: &Projection<'_>,
        now: Timestamp,
    ) -> Result<Vec<Option<(Person, Language)>>> {
        let mut people = self.look_up(logins, Consistency::Eventual, shown, now).await?;
        let missing = people.iter().zip(logins).filter(|(person, _)| person.is_none());
        let missing: Vec<Login> = missing.map(|(_, login)| login.clone()).collect();
        let again = self.look_up(&missing, Consistency::Strong, shown, now).await?;
        for (person, found) in people.iter_mut().filter(|person| person.is_none()).zip(again) {
            *person = found;
        }
        Ok(people)
    }

    async fn look_up(
        &self,
        logins: &[Login],
        consistency: Consistency,
        shown: &Projection<'_>,
        now: Timestamp,
    ) -> Result<Vec<Option<(Person, Language)>>> {
        let consistent = consistency == Consistency::Strong;
        let wanted = logins.iter().flat_map(|login| claim_key(login).into_iter().chain(guest_key(login)));
        let mut claims = HashMap::new();
        for item in self.0.get_many(distinct(wanted), consistent, Some(&CLAIM)).await? {
            let pk = partition_key(&item);
            let claim: Claim = from_item(item)?;
            claims.extend(claim.claimant(now).map(|id| (pk, id)));
        }
        let claimant = |key: Option<Item>| claims.get(&partition_key(&key?)).copied();
        let id_of = |login: &Login| match login {
            Login::Id(id) => Some(*id),
            Login::Email(_) | Login::Username(_) => claimant(claim_key(login)),
        };
        let ids: Vec<Option<UserId>> = logins.iter().map(id_of).collect();

        let wanted = ids.iter().flatten().map(|id| keys::user(*id));
        let mut people = HashMap::new();
        for item in self.0.get_many(distinct(wanted), consistent, Some(shown)).await? {
            let user = from_item::<KnownUser>(item)?;
            let language = user.lang;
            people.extend(user.person().map(|person| (person.id, (person, language))));
        }
        let unknown = logins.iter().filter_map(|login| match login {
            Login::Id(id) if !people.contains_key(id) => Some(keys::guest(*id)),
            _ => None,
        });
        for item in self.0.get_many(distinct(unknown), consistent, Some(&GUEST)).await? {
            let GuestItem { user_id: id } = from_item(item)?;
            people.insert(id, guest(id));
        }
        let guest_with = |login: &Login| claimant(guest_key(login)).map(guest);
        let person = |(login, id): (&Login, Option<UserId>)| {
            id.and_then(|id| people.get(&id).cloned()).or_else(|| guest_with(login))
        };
        Ok(logins.iter().zip(ids).map(person).collect())
    }

    /// What others see of those of these users who are still there, in their order.
    pub async fn find_cards(&self, users: &[UserId]) -> Result<Vec<Card>> {
        let wanted = users.iter().map(|id| keys::user(*id)).collect();
        let mut cards = HashMap::new();
        for item in self.0.get_many(wanted, false, Some(&CARD)).await? {
            cards.extend(card(item)?.map(|card| (card.id, card)));
        }
        Ok(users.iter().filter_map(|id| cards.remove(id)).collect())
    }

    /// The user with that id as it is now, unless the user has not confirmed or is leaving.
    pub async fn find_person(&self, id: UserId) -> Result<Option<Person>> {
        let item = self.0.get_as(keys::user(id), true, Some(&KNOWN)).await?;
        Ok(item.map(from_item::<KnownUser>).transpose()?.and_then(KnownUser::person))
    }
}

/// A guest, who has said no language.
fn guest(id: UserId) -> (Person, Language) {
    (Person::guest(id), Language::default())
}

fn persons(found: Vec<Option<(Person, Language)>>) -> Vec<Option<Person>> {
    found.into_iter().map(|found| found.map(|(person, _)| person)).collect()
}

/// Where the guest with that address is found.
fn guest_key(login: &Login) -> Option<Item> {
    match login {
        Login::Email(email) => Some(keys::guest_mail(email.key())),
        Login::Id(_) | Login::Username(_) => None,
    }
}

#[derive(Deserialize)]
struct GuestItem {
    user_id: UserId,
}

const GUEST: Projection<'static> = Projection { expression: "user_id", names: &[] };

const CLAIM: Projection<'static> = Projection { expression: "pk, user_id, expires_at", names: &[] };

/// Never the password's hash: the functions that deal with events have no right to it.
const KNOWN: Projection<'static> =
    Projection { expression: "user_id, #name, username, active", names: &[("#name", "name")] };

/// The same with the language.
const SPEAKING: Projection<'static> =
    Projection { expression: "user_id, #name, username, active, lang", names: &[("#name", "name")] };

/// The partition key of an item.
fn partition_key(item: &Item) -> String {
    string(item, "pk").unwrap_or_default().to_owned()
}

/// The keys, each once, as `BatchGetItem` wants them.
fn distinct(keys: impl Iterator<Item = Item>) -> Vec<Item> {
    keys.map(|key| (partition_key(&key), key)).collect::<HashMap<_, _>>().into_values().collect()
}
