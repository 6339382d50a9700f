//! A table's stream, as the embedded database keeps it.
//!
//! How far each reader has come is a tag of the table: so it lasts as long as the table, and what all readers have read is deleted
//! in the very step that says so.

use std::sync::{Mutex, OnceLock, PoisonError};

use dynoxide::Database;
use dynoxide::streams::{shard_id, stream_arn};
use rusqlite::Connection;
use serde_json::{Value, json};

use super::request::request;
use crate::arn::{self, REGION};

/// What the database lacks to keep a stream. Without the index each write reads all records there are. The last record that was
/// read stays: the number of the next one is the last one's and one more, or it is made from the clock, which tests stop.
///
/// A number is 1 and the twenty digits that are stored.
const SCHEMA: &str = "
    CREATE INDEX IF NOT EXISTS _stream_records_in_order
        ON _stream_records (table_name, CAST(sequence_number AS INTEGER));
    CREATE TRIGGER IF NOT EXISTS _stream_records_read AFTER UPDATE OF tags ON _tables BEGIN
        DELETE FROM _stream_records WHERE table_name = NEW.table_name AND CAST(sequence_number AS INTEGER) < (
            SELECT MIN(CAST(substr(json_extract(value, '$.Value'), 2) AS INTEGER))
            FROM json_each(NEW.tags) WHERE json_extract(value, '$.Key') LIKE 'read-by:%');
    END;";

/// A database in memory that every connection of the process may open.
const TEMPLATE: &str = "file:/event-messenger?vfs=memdb";

/// What a reader has read that has read nothing.
const NOTHING: &str = "0";

/// Makes the database in that file ready for streams.
pub(super) fn prepare_file(path: &str) -> Result<(), String> {
    let prepare = || Connection::open(path)?.execute_batch(SCHEMA);
    prepare().map_err(|error: rusqlite::Error| error.to_string())
}

/// Makes a database in memory ready for streams, by what it lets in: a copy of another database.
pub(super) fn prepare_memory(database: &Database) -> Result<(), String> {
    // It is gone with its last connection.
    static PREPARED: OnceLock<Mutex<Option<Database>>> = OnceLock::new();
    let mut prepared = PREPARED.get_or_init(Mutex::default).lock().unwrap_or_else(PoisonError::into_inner);
    if prepared.is_none() {
        let fresh = Database::new(TEMPLATE).map_err(|error| error.to_string())?;
        prepare_file(TEMPLATE)?;
        *prepared = Some(fresh);
    }
    database.restore_from(TEMPLATE).map_err(|error| error.to_string())
}

/// A change of an item.
#[derive(Clone, Debug)]
pub(crate) struct StreamRecord {
    /// Its place in the stream.
    pub(crate) number: Number,
    /// When it came about, in seconds since 1970.
    pub(crate) arrived: i64,
    /// As Lambda hands it to a function.
    pub(crate) event: Value,
}

/// A record's place in its stream. Those of later records are greater.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(crate) struct Number(String);

#[cfg(test)]
impl From<&str> for Number {
    fn from(number: &str) -> Self {
        Self(number.to_owned())
    }
}

impl Number {
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

/// The stream of a table, with one reader of it. All that is asked of it blocks.
#[derive(Clone)]
pub(crate) struct Stream {
    database: Database,
    table: String,
    /// What the reader is remembered by.
    tag: String,
}

impl Stream {
    /// The reader of that name, of the stream of that table.
    pub(crate) fn new(database: Database, table: &str, reader: &str) -> Self {
        Self { database, table: table.to_owned(), tag: format!("read-by:{reader}") }
    }

    /// The shard that all records are in.
    pub(crate) fn shard(&self) -> String {
        shard_id(&self.table)
    }

