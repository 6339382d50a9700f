//! Login sessions as their user is told of them.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Where a request comes from.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Device {
    /// The address, as API Gateway saw it.
    #[serde(default)]
    pub address: String,
    /// What the client says that it is; empty if it says nothing.
    #[serde(default)]
    pub agent: String,
}

/// A session that is not over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionEntry {
    /// Its id.
    pub id: Uuid,
    /// When it was opened.
    pub created_at: Timestamp,
    /// When its refresh token was last used.
    pub last_used_at: Timestamp,
    /// Where that came from.
    pub device: Device,
}
