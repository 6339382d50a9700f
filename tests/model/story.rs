//! Stories: drawn from a seed, told, and made short when they fail.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

use crate::SEED;
use crate::actions::{Action, any_action};
use crate::choose::{Doing, Step};
use crate::deed::{Content, What};
use crate::play::{Player, Story as Lines};

/// The seed that stands for new stories.
const RANDOM: &str = "random";

/// The seed of the first story of a usual run.
const USUAL: u64 = 1;

/// How long a story is made shorter at most.
const PATIENCE: Duration = Duration::from_mins(2);

/// A story that is yet to be told.
pub(crate) struct Story {
    /// What it is drawn from.
    pub(crate) seed: u64,
    length: usize,
}

/// A story that was told.
pub(crate) struct Told {
    /// The number of its deeds.
    pub(crate) deeds: usize,
    /// How it failed.
    pub(crate) failure: Option<Failure>,
    seed: u64,
}

/// How a story failed.
pub(crate) struct Failure {
    /// The steps up to then.
    steps: Vec<Step>,
    /// What happened until then, and then.
    lines: Vec<String>,
}

/// The stories of a run: that of one seed, or as many as there are lengths, usual ones or new ones.
pub(crate) fn stories(seed: Option<&str>, lengths: &[usize]) -> Vec<Story> {
    if let Some(seed) = seed.filter(|seed| *seed != RANDOM) {
        // A shorter story of the same seed is the beginning of a longer one.
        let longest = lengths.iter().copied().max().unwrap_or_default();
        return vec![Story { seed: seed.parse().expect("a number"), length: longest }];
    }
    let first = if seed.is_some() {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
        u64::from(since.subsec_nanos()) * 1000 + since.as_secs() % 1000
    } else {
        USUAL
    };
    (first..).zip(lengths).map(|(seed, length)| Story { seed, length: *length }).collect()
}

impl Story {
    /// Draws the actions and plays them.
    pub(crate) async fn tell(self) -> Told {
        let lines = Lines::default();
        let actions = drawn(self.seed, self.length);
        let mut player = Player::start(lines.clone(), false).await;
        let mut difference = None;
        for action in &actions {
            difference = player.act(action).await.err();
            if difference.is_some() {
                break;
            }
        }
        if difference.is_none() {
            difference = player.look_around().await.err();
        }
        let failure =
            difference.map(|difference| Failure { steps: player.history.clone(), lines: ended(&lines, &difference) });
        Told { deeds: player.steps(), failure, seed: self.seed }
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

fn ended(lines: &Lines, difference: &str) -> Vec<String> {
    let mut lines = lines.lock().unwrap().clone();
    lines.push(format!("and there they differ: {difference}"));
    lines
}

/// Plays these steps. Unless everybody is to look after each, they do after the last.
async fn play(steps: &[Step], all_look: bool) -> Option<Failure> {
    let lines = Lines::default();
    let mut player = Player::start(lines.clone(), true).await;
    for (index, step) in steps.iter().enumerate() {
        let is_last = index + 1 == steps.len();
        if let Err(difference) = player.take(step, all_look || is_last).await {
            return Some(Failure { steps: steps[..=index].to_vec(), lines: ended(&lines, &difference) });
        }
    }
    let difference = player.look_around().await.err()?;
    Some(Failure { steps: steps.to_vec(), lines: ended(&lines, &difference) })
}

impl Told {
    /// The story as short as it fails in, in sentences.
    pub(crate) async fn shrunk(self) -> String {
        let Self { deeds, failure, seed } = self;
        let Some(failure) = failure else { return String::new() };
        let (story, length) = match Shrinking::begin(&failure).await {
            Some(mut shrinking) => {
                shrinking.leave_out().await;
                shrinking.simplify().await;
                (shrinking.failure.lines, shrinking.failure.steps.len())
            }
            None => (failure.lines, failure.steps.len()),
        };
        format!(
            "after {deeds} deeds the service and the model differ. The shortest story, of {length} steps:\n  {}\n\
             The whole story again: {SEED}={seed} cargo test --test model",
            story.join("\n  "),
        )
    }
}

/// A story that becomes shorter.
struct Shrinking {
    failure: Failure,
    /// Whether it takes somebody who looks after each step.
    all_look: bool,
    since: Instant,
}

impl Shrinking {
    /// `None` if the story does not fail again.
    async fn begin(failure: &Failure) -> Option<Self> {
        let since = Instant::now();
        for all_look in [false, true] {
            if let Some(failure) = play(&failure.steps, all_look).await {
                return Some(Self { failure, all_look, since });
            }
        }
        None
    }

    fn is_patient(&self) -> bool {
        self.since.elapsed() < PATIENCE
    }

    /// Whether it fails like this too. Then it goes on so.
    async fn fails(&mut self, steps: &[Step]) -> bool {
        match play(steps, self.all_look).await {
            Some(failure) => {
                self.failure = failure;
                true
            }
            None => false,
        }
    }

    /// Leaves out steps: half of them at once, then a quarter, and at last each by itself.
    async fn leave_out(&mut self) {
        let mut size = self.failure.steps.len() / 2;
        while size > 0 {
            let mut end = self.failure.steps.len();
            let mut is_shorter = false;
            while end > 0 && self.is_patient() {
                let begin = end.saturating_sub(size);
                let mut fewer = self.failure.steps.clone();
                fewer.drain(begin..end);
                is_shorter |= self.fails(&fewer).await;
                end = begin.min(self.failure.steps.len());
            }
            // What could not be left out before may be, once another step is gone.
            size = if is_shorter && size == 1 && self.is_patient() { 1 } else { size / 2 };
        }
    }

    /// Makes each step as simple as the story allows.
    async fn simplify(&mut self) {
        let mut index = 0;
        while index < self.failure.steps.len() && self.is_patient() {
            let mut simpler = simpler(&self.failure.steps[index]).into_iter();
            let mut is_simpler = false;
            while let Some(step) = simpler.next()
                && !is_simpler
            {
                let mut steps = self.failure.steps.clone();
                steps[index] = step;
                is_simpler = self.fails(&steps).await;
            }
            index += usize::from(!is_simpler);
        }
    }
}

/// Steps that are like that one, and a little simpler.
fn simpler(step: &Step) -> Vec<Step> {
    let mut all = Vec::new();
    if step.trouble.is_some() {
        all.push(Step { trouble: None, ..step.clone() });
    }
    let Doing::Deed(deed) = &step.doing else { return all };
    let (What::Draft { content, .. } | What::Edit { content, .. }) = &deed.what else { return all };
    let mut contents = Vec::new();
    for index in 0..content.invited.len() {
        let mut fewer = content.clone();
        fewer.invited.remove(index);
        contents.push(fewer);
    }
    for topic in 0..2 {
        let mut fewer = content.clone();
        let ballot = &mut fewer.polls[topic];
        if ballot.confirmed.take().is_some() || ballot.options.len() > 1 && ballot.options.pop().is_some() {
            contents.push(fewer);
        }
    }
    all.extend(contents.into_iter().map(|content| with_content(step, content)));
    all
}

fn with_content(step: &Step, simpler: Content) -> Step {
    let mut step = step.clone();
    if let Doing::Deed(deed) = &mut step.doing
        && let What::Draft { content, .. } | What::Edit { content, .. } = &mut deed.what
    {
        *content = simpler;
    }
    step
}
