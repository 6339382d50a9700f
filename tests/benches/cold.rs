//! Cold starts: every function, from the start of its process to its first response, against the floor, interleaved.

use std::collections::BTreeMap;

use serde_json::json;
use tests::runtime::Function;
use tests::wire::Wire;

use crate::peer;
use crate::stage::{Stage, binary, sizes};
use crate::table::{median, print};

const ROUNDS: usize = 30;

#[derive(Default)]
struct Figures {
    milliseconds: Vec<f64>,
    cpu: Vec<f64>,
    memory: Vec<f64>,
}

pub(crate) async fn run(functions: &[&'static str]) {
    let stage = Stage::set().await;
    stage.warm_up().await;
    let wire = Wire::start().await;
    wire.connect(stage.service.local.dynamodb_url(), stage.service.local.ses_url());
    let peer = peer::build();
    let mut names = vec!["floor"];
    names.extend(functions);
    names.extend(peer.as_ref().map(|_| "Node.js (vote)"));
    let mut figures: BTreeMap<&str, Figures> = BTreeMap::new();
    let mut calls: BTreeMap<&str, usize> = BTreeMap::new();
    for round in 0..=ROUNDS {
        // All before the first is measured, since making them turns the caches over.
        let mut starts = Vec::new();
        for name in &names {
            let (path, as_function) = match *name {
                "floor" => (binary("floor"), "get-event"),
                "Node.js (vote)" => (peer.clone().unwrap(), "vote"),
                name => (binary(name), name),
            };
            let event = stage.fresh_request(as_function).await;
            starts.push((name, path, event, stage.environment(as_function)));
        }
        for (name, path, event, mut environment) in starts {
            // The first round only fills the caches, and counts.
            if round == 0 {
                for service in ["AWS_ENDPOINT_URL_DYNAMODB", "AWS_ENDPOINT_URL_SESV2"] {
                    environment.insert(service.to_owned(), wire.url().to_owned());
                }
                wire.plan(None);
            }
            let mut function = Function::start(&path, &environment).await;
            let outcome = function.invoke(&event).await;
            let (cpu, memory) = (function.cpu(), function.peak_memory());
            let response = outcome.result.unwrap_or_else(|error| panic!("{name}: {error}"));
            assert!(matches!(response["statusCode"].as_u64(), Some(200..300)), "{name}: {response}");
            if round == 0 {
                calls.insert(name, wire.calls().len());
            } else {
                let figures = figures.entry(name).or_default();
                figures.milliseconds.push((outcome.at - function.started()).as_secs_f64() * 1e3);
                figures.cpu.push(cpu.as_secs_f64() * 1e3);
                figures.memory.push(memory as f64 / 1e6);
            }
        }
    }
    let floor = median(figures["floor"].cpu.clone());
    let rows: Vec<_> = names
        .iter()
        .map(|name| {
            let of = &figures[name];
            let cpu = median(of.cpu.clone());
            let (bytes, zip) =
                if name.starts_with("Node") { peer::sizes(peer.as_ref().unwrap()) } else { sizes(&binary(name)) };
            vec![
                json!(name),
                json!(calls[name]),
                json!(median(of.milliseconds.clone())),
                json!(cpu),
                json!(cpu / floor),
                json!(median(of.memory.clone())),
                json!(bytes as f64 / 1e6),
                json!(zip as f64 / 1e6),
            ]
        })
        .collect();
    print(
        "cold",
        "Cold start to the first response, 2xx with all calls that takes, TLS to the database included: medians of 30 interleaved rounds",
        &["function", "calls", "ms", "CPU ms", "× floor", "RSS MB", "binary MB", "zip MB"],
        &rows,
    );
}
