//! The stream of the table of events: what the events' own rows turned into.

use serde::Deserialize;
use serde_json::Value;

use super::keys::EVENT;
use crate::domain::EventId;
use crate::domain::event::{Event, History};
use crate::domain::news::Seen;
use crate::domain::poll::Topic;
use crate::error::{Error, Result};

/// A change of an event's own row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RowChange {
    /// The event.
    pub event: EventId,
    /// The row before; none if it was made.
    pub former: Seen,
    /// The row after.
    pub now: Seen,
}

/// A record of the stream.
#[derive(Debug, PartialEq, Eq)]
pub struct StreamRecord {
    /// Where it stands in the stream.
    pub sequence_number: String,
    /// What it tells of an event's own row; none if it is of another row, or of one that is gone.
    pub change: Option<RowChange>,
}

/// The event of Lambda, of which no more is read
/// ([Using AWS Lambda with Amazon `DynamoDB`](https://docs.aws.amazon.com/lambda/latest/dg/with-ddb.html)).
#[derive(Deserialize)]
struct Payload {
    #[serde(rename = "Records")]
    records: Vec<Written>,
}

#[derive(Deserialize)]
struct Written {
    dynamodb: Stream,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Stream {
    sequence_number: String,
    keys: serde_dynamo::Item,
    #[serde(default)]
    new_image: Option<serde_dynamo::Item>,
    #[serde(default)]
    old_image: Option<serde_dynamo::Item>,
}

#[derive(Deserialize)]
struct Keys {
    event_id: EventId,
    row: String,
}

/// What is read of an image.
#[derive(Deserialize)]
struct Image {
    sent: bool,
    #[serde(default)]
    date: Option<usize>,
    #[serde(default)]
    place: Option<usize>,
    #[serde(default)]
    rounds: u32,
    #[serde(default)]
    removals: u32,
    #[serde(default)]
    decisions: u32,
    #[serde(default)]
    revision: u32,
    #[serde(default)]
    expires_at: Option<i64>,
}

impl From<Image> for Seen {
    fn from(image: Image) -> Self {
        let Image { sent, date, place, rounds, removals, decisions, revision, expires_at } = image;
        let history = History { rounds, removals, decisions, revision };
        Self { sent, deleted: expires_at.is_some(), decided: [date, place], history }
    }
}

impl Seen {
    /// The own row of that event as it is now.
    #[must_use]
    pub fn of(event: &Event, deleted: bool) -> Self {
        let decided = [Topic::Date, Topic::Place].map(|topic| event.poll(topic).chosen);
        Self { sent: event.sent, deleted, decided, history: event.history }
    }
}

/// The records of an event of Lambda, in their order.
pub fn records(payload: Value) -> Result<Vec<StreamRecord>> {
    let batch: Payload = serde_json::from_value(payload).map_err(|error| Error::internal("stream", error))?;
    batch.records.into_iter().map(|written| record(written.dynamodb)).collect()
}

fn record(Stream { sequence_number, keys, new_image, old_image }: Stream) -> Result<StreamRecord> {
    let seen = |image: serde_dynamo::Item| -> Result<Seen> { Ok(read::<Image>(image)?.into()) };
    let Keys { event_id: event, row } = read(keys)?;
    let change = match new_image.filter(|_| row == EVENT) {
        None => None,
        Some(now) => {
            let former = old_image.map(seen).transpose()?.unwrap_or_default();
            Some(RowChange { event, former, now: seen(now)? })
        }
    };
    Ok(StreamRecord { sequence_number, change })
}

fn read<T: for<'de> Deserialize<'de>>(item: serde_dynamo::Item) -> Result<T> {
    serde_dynamo::from_item(item).map_err(|error| Error::internal("stream", error))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn records_are_read_as_lambda_hands_them_over() {
        let id = "0192f0c1-2345-4abc-8def-0123456789ab";
        let keys = |row: &str| json!({"event_id": {"S": id}, "row": {"S": row}});
        let draft = json!({"event_id": {"S": id}, "row": {"S": "EVENT"}, "sent": {"BOOL": false}, "dates": {"L": []}});
        let sent = json!({
            "event_id": {"S": id}, "row": {"S": "EVENT"}, "sent": {"BOOL": true}, "date": {"N": "1"}, "rounds": {"N": "2"},
            "expires_at": {"N": "1800000000"},
        });
        let record = |number: &str, row: &str, old: &Value, new: &Value| {
            let mut stream =
                json!({"SequenceNumber": number, "Keys": keys(row), "StreamViewType": "NEW_AND_OLD_IMAGES"});
            for (name, image) in [("OldImage", old), ("NewImage", new)] {
                if !image.is_null() {
                    stream[name] = image.clone();
                }
            }
            json!({"eventID": "1", "eventName": "MODIFY", "dynamodb": stream})
        };
        let payload = json!({"Records": [
            record("1", "EVENT", &Value::Null, &draft),
            record("2", "EVENT", &draft, &sent),
            record("3", "EVENT", &sent, &Value::Null),
            record("4", "MEMBER#x", &Value::Null, &json!({"name": {"S": "Ann"}})),
        ]});
        let now = Seen {
            sent: true,
            deleted: true,
            decided: [Some(1), None],
            history: History { rounds: 2, ..History::default() },
        };
        let changes: Vec<_> = records(payload).unwrap().into_iter().map(|record| record.change).collect();
        let change = |now| Some(RowChange { event: id.parse().unwrap(), former: Seen::default(), now });
        assert_eq!(changes, [change(Seen::default()), change(now), None, None]);
    }

    #[test]
    fn what_is_no_event_of_a_stream_is_a_failure() {
        for payload in [json!({}), json!({"Records": [{}]}), json!({"Records": [{"dynamodb": {"Keys": {}}}]})] {
            assert!(records(payload.clone()).is_err(), "{payload}");
        }
    }
}
