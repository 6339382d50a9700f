//! Attacks that combine steps: many requests at once, from many networks, in many spellings. The tests print how many attempts were made
//! and how many were evaluated. Malformed HTTP gets a fitting refusal, and the service keeps working.

#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs, reason = "a test that cannot go on panics")]

mod deletion;
mod guesses;
mod http_layer;
mod mails;
mod pending;
