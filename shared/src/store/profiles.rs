//! The accounts as their own users see them, from several items.

use jiff::Timestamp;
use serde::Deserialize;

use super::contacts::people;
use super::item::{Item, Projection, from_item, integer, string};
use super::keys;
use super::people::People;
use super::resets::ResetMail;
use super::table::{Table, over_table};
use crate::domain::UserId;
use crate::domain::contact::MAX_CONTACTS;
use crate::domain::export::ExportedAccount;
use crate::domain::language::Language;
use crate::domain::lifetime::{self, seconds};
use crate::domain::user::Profile;
use crate::error::Result;

/// The number of contacts that are shown beside an account.
const NEWEST: usize = 100;

/// The accounts as their own users see them.
#[derive(Clone, Debug)]
pub struct Profiles(Table);

over_table!(Profiles, of_users);

#[derive(Deserialize)]
struct Shown {
    username: String,
    email: String,
    name: String,
    #[serde(default)]
    avatar: String,
    active: bool,
    /// Where others find the user.
    found_under: Option<String>,
    #[serde(default)]
    no_mails: bool,
    #[serde(default)]
    lang: Language,
}

/// Never the password's hash: the function that shows a user has no right to it.
const SHOWN: Projection<'static> = Projection {
    expression: "username, email, #name, avatar, active, found_under, no_mails, lang, ids, people",
    names: &[("#name", "name")],
};

/// Never the hash of the mailed token either.
const EXPORTED: Projection<'static> = Projection {
    expression: "username, email, #name, avatar, active, found_under, no_mails, lang, ids, people, new_email, new_email_at, sent_at, expires_at",
    names: &[("#name", "name")],
};

impl Profiles {
    /// The user's own view of the account with the newest contacts, unless it is gone.
    pub async fn find_profile(&self, id: UserId) -> Result<Option<Profile>> {
        let items = self.0.get_many(vec![keys::user(id), keys::contacts(id)], true, Some(&SHOWN)).await?;
        self.profile(id, items, NEWEST).await
    }

    /// All that is held of the user but for sessions and events.
    pub async fn find_export(&self, id: UserId, now: Timestamp) -> Result<Option<ExportedAccount>> {
        let keys = vec![keys::user(id), keys::contacts(id), keys::reset(id)];
        let items = self.0.get_many(keys, true, Some(&EXPORTED)).await?;
        let (mails, items): (Vec<_>, Vec<_>) = items.into_iter().partition(|item| item.contains_key("sent_at"));
        let mail: Option<ResetMail> = mails.into_iter().next().map(from_item).transpose()?;
        let reset_mailed_at = mail.map(|mail| mail.sent_at(now)).transpose()?.flatten();
        let is_waiting = |item: &&Item| {
            integer(item, "new_email_at").is_some_and(|at| now.as_second() < at + seconds(lifetime::EMAIL_CHANGE))
        };
        let new_email = items.iter().find(is_waiting).and_then(|item| string(item, "new_email")).map(str::to_owned);
        let profile = self.profile(id, items, MAX_CONTACTS).await?;
        Ok(profile.map(|profile| ExportedAccount { profile, new_email, reset_mailed_at }))
    }

    /// The profile of these items, with at most so many contacts.
    async fn profile(&self, id: UserId, items: Vec<Item>, most: usize) -> Result<Option<Profile>> {
        let (mut shown, mut contacts) = (None::<Shown>, Vec::new());
        for item in items {
            if item.contains_key("username") {
                shown = Some(from_item(item)?);
            } else {
                contacts = people(item)?;
            }
        }
        let Some(Shown { username, email, name, avatar, found_under, no_mails, lang: language, .. }) =
            shown.filter(|shown| shown.active)
        else {
            return Ok(None);
        };
        contacts.truncate(most);
        let contacts = People::from(self.0.clone()).find_cards(&contacts).await?;
        let searchable = found_under.is_some();
        Ok(Some(Profile { id, username, email, name, avatar, searchable, mails: !no_mails, language, contacts }))
    }
}
