//! What requests cost on AWS, computed from the observed calls and capacity units. `functions/README.md` describes the computation.
//!
//! Prices are on demand in eu-central-1, in USD, without tax and free tier, from [AWS's calculator](https://calculator.aws) in 2025.

use tests::samples::Sample;
use tests::wire::Call;

/// A million requests of an HTTP API, and of Lambda.
const REQUESTS: f64 = 1.20 + 0.20;

/// A million write units, and read units, of DynamoDB.
const WRITES: f64 = 0.7625;
const READS: f64 = 0.1525;

/// A million mails of SES.
const MAILS: f64 = 100.0;

/// A million milliseconds of a GB of Lambda on arm64.
const GB_MILLISECONDS: f64 = 0.013_333_4;

/// The assumed duration of a call to DynamoDB, and of one to SES, in ms.
const CALL: f64 = 5.0;
const MAIL: f64 = 50.0;

/// The CPU of a warm request without a hash, and of a hash, in ms of a whole core: `cargo bench -p tests -- warm hash`.
const CPU: f64 = 0.34;
const HASH: f64 = 18.9;

/// The memory that comes with a whole core, and of a function that does not hash, in MB.
const CORE: f64 = 1769.0;
pub(crate) const LEAST: f64 = 128.0;

/// The price in USD of a million requests that make these calls, in a function with that memory in MB.
pub(crate) fn of_a_million(sample: &Sample, calls: &[Call], memory: f64) -> f64 {
    let mails = calls.iter().filter(|call| call.operation == "SendEmail").count() as f64;
    let waiting = (calls.len() as f64 - mails) * CALL + mails * MAIL;
    let working = (CPU + f64::from(sample.hashes) * HASH) * CORE / memory;
    let duration = (waiting + working).max(sample.shortest);
    let units: f64 = calls.iter().map(|call| call.writes * WRITES + call.reads * READS).sum();
    REQUESTS + units + mails * MAILS + duration * memory / 1024.0 * GB_MILLISECONDS
}
