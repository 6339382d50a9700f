//! One mapping: reads its stream, calls its function, tries again, gives up.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use shared::lambda::Consumer;
use tokio::sync::{RwLock, watch};
use tokio::task::{JoinSet, spawn_blocking};

use super::answer::{self, Outcome};
use super::batch::{Batch, GivenUp};
use super::common::Common;
use crate::dynamodb::{Number, Stream, StreamRecord};
use crate::server::dropped;
use crate::tell;
use crate::template::Mapping;

/// How often a stream is looked at that nobody says anything of.
const POLL: Duration = Duration::from_secs(1);

/// The most records that are read at a time, as by `GetRecords`.
const PAGE: usize = 1_000;

/// A pause between two attempts becomes so many times the first one, and no longer.
const LONGEST_PAUSE: u32 = 40;

/// So many records that concern nobody are passed over before it is written down: what for, it can be done again.
const WRITTEN_DOWN_AFTER: usize = 200;

/// The service ends.
struct Stopped;

/// Reads a stream for a function.
pub(super) struct Reader {
    pub(super) stream: Stream,
    /// The last record that was done, given up or passed over.
    pub(super) position: watch::Sender<Option<Number>>,
    /// The function's name in the template.
    pub(super) function: String,
    pub(super) consumer: Consumer,
    pub(super) timeout: Duration,
    pub(super) mapping: Mapping,
    pub(super) common: Common,
    pub(super) gate: Arc<RwLock<()>>,
    /// Changes when something may have been written.
    pub(super) written: watch::Receiver<()>,
    pub(super) stopped: watch::Receiver<()>,
}

impl Reader {
    /// Reads until the service ends.
    pub(super) async fn run(mut self) {
        let mut passed_over = 0;
        while let Ok(is_all) = self.turn(&mut passed_over).await {
            if is_all && self.wait().await.is_err() {
                return;
            }
        }
    }

    /// Waits until there may be something new.
    async fn wait(&mut self) -> Result<(), Stopped> {
        let mut written = self.written.clone();
        let waited = tokio::time::timeout(POLL, written.changed());
        // Who could tell of something new may be gone: then it is the poll that finds it.
        if let Ok(Err(_)) = self.unless_stopped(waited).await? {
            self.unless_stopped(tokio::time::sleep(POLL)).await?;
        }
        Ok(())
    }

    /// Reads and hands over what there is, at most a page of it. Gives whether that was all.
    async fn turn(&mut self, passed_over: &mut usize) -> Result<bool, Stopped> {
        // What is written while functions are held is read, and made batches of, only then.
        let gate = Arc::clone(&self.gate);
        let reading = self.unless_stopped(gate.read_owned()).await?;
        // Before it is read: what is written from here on is looked for again.
        self.written.mark_unchanged();
        let (stream, position) = (self.stream.clone(), self.position.borrow().clone());
        let page = self.blocking(move || stream.records(position.as_ref(), PAGE)).await.unwrap_or_default();
        drop(reading);
        let is_all = page.len() < PAGE;
        let last = page.last().map(|record| record.number.clone());
        let (shown, others): (Vec<_>, Vec<_>) = page.into_iter().partition(|record| self.lets_through(&record.event));
        *passed_over += others.len();
        for batch in Batch::of_all(shown, self.mapping.batch_size) {
            self.deliver(batch).await?;
            *passed_over = 0;
        }
        if let Some(last) = last {
            self.position.send_replace(Some(last.clone()));
            if *passed_over >= WRITTEN_DOWN_AFTER {
                self.write_down(last).await;
                *passed_over = 0;
            }
        }
        Ok(is_all)
    }

    /// Whether it is a change, which for `DynamoDB` the same item once more is not, and one that the function wants to see.
    fn lets_through(&self, event: &Value) -> bool {
        let [old, new] = ["OldImage", "NewImage"].map(|image| event["dynamodb"].get(image));
        let is_change = event["eventName"] != "MODIFY" || old.is_none() || old != new;
        let filters = &self.mapping.filters;
        is_change && (filters.is_empty() || filters.iter().any(|filter| filter.fits(event)))
    }

    /// Hands the batch over, in parts if need be, until each record is done or given up.
    async fn deliver(&mut self, batch: Batch) -> Result<(), Stopped> {
        let mut parts = VecDeque::from([batch]);
        while let Some(part) = parts.pop_front() {
            for rest in self.attempt(part).await?.into_iter().rev() {
                parts.push_front(rest);
            }
        }
        Ok(())
    }

