//! A function's event of `Type: DynamoDB`, of which SAM makes an event source mapping: what reads a stream for the function.

use serde::Deserialize;
use serde_json::Value;

use super::pattern::Pattern;

/// An event source mapping.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Mapping {
    /// The event's name among those of the function.
    pub(crate) name: String,
    /// The stream's ARN.
    pub(crate) stream: String,
    /// The most records of a batch.
    pub(crate) batch_size: usize,
    /// One of these has to fit a record; all records are let through if there is none.
    pub(crate) filters: Vec<Pattern>,
    /// Whether the answer says which records failed.
    pub(crate) reports_failures: bool,
    /// Whether a batch that failed is split before it is tried again.
    pub(crate) bisects: bool,
    /// How often a batch is tried again; forever, if there is no value.
    pub(crate) retries: Option<u64>,
    /// How old a record may become, in seconds; of any age, if there is no value.
    pub(crate) max_age: Option<u64>,
    /// The ARN of the queue that is told of what was given up.
    pub(crate) queue: Option<String>,
}

/// As SAM takes it. A property that is not named here is a fault.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "PascalCase")]
struct Properties {
    stream: String,
    starting_position: StartingPosition,
    #[serde(default = "Properties::usual_batch_size")]
    batch_size: usize,
    #[serde(default)]
    filter_criteria: FilterCriteria,
    #[serde(default)]
    function_response_types: Vec<ResponseType>,
    #[serde(default)]
    bisect_batch_on_function_error: bool,
    maximum_retry_attempts: Option<i64>,
    maximum_record_age_in_seconds: Option<i64>,
    destination_config: Option<DestinationConfig>,
}

impl Properties {
    fn usual_batch_size() -> usize {
        100
    }
}

/// The others are not known here: with `LATEST`, what was written before the first start would be lost.
#[derive(Deserialize)]
enum StartingPosition {
    #[serde(rename = "TRIM_HORIZON")]
    TrimHorizon,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "PascalCase")]
struct FilterCriteria {
    filters: Vec<Filter>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "PascalCase")]
struct Filter {
    pattern: String,
}

#[derive(Deserialize)]
enum ResponseType {
    ReportBatchItemFailures,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "PascalCase")]
struct DestinationConfig {
    on_failure: OnFailure,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "PascalCase")]
struct OnFailure {
    /// Without it SAM does not let the function's role write to the queue.
    #[serde(rename = "Type")]
    _type: DestinationType,
    destination: String,
}

#[derive(Deserialize)]
enum DestinationType {
    #[serde(rename = "SQS")]
    Sqs,
}

impl Mapping {
    /// The mapping of the event of that name with these properties, which have no intrinsic functions any more.
    pub(super) fn parse(name: &str, properties: Value) -> Result<Self, String> {
        let Properties {
            stream,
            starting_position: StartingPosition::TrimHorizon,
            batch_size,
            filter_criteria: FilterCriteria { filters },
            function_response_types,
            bisect_batch_on_function_error: bisects,
            maximum_retry_attempts,
            maximum_record_age_in_seconds,
            destination_config,
        } = serde_json::from_value(properties).map_err(|error| format!(": {error}"))?;
        if !(1..=10_000).contains(&batch_size) {
            return Err(format!(".BatchSize: {batch_size} is not between 1 and 10000"));
        }
        let read = |(index, Filter { pattern }): (usize, &Filter)| {
            Pattern::parse(pattern).map_err(|fault| format!(".FilterCriteria.Filters[{index}].Pattern{fault}"))
        };
        // Lambda's -1 is no limit, as is leaving it out.
        let limit = |limit: Option<i64>| limit.and_then(|limit| u64::try_from(limit).ok());
        Ok(Self {
            name: name.to_owned(),
            stream,
            batch_size,
            filters: filters.iter().enumerate().map(read).collect::<Result<_, _>>()?,
            reports_failures: function_response_types.iter().any(|ResponseType::ReportBatchItemFailures| true),
            bisects,
            retries: limit(maximum_retry_attempts),
            max_age: limit(maximum_record_age_in_seconds),
            queue: destination_config.map(
                |DestinationConfig { on_failure: OnFailure { _type: DestinationType::Sqs, destination } }| destination,
            ),
        })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_left_out_is_as_lambda_has_it() {
        let mapping = Mapping::parse("S", json!({"Stream": "s", "StartingPosition": "TRIM_HORIZON"})).unwrap();
        let expected = Mapping {
            name: "S".into(),
            stream: "s".into(),
            batch_size: 100,
            filters: vec![],
            reports_failures: false,
            bisects: false,
            retries: None,
            max_age: None,
            queue: None,
        };
        assert_eq!(mapping, expected);
    }

    #[test]
    fn what_is_not_understood() {
        for (property, value, expected) in [
            ("StartingPosition", json!("LATEST"), ": unknown variant `LATEST`, expected `TRIM_HORIZON`"),
            ("Stream", json!(null), ": invalid type: null, expected a string"),
            ("ParallelizationFactor", json!(2), ": unknown field `ParallelizationFactor`, expected one of "),
            ("BatchSize", json!(0), ".BatchSize: 0 is not between 1 and 10000"),
            ("FunctionResponseTypes", json!(["Report"]), ": unknown variant `Report`, expected "),
            (
                "FilterCriteria",
                json!({"Filters": [{"Pattern": "{}"}]}),
                ".FilterCriteria.Filters[0].Pattern: {} is not",
            ),
            ("DestinationConfig", json!({"OnFailure": {"Destination": "q"}}), ": missing field `Type`"),
            (
                "DestinationConfig",
                json!({"OnFailure": {"Destination": "q", "Type": "SNS"}}),
                ": unknown variant `SNS`, expected `SQS`",
            ),
        ] {
            let mut properties = json!({"Stream": "s", "StartingPosition": "TRIM_HORIZON"});
            properties[property] = value;
            let fault = Mapping::parse("S", properties).unwrap_err();
            assert!(fault.starts_with(expected), "{fault}");
        }
    }
}
