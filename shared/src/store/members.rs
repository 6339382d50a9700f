//! Votes and answers, each a fact on the invitee's own row.

use aws_sdk_dynamodb::types::{AttributeValue, TransactWriteItem};
use jiff::{SignedDuration, Timestamp};

use super::change::Change;
use super::event_items::member_item;
use super::failure::{conditional, written};
use super::item::{number, numbers, text};
use super::keys;
use super::table::{Part, Table, over_table};
use crate::domain::addressee::MAX_INVITEES;
use crate::domain::event::{Answer, Event, Invitee};
use crate::domain::lifetime::{self, seconds};
use crate::domain::poll::{Choice, Topic};
use crate::domain::{EventId, UserId};
use crate::error::{Error, Result};

/// DynamoDB's own limit on the writes of one transaction.
const TRANSACTION: usize = 100;

/// That an invitee is in.
const THERE: &str = "attribute_exists(event_id) AND attribute_not_exists(expires_at)";

/// The invitees of events that were sent.
#[derive(Clone, Debug)]
pub struct Members(Table);

over_table!(Members, of_events);

impl Members {
    /// Records the invitee's vote in a poll with that choice. Where the choice is any it is added to a set, so that no two votes of
    /// the same invitee at the same time come in each other's way.
    ///
    /// # Errors
    /// `NoSuchEvent` if the row is gone.
    pub async fn add_vote(&self, event: EventId, user: UserId, poll: (Topic, Choice), option: usize) -> Result<()> {
        let change = match poll.1 {
            Choice::One => Change::new().set("#fact", number(&option)),
            Choice::Any => Change::new().add("#fact", numbers([option])),
        };
        self.update(event, user, votes(poll), change).await
    }

    /// Takes back the invitee's vote in a poll with that choice.
    ///
    /// # Errors
    /// `NoSuchEvent` if the row is gone.
    pub async fn remove_vote(&self, event: EventId, user: UserId, poll: (Topic, Choice), option: usize) -> Result<()> {
        let change = match poll.1 {
            Choice::One => Change::new().remove("#fact"),
            Choice::Any => Change::new().delete("#fact", numbers([option])),
        };
        self.update(event, user, votes(poll), change).await
    }

    /// Invites these people too, in the order of the event's next round, and those members anew. `false` if another request has changed
    /// who is in, or the event is gone or another's by now; then nobody of the last part was invited.
    ///
    /// More than fit into one transaction take several, each a round of its own.
    pub async fn invite(&self, event: &Event, new: &[Invitee], again: &[Invitee], now: Timestamp) -> Result<bool> {
        let all: Vec<_> =
            new.iter().map(|invitee| (true, invitee)).chain(again.iter().map(|invitee| (false, invitee))).collect();
        let mut rounds = event.history.rounds;
        for part in all.chunks(TRANSACTION - 1) {
            let round = rounds + 1;
            // Two rounds in the same millisecond differ too.
            let invited_at = now + SignedDuration::from_millis(round.into());
            let mut writes = vec![self.next_round(event, rounds)?];
            for (index, (is_new, invitee)) in part.iter().enumerate() {
                let invitee = Invitee { invited_at, round, ..(*invitee).clone() };
                writes.push(if *is_new {
                    self.new_member(event.id, position(round, index), &invitee)?
                } else {
                    self.again(event.id, &invitee)?
                });
            }
            if !written(self.0.transact(writes).await)? {
                return Ok(false);
            }
            rounds = round;
        }
        Ok(true)
    }

    fn next_round(&self, event: &Event, rounds: u32) -> Result<TransactWriteItem> {
        let same = if rounds == 0 { "attribute_not_exists(rounds)" } else { "rounds = :rounds" };
        let update = self
            .0
            .update(keys::event(event.id))
            .update_expression("SET rounds = :next")
            .condition_expression(format!(
                "user_id = :user AND sent = :true AND attribute_not_exists(expires_at) AND {same}"
            ))
            .expression_attribute_values(":next", number(&(rounds + 1)))
            .expression_attribute_values(":user", text(&event.organiser.id))
            .expression_attribute_values(":true", AttributeValue::Bool(true));
        let update = if rounds == 0 { update } else { update.expression_attribute_values(":rounds", number(&rounds)) };
        update.part()
    }

