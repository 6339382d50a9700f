//! The contract of the API, route by route, and of the files that describe it. Through the front door wherever that is fast enough.

#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs, reason = "a test that cannot go on panics")]

mod account;
mod assignment;
mod audit;
mod bad_input;
mod confirmation;
mod corpus;
mod decisions;
mod drafts;
mod files;
mod generated;
mod limits;
mod lists;
mod login;
mod mails;
mod members;
mod passwords;
mod races;
mod registration;
mod resets;
mod roles;
mod sessions;
mod store;
mod succession;
mod tokens;
mod voting;
