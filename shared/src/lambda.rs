//! How a function is started, on Lambda and in the local service alike.

use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use lambda_http::{Body, BoxFuture, IntoResponse, RequestExt, Response};
use lambda_runtime::LambdaEvent;
use serde_json::Value;

use crate::clock::Clock;
use crate::config::{ConfigError, Env, FromEnv};
use crate::domain::{EventId, UserId};
use crate::error::{Error, Result};
use crate::http::{Reply, Request};
use crate::log::{Journal, Log, Mailed};

/// A started function: takes a request, gives the response, and never fails but by panicking.
pub type Handler = Arc<dyn Fn(lambda_http::Request) -> BoxFuture<'static, Response<Body>> + Send + Sync>;

/// Kept back from the deadline to send the 503.
const ANSWERING: Duration = Duration::from_millis(300);

/// The reason why a function ends.
pub type Failure = lambda_runtime::Error;

/// Builds a function's parts from the environment.
pub type Start = fn(&Env, Clock, Log) -> Result<Handler, ConfigError>;

/// A function as the local service and the tests start it.
#[derive(Clone, Copy, Debug)]
pub struct Endpoint {
    /// The name of its binary, as in `template.yaml`'s `BuildProperties`.
    pub name: &'static str,
    /// Builds its parts from the environment.
    pub start: Start,
}

/// A started function that no request calls but a stream: takes the event as Lambda hands it over, gives the answer that Lambda reads.
/// Where it fails, Lambda comes again with the whole batch.
pub type Consumer = Arc<dyn Fn(Value) -> BoxFuture<'static, Result<Value>> + Send + Sync>;

/// Builds a consumer's parts from the environment.
pub type StartConsumer = fn(&Env, Clock, Log) -> Result<Consumer, ConfigError>;

/// A function of a stream, as the local service and the tests start it.
#[derive(Clone, Copy, Debug)]
pub struct StreamEndpoint {
    /// The name of its binary, as in `template.yaml`'s `BuildProperties`.
    pub name: &'static str,
    /// Builds its parts from the environment.
    pub start: StartConsumer,
}

/// Builds the parts that `handle` works with, and makes it a [`Handler`].
///
/// # Errors
/// Names the variable of the environment that is missing or wrong.
pub fn start<P, F, R>(handle: F, env: &Env, clock: Clock, log: Log) -> Result<Handler, ConfigError>
where
    P: FromEnv + Clone + Send + Sync + 'static,
    F: Fn(Request, P) -> R + Send + Sync + 'static,
    R: Future<Output = Result<Reply>> + Send + 'static,
{
    let parts = P::from_env(env)?;
    let log = log.with_metrics(env.get("METRICS_NAMESPACE"));
    let cold = AtomicBool::new(true);
    Ok(Arc::new(move |request| {
        let (started, cold) = (Instant::now(), cold.swap(false, Ordering::Relaxed));
        let left = time_left(&request, &clock);
        let request = Request::new(request, &clock, &log);
        let request_log = request.log();
        let reply = handle(request, parts.clone());
        Box::pin(async move {
            let (reply, error) = match in_time(reply, left).await {
                Ok(reply) => (reply, None),
                Err(error) => (Reply::from(&error), Some(error)),
            };
            let response = reply.into_response(request_log.request_id.as_deref());
            request_log.answered(response.status().as_u16(), error.as_ref(), started.elapsed(), cold);
            response
        })
    }))
}

/// The time until the deadline that Lambda has set, less what the answer takes; none where there is no deadline. One that has passed
/// before the event is looked at is none: with every event, `cargo lambda watch` names ten minutes after 1970.
fn time_left(request: &lambda_http::Request, clock: &Clock) -> Option<Duration> {
    let now = u64::try_from(clock.now().as_millisecond()).unwrap_or_default();
    let deadline = request.lambda_context_ref().map(|context| context.deadline).filter(|deadline| *deadline > now)?;
    Some(Duration::from_millis(deadline - now).saturating_sub(ANSWERING))
}

