//! Event source mappings: hand the records of a stream to a function, in order and one batch at a time, until the function has done
//! them or they are given up.

mod answer;
mod batch;
mod common;
mod dead_letters;
mod reader;

use std::sync::Arc;
use std::time::Duration;

use shared::lambda::Consumer;
use tokio::sync::{OwnedRwLockWriteGuard, RwLock, watch};
use tokio::task::{JoinSet, spawn_blocking};

pub(crate) use self::common::Common;
pub(crate) use self::dead_letters::DeadLetters;
use self::reader::Reader;
use crate::Error;
use crate::arn::of_stream;
use crate::dynamodb::{DynamoDb, Number, Stream};
use crate::template::{Function, Table};

/// The time that a running function still has once the service ends.
const GRACE: Duration = Duration::from_secs(5);

/// A function that streams call, ready for their records.
pub(crate) struct Consuming<'a> {
    pub(crate) function: &'a Function,
    pub(crate) consumer: Consumer,
}

/// Keeps the functions of streams from being called, as long as it lives. See [`crate::LocalService::hold_streams`].
#[must_use = "streams go on when it is dropped"]
pub struct StreamsHeld(#[allow(dead_code, reason = "is held")] OwnedRwLockWriteGuard<()>);

/// The running mappings. Dropping them ends them at once.
pub(crate) struct Streams {
    /// Who calls a function reads; who wants none to be called writes.
    gate: Arc<RwLock<()>>,
    /// Each stream, and how far its reader has come.
    readers: Vec<(Stream, watch::Receiver<Option<Number>>)>,
    stop: watch::Sender<()>,
    running: JoinSet<()>,
}

impl Streams {
    /// Starts the mappings of these functions.
    pub(crate) fn start(
        dynamodb: &DynamoDb,
        tables: &[Table],
        functions: &[Consuming<'_>],
        common: &Common,
    ) -> Result<Self, Error> {
        let (stop, stopped) = watch::channel(());
        let mut streams = Self { gate: Arc::default(), readers: Vec::new(), stop, running: JoinSet::new() };
        for table in tables.iter().filter(|table| table.stream.is_some()) {
            let mappings = functions.iter().flat_map(|started| {
                let mappings = started.function.mappings.iter();
                mappings
                    .filter(|mapping| mapping.stream == of_stream(&table.name))
                    .map(move |mapping| (started, mapping))
            });
            let named = mappings
                .map(|(started, mapping)| (format!("{}.{}", started.function.id, mapping.name), started, mapping));
            let named: Vec<_> = named.collect();
            let names: Vec<_> = named.iter().map(|(name, ..)| name.clone()).collect();
            dynamodb.keep_readers(&table.name, &names)?;
            for (name, started, mapping) in named {
                let stream = dynamodb.stream(&table.name, &name);
                let position = watch::Sender::new(stream.begin().map_err(Error::Database)?);
                streams.readers.push((stream.clone(), position.subscribe()));
                let reader = Reader {
                    stream,
                    position,
                    function: started.function.id.clone(),
                    consumer: started.consumer.clone(),
                    timeout: Duration::from_secs(started.function.timeout_seconds),
                    mapping: mapping.clone(),
                    common: common.clone(),
                    gate: Arc::clone(&streams.gate),
                    written: dynamodb.written(),
                    stopped: stopped.clone(),
                };
                streams.running.spawn(reader.run());
            }
        }
        Ok(streams)
    }

    /// Waits until each record that is there now was consumed or given up.
    pub(crate) async fn settle(&self) -> Result<(), Error> {
        for (stream, position) in &self.readers {
            let stream = stream.clone();
            let last = spawn_blocking(move || stream.last()).await.map_err(|error| error.to_string());
            let last = last.and_then(|last| last).map_err(Error::Database)?;
            let ended = |_| Error::Database("the reader of a stream has ended".to_owned());
            position.clone().wait_for(|position| *position >= last).await.map_err(ended)?;
        }
        Ok(())
    }

    /// Waits until no function is running, and starts none until the result is dropped.
    pub(crate) async fn hold(&self) -> StreamsHeld {
        StreamsHeld(Arc::clone(&self.gate).write_owned().await)
    }

    /// Ends the mappings: what runs is waited for, and nothing is begun any more.
    pub(crate) async fn shutdown(self) {
        let Self { stop, mut running, .. } = self;
        drop(stop);
        let ended = async { while running.join_next().await.is_some() {} };
        if tokio::time::timeout(GRACE, ended).await.is_err() {
            running.shutdown().await;
        }
    }
}

#[cfg(test)]
mod tests;
