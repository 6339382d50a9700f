//! What the queues of the template would hold: of each batch that was given up, where it lies in its stream.

use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde_json::Value;

use crate::Error;
use crate::data::{Folder, Lines};

/// The dead letters. Every clone is the same.
#[derive(Clone, Default)]
pub(crate) struct DeadLetters(Arc<Mutex<Letters>>);

#[derive(Default)]
struct Letters {
    letters: Vec<Value>,
    file: Lines,
}

impl DeadLetters {
    /// Those of the folder, which keeps those to come.
    pub(crate) fn in_folder(folder: &Folder) -> Result<Self, Error> {
        let (letters, file) = Lines::open(folder, "dead-letters.jsonl")?;
        Ok(Self(Arc::new(Mutex::new(Letters { letters, file }))))
    }

    /// Oldest first.
    pub(crate) fn all(&self) -> Vec<Value> {
        self.lock().letters.clone()
    }

    pub(super) fn add(&self, letter: Value) -> io::Result<()> {
        let mut inner = self.lock();
        inner.file.add(&letter)?;
        inner.letters.push(letter);
        Ok(())
    }

    /// Throws all away.
    pub(crate) fn clear(&self) -> io::Result<()> {
        let mut inner = self.lock();
        inner.letters.clear();
        inner.file.clear()
    }

    /// A panic while the lock was held leaves letters that still are some.
    fn lock(&self) -> MutexGuard<'_, Letters> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
