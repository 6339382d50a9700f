//! Which mails about events were sent, so that each is sent once. A mail is claimed before it is handed to SES, and marked after. What was
//! claimed and not marked is taken up again after a while, since the process may have died in between.
//!
//! Invitations to one person in one day lie in one item, which counts them too. All others have an item each. The items expire.

use aws_sdk_dynamodb::error::ProvideErrorMetadata;
use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_sdk_dynamodb::types::ReturnValuesOnConditionCheckFailure;
use jiff::Timestamp;

use super::change::Change;
use super::failure::{conditional, failure};
use super::item::{EXPIRES_AT, Item, integer, number};
use super::keys;
use super::table::{Table, over_table};
use crate::domain::lifetime::{self, seconds};
use crate::domain::{EventId, UserId};
use crate::error::{Error, Result};
use crate::token::digest::fingerprint;

/// The count of an item's invitations.
const COUNT: &str = "count";

/// The attribute of an item that is about one mail.
const MAIL: &str = "mail";

/// The value of a mail that was sent. One that was claimed has the time and a random number.
const SENT: i64 = 0;

/// The claims of a millisecond are told apart by a random number below this.
const RANDOM: i64 = 1 << 20;

const DAY: i64 = 24 * 60 * 60;

/// A mail about an event to one person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Notice {
    /// The invitation with that number.
    Invitation {
        /// The event.
        event: EventId,
        /// Who is invited.
        member: UserId,
        /// When, in milliseconds since 1970.
        number: i64,
    },
    /// News of an event: of what kind, and which of that kind.
    News {
        /// The event.
        event: EventId,
        /// Who is told.
        member: UserId,
        /// When the event was made, in milliseconds since 1970. One that is made anew in the place of a deleted one has its id.
        made: i64,
        /// The kind.
        kind: &'static str,
        /// The number of the decision or removal.
        number: u32,
    },
}

impl Notice {
    /// Who is mailed.
    #[must_use]
    pub const fn member(&self) -> UserId {
        match self {
            Self::Invitation { member, .. } | Self::News { member, .. } => *member,
        }
    }

    /// What is mailed.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Invitation { .. } => "invitation",
            Self::News { kind, .. } => kind,
        }
    }

    fn key(&self) -> Item {
        match self {
            Self::Invitation { member, number, .. } => {
                let day = number.div_euclid(1000).div_euclid(DAY);
                told(&[b"invitations", member.as_bytes(), &day.to_be_bytes()])
            }
            Self::News { event, member, made, kind, number } => {
                let (made, number) = (made.to_be_bytes(), number.to_be_bytes());
                told(&[kind.as_bytes(), event.as_bytes(), &made, &number, member.as_bytes()])
            }
        }
    }

    fn attribute(&self) -> String {
        match self {
            Self::Invitation { event, number, .. } => format!("{event}#{number}"),
            Self::News { .. } => MAIL.to_owned(),
        }
    }

    const fn counts(&self) -> bool {
        matches!(self, Self::Invitation { .. })
    }
}

/// The key tells nobody who was mailed: an item outlives its member's account.
fn told(parts: &[&[u8]]) -> Item {
    keys::told(fingerprint(parts))
}

/// What becomes of a claim.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Claimed {
    /// The mail is the claimant's to send.
    Ours(Hold),
    /// It was sent.
    Sent,
    /// Somebody else is about to send it.
    Others,
    /// The person was invited too often today.
    TooMany,
}

/// A mail that is being sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hold {
    notice: Notice,
    value: i64,
}

/// The mails that were sent.
#[derive(Clone, Debug)]
pub struct Told(Table);

over_table!(Told, of_users);

impl Told {
    /// Claims the mail. `most` is the number of invitations that one person gets in a day; zero for any number.
    pub async fn claim(&self, notice: Notice, most: u32, now: Timestamp) -> Result<Claimed> {
        let mut random = [0; 4];
        getrandom::fill(&mut random).map_err(|error| Error::internal("getrandom", error))?;
        let value = now.as_millisecond() * RANDOM + i64::from(u32::from_be_bytes(random)) % RANDOM;
        let stale = (now.as_millisecond() - seconds(lifetime::TELLING) * 1000) * RANDOM;
        let mut change = Change::new()
            .set("#mail", number(&value))
            .set("#expires_at", number(&(now.as_second() + seconds(lifetime::TOLD))))
            .when("attribute_not_exists(#mail) OR #mail BETWEEN :first AND :stale")
            .name("#mail", notice.attribute())
            .name("#expires_at", EXPIRES_AT)
            .value(":first", number(&(SENT + 1)))
            .value(":stale", number(&stale.max(SENT + 1)));
        if notice.counts() && most > 0 {
            change = change
                .add("#count", number(&1))
                .when("attribute_not_exists(#count) OR #count < :most OR attribute_exists(#mail)")
                .name("#count", COUNT)
                .value(":most", number(&most));
        }
        let update = change
            .of(self.0.update_item(notice.key()))
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        let error = match update.send().await {
            Ok(_) => return Ok(Claimed::Ours(Hold { notice, value })),
            Err(error) if error.code() == Some("ConditionalCheckFailedException") => error,
            Err(error) => return Err(failure("UpdateItem", error)),
        };
        let Some(UpdateItemError::ConditionalCheckFailedException(failed)) = error.as_service_error() else {
            return Err(Error::internal("UpdateItem", "no reason"));
        };
        let stored = failed.item().and_then(|item| integer(item, &notice.attribute()));
        Ok(match stored {
            Some(SENT) => Claimed::Sent,
            // The answer of a first try was lost.
            Some(stored) if stored == value => Claimed::Ours(Hold { notice, value }),
            Some(_) => Claimed::Others,
            None => Claimed::TooMany,
        })
    }

    /// Marks the mail as sent.
    pub async fn mark(&self, claim: Hold) -> Result<()> {
        let change = Change::new().set("#mail", number(&SENT)).name("#mail", claim.notice.attribute());
        conditional("UpdateItem", change.of(self.0.update_item(claim.notice.key())).send().await).map(drop)
    }

    /// Gives the claim back, because the mail was not sent.
    pub async fn release(&self, claim: Hold, most: u32) -> Result<()> {
        let Hold { notice, value } = claim;
        let mut change = Change::new()
            .remove("#mail")
            .when("#mail = :own")
            .name("#mail", notice.attribute())
            .value(":own", number(&value));
        if notice.counts() && most > 0 {
            change = change.add("#count", number(&-1)).name("#count", COUNT);
        }
        conditional("UpdateItem", change.of(self.0.update_item(notice.key())).send().await).map(drop)
    }
}
