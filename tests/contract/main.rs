//! The contract of the API, route by route, and of the files that describe it. Through the front door wherever that is fast enough.

#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs, reason = "a test that cannot go on panics")]

mod bad_input;
mod confirmation;
mod drafts;
mod files;
mod generated;
mod lists;
mod login;
mod mails;
mod members;
mod passwords;
mod races;
mod registration;
mod sessions;
mod store;
mod voting;