    /// Calls the function once. Gives what is still to be done, in order.
    async fn attempt(&mut self, mut batch: Batch) -> Result<Vec<Batch>, Stopped> {
        let gate = Arc::clone(&self.gate);
        let running = self.unless_stopped(gate.read_owned()).await?;
        let old = batch.records.iter().take_while(|record| self.is_too_old(record)).count();
        self.give_up(&batch.split_off_first(old), GivenUp::RecordAgeExceeded).await;
        if batch.records.is_empty() {
            return Ok(Vec::new());
        }
        batch.calls += 1;
        let called = self.call(&batch.records).await;
        batch.has_thrown = called.is_err();
        let fault = called.as_ref().err().map_or("did not do all of it", String::as_str).to_owned();
        let outcome = match called {
            Ok(answer) if self.mapping.reports_failures => answer::read(answer, &batch.records),
            Ok(_) => Outcome::Done,
            Err(_) => Outcome::Failed,
        };
        let done = match outcome {
            Outcome::Done => batch.records.len(),
            Outcome::DoneUpTo(place) => place,
            Outcome::Failed => 0,
        };
        if let Some(last) = batch.split_off_first(done).records.pop() {
            self.pass(last.number).await;
        }
        let left = batch.records.len();
        if left == 0 {
            return Ok(Vec::new());
        }
        tell(format_args!("the function {} {fault}: {left} of its records are left", self.function));
        let retries = u32::try_from(batch.retries).unwrap_or(u32::MAX);
        let parts = self.again(batch, &outcome).await;
        drop(running);
        if !parts.is_empty() {
            let pause = self.common.pause * 2_u32.saturating_pow(retries).min(LONGEST_PAUSE);
            self.unless_stopped(tokio::time::sleep(pause)).await?;
        }
        Ok(parts)
    }

    /// What is to be tried again of a batch of which something is left: its halves, all of it, or nothing.
    async fn again(&self, mut batch: Batch, outcome: &Outcome) -> Vec<Batch> {
        let left = batch.records.len();
        if *outcome == Outcome::Failed && self.mapping.bisects && left > 1 {
            return vec![batch.split_off_first(left.div_ceil(2)), batch];
        }
        if self.mapping.retries.is_some_and(|retries| batch.retries >= retries) {
            self.give_up(&batch, GivenUp::RetryAttemptsExhausted).await;
            return Vec::new();
        }
        batch.retries += 1;
        vec![batch]
    }

    /// Calls the function with these records.
    ///
    /// # Errors
    /// What it did instead of answering.
    async fn call(&self, records: &[StreamRecord]) -> Result<Value, String> {
        let events: Vec<_> = records.iter().map(|record| &record.event).collect();
        // From here on, so that what kills the function in its first moment is not missed.
        let killed = self.common.kill.notified();
        // In a task of its own: a panic stays there, and it ends when it is dropped.
        let mut task = JoinSet::new();
        let (consumer, event) = (self.consumer.clone(), json!({"Records": events}));
        task.spawn(async move { consumer(event).await });
        let ended = tokio::select! {
            ended = task.join_next() => ended,
            () = tokio::time::sleep(self.timeout) => {
                task.shutdown().await;
                return Err("took too long".into());
            }
            () = killed => {
                task.shutdown().await;
                return Err("was killed".into());
            }
        };
        match ended {
            Some(Ok(Ok(answer))) => Ok(answer),
            Some(Ok(Err(error))) => Err(format!("failed ({})", error.outcome())),
            Some(Err(_)) | None => Err("panicked".into()),
        }
    }

    fn is_too_old(&self, record: &StreamRecord) -> bool {
        let age = self.common.clock.now().as_second().saturating_sub(record.arrived);
        self.mapping.max_age.is_some_and(|most| u64::try_from(age).unwrap_or_default() > most)
    }

    /// Sends word of the batch, if anything is in it, to where the mapping's dead letters go.
    async fn give_up(&self, batch: &Batch, condition: GivenUp) {
        let Some(last) = batch.records.last() else { return };
        let of = batch.records.len();
        tell(format_args!("the function {} has not done {of} of its records, which are given up", self.function));
        if self.mapping.queue.is_some() {
            let (shard, now) = (self.stream.shard(), self.common.clock.now());
            let letter = batch.letter(condition, &self.function, (&self.mapping.stream, &shard), now);
            if let Err(error) = self.common.dead_letters.add(letter) {
                tell(format_args!("a dead letter cannot be written: {error}"));
            }
        }
        self.pass(last.number.clone()).await;
    }

    /// Goes on behind that record, also after a restart.
    async fn pass(&self, number: Number) {
        self.write_down(number.clone()).await;
        self.position.send_replace(Some(number));
    }

    async fn write_down(&self, number: Number) {
        let stream = self.stream.clone();
        self.blocking(move || stream.remember_read(&number)).await;
    }

    /// Asks something of the database, whose failure is told: the stream is looked at again anyway.
    async fn blocking<T: Send + 'static>(&self, ask: impl FnOnce() -> Result<T, String> + Send + 'static) -> Option<T> {
        let asked = spawn_blocking(ask).await.map_err(|error| error.to_string());
        match asked.and_then(|asked| asked) {
            Ok(answer) => Some(answer),
            Err(fault) => {
                tell(format_args!("the stream for {} cannot be read: {fault}", self.function));
                None
            }
        }
    }

    /// Waits for it, unless the service ends first.
    async fn unless_stopped<T>(&self, wait: impl Future<Output = T>) -> Result<T, Stopped> {
        tokio::select! {
            biased;
            () = dropped(self.stopped.clone()) => Err(Stopped),
            waited = wait => Ok(waited),
        }
    }
}