/// The result of `reply`, or a 503 when the time is over. A handler can be cut off anywhere, as Lambda would do it.
async fn in_time(reply: impl Future<Output = Result<Reply>>, left: Option<Duration>) -> Result<Reply> {
    match left {
        Some(left) => tokio::time::timeout(left, reply)
            .await
            .unwrap_or_else(|_| Err(Error::unavailable("invocation", "out of time"))),
        None => reply.await,
    }
}

/// Serves an endpoint on Lambda until the process is ended: the whole of a function's `main`.
///
/// Not generic: so the runtime is compiled here, once, and not in every binary.
///
/// # Errors
/// When the function cannot start.
pub fn serve(start: Start) -> Result<(), Failure> {
    let handler = start(&Env::process(), Clock::system(), Log::stderr())?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(lambda_http::run(lambda_http::service_fn(move |request| {
        let response = handler(request);
        async move { Ok::<_, std::convert::Infallible>(Ready(response.await)) }
    })))
}

/// What Lambda hands to a function of a stream, with the time and the log.
#[derive(Debug)]
pub struct Batch {
    /// The event as Lambda has it.
    pub payload: Value,
    clock: Clock,
    journal: Journal,
}

impl Batch {
    /// The present time.
    #[must_use]
    pub fn now(&self) -> jiff::Timestamp {
        self.clock.now()
    }

    /// Logs what went wrong, and is done another time.
    pub fn trouble(&self, message: &str, error: &Error) {
        self.journal.trouble(message, error);
    }

    /// Logs what became of a mail to a member of an event.
    pub fn mailed(&self, event: EventId, member: UserId, what: &str, how: Mailed) {
        self.journal.mailed(event, member, what, how);
    }
}

/// Builds the parts that `handle` works with, and makes it a [`Consumer`].
///
/// # Errors
/// Names the variable of the environment that is missing or wrong.
pub fn start_consumer<P, F, R>(handle: F, env: &Env, clock: Clock, log: Log) -> Result<Consumer, ConfigError>
where
    P: FromEnv + Clone + Send + Sync + 'static,
    F: Fn(Batch, P) -> R + Send + Sync + 'static,
    R: Future<Output = Result<Value>> + Send + 'static,
{
    let parts = P::from_env(env)?;
    let log = log.with_metrics(env.get("METRICS_NAMESPACE"));
    Ok(Arc::new(move |payload| {
        let journal = Journal::new(&log, &clock);
        let batch = Batch { payload, clock: clock.clone(), journal: journal.clone() };
        let answer = handle(batch, parts.clone());
        Box::pin(async move {
            let answer = answer.await;
            if let Err(error) = &answer {
                journal.trouble("a batch of the stream is yet to be done", error);
            }
            answer
        })
    }))
}

/// Serves a function of a stream on Lambda until the process is ended: the whole of its `main`.
///
/// # Errors
/// When the function cannot start.
pub fn serve_stream(start: StartConsumer) -> Result<(), Failure> {
    let consumer = start(&Env::process(), Clock::system(), Log::stderr())?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(lambda_runtime::run(lambda_runtime::service_fn(move |event: LambdaEvent<Value>| {
        let answer = consumer(event.payload);
        // The log has the cause already; Lambda needs to know no more than that it failed.
        async move { answer.await.map_err(|error| error.outcome()) }
    })))
}

/// A response whose body is what API Gateway takes. What `lambda_http` does with other bodies, and all the encodings of text that
/// it knows, stay out of the binary.
struct Ready(Response<Body>);

impl IntoResponse for Ready {
    fn into_response(self) -> BoxFuture<'static, Response<Body>> {
        Box::pin(std::future::ready(self.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::Timestamp;
    use lambda_http::Context;

    #[test]
    fn a_deadline_that_is_over_is_none() {
        const NOW: u64 = 1_768_110_752_000;
        let clock = Clock::new(|| Timestamp::from_millisecond(NOW.cast_signed()).unwrap());
        let cases = [
            (0, None),
            (600_000, None),
            (NOW, None),
            (NOW + 100, Some(Duration::ZERO)),
            (NOW + 29_000, Some(Duration::from_millis(28_700))),
        ];
        for (deadline, left) in cases {
            let mut context = Context::default();
            context.deadline = deadline;
            let request = lambda_http::Request::default().with_lambda_context(context);
            assert_eq!(time_left(&request, &clock), left, "{deadline}");
        }
    }
}
