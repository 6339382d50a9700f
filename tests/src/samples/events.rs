//! The sample events in `events/`.

use functions::ENDPOINTS;
use serde_json::{Value, json};

use crate::User;
use crate::schema::{files, json_file};

/// Their names, in order. Beside them lies `env.json`, the variables that `sam local` gives to functions.
pub fn names() -> Vec<String> {
    files("events").into_iter().filter(|name| name != "env").collect()
}

/// The function that a sample is for: its name begins with it.
pub fn function(sample: &str) -> &'static str {
    let fitting = ENDPOINTS.iter().map(|endpoint| endpoint.name).filter(|name| sample.starts_with(name));
    fitting.max_by_key(|name| name.len()).unwrap_or_else(|| panic!("{sample} is for no function"))
}

/// The sample, with the token of that user in place of the one in it.
pub fn event(sample: &str, user: Option<&User>) -> Value {
    let mut event = json_file(&format!("events/{sample}.json"));
    if let (Some(user), Some(header)) = (user, event["headers"].get_mut("authorization")) {
        *header = json!(format!("Bearer {}", user.access));
    }
    event
}
