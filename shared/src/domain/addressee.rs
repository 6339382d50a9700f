//! The addressees of a draft. The organiser names them by user id, by e-mail address or by username.
//!
//! Nobody looks up the owner of an address before the draft is sent, so no draft reveals who has an account.

use std::collections::{HashMap, HashSet};

use super::UserId;
use super::fault::{Fault, Node};
use super::login::Login;
use super::person::{DELETED_USER, GUEST, MAX_NAME, Person, parse_name};
use super::text;

/// The most invitees of an event.
pub const MAX_INVITEES: usize = 500;

/// What a person may be named by in an entry of `invited`. In a draft that was read it is `id`, beside the username of the user.
pub(super) const NAMES: [&str; 4] = ["id", "username", "e-mail", "email"];

/// An invitee as an incoming draft names him.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Named {
    /// Where the entry stands in the body.
    pub field: String,
    /// What was typed.
    pub typed: String,
    /// The typed text as a login.
    pub login: Login,
    /// The name that is shown for an invitee who is named by an address. Empty for all others, since they have names of their own.
    pub name: String,
}

/// An addressee of a draft.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Addressee {
    /// The text as typed, so that it can be sent back.
    pub typed: String,
    /// The user whom the id or username meant when it was first named. An address has none.
    pub user: Option<UserId>,
    /// The name that is shown. The draft stores it only with an address; a user's name is looked up.
    pub name: String,
    /// The username, which tells users of the same name apart. It is looked up too.
    pub username: Option<String>,
}

/// What has to be looked up for a named invitee.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// Nothing, since it is an address.
    Nothing,
    /// The names of the user whom the stored draft means. The login may belong to somebody else by now.
    Stored(UserId),
    /// The user with this login, if there is one.
    New(Login),
}

impl Named {
    /// Reads an entry of `invited`: an object with one of the [`NAMES`], or text alone.
    pub(super) fn parse(entry: &Node<'_>, faults: &mut Vec<Fault>) -> Option<Self> {
        let id = if entry.is_text() { entry.clone() } else { entry.any(&NAMES) };
        let login = id.parsed(faults, |text| Login::parse(text.trim()))?;
        let typed = id.text(faults).unwrap_or_default().trim().to_owned();
        let name = match login {
            Login::Email(_) => alias(&typed, &entry.get("name"), faults),
            Login::Id(_) | Login::Username(_) => String::new(),
        };
        Some(Self { field: id.fault("").field, typed, login, name })
    }
}

/// The name given with an address, or else the part before the `@`. That part is accepted unchecked, also when it is sent back.
fn alias(address: &str, name: &Node<'_>, faults: &mut Vec<Fault>) -> String {
    let local: String = address.chars().take_while(|c| *c != '@').take(MAX_NAME).collect();
    match name.text(faults).map(str::trim) {
        None => local,
        Some(given) if text::composed(given).is_empty() => local,
        Some(given) if given == local => local,
        Some(given) => parse_name(given).unwrap_or_else(|message| {
            faults.push(name.fault(message));
            local
        }),
    }
}

impl Wanted {
    /// What has to be looked up for each named invitee, when these addressees are stored already.
    #[must_use]
    pub fn of(named: &[Named], stored: &[Addressee]) -> Vec<Self> {
        let key = |stored: &Addressee| Some((Login::parse(&stored.typed).ok()?.key(), stored.user?));
        let users: HashMap<String, UserId> = stored.iter().filter_map(key).collect();
        let wanted = |named: &Named| match (&named.login, users.get(&named.login.key())) {
            (Login::Email(_), _) => Self::Nothing,
            (_, Some(user)) => Self::Stored(*user),
            (login, None) => Self::New(login.clone()),
        };
        named.iter().map(wanted).collect()
    }

    /// The login to look up.
    #[must_use]
    pub fn login(&self) -> Option<Login> {
        match self {
            Self::Nothing => None,
            Self::Stored(user) => Some(Login::Id(*user)),
            Self::New(login) => Some(login.clone()),
        }
    }
}

impl Addressee {
    /// The named addressees, each once and without the organiser. The first entry for an addressee counts. `found` has an entry for
    /// each login that was looked up.
    ///
    /// # Errors
    /// Every newly named login that belongs to no user, and too many addressees.
    pub fn all(
        organiser: UserId,
        named: Vec<Named>,
        wanted: &[Wanted],
        found: Vec<Option<Person>>,
    ) -> Result<Vec<Self>, Vec<Fault>> {
        let (mut all, mut faults) = (Vec::new(), Vec::new());
        let (mut users, mut addresses) = (HashSet::from([organiser]), HashSet::new());
        let mut found = found.into_iter();
        for (Named { field, typed, login, name }, wanted) in named.into_iter().zip(wanted) {
            let person = match wanted {
                Wanted::Nothing => {
                    if addresses.insert(login.key()) {
                        all.push(Self { typed, user: None, name, username: None });
                    }
                    continue;
                }
                Wanted::Stored(user) => Some(found.next().flatten().unwrap_or_else(|| Person::deleted(*user))),
                Wanted::New(_) => found.next().flatten(),
            };
            match person {
                None => faults.push(Fault::new(field, "is no user of this service")),
                Some(Person { id, name, username }) => {
                    if users.insert(id) {
                        all.push(Self { typed, user: Some(id), name, username });
                    }
                }
            }
        }
        if all.len() > MAX_INVITEES {
            faults.push(Fault::new("event.members", format!("must hold at most {MAX_INVITEES} invitees")));
        }
        if faults.is_empty() { Ok(all) } else { Err(faults) }
    }

