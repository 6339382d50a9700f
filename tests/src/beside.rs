use std::panic::resume_unwind;
use std::thread::available_parallelism;

use futures_util::{StreamExt, stream};

/// How many cases run at once on each core: enough to use the time that others wait, and few enough that a busy machine stays within
/// the SDK's timeouts.
const AT_ONCE: usize = 16;

/// Runs the cases on all cores and returns their results, in no order. A case that panics makes the test panic.
pub async fn side_by_side<C>(cases: impl IntoIterator<Item = C>) -> Vec<C::Output>
where
    C: Future<Output: Send> + Send + 'static,
{
    let spawned = cases
        .into_iter()
        .map(|case| async { tokio::spawn(case).await.unwrap_or_else(|failure| resume_unwind(failure.into_panic())) });
    let at_once = AT_ONCE * available_parallelism().map_or(1, usize::from);
    stream::iter(spawned).buffer_unordered(at_once).collect().await
}
