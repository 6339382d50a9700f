//! The table of samples is complete, and contains nothing unused.

use functions::ENDPOINTS;
use tests::Service;
use tests::samples::{self, missing};

#[tokio::test]
async fn every_route_has_its_entry_in_the_table() {
    let service = Service::start().await;
    let is_of = |sample: &samples::Sample, method: &str, path: &str| sample.method == method && sample.path == path;
    let mut faults = Vec::new();
    for (method, path, function) in service.local.routes() {
        match samples::all().iter().filter(|sample| is_of(sample, method, path)).count() {
            0 => faults.push(format!("there is no entry for {method} {path}: {}", missing(method, path, function))),
            1 => {}
            count => faults.push(format!("there are {count} entries for {method} {path}")),
        }
    }
    for sample in samples::all() {
        let route = format!("{} {}", sample.method, sample.path);
        if sample.function(&service).is_none() {
            faults.push(format!("template.yaml has no route {route}"));
        }
        if sample.cases.is_empty() {
            faults.push(format!("{route} is tried in no role"));
        }
        if sample.cases.iter().all(|case| case.statuses()[0] != 401) && sample.harmless.is_empty() {
            faults.push(format!("{route} is nothing that the smoke test asks for"));
        }
    }
    assert!(faults.is_empty(), "tests/src/samples:\n{}", faults.join("\n"));
}

#[tokio::test]
async fn every_function_has_a_scenario_and_one_request_for_the_benches() {
    let service = Service::start().await;
    for endpoint in &ENDPOINTS {
        let is_its = |sample: &&samples::Sample| sample.function(&service) == Some(endpoint.name);
        let entries: Vec<_> = samples::all().iter().filter(is_its).collect();
        let benches = entries.iter().filter(|sample| sample.bench.is_some()).count();
        let scenarios: usize = entries.iter().map(|sample| sample.scenarios.len()).sum();
        assert!(benches == 1 && scenarios > 0, "{}: {benches} for benches, {scenarios} scenarios", endpoint.name);
    }
    let mut names: Vec<_> = samples::plays().iter().map(|play| play.scenario.name).collect();
    let count = names.len();
    names.sort_unstable();
    names.dedup();
    assert!(names.len() == count && !names.contains(&""), "scenarios without a name of their own: {names:?}");
}
