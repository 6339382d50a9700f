//! Whether response times disclose that an account exists, by the method of [dudect](https://eprint.iacr.org/2016/1123): Welch's t of two
//! classes of requests in random order. Below 4.5 they do not.

use std::time::Instant;

use functions::ENDPOINTS;
use futures_util::future::join_all;
use serde_json::{Value, json};
use shared::config::Env;
use shared::lambda::Handler;
use shared::log::Log;

use crate::stage::Stage;
use crate::table::print;

/// The number of requests of both classes together; half of it where a request takes a second.
const SAMPLES: usize = 4000;

/// The share of requests that is kept. The slowest measure the machine; dudect crops them as well.
const KEPT: f64 = 0.9;

const LIMIT: f64 = 4.5;

pub(crate) async fn run() {
    // With a limit, so that a response takes its real time.
    let stage = Stage::set_with([("MAIL_REQUESTS_AN_HOUR", "1000000")]).await;
    for number in 0..SAMPLES {
        stage.service.user(&format!("known{number:04}")).await;
    }
    let mut rows = Vec::new();
    for (function, class, samples, at_once) in [
        ("login", "wrong password or unknown login", SAMPLES, 1),
        ("forgot-password", "known or unknown login", SAMPLES / 2, 25),
    ] {
        let handler = start(&stage, function);
        let sample = |number: usize| {
            let known = uuid::Uuid::new_v4().as_bytes()[0].is_multiple_of(2);
            // Each name is used once, as from a list, and all have the same length.
            let login = format!("{}{number:04}", if known { "known" } else { "other" });
            let event = request(&stage, function, &json!({"username": login, "password": "a wrong guess"}));
            let handler = &handler;
            async move {
                let started = Instant::now();
                let status = handler(event).await.status();
                assert!(status == 403 || status == 200, "{status}");
                (known, started.elapsed().as_secs_f64() * 1e3)
            }
        };
        let mut times: [Vec<f64>; 2] = Default::default();
        for numbers in (0..samples).collect::<Vec<_>>().chunks(at_once) {
            for (known, time) in join_all(numbers.iter().map(|number| sample(*number))).await {
                times[usize::from(known)].push(time);
            }
        }
        let [unknown, known] = cropped(times);
        let t = welch(&known, &unknown);
        rows.push(vec![
            json!(format!("{function}: {class}")),
            json!(known.len() + unknown.len()),
            json!(mean(&known)),
            json!(mean(&unknown)),
            json!(t),
        ]);
    }
    print(
        "timing",
        "Does the time tell whether an account exists? Welch's t, the slowest tenth left out; |t| < 4.5 says no",
        &["request", "samples", "known, ms", "unknown, ms", "t"],
        &rows,
    );
    let worst = rows.iter().map(|row| row[4].as_f64().unwrap().abs()).fold(0.0, f64::max);
    println!("\n{}", if worst < LIMIT { "the time tells nothing" } else { "THE TIME TELLS" });
}

fn start(stage: &Stage, function: &str) -> Handler {
    let endpoint = ENDPOINTS.iter().find(|endpoint| endpoint.name == function).unwrap();
    let environment = Env::table(stage.service.local.environment(function));
    (endpoint.start)(&environment, stage.service.clock(), Log::new(|_| {})).unwrap()
}

fn request(stage: &Stage, function: &str, body: &Value) -> lambda_http::Request {
    let mut event = stage.request(function);
    event["body"] = json!(body.to_string());
    lambda_http::request::from_str(&event.to_string()).unwrap()
}

/// Both classes without the slowest tenth of all requests.
fn cropped(samples: [Vec<f64>; 2]) -> [Vec<f64>; 2] {
    let mut all = samples.concat();
    all.sort_by(f64::total_cmp);
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a count of samples")]
    let limit = all[(all.len() as f64 * KEPT) as usize];
    samples.map(|samples| samples.into_iter().filter(|sample| *sample < limit).collect())
}

fn mean(samples: &[f64]) -> f64 {
    samples.iter().sum::<f64>() / samples.len() as f64
}

/// Welch's t.
fn welch(a: &[f64], b: &[f64]) -> f64 {
    let variance = |samples: &[f64]| {
        let mean = mean(samples);
        samples.iter().map(|sample| (sample - mean).powi(2)).sum::<f64>() / (samples.len() - 1) as f64
    };
    (mean(a) - mean(b)) / (variance(a) / a.len() as f64 + variance(b) / b.len() as f64).sqrt()
}
