//! What attackers try who combine steps: many at once, from many networks, in many spellings. The tests say how much was tried
//! and how much of it was looked at. What is no HTTP is refused by what fits, and the service goes on working.

#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs, reason = "a test that cannot go on panics")]

mod deletion;
mod guesses;
mod http_layer;
mod mails;
mod pending;
