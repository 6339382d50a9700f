//! What the service costs: `cargo bench -p tests`, or with the name of a table for that one alone. Each prints a table, and
//! writes it as JSON into `target/bench`.

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

#[tokio::main]
async fn main() {
    let wanted: Vec<_> = std::env::args().skip(1).filter(|argument| !argument.starts_with('-')).collect();
    let is_wanted = |name: &str| wanted.is_empty() || wanted.iter().any(|wanted| wanted == name);
    let started = Instant::now();
    if ["cold", "warm"].into_iter().any(is_wanted) {
        stage::build();
    }
    if is_wanted("cold") {
        cold::run().await;
    }
    if is_wanted("warm") {
        warm::run().await;
    }
    if is_wanted("hash") {
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
