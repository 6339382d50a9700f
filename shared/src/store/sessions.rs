//! Login sessions, one row each. A session has one refresh token at a time, which each use replaces.

use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_sdk_dynamodb::types::{AttributeValue, ReturnValuesOnConditionCheckFailure};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::failure::{conditional, failure};
use super::item::{Item, attribute, from_item, integer, number, string, text, to_item};
use super::keys;
use super::table::{Table, over_table};
use crate::domain::UserId;
use crate::domain::lifetime::{self, seconds};
use crate::domain::limits::network;
use crate::domain::session::{Device, Session};
use crate::error::{Error, Result};
use crate::token::{RefreshToken, Signer, Successors, TokenHash};

/// The most sessions of a user; each further one ends the oldest.
pub const MAX_SESSIONS: usize = 100;

/// The sessions.
#[derive(Clone, Debug)]
pub struct Sessions(Table);

over_table!(Sessions, of_users);

/// The item of one session. It ends when it has not been used until `expires_at`, and at `ends_at` at the latest.
#[derive(Serialize, Deserialize)]
struct SessionItem {
    pk: String,
    sk: String,
    #[serde(flatten)]
    device: Device,
    current: TokenHash,
    #[serde(skip_serializing_if = "Option::is_none")]
    spent: Option<TokenHash>,
    #[serde(skip_serializing_if = "Option::is_none")]
    spent_at: Option<i64>,
    /// Rows of older days have neither of the two.
    created_at: Option<i64>,
    last_used_at: Option<i64>,
    ends_at: i64,
    expires_at: i64,
}

/// A refresh token that is presented, as its session knows it.
enum Presented {
    /// The last but one, spent just now: the client gets the successor that took its place.
    JustSpent(RefreshToken),
    /// One that was spent earlier: somebody has a copy.
    Replayed,
    /// One that was never given for the session.
    Foreign,
    /// The session is over.
    Over,
}

/// The outcome of refreshing a session.
pub enum Refreshed {
    /// The session goes on, with this successor of the token.
    Goes(RefreshToken),
    /// The session is over or unknown, or this is no token of it.
    Over,
    /// The session is ended now: somebody else must have a copy of the token.
    Ended,
}

impl SessionItem {
    /// Judges a token. `is_ours` tells whether the service has given it: a made-up token must not end anybody's session.
    fn find(&self, token: &TokenHash, is_ours: bool, successors: Successors, now: i64) -> Presented {
        if self.expires_at <= now || self.ends_at <= now {
            return Presented::Over;
        }
        let is_last_spent = self.spent.as_ref() == Some(token);
        if !is_ours && !is_last_spent {
            return Presented::Foreign;
        }
        let in_grace = self.spent_at.is_some_and(|spent_at| now - spent_at <= seconds(lifetime::SPENT_TOKEN));
        if !in_grace || !is_last_spent {
            return Presented::Replayed;
        }
        let mut known = std::iter::once(successors.next).chain(successors.other);
        let given = known.find(|successor| self.current == successor.hash());
        given.map_or(Presented::Replayed, Presented::JustSpent)
    }
}

/// The item of the session that begins with this token.
pub(super) fn first_session(token: &RefreshToken, device: Device, now: Timestamp) -> Result<Item> {
    let now = now.as_second();
    to_item(SessionItem {
        pk: keys::sessions(token.user()),
        sk: token.session().to_string(),
        device,
        current: token.hash(),
        spent: None,
        spent_at: None,
        created_at: Some(now),
        last_used_at: Some(now),
        ends_at: now + seconds(lifetime::SESSION),
        expires_at: now + seconds(lifetime::IDLE_SESSION),
    })
}

/// When the session of this item was opened, in seconds since 1970.
fn created_at(item: &Item) -> Option<i64> {
    integer(item, "created_at").or_else(|| Some(integer(item, "ends_at")? - seconds(lifetime::SESSION)))
}

/// Whether the session of this item goes on.
fn is_live(item: &Item, now: Timestamp) -> bool {
    let now = Some(now.as_second());
    now < integer(item, "expires_at") && now < integer(item, "ends_at")
}

impl Sessions {
    /// Creates the session that begins with this token.
    pub async fn create_session(&self, token: &RefreshToken, device: Device, now: Timestamp) -> Result<()> {
        let put = self.0.put_item(first_session(token, device, now)?);
        put.send().await.map(drop).map_err(|error| failure("PutItem", error))
    }

