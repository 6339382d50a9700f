//! Lambda's side of a function: a stand-in for its [Runtime API](https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html)
//! on loopback, under which the compiled binaries run as they do on Lambda.

use std::collections::HashMap;
use std::io::Read;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use http_body_util::{BodyExt, Full};
use hyper::body::{Bytes, Incoming};
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::sync::{Mutex, mpsc};

/// How long a function may take by default.
const TIMEOUT: Duration = Duration::from_secs(29);

/// A process of a function that waits for events.
pub struct Function {
    child: Child,
    /// Drains the log, since a full pipe would block the process.
    log: Option<JoinHandle<String>>,
    started: Instant,
    events: mpsc::Sender<Invocation>,
    outcomes: mpsc::Receiver<Outcome>,
}

struct Invocation {
    event: String,
    deadline: SystemTime,
}

/// What a function answered to one event.
#[derive(Debug)]
pub struct Outcome {
    /// The response, or the error that the function reported instead.
    pub result: Result<Value, Value>,
    /// When it arrived.
    pub at: Instant,
}

impl Function {
    /// Starts the binary with these variables and no others.
    pub async fn start(binary: &Path, variables: &HashMap<String, String>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (events, waiting) = mpsc::channel(1);
        let (answered, outcomes) = mpsc::channel(1);
        tokio::spawn(serve(listener, Arc::new(Mutex::new(waiting)), answered));
        let name = binary.file_stem().unwrap();
        let started = Instant::now();
        let mut child = Command::new(binary)
            .env_clear()
            .envs(variables)
            .env("AWS_LAMBDA_RUNTIME_API", address.to_string())
            .env("AWS_LAMBDA_FUNCTION_NAME", name)
            .env("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST")
            .env("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "128")
            .env("AWS_LAMBDA_LOG_GROUP_NAME", "logs")
            .env("AWS_LAMBDA_LOG_STREAM_NAME", "stream")
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap_or_else(|error| panic!("{}: {error}", binary.display()));
        let mut stderr = child.stderr.take().unwrap();
        let log = std::thread::spawn(move || {
            let mut log = String::new();
            stderr.read_to_string(&mut log).map(|_| log).unwrap()
        });
        Self { child, log: Some(log), started, events, outcomes }
    }

    /// Sends an event and waits for the outcome.
    pub async fn invoke(&mut self, event: &Value) -> Outcome {
        self.invoke_within(event, TIMEOUT).await
    }

    /// The same with that much time until the deadline.
    pub async fn invoke_within(&mut self, event: &Value, time: Duration) -> Outcome {
        let deadline = SystemTime::now() + time;
        self.events.send(Invocation { event: event.to_string(), deadline }).await.unwrap();
        let outcome = tokio::time::timeout(time + Duration::from_secs(30), self.outcomes.recv()).await;
        outcome.expect("an outcome in time").expect("a function that runs")
    }

    /// When the process was started.
    pub fn started(&self) -> Instant {
        self.started
    }

    /// The CPU time that the process has used so far.
    pub fn cpu(&self) -> Duration {
        let tasks = std::fs::read_dir(format!("/proc/{}/task", self.child.id())).unwrap();
        let of_task = |task: std::io::Result<std::fs::DirEntry>| -> u64 {
            let stat = std::fs::read_to_string(task.unwrap().path().join("schedstat")).unwrap_or_default();
            stat.split_whitespace().next().and_then(|nanoseconds| nanoseconds.parse().ok()).unwrap_or_default()
        };
        Duration::from_nanos(tasks.map(of_task).sum())
    }

    /// The peak resident memory of the process, in bytes.
    pub fn peak_memory(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
        line.trim().trim_end_matches(" kB").parse::<u64>().unwrap() * 1024
    }

    /// Whether the process still runs.
    pub fn is_alive(&mut self) -> bool {
        self.child.try_wait().unwrap().is_none()
    }

    /// Ends the process and returns its log.
    pub fn stop(mut self) -> String {
        let _ = self.child.kill();
        self.log.take().unwrap().join().unwrap()
    }
}

impl Drop for Function {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

type Waiting = Arc<Mutex<mpsc::Receiver<Invocation>>>;

async fn serve(listener: TcpListener, waiting: Waiting, answered: mpsc::Sender<Outcome>) {
    while let Ok((stream, _)) = listener.accept().await {
        stream.set_nodelay(true).unwrap();
        let (waiting, answered) = (Arc::clone(&waiting), answered.clone());
        let service = hyper::service::service_fn(move |request| {
            let (waiting, answered) = (Arc::clone(&waiting), answered.clone());
            async move { answer(request, &waiting, &answered).await.ok_or("gone") }
        });
        tokio::spawn(hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), service));
    }
}

async fn answer(
    request: Request<Incoming>,
    waiting: &Waiting,
    answered: &mpsc::Sender<Outcome>,
) -> Option<Response<Full<Bytes>>> {
    let path = request.uri().path().to_owned();
    if path.ends_with("/invocation/next") {
        let invocation = waiting.lock().await.recv().await?;
        let deadline = invocation.deadline.duration_since(UNIX_EPOCH).unwrap().as_millis();
        let response = Response::builder()
            .header("lambda-runtime-aws-request-id", uuid::Uuid::new_v4().to_string())
            .header("lambda-runtime-deadline-ms", deadline.to_string())
            .header("lambda-runtime-invoked-function-arn", "arn:aws:lambda:eu-central-1:1:function:f")
            .header(
                "lambda-runtime-trace-id",
                "Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e700;Parent=9a9197af755a6419;Sampled=0",
            )
            .header("content-type", "application/json");
        return response.body(Full::new(Bytes::from(invocation.event))).ok();
    }
    let at = Instant::now();
    let body = request.into_body().collect().await.ok()?.to_bytes();
    let body = serde_json::from_slice(&body).unwrap_or_default();
    let result = if path.ends_with("/response") { Ok(body) } else { Err(body) };
    answered.send(Outcome { result, at }).await.ok()?;
    Response::builder().status(202).body(Full::default()).ok()
}
