//! What all mappings have in common.

use std::sync::Arc;
use std::time::Duration;

use shared::clock::Clock;
use tokio::sync::Notify;

use super::dead_letters::DeadLetters;

/// What a mapping has that is not its own.
#[derive(Clone)]
pub(crate) struct Common {
    /// By it records grow old. It has to be the one that stamps them.
    pub(crate) clock: Clock,
    /// Ends the functions that are running.
    pub(crate) kill: Arc<Notify>,
    /// The time before a batch is tried again for the first time.
    pub(crate) pause: Duration,
    pub(crate) dead_letters: DeadLetters,
}