    /// The addressee with that user's names, or as a deleted user.
    #[must_use]
    pub fn named(self, person: Option<Person>) -> Self {
        match person {
            Some(Person { name, username, .. }) => Self { name, username, ..self },
            None => Self { name: DELETED_USER.to_owned(), username: None, ..self },
        }
    }

    /// The addressee without the names that are looked up each time.
    #[must_use]
    pub fn stored(&self) -> Self {
        let name = if self.user.is_some() { String::new() } else { self.name.clone() };
        Self { name, username: None, ..self.clone() }
    }

    /// The user or guest as the lookup of the names has found them: none for an address, nor for one who is no more.
    #[must_use]
    pub fn person(&self) -> Option<Person> {
        let is_there = self.username.is_some() || self.name == GUEST;
        Some(Person { id: self.user?, name: self.name.clone(), username: self.username.clone() }).filter(|_| is_there)
    }

    /// The login to look up when the draft is sent, if the typed text can still be read.
    #[must_use]
    pub fn login(&self) -> Option<Login> {
        self.user.map(Login::Id).or_else(|| Login::parse(&self.typed).ok())
    }

    /// The name that is shown for an invitee who is named by an address, from the time the draft is sent until he acts.
    #[must_use]
    pub fn alias(&self) -> Option<String> {
        self.user.is_none().then(|| self.name.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::super::fault::Known;
    use super::*;
    use serde_json::{Value, json};
    use uuid::Uuid;

    fn named(entries: &Value) -> Result<Vec<Named>, Vec<Fault>> {
        let body = json!({ "x": entries });
        let mut faults = Vec::new();
        let entries = Node::body(&body, &[], Known(&["x"], &[])).unwrap().get("x").objects(10, &mut faults);
        let named = entries.iter().filter_map(|entry| Named::parse(entry, &mut faults)).collect();
        if faults.is_empty() { Ok(named) } else { Err(faults) }
    }

    fn id(number: u128) -> UserId {
        Uuid::from_u128(number)
    }

    fn person(number: u128) -> Person {
        Person { id: id(number), name: format!("user {number}"), username: Some(format!("u{number}")) }
    }

    #[test]
    fn an_address_has_the_name_that_is_given_or_its_own_first_part() {
        let long = format!("{}@example.com", "l".repeat(64));
        let cases = [
            (json!({"id": "ann@example.com"}), "ann"),
            (json!({"id": " Ann@example.com "}), "Ann"),
            (json!({"id": "ann@example.com", "name": " Ann B. "}), "Ann B."),
            (json!({"id": "ann@example.com", "name": " "}), "ann"),
            (json!({"id": "ann@example.com", "name": null}), "ann"),
            (json!({"id": long.as_str()}), &long[..50]),
            (json!({"id": "ann", "name": "Ann B."}), ""),
            (json!({"id": "ann", "name": 7}), ""),
        ];
        for (entry, name) in cases {
            assert_eq!(named(&json!([entry])).unwrap()[0].name, name, "{entry}");
        }
    }

    #[test]
    fn the_name_is_one_like_those_that_users_give_themselves() {
        for name in [json!("x".repeat(51)), json!("a\nb"), json!(7)] {
            let faults = named(&json!([{"id": "ann@example.com", "name": name}])).unwrap_err();
            assert_eq!(faults.iter().map(|fault| fault.field.as_str()).collect::<Vec<_>>(), ["x[0].name"], "{name}");
        }
    }

    #[test]
    fn what_is_stored_keeps_its_meaning_and_addresses_are_not_looked_up() {
        let stored = |typed: &str, user: Option<UserId>| Addressee {
            typed: typed.to_owned(),
            user,
            name: String::new(),
            username: None,
        };
        let stored = [stored("ann", Some(id(1))), stored("bob@example.com", None)];
        let named = named(&json!([{"id": "ANN"}, {"id": "bob@example.com"}, {"id": "cid"}])).unwrap();
        let expected = [Wanted::Stored(id(1)), Wanted::Nothing, Wanted::New(named[2].login.clone())];
        assert_eq!(Wanted::of(&named, &stored), expected);
    }

    #[test]
    fn everybody_is_there_once_and_the_organiser_is_not() {
        let named = named(&json!([
            {"id": "ann"}, {"id": "A@example.com", "name": "Al"}, {"id": id(1).to_string()}, {"id": "me"},
            {"id": "a@EXAMPLE.com", "name": "other"}, {"id": "gone"},
        ]))
        .unwrap();
        let gone = Addressee { typed: "gone".to_owned(), user: Some(id(7)), name: String::new(), username: None };
        let wanted = Wanted::of(&named, &[gone]);
        let all = Addressee::all(id(9), named, &wanted, vec![Some(person(1)), Some(person(1)), Some(person(9)), None])
            .unwrap();
        let seen: Vec<_> = all.iter().map(|one| (one.typed.as_str(), one.user, one.name.as_str())).collect();
        let expected =
            [("ann", Some(id(1)), "user 1"), ("A@example.com", None, "Al"), ("gone", Some(id(7)), DELETED_USER)];
        assert_eq!(seen, expected);
    }

    #[test]
    fn all_who_are_unknown_when_they_are_first_named_are_listed() {
        let named = named(&json!([{"id": "ann"}, {"id": "a@example.com"}, {"id": "bob"}, {"id": "cid"}])).unwrap();
        let wanted = Wanted::of(&named, &[]);
        let faults = Addressee::all(id(9), named, &wanted, vec![None, Some(person(1)), None]).unwrap_err();
        assert_eq!(faults.iter().map(|fault| fault.field.as_str()).collect::<Vec<_>>(), ["x[0].id", "x[3].id"]);
    }
}
