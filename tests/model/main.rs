//! A model of the whole: random people do random things over HTTP, time passes, AWS fails, and a small model of the rules says what
//! each of them has to be answered and may see.
//!
//! A story that fails is told again with less and less in it, until nothing can be left out.

#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs, reason = "a test that cannot go on panics")]

mod actions;
mod choose;
mod deed;
mod names;
mod play;
mod story;
mod world;

use std::time::Instant;

use futures_util::{StreamExt, stream};
use tests::report;

use crate::story::stories;

/// The environment variable that has the seed of the one story to be told, or `random`. Without it the stories are the same in each
/// run, so that a change fails for what it does, not by chance.
const SEED: &str = "MODEL_SEED";

/// The actions of each story.
const LENGTHS: [usize; 10] = [400, 350, 250, 250, 200, 200, 200, 150, 150, 150];

/// The stories that are told at once. More would take the time that requests may take from each other.
const AT_ONCE: usize = 4;

#[tokio::test(flavor = "multi_thread")]
async fn the_service_does_what_a_model_of_its_rules_does() {
    let begun = Instant::now();
    let told = stream::iter(stories(std::env::var(SEED).ok().as_deref(), &LENGTHS))
        .map(|story| async move {
            let seed = story.seed;
            // A check of the harness has failed.
            tokio::spawn(story.tell()).await.unwrap_or_else(|panic| panic!("{SEED}={seed}: {panic}"))
        })
        .buffer_unordered(AT_ONCE);
    let mut told = std::pin::pin!(told);
    let mut deeds = 0;
    while let Some(story) = told.next().await {
        deeds += story.deeds;
        assert!(story.failure.is_none(), "{}", story.shrunk().await);
    }
    report(&format!("{deeds} steps in {} stories agree with the model, in {:.0?}", LENGTHS.len(), begun.elapsed()));
}
