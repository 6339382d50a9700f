//! The ways in which a call can fail, and what the proxy answers then.

use http_body_util::Full;
use hyper::Response;
use hyper::body::Bytes;
use serde_json::{Value, json};

/// A way for a call to fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Throttled.
    Throttled,
    /// An internal error of the service.
    ServerError,
    /// Refused permanently. For mails only.
    Refused,
    /// No response before the client gives up.
    Timeout,
    /// The connection is closed before the call is done.
    DroppedBefore,
    /// The call is done, but the connection is closed before the response.
    DroppedAfter,
    /// Another transaction holds the same items. For transactions only.
    Conflict,
    /// The response says that the condition does not hold. For conditional writes only.
    ConditionFailed,
    /// Nothing is done, and the response says so. For batches only.
    Unprocessed,
    /// The function is killed before the call is done.
    KilledBefore,
    /// The function is killed once the call is done.
    KilledAfter,
    /// No failure: the call waits for [`Wire::release`](super::Wire::release), so that something else can happen first.
    Held,
}

impl Fault {
    /// All faults that are failures.
    pub const ALL: [Self; 11] = [
        Self::Throttled,
        Self::ServerError,
        Self::Refused,
        Self::Timeout,
        Self::DroppedBefore,
        Self::DroppedAfter,
        Self::Conflict,
        Self::ConditionFailed,
        Self::Unprocessed,
        Self::KilledBefore,
        Self::KilledAfter,
    ];

    /// Whether the fault ends the function.
    #[must_use]
    pub fn kills(self) -> bool {
        matches!(self, Self::KilledBefore | Self::KilledAfter)
    }
}

/// What the proxy does with a call.
pub(super) enum Outcome {
    Pass,
    Answer(Response<Full<Bytes>>),
    Hang,
    Hold,
    DropBefore,
    DropAfter,
    KillBefore,
    KillAfter,
}

/// What the proxy does with that call under that fault. The call passes where the fault does not apply to it.
pub(super) fn strike(fault: Fault, operation: &str, body: &[u8]) -> Outcome {
    let json: Value = serde_json::from_slice(body).unwrap_or_default();
    let is_mail = operation == "SendEmail";
    match fault {
        Fault::Throttled if is_mail => error(429, "TooManyRequestsException", &json!({})),
        Fault::Throttled => error(400, "ThrottlingException", &json!({})),
        Fault::ServerError => error(500, "InternalServerError", &json!({})),
        Fault::Refused if is_mail => error(400, "MessageRejected", &json!({})),
        Fault::Timeout => Outcome::Hang,
        Fault::Held => Outcome::Hold,
        Fault::DroppedBefore => Outcome::DropBefore,
        Fault::DroppedAfter => Outcome::DropAfter,
        Fault::KilledBefore => Outcome::KillBefore,
        Fault::KilledAfter => Outcome::KillAfter,
        Fault::Conflict | Fault::ConditionFailed if operation == "TransactWriteItems" => {
            let code = if fault == Fault::Conflict { "TransactionConflict" } else { "ConditionalCheckFailed" };
            let writes = json["TransactItems"].as_array().map_or(1, Vec::len);
            let reasons: Vec<_> =
                (0..writes).map(|write| json!({"Code": if write == 0 { code } else { "None" }})).collect();
            error(400, "TransactionCanceledException", &json!({"CancellationReasons": reasons}))
        }
        Fault::ConditionFailed if json.get("ConditionExpression").is_some() => {
            error(400, "ConditionalCheckFailedException", &json!({}))
        }
        Fault::Unprocessed if operation == "BatchGetItem" => {
            answer(200, &json!({"Responses": {}, "UnprocessedKeys": json["RequestItems"]}))
        }
        Fault::Unprocessed if operation == "BatchWriteItem" => {
            answer(200, &json!({"UnprocessedItems": json["RequestItems"]}))
        }
        Fault::Refused | Fault::Conflict | Fault::ConditionFailed | Fault::Unprocessed => Outcome::Pass,
    }
}

fn error(status: u16, code: &str, more: &Value) -> Outcome {
    let mut body =
        json!({"__type": format!("com.amazonaws.dynamodb.v20120810#{code}"), "message": "secret of the inside"});
    if let (Some(body), Some(more)) = (body.as_object_mut(), more.as_object()) {
        body.extend(more.clone());
    }
    answer(status, &body)
}

fn answer(status: u16, body: &Value) -> Outcome {
    let code = body["__type"].as_str().and_then(|code| code.rsplit('#').next()).unwrap_or("").to_owned();
    let response = Response::builder()
        .status(status)
        .header("content-type", "application/x-amz-json-1.0")
        .header("x-amzn-errortype", code)
        .body(Full::new(Bytes::from(body.to_string())));
    Outcome::Answer(response.unwrap())
}
