//! Stories: drawn from a seed, told, and made short when they fail.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

use crate::SEED;
use crate::actions::{Action, any_action};
use crate::play::{Player, Story as Lines};

/// How long a story is made shorter at most.
const PATIENCE: Duration = Duration::from_mins(3);

/// A story that is yet to be told.
pub(crate) struct Story {
    seed: u64,
    length: usize,
}

/// A story that was told.
pub(crate) struct Told {
    /// The steps up to its end, or its failure.
    pub(crate) steps: usize,
    /// How it failed.
    pub(crate) failure: Option<Failure>,
    seed: u64,
    actions: Vec<Action>,
}

/// How a story failed.
pub(crate) struct Failure {
    /// The actions up to then.
    actions: usize,
    /// What happened until then, and then.
    lines: Vec<String>,
}

/// The stories of a run: that of one seed, or as many as there are lengths.
pub(crate) fn stories(seed: Option<String>, lengths: &[usize]) -> Vec<Story> {
    let longest = lengths.iter().copied().max().unwrap_or_default();
    if let Some(seed) = seed {
        // A shorter story of the same seed is the beginning of a longer one.
        return vec![Story { seed: seed.parse().expect("a number"), length: longest }];
    }
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    let first = u64::from(since.subsec_nanos()) * 1000 + since.as_secs() % 1000;
    (first..).zip(lengths).map(|(seed, length)| Story { seed, length: *length }).collect()
}

impl Story {
    /// Draws the actions and plays them.
    pub(crate) async fn tell(self) -> Told {
        let actions = drawn(self.seed, self.length);
        let (steps, failure) = play(actions.clone()).await;
        Told { steps, failure, seed: self.seed, actions }
    }
}

fn drawn(seed: u64, length: usize) -> Vec<Action> {
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&seed.to_le_bytes());
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &bytes);
    let mut runner = TestRunner::new_with_rng(Config { failure_persistence: None, ..Config::default() }, rng);
    let strategy = any_action();
    (0..length).map(|_| strategy.new_tree(&mut runner).unwrap().current()).collect()
}

async fn play(actions: Vec<Action>) -> (usize, Option<Failure>) {
    let lines = Lines::default();
    let told = lines.clone();
    let playing = tokio::spawn(async move {
        let mut player = Player::start(told.clone()).await;
        for (index, action) in actions.iter().enumerate() {
            if let Err(difference) = player.act(action).await {
                return (player.steps(), Some((index + 1, difference)));
            }
        }
        let last = player.look_around().await.err().map(|difference| (actions.len(), difference));
        (player.steps(), last)
    });
    let (steps, failure) = match playing.await {
        Ok(played) => played,
        // A check of the harness has failed.
        Err(panic) => (0, Some((usize::MAX, panic.to_string()))),
    };
    let lines = || lines.lock().unwrap().clone();
    let failure = failure.map(|(actions, difference)| Failure {
        actions,
        lines: lines().into_iter().chain([format!("and there they differ: {difference}")]).collect(),
    });
    (steps, failure)
}

impl Told {
    /// The story as short as it fails in, in sentences.
    pub(crate) async fn shrunk(self) -> String {
        let Self { steps, failure, seed, mut actions } = self;
        let Some(mut failure) = failure else { return String::new() };
        let begun = Instant::now();
        actions.truncate(failure.actions);
        let mut size = actions.len() / 2;
        while size > 0 && begun.elapsed() < PATIENCE {
            let mut end = actions.len();
            let mut shorter = false;
            while end > 0 && begun.elapsed() < PATIENCE {
                let begin = end.saturating_sub(size);
                let mut fewer = actions.clone();
                fewer.drain(begin..end);
                if let (_, Some(less)) = play(fewer.clone()).await {
                    fewer.truncate(less.actions);
                    (actions, failure, shorter) = (fewer, less, true);
                }
                end = begin.min(actions.len());
            }
            // What could not be left out before may be left out once more is gone.
            size = if shorter && size == 1 { 1 } else { size / 2 };
        }
        let story = failure.lines.join("\n  ");
        format!(
            "after {steps} steps the service and the model differ. Shortest story, of {} actions:\n  {story}\n\
             The whole story again: {SEED}={seed} cargo test --test model",
            actions.len()
        )
    }
}
