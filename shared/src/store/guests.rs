//! Guests: people who were invited by an address that nobody has confirmed. A guest has an id of its own, made once for the address, and
//! no account. Who confirms the address takes the id over, with the invitations: see `registrations`.

use aws_sdk_dynamodb::types::TransactWriteItem;
use uuid::Uuid;

use super::failure::{NotWritten, Rounds};
use super::item::{EXPIRES_AT, Item, Projection, string, text};
use super::keys;
use super::registrations::UNCONFIRMED;
use super::table::{Part, Table, over_table};
use crate::domain::UserId;
use crate::domain::email::Email;
use crate::error::Result;

/// How many guests are made in one transaction, which takes a hundred writes: three for each.
const AT_ONCE: usize = 33;

const CLAIM: Projection<'static> = Projection { expression: "pk, user_id, expires_at", names: &[] };

/// The guests.
#[derive(Clone, Debug)]
pub struct Guests(Table);

over_table!(Guests, of_users);

impl Guests {
    /// The ids of the guests with these addresses, in their order; made for those who have none yet. `None` if somebody has confirmed
    /// one of the addresses meanwhile.
    pub async fn ids_of(&self, strangers: &[Email]) -> Result<Option<Vec<UserId>>> {
        let mut ids = Vec::with_capacity(strangers.len());
        for chunk in strangers.chunks(AT_ONCE) {
            let Some(found) = self.ids_of_chunk(chunk).await? else { return Ok(None) };
            ids.extend(found);
        }
        Ok(Some(ids))
    }

    async fn ids_of_chunk(&self, strangers: &[Email]) -> Result<Option<Vec<UserId>>> {
        let mut rounds = Rounds::new("TransactWriteItems");
        let mut ids: Vec<Option<UserId>> = vec![None; strangers.len()];
        loop {
            let mut writes = Vec::new();
            let mut made = ids.clone();
            for (stranger, id) in strangers.iter().zip(&mut made).filter(|(_, id)| id.is_none()) {
                let new = Uuid::new_v4();
                writes.extend(self.new_guest(new, stranger)?);
                *id = Some(new);
            }
            if writes.is_empty() {
                return Ok(made.into_iter().collect());
            }
            match self.0.transact(writes).await {
                Ok(()) => return Ok(made.into_iter().collect()),
                Err(NotWritten::Failed(error)) => return Err(error),
                Err(NotWritten::Condition) => {}
            }
            // Another request has made a guest of one of them, or one has confirmed the address.
            let wanted = strangers.iter().flat_map(|stranger| {
                let key = stranger.key();
                [keys::mail(&key), keys::guest_mail(&key)]
            });
            for item in self.0.get_many(wanted.collect(), true, Some(&CLAIM)).await? {
                let pk = string(&item, "pk").unwrap_or_default();
                let of = |key: &Item| string(key, "pk") == Some(pk);
                for (stranger, id) in strangers.iter().zip(&mut ids) {
                    let key = stranger.key();
                    if of(&keys::mail(&key)) && !item.contains_key(EXPIRES_AT) {
                        return Ok(None);
                    }
                    if of(&keys::guest_mail(&key)) {
                        *id = string(&item, "user_id").and_then(|id| id.parse().ok());
                    }
                }
            }
            rounds.wait().await?;
        }
    }

    /// What makes a guest, as long as nobody has confirmed the address and there is none with it yet.
    fn new_guest(&self, id: UserId, stranger: &Email) -> Result<[TransactWriteItem; 3]> {
        let key = stranger.key();
        let put = |key: Item, attributes: &[(&str, &str)]| {
            let attributes = attributes.iter().map(|(name, value)| ((*name).to_owned(), text(value)));
            self.0
                .put(key.into_iter().chain(attributes).collect())
                .condition_expression("attribute_not_exists(pk)")
                .part()
        };
        let own = id.to_string();
        let guest = [("user_id", own.as_str()), ("email", stranger.as_str())];
        let unclaimed = self.0.check(keys::mail(&key)).condition_expression(UNCONFIRMED);
        Ok([put(keys::guest(id), &guest)?, put(keys::guest_mail(&key), &[("user_id", &own)])?, unclaimed.part()?])
    }
}
