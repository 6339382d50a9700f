//! The benches: `cargo bench -p tests` for all, `-- cold warm` for some tables, `-- cold vote login` for the cold start of some functions.
//! Each prints a table, and writes it as JSON to `target/bench`.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a bench that cannot go on panics")]
#![allow(clippy::print_stdout, reason = "that is what a bench is for")]
#![allow(clippy::cast_precision_loss, reason = "no figure here is that large")]

mod cold;
mod growth;
mod hash;
mod peer;
mod stage;
mod table;
mod timing;
mod warm;

use std::time::Instant;

use functions::ENDPOINTS;

/// The machine of the figures.
fn machine() -> String {
    let about = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = about.lines().find_map(|line| line.strip_prefix("model name")?.split_once(": "));
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    format!("{cores} cores of {}, {}", model.map_or("an unnamed processor", |(_, name)| name), std::env::consts::ARCH)
}

#[tokio::main]
async fn main() {
    let wanted: Vec<_> = std::env::args().skip(1).filter(|argument| !argument.starts_with('-')).collect();
    let (functions, tables): (Vec<_>, Vec<_>) =
        ENDPOINTS.iter().map(|endpoint| endpoint.name).partition(|name| wanted.iter().any(|wanted| wanted == name));
    let functions = if functions.is_empty() { tables } else { functions };
    let is_wanted = |name: &str| wanted.is_empty() || wanted.iter().any(|wanted| wanted == name);
    let started = Instant::now();
    println!("on {}", machine());
    if is_wanted("cold") {
        stage::build(&functions);
        cold::run(&functions).await;
    }
    if is_wanted("warm") {
        stage::build(&["vote", "get-event", "login"]);
        warm::run().await;
    }
    if is_wanted("hash") {
        stage::build(&["login"]);
        hash::run().await;
    }
    if is_wanted("timing") {
        timing::run().await;
    }
    if is_wanted("growth") {
        growth::run().await;
    }
    println!("{:.0} s", started.elapsed().as_secs_f64());
}
