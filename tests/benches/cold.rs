//! Cold starts: every function, from the start of its process to its first response, against the floor.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use tests::runtime::Function;
use tests::wire::Wire;
use uuid::Uuid;

use crate::peer;
use crate::stage::{Stage, binary, deploy, sizes};
use crate::table::{median, print};

const ROUNDS: usize = 60;

/// The number of starts of the floor in a round.
const FLOORS: usize = 4;

/// A binary under measurement, and its figures.
struct Subject {
    name: &'static str,
    binary: PathBuf,
    /// As it is and zipped, in bytes.
    sizes: (usize, usize),
    /// The function whose request and environment it is given.
    function: &'static str,
    /// The calls to DynamoDB and SES.
    calls: usize,
    starts: Vec<Start>,
}

struct Start {
    milliseconds: f64,
    cpu: f64,
    memory: f64,
}

impl Start {
    async fn measure(binary: &Path, environment: &HashMap<String, String>, event: &Value) -> Self {
        let mut function = Function::start(binary, environment).await;
        let outcome = function.invoke(event).await;
        let (cpu, memory) = (function.cpu(), function.peak_memory());
        let response = outcome.result.unwrap_or_else(|error| panic!("{}: {error}", binary.display()));
        let succeeded = matches!(response["statusCode"].as_u64(), Some(200..300));
        assert!(succeeded, "{}: {response}", binary.display());
        Self {
            milliseconds: (outcome.at - function.started()).as_secs_f64() * 1e3,
            cpu: cpu.as_secs_f64() * 1e3,
            memory: memory as f64 / 1e6,
        }
    }
}

impl Subject {
    fn new(name: &'static str, function: &'static str) -> Self {
        Self::of(name, binary(name), sizes(&binary(name)), function)
    }

    fn of(name: &'static str, binary: PathBuf, sizes: (usize, usize), function: &'static str) -> Self {
        Self { name, binary, sizes, function, calls: 0, starts: Vec::new() }
    }

    fn median(&self, figure: fn(&Start) -> f64) -> f64 {
        median(self.starts.iter().map(figure).collect())
    }

    fn row(&self, floor: &Self) -> Vec<Value> {
        let cpu = self.median(|start| start.cpu);
        vec![
            json!(self.name),
            json!(self.calls),
            json!(self.median(|start| start.milliseconds)),
            json!(cpu),
            json!(cpu / floor.median(|start| start.cpu)),
            json!(self.median(|start| start.memory)),
            json!(self.sizes.0 as f64 / 1e6),
            json!(self.sizes.1 as f64 / 1e6),
        ]
    }
}

pub(crate) async fn run(functions: &[&'static str]) {
    let stage = Stage::set().await;
    stage.warm_up().await;
    let wire = Wire::start().await;
    wire.connect(stage.service.local.dynamodb_url(), stage.service.local.ses_url());
    let mut floor = Subject::new("floor", "get-event");
    let mut subjects: Vec<_> = functions.iter().map(|name| Subject::new(name, name)).collect();
    subjects.extend(peer::build().map(|script| {
        let sizes = peer::sizes(&script);
        Subject::of("Node.js (vote)", script, sizes, "vote")
    }));
    let floor_event = stage.request(floor.function);
    for subject in &mut subjects {
        // The first start fills the caches and counts the calls. Its time is not used.
        let mut environment = stage.environment(subject.function);
        for service in ["AWS_ENDPOINT_URL_DYNAMODB", "AWS_ENDPOINT_URL_SESV2"] {
            environment.insert(service.to_owned(), wire.url().to_owned());
        }
        wire.plan(None);
        Start::measure(&subject.binary, &environment, &stage.fresh_request(subject.function).await).await;
        subject.calls = wire.calls().len();
    }
    for _ in 0..ROUNDS {
        for name in functions.iter().chain(&["floor"]) {
            deploy(name);
        }
        // All requests are made before the first start, since making them evicts the caches. The order is random, since the caches depend
        // on what ran before.
        let mut starts: Vec<_> = (0..FLOORS).map(|_| (None, floor_event.clone())).collect();
        for (index, subject) in subjects.iter().enumerate() {
            starts.push((Some(index), stage.fresh_request(subject.function).await));
        }
        starts.sort_by_cached_key(|_| Uuid::new_v4());
        for (index, event) in starts {
            let subject = index.map_or(&mut floor, |index| &mut subjects[index]);
            let environment = stage.environment(subject.function);
            subject.starts.push(Start::measure(&subject.binary, &environment, &event).await);
        }
    }
    let rows: Vec<_> = std::iter::once(&floor).chain(&subjects).map(|subject| subject.row(&floor)).collect();
    print(
        "cold",
        "Cold start to the first response, 2xx with all calls that takes, TLS included: medians of 60 rounds in random order",
        &["function", "calls", "ms", "CPU ms", "× floor", "RSS MB", "binary MB", "zip MB"],
        &rows,
    );
}
