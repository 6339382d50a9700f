//! Records that a function is called with at once, and what is said of them when they are given up.

use std::mem;

use jiff::Timestamp;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::arn;
use crate::dynamodb::StreamRecord;

/// The most octets of an event that Lambda hands to a function.
const PAYLOAD_LIMIT: usize = 6 * 1024 * 1024;

/// Some records, in order.
#[derive(Default)]
pub(super) struct Batch {
    pub(super) records: Vec<StreamRecord>,
    /// How often it was tried again. A batch that is split has this from the whole.
    pub(super) retries: u64,
    /// How often the function was called with these records.
    pub(super) calls: u64,
    /// Whether the function did not answer at all, at the last time.
    pub(super) has_thrown: bool,
}

/// Why a batch was given up.
#[derive(Clone, Copy)]
pub(super) enum GivenUp {
    RetryAttemptsExhausted,
    RecordAgeExceeded,
}

impl Batch {
    /// The records in batches, of at most so many.
    pub(super) fn of_all(all: impl IntoIterator<Item = StreamRecord>, most: usize) -> Vec<Self> {
        let (mut batches, mut records, mut size) = (Vec::new(), Vec::new(), 0);
        let batch = |records| Self { records, ..Self::default() };
        for record in all {
            let length = record.event.to_string().len();
            if records.len() == most || !records.is_empty() && size + length > PAYLOAD_LIMIT {
                batches.push(batch(mem::take(&mut records)));
                size = 0;
            }
            size += length;
            records.push(record);
        }
        if !records.is_empty() {
            batches.push(batch(records));
        }
        batches
    }

    /// Takes the first records out of it.
    pub(super) fn split_off_first(&mut self, count: usize) -> Self {
        let rest = self.records.split_off(count);
        Self { records: mem::replace(&mut self.records, rest), ..*self }
    }

    /// What Lambda tells a queue of a batch: where it is, and nothing of what is in it.
    ///
    /// See <https://docs.aws.amazon.com/lambda/latest/dg/services-dynamodb-errors.html>.
    pub(super) fn letter(
        &self,
        condition: GivenUp,
        function: &str,
        (stream, shard): (&str, &str),
        now: Timestamp,
    ) -> Value {
        let number = |record: Option<&StreamRecord>| record.map(|record| record.number.as_str().to_owned());
        let arrival = |record: Option<&StreamRecord>| Timestamp::from_second(record?.arrived).ok();
        let (first, last) = (self.records.first(), self.records.last());
        let response = (self.calls > 0).then(|| {
            let error = self.has_thrown.then_some("Unhandled");
            json!({"statusCode": 200, "executedVersion": "$LATEST", "functionError": error})
        });
        json!({
            "requestContext": {
                "requestId": Uuid::new_v4(),
                "functionArn": arn::of_function(function),
                "condition": match condition {
                    GivenUp::RetryAttemptsExhausted => "RetryAttemptsExhausted",
                    GivenUp::RecordAgeExceeded => "RecordAgeExceeded",
                },
                "approximateInvokeCount": self.calls,
            },
            "responseContext": response,
            "version": "1.0",
            "timestamp": format!("{now:.3}"),
            "DDBStreamBatchInfo": {
                "shardId": shard,
                "startSequenceNumber": number(first),
                "endSequenceNumber": number(last),
                "approximateArrivalOfFirstRecord": arrival(first),
                "approximateArrivalOfLastRecord": arrival(last),
                "batchSize": self.records.len(),
                "streamArn": stream,
            },
        })
    }
}
