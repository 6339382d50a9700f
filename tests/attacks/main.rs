//! What attackers try who combine steps: many at once, from many networks, in many spellings. The tests say how much was tried
//! and how much of it was looked at.

#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs, reason = "a test that cannot go on panics")]

mod deletion;
mod guesses;
mod mails;
mod pending;
