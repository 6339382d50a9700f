//! What attackers send. Each is refused by what fits, costs nothing that it should not, and the service goes on working.

#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs, reason = "a test that cannot go on panics")]

mod http_layer;
