//! Warm requests: CPU and throughput of one process, ours against the peer.

use std::time::Instant;

use serde_json::json;
use tests::runtime::Function;

use crate::peer;
use crate::stage::{Stage, binary};
use crate::table::{median, print};

/// Requests before the measurement, for the peer's compiler.
const WARM_UP: usize = 200;

/// Requests in one measurement.
const REQUESTS: usize = 500;

/// The number of interleaved measurements of each.
const ROUNDS: usize = 5;

pub(crate) async fn run() {
    let stage = Stage::set().await;
    let mut subjects = Vec::new();
    for name in ["vote", "get-event", "login"] {
        let function = Function::start(&binary(name), &stage.environment(name)).await;
        subjects.push((name.to_owned(), stage.request(name), function, if name == "login" { 40 } else { REQUESTS }));
    }
    if let Some(script) = peer::build() {
        let function = Function::start(&script, &stage.environment("vote")).await;
        subjects.push(("Node.js (vote)".to_owned(), stage.request("vote"), function, REQUESTS));
    }
    let mut figures = vec![(Vec::new(), Vec::new()); subjects.len()];
    for (_, event, function, requests) in &mut subjects {
        for _ in 0..WARM_UP.min(*requests) {
            assert_eq!(function.invoke(event).await.result.unwrap()["statusCode"], 200);
        }
    }
    for _ in 0..ROUNDS {
        for ((_, event, function, requests), (cpu, rate)) in subjects.iter_mut().zip(&mut figures) {
            let (before, started) = (function.cpu(), Instant::now());
            for _ in 0..*requests {
                assert_eq!(function.invoke(event).await.result.unwrap()["statusCode"], 200);
            }
            cpu.push(function.cpu().saturating_sub(before).as_secs_f64() * 1e3 / *requests as f64);
            rate.push(*requests as f64 / started.elapsed().as_secs_f64());
        }
    }
    let rows: Vec<_> = subjects
        .iter()
        .zip(figures)
        .map(|((name, _, function, _), (cpu, rate))| {
            let memory = function.peak_memory() as f64 / 1e6;
            vec![json!(name), json!(median(cpu)), json!(median(rate)), json!(memory)]
        })
        .collect();
    print(
        "warm",
        "Warm requests, one at a time, TLS to the database: medians of 5 interleaved measurements",
        &["function", "CPU ms a request", "requests a second", "peak RSS MB"],
        &rows,
    );
}
