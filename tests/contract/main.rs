//! The contract of the API, route by route, and of the files that describe it. Tests use HTTP wherever that is fast enough.

#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs, reason = "a test that cannot go on panics")]

mod account;
mod aliases;
mod assignment;
mod audit;
mod bad_input;
mod building;
mod confirmation;
mod corpus;
mod dates;
mod decisions;
mod drafts;
mod emails;
mod exports;
mod files;
mod generated;
mod guests;
mod headers;
mod invitees;
mod languages;
mod limits;
mod lists;
mod login;
mod mail_refusals;
mod mails;
mod members;
mod news;
mod pages;
mod passwords;
mod people;
mod races;
mod registration;
mod resets;
mod roles;
mod round_trip;
mod samples;
mod sending;
mod sent;
mod sessions;
mod store;
mod succession;
mod text;
mod tokens;
mod voting;