    /// Whether there is a session that began with this token.
    pub async fn has_session(&self, token: &RefreshToken) -> Result<bool> {
        Ok(self.0.get(keys::session(token.user(), token.session())).await?.is_some())
    }

    /// Spends the token in favour of the next one. A token that was spent just now leaves everything as it is;
    /// one that was spent before ends the session; one that was never given for it changes nothing.
    pub async fn refresh_session(
        &self,
        token: &RefreshToken,
        signer: &Signer,
        device: Device,
        now: Timestamp,
    ) -> Result<Refreshed> {
        let (now, successors) = (now.as_second(), signer.successors(token));
        let update = self
            .0
            .update_item(keys::session(token.user(), token.session()))
            .update_expression(
                "SET #current = :next, spent = :token, spent_at = :now, last_used_at = :now, expires_at = :expires_at, \
                 #address = :address, #agent = :agent",
            )
            .condition_expression("#current = :token AND expires_at > :now AND ends_at > :now")
            .expression_attribute_names("#current", "current")
            .expression_attribute_names("#address", "address")
            .expression_attribute_names("#agent", "agent")
            .expression_attribute_values(":token", attribute(token.hash())?)
            .expression_attribute_values(":next", attribute(successors.next.hash())?)
            .expression_attribute_values(":now", number(&now))
            .expression_attribute_values(":expires_at", number(&(now + seconds(lifetime::IDLE_SESSION))))
            .expression_attribute_values(":address", AttributeValue::S(device.address))
            .expression_attribute_values(":agent", AttributeValue::S(device.agent))
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        let Err(error) = update.send().await else { return Ok(Refreshed::Goes(successors.next)) };
        let Some(UpdateItemError::ConditionalCheckFailedException(failed)) = error.as_service_error() else {
            return Err(failure("UpdateItem", error));
        };
        let Some(item) = failed.item.clone() else { return Ok(Refreshed::Over) };
        match from_item::<SessionItem>(item)?.find(&token.hash(), signer.gave(token), successors, now) {
            Presented::JustSpent(given) => Ok(Refreshed::Goes(given)),
            Presented::Over | Presented::Foreign => Ok(Refreshed::Over),
            Presented::Replayed => {
                self.delete_session(token, None).await?;
                Ok(Refreshed::Ended)
            }
        }
    }

    /// Ends the session of a token that its holder gives back. `false` if there was none.
    pub async fn revoke_session(&self, token: &RefreshToken) -> Result<bool> {
        self.delete_session(token, Some("#current = :token OR spent = :token")).await
    }

    /// Ends the user's session with that id, as [`list_sessions`](Self::list_sessions) tells it. `false` if there is none that goes
    /// on.
    pub async fn revoke_listed(&self, user: UserId, session: Uuid, now: Timestamp) -> Result<bool> {
        let key = keys::session(user, session);
        if !self.0.get(key.clone()).await?.is_some_and(|session| is_live(&session, now)) {
            return Ok(false);
        }
        // Without a condition: a write that was repeated because its answer was lost would find none to end.
        let delete = self.0.delete_item(key);
        delete.send().await.map(|_| true).map_err(|error| failure("DeleteItem", error))
    }

    /// The user's sessions that are not over, the last used first.
    pub async fn list_sessions(&self, user: UserId, now: Timestamp) -> Result<Vec<Session>> {
        let now = now.as_second();
        let sessions =
            self.sessions(user).await?.into_iter().map(from_item::<SessionItem>).collect::<Result<Vec<_>>>()?;
        let live = sessions.into_iter().filter(|session| now < session.expires_at && now < session.ends_at);
        let mut entries: Vec<_> = live.map(Session::try_from).collect::<Result<_>>()?;
        entries.sort_by_key(|entry| std::cmp::Reverse((entry.last_used_at, entry.created_at)));
        Ok(entries)
    }

    /// Whether the user has a session that was last used from the network of that address.
    pub async fn has_session_from(&self, user: UserId, address: &str, now: Timestamp) -> Result<bool> {
        let network_of_address = network(address);
        let is_from_there =
            |session: &Item| string(session, "address").is_some_and(|address| network(address) == network_of_address);
        Ok(self.sessions(user).await?.iter().any(|session| is_live(session, now) && is_from_there(session)))
    }

    /// Ends the oldest sessions of the user beyond [`MAX_SESSIONS`], but not that one.
    pub async fn revoke_surplus(&self, user: UserId, kept: Uuid) -> Result<()> {
        let mut sessions = self.sessions(user).await?;
        if sessions.len() <= MAX_SESSIONS {
            return Ok(());
        }
        sessions.retain(|session| session.get("sk") != Some(&text(&kept)));
        sessions.sort_by_key(created_at);
        sessions.truncate(sessions.len() + 1 - MAX_SESSIONS);
        self.delete_sessions(user, sessions).await
    }

