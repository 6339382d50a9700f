//! The cost of a login compared with the hash of the password.

use std::time::Duration;

use serde_json::json;
use shared::domain::password::Attempt;
use shared::store::accounts::Accounts;
use tests::runtime::Function;

use crate::stage::{Stage, binary};
use crate::table::{median, print};

const ROUNDS: usize = 200;

/// The CPU time of this thread.
fn cpu() -> Duration {
    let stat = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap();
    Duration::from_nanos(stat.split_whitespace().next().unwrap().parse().unwrap())
}

pub(crate) async fn run() {
    let stage = Stage::set().await;
    let mut login = Function::start(&binary("login"), &stage.environment("login")).await;
    let event = stage.request("login");
    let stored =
        stage.service.part::<Accounts>().find_account(stage.scene.jane.id, stage.service.now()).await.unwrap().unwrap();
    let attempt = Attempt::new(tests::PASSWORD);
    let (mut bare, mut whole) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        let before = cpu();
        assert!(attempt.matches(Some(&stored.password_hash)).unwrap());
        bare.push(cpu().saturating_sub(before).as_secs_f64() * 1e3);
        let before = login.cpu();
        assert_eq!(login.invoke(&event).await.result.unwrap()["statusCode"], 200);
        whole.push(login.cpu().saturating_sub(before).as_secs_f64() * 1e3);
    }
    let (bare, whole) = (median(bare), median(whole));
    let memory = login.peak_memory() as f64 / 1e6;
    print(
        "hash",
        "A warm login against the bare hash: medians of 200 interleaved rounds",
        &["", "CPU ms", "× the hash", "peak RSS MB"],
        &[
            vec![json!("Argon2id, 19 MiB, 2 passes"), json!(bare), json!(1.0), json!(null)],
            vec![json!("login"), json!(whole), json!(whole / bare), json!(memory)],
        ],
    );
}