    /// Begins where the reader has stopped at the last time, or with the first record there is. Gives what was read before.
    pub(crate) fn begin(&self) -> Result<Option<Number>, String> {
        let tags = self.database.list_tags_of_resource(request(json!({"ResourceArn": self.arn()}))?);
        let tags = serde_json::to_value(tags.map_err(told)?).map_err(told)?;
        let mut tags = tags["Tags"].as_array().into_iter().flatten();
        match tags.find(|tag| tag["Key"] == *self.tag).and_then(|tag| tag["Value"].as_str()) {
            Some(NOTHING) => Ok(None),
            Some(number) => Ok(Some(Number(number.to_owned()))),
            // From here on nothing is deleted that this one has not read.
            None => self.remember(NOTHING).map(|()| None),
        }
    }

    /// At most so many records after that one.
    pub(crate) fn records(&self, after: Option<&Number>, limit: usize) -> Result<Vec<StreamRecord>, String> {
        let mut from = json!({
            "StreamArn": stream_arn(&self.table, ""), "ShardId": self.shard(), "ShardIteratorType": "TRIM_HORIZON",
        });
        if let Some(Number(after)) = after {
            from["ShardIteratorType"] = json!("AFTER_SEQUENCE_NUMBER");
            from["SequenceNumber"] = json!(after);
        }
        let from = self.database.get_shard_iterator(request(from)?).map_err(told)?.shard_iterator;
        let asked = request(json!({"ShardIterator": from, "Limit": limit}))?;
        let records = self.database.get_records(asked).map_err(told)?.records;
        records.into_iter().map(|record| self.record(serde_json::to_value(record).map_err(told)?)).collect()
    }

    /// The record, with what the database does not know, in the words of Lambda.
    fn record(&self, mut event: Value) -> Result<StreamRecord, String> {
        let number = event["dynamodb"]["SequenceNumber"].as_str().ok_or("a record has no number")?.to_owned();
        #[allow(clippy::cast_possible_truncation, reason = "whole seconds")]
        let arrived = event["dynamodb"]["ApproximateCreationDateTime"].as_f64().unwrap_or_default() as i64;
        event["dynamodb"]["ApproximateCreationDateTime"] = json!(arrived);
        event["awsRegion"] = json!(REGION);
        event["eventSourceARN"] = json!(arn::of_stream(&self.table));
        Ok(StreamRecord { number: Number(number), arrived, event })
    }

    /// The last record there is.
    pub(crate) fn last(&self) -> Result<Option<Number>, String> {
        let described = self.database.describe_stream(request(json!({"StreamArn": stream_arn(&self.table, "")}))?);
        let described = described.map_err(told)?.stream_description.shards.into_iter().next();
        Ok(described.and_then(|shard| shard.sequence_number_range.ending_sequence_number).map(Number))
    }

    /// Remembers that this record and all before are read.
    pub(crate) fn remember_read(&self, Number(number): &Number) -> Result<(), String> {
        self.remember(number)
    }

    fn remember(&self, number: &str) -> Result<(), String> {
        let tags = json!({"ResourceArn": self.arn(), "Tags": [{"Key": self.tag, "Value": number}]});
        self.database.tag_resource(request(tags)?).map(|_| ()).map_err(told)
    }

    fn arn(&self) -> String {
        dynoxide::streams::table_arn(&self.table)
    }
}

/// Forgets the readers that are not among these: what they have not read would be kept for ever.
pub(super) fn forget_others(database: &Database, table: &str, readers: &[String]) -> Result<(), String> {
    let arn = dynoxide::streams::table_arn(table);
    let tags = database.list_tags_of_resource(request(json!({"ResourceArn": arn}))?).map_err(told)?;
    let tags = serde_json::to_value(tags).map_err(told)?;
    let keys = tags["Tags"].as_array().into_iter().flatten().filter_map(|tag| tag["Key"].as_str());
    let is_gone =
        |key: &&str| key.strip_prefix("read-by:").is_some_and(|reader| !readers.iter().any(|one| one == reader));
    let gone: Vec<_> = keys.filter(is_gone).collect();
    if gone.is_empty() {
        return Ok(());
    }
    database.untag_resource(request(json!({"ResourceArn": arn, "TagKeys": gone}))?).map(|_| ()).map_err(told)
}

#[allow(clippy::needless_pass_by_value, reason = "maps errors")]
fn told(error: impl ToString) -> String {
    error.to_string()
}
