//! The service from end to end, over HTTP: few stories, each complete.

#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs, reason = "a test that cannot go on panics")]

mod stories;
