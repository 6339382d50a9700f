//! Login sessions, as their user sees them.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// The device that a request comes from. It is shown to its user in the list of sessions.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Device {
    /// The network address, as API Gateway saw it.
    #[serde(default)]
    pub address: String,
    /// The client's `User-Agent`; empty without one.
    #[serde(default)]
    pub agent: String,
}

/// A session that is not over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// Its id.
    pub id: Uuid,
    /// When it was opened.
    pub created_at: Timestamp,
    /// When its refresh token was last used.
    pub last_used_at: Timestamp,
    /// The device that used it then.
    pub device: Device,
}
