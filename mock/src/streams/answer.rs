//! What Lambda makes of a function's answer to a batch of records.

use serde::Deserialize;
use serde_json::Value;

use crate::dynamodb::StreamRecord;

/// What became of a batch.
#[derive(Debug, PartialEq)]
pub(super) enum Outcome {
    /// All is done.
    Done,
    /// From the record at this place on all is to be done again.
    DoneUpTo(usize),
    /// Nothing counts as done.
    Failed,
}

/// As far as Lambda reads it. More may stand in it.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct BatchAnswer {
    batch_item_failures: Option<Vec<BatchFailure>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct BatchFailure {
    item_identifier: Option<String>,
}

/// Reads the answer of a function that reports which records failed. What names no record of the batch makes all of it fail, as does
/// what is no such answer.
///
/// See <https://docs.aws.amazon.com/lambda/latest/dg/services-ddb-batchfailurereporting.html>.
pub(super) fn read(answer: Value, batch: &[StreamRecord]) -> Outcome {
    let Ok(answer) = serde_json::from_value::<Option<BatchAnswer>>(answer) else { return Outcome::Failed };
    let failures = answer.and_then(|answer| answer.batch_item_failures).unwrap_or_default();
    let place = |BatchFailure { item_identifier }: BatchFailure| {
        let number = item_identifier?;
        batch.iter().position(|record| record.number.as_str() == number)
    };
    match failures.into_iter().map(place).collect::<Option<Vec<_>>>() {
        None => Outcome::Failed,
        Some(places) => places.into_iter().min().map_or(Outcome::Done, Outcome::DoneUpTo),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::dynamodb::Number;

    #[test]
    fn answers() {
        let record = |number: &str| StreamRecord { number: Number::from(number), arrived: 0, event: Value::Null };
        let batch = ["1", "2", "3"].map(record);
        for (answer, expected) in [
            (json!(null), Outcome::Done),
            (json!({}), Outcome::Done),
            (json!({"batchItemFailures": null}), Outcome::Done),
            (json!({"batchItemFailures": []}), Outcome::Done),
            (json!({"batchItemFailures": [{"itemIdentifier": "3"}, {"itemIdentifier": "2"}]}), Outcome::DoneUpTo(1)),
            (json!({"batchItemFailures": [{"itemIdentifier": "1"}]}), Outcome::DoneUpTo(0)),
            (json!({"batchItemFailures": [{"itemIdentifier": ""}]}), Outcome::Failed),
            (json!({"batchItemFailures": [{"itemIdentifier": null}]}), Outcome::Failed),
            (json!({"batchItemFailures": [{"itemIdentifier": "4"}]}), Outcome::Failed),
            (json!({"batchItemFailures": [{"itemIdentifier": "2"}, {"itemIdentifier": "4"}]}), Outcome::Failed),
            (json!({"batchItemFailures": [{"identifier": "2"}]}), Outcome::Failed),
            (json!({"batchItemFailures": "2"}), Outcome::Failed),
            (json!("done"), Outcome::Failed),
        ] {
            assert_eq!(read(answer.clone(), &batch), expected, "{answer}");
        }
    }
}
