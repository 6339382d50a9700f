//! The log: one line of JSON on standard error, which Lambda hands to CloudWatch. Nothing personal and nothing secret goes into it.

use serde_json::json;

use crate::error::{Cause, Error};

/// Logs why a request failed, if it was not the client's doing.
pub fn failure(request_id: Option<&str>, error: &Error) {
    let (level, Cause { during, what }) = match error {
        Error::Unavailable(cause) => ("WARN", cause),
        Error::Internal(cause) => ("ERROR", cause),
        _ => return,
    };
    let message = "request failed";
    eprintln!(
        "{}",
        json!({"level": level, "message": message, "request_id": request_id, "during": during, "what": what})
    );
}

/// Logs what went wrong beside the request's own outcome.
pub fn beside(message: &str, error: &Error) {
    if let Error::Unavailable(Cause { during, what }) | Error::Internal(Cause { during, what }) = error {
        eprintln!("{}", json!({"level": "ERROR", "message": message, "during": during, "what": what}));
    }
}