    /// Ends the user's sessions, except for one that is kept.
    pub async fn revoke_sessions(&self, user: UserId, kept: Option<Uuid>) -> Result<()> {
        let kept = kept.map(|session| text(&session));
        let mut sessions = self.sessions(user).await?;
        sessions.retain(|session| session.get("sk") != kept.as_ref());
        self.delete_sessions(user, sessions).await
    }

    /// Ends the user's sessions that were opened before then.
    pub async fn revoke_sessions_before(&self, user: UserId, second: i64) -> Result<()> {
        let mut sessions = self.sessions(user).await?;
        sessions.retain(|session| created_at(session).is_none_or(|created_at| created_at < second));
        self.delete_sessions(user, sessions).await
    }

    async fn delete_sessions(&self, user: UserId, sessions: Vec<Item>) -> Result<()> {
        let ids = sessions.into_iter().filter_map(|mut session| session.remove("sk")?.as_s().ok().cloned());
        self.0.delete_many(ids.map(|id| keys::session(user, id)).collect()).await
    }

    async fn sessions(&self, user: UserId) -> Result<Vec<Item>> {
        self.0.partition("pk", keys::sessions(user)).await
    }

    async fn delete_session(&self, token: &RefreshToken, condition: Option<&str>) -> Result<bool> {
        let mut request = self.0.delete_item(keys::session(token.user(), token.session()));
        if let Some(condition) = condition {
            request = request
                .condition_expression(condition)
                .expression_attribute_names("#current", "current")
                .expression_attribute_values(":token", attribute(token.hash())?);
        }
        conditional("DeleteItem", request.send().await)
    }
}

impl TryFrom<SessionItem> for Session {
    type Error = Error;

    fn try_from(session: SessionItem) -> Result<Self> {
        let second = |second| Timestamp::from_second(second).map_err(|error| Error::internal("session", error));
        Ok(Self {
            id: session.sk.parse().map_err(|error| Error::internal("session", error))?,
            created_at: second(session.created_at.unwrap_or(session.ends_at - seconds(lifetime::SESSION)))?,
            last_used_at: second(session.last_used_at.unwrap_or(session.expires_at - seconds(lifetime::IDLE_SESSION)))?,
            device: session.device,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::token::Signer;

    #[test]
    fn what_a_refresh_token_is_to_its_session() {
        let [signer, other] = [Signer::new(b"secret"), Signer::new(b"another")];
        let first = signer.first_token(Uuid::nil()).unwrap();
        let second = signer.successors(&first).next;
        let third = signer.successors(&second).next;
        let made_up = other.first_token(Uuid::nil()).unwrap();
        let session = SessionItem {
            pk: String::new(),
            sk: String::new(),
            device: Device::default(),
            current: second.hash(),
            spent: Some(first.hash()),
            spent_at: Some(100),
            created_at: None,
            last_used_at: None,
            ends_at: 1000,
            expires_at: 500,
        };
        let (just_spent, replayed, over, foreign) = (0, 1, 2, 3);
        let changed = Signer::new(b"another").accepting(b"secret");
        let cases = [
            ("spent just now", &first, &signer, 100, just_spent),
            ("spent ten seconds ago", &first, &signer, 110, just_spent),
            ("spent just before the keys changed", &first, &changed, 110, just_spent),
            ("spent before", &first, &signer, 111, replayed),
            ("given before that", &third, &signer, 100, replayed),
            ("made up", &made_up, &signer, 100, foreign),
            ("sealed with another key", &third, &other, 100, foreign),
            ("followed by another key's successor", &first, &other, 100, replayed),
            ("idle for too long", &first, &signer, 500, over),
        ];
        for (name, token, signer, now, expected) in cases {
            let found = match session.find(&token.hash(), signer.gave(token), signer.successors(token), now) {
                Presented::JustSpent(given) => {
                    assert!(given.hash() == second.hash(), "{name}");
                    just_spent
                }
                Presented::Replayed => replayed,
                Presented::Over => over,
                Presented::Foreign => foreign,
            };
            assert_eq!(found, expected, "{name}");
        }
        let old = SessionItem { expires_at: 5000, ..session };
        assert!(matches!(old.find(&first.hash(), true, signer.successors(&first), 1000), Presented::Over));
    }
}
