//! The organiser of an event, who hands it over to another member.

use aws_sdk_dynamodb::types::{AttributeValue, TransactWriteItem};
use jiff::Timestamp;

use super::event_items::MemberRow;
use super::failure::written;
use super::item::{Item, from_item, text, to_item};
use super::keys;
use super::table::{Part, Table, over_table};
use crate::domain::event::{Answer, Event, Invitee};
use crate::domain::{EventId, UserId};
use crate::error::Result;

/// The organisers of events that were sent.
#[derive(Clone, Debug)]
pub struct Organisers(Table);

over_table!(Organisers, of_events);

impl Organisers {
    /// Hands the event over: the two change places, and the former organiser has answered yes. `false` if the event is not this
    /// organiser's any more, or the member has left, declined or changed at that moment.
    pub async fn hand_over(&self, event: &Event, to: UserId, now: Timestamp) -> Result<bool> {
        let Some(place) = self.0.get(keys::member(event.id, to)).await? else { return Ok(false) };
        let successor: MemberRow = from_item(place)?;
        // The round is one that nobody is mailed for: who organised the event knows of it.
        let former = MemberRow::new(event.id, &event.organiser, successor.position, successor.listed_at);
        let former = MemberRow { answer: Some(Answer::Yes), ..former.invited(0, now) };
        let put = self.0.put(to_item(former)?).condition_expression("attribute_not_exists(event_id)");
        self.pass_on(event, successor, Some(put.part()?)).await
    }

    /// Passes the event on to that member, whose row goes, with the votes. Everything is written, with the further write, or nothing.
    /// `false` if either of the two has changed.
    pub(super) async fn pass_on(
        &self,
        event: &Event,
        successor: MemberRow,
        more: Option<TransactWriteItem>,
    ) -> Result<bool> {
        let answer = successor.answer;
        let invitee = Invitee::try_from(successor)?;
        if !invitee.may_organise() {
            return Ok(false);
        }
        let next = invitee.person;
        let update = self
            .0
            .update(keys::event(event.id))
            .update_expression(match next.username {
                Some(_) => "SET user_id = :next, user_name = :next_name, username = :username",
                None => "SET user_id = :next, user_name = :next_name REMOVE username",
            })
            .set_expression_attribute_values(
                next.username.as_ref().map(|name| Item::from([(":username".to_owned(), text(name))])),
            )
            .condition_expression(
                "user_id = :user AND user_name = :name AND sent = :true AND attribute_not_exists(expires_at)",
            )
            .expression_attribute_values(":next", text(&next.id))
            .expression_attribute_values(":next_name", text(&next.name))
            .expression_attribute_values(":user", text(&event.organiser.id))
            .expression_attribute_values(":name", text(&event.organiser.name))
            .expression_attribute_values(":true", AttributeValue::Bool(true));
        let mut writes = vec![update.part()?, self.vacate(event.id, next.id, &next.name, answer)?];
        writes.extend(more);
        written(self.0.transact(writes).await)
    }

    /// Removes the row of a member who becomes the organiser, if name and answer are still these, and the member is in.
    fn vacate(&self, event: EventId, user: UserId, name: &str, answer: Option<Answer>) -> Result<TransactWriteItem> {
        let same = if answer.is_some() { "answer = :answer" } else { "attribute_not_exists(answer)" };
        let mut delete = self
            .0
            .delete(keys::member(event, user))
            .condition_expression(format!("#name = :name AND {same} AND attribute_not_exists(expires_at)"))
            .expression_attribute_names("#name", "name")
            .expression_attribute_values(":name", text(&name));
        if let Some(answer) = answer {
            delete = delete.expression_attribute_values(":answer", text(&answer.as_str()));
        }
        delete.part()
    }
}
