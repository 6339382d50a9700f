//! Requests to dynoxide, in the words of the wire.

use serde_json::Value;

/// The request of that JSON.
pub(super) fn request<T: serde::de::DeserializeOwned>(value: Value) -> Result<T, String> {
    serde_json::from_value(value).map_err(|error| error.to_string().replace("VALIDATION:", ""))
}