    fn new_member(&self, event: EventId, position: usize, invitee: &Invitee) -> Result<TransactWriteItem> {
        let put = self.0.put(member_item(event, position, invitee)?);
        put.condition_expression("attribute_not_exists(event_id) OR attribute_exists(expires_at)").part()
    }

    fn again(&self, event: EventId, invitee: &Invitee) -> Result<TransactWriteItem> {
        self.0
            .update(keys::member(event, invitee.person.id))
            .update_expression("SET invited_at = :at, round = :round")
            .condition_expression(THERE)
            .expression_attribute_values(":at", number(&invitee.number()))
            .expression_attribute_values(":round", number(&invitee.round))
            .part()
    }

    /// Takes an invitee out, for the event's organiser. The row stays for a while, so that who was told of a date can be told that it
    /// is off. `false` if the invitee, the event or its organiser has changed meanwhile.
    pub async fn take_out(&self, event: &Event, user: UserId, now: Timestamp) -> Result<bool> {
        let removals = event.history.removals;
        let same = if removals == 0 { "attribute_not_exists(removals)" } else { "removals = :removals" };
        let mut count = self
            .0
            .update(keys::event(event.id))
            .update_expression("SET removals = :next")
            .condition_expression(format!(
                "user_id = :user AND sent = :true AND attribute_not_exists(expires_at) AND {same}"
            ))
            .expression_attribute_values(":next", number(&(removals + 1)))
            .expression_attribute_values(":user", text(&event.organiser.id))
            .expression_attribute_values(":true", AttributeValue::Bool(true));
        if removals > 0 {
            count = count.expression_attribute_values(":removals", number(&removals));
        }
        let mark = self
            .0
            .update(keys::member(event.id, user))
            .update_expression("SET removed = :next, expires_at = :expires_at")
            .condition_expression(THERE)
            .expression_attribute_values(":next", number(&(removals + 1)))
            .expression_attribute_values(":expires_at", number(&(now.as_second() + seconds(lifetime::TAKEN_OUT))));
        written(self.0.transact(vec![count.part()?, mark.part()?]).await)
    }

    /// Takes out an invitee who leaves; `false` if there is no such invitee any more.
    pub async fn leave(&self, event: EventId, user: UserId) -> Result<bool> {
        let delete = self.0.delete_item(keys::member(event, user)).condition_expression(THERE);
        conditional("DeleteItem", delete.send().await)
    }

    /// Records the invitee's answer.
    ///
    /// # Errors
    /// `NoSuchEvent` if the row is gone.
    pub async fn update_answer(&self, event: EventId, user: UserId, answer: Answer) -> Result<()> {
        self.update(event, user, "answer", Change::new().set("#fact", text(&answer.as_str()))).await
    }

    /// Changes one fact of an invitee, `#fact`, in a row that exists. An invitee who acts is shown by the own name from then on.
    async fn update(&self, event: EventId, user: UserId, fact: &str, change: Change) -> Result<()> {
        let change = change.remove("#alias").when(THERE).name("#alias", "alias").name("#fact", fact);
        let update = change.of(self.0.update_item(keys::member(event, user)));
        if conditional("UpdateItem", update.send().await)? { Ok(()) } else { Err(Error::NoSuchEvent) }
    }
}

/// The place in the organiser's order of one who is invited in that round, after all who were invited before.
const fn position(round: u32, index: usize) -> usize {
    MAX_INVITEES + round as usize * TRANSACTION + index
}

/// The attribute that holds a member's votes in a poll with that choice.
const fn votes((topic, choice): (Topic, Choice)) -> &'static str {
    match (topic, choice) {
        (Topic::Date, Choice::One) => "date",
        (Topic::Date, Choice::Any) => "date_votes",
        (Topic::Place, Choice::One) => "place",
        (Topic::Place, Choice::Any) => "place_votes",
    }
}
