//! The rules of the service. They are pure and synchronous: no AWS, no HTTP, and the caller passes the time in.

pub mod addressee;
pub mod amendment;
pub mod contact;
pub mod date;
pub mod decision;
pub mod draft;
pub mod email;
pub mod event;
pub mod export;
pub mod fault;
pub mod invitation;
pub mod language;
pub mod lifetime;
pub mod limits;
pub mod listing;
pub mod login;
pub mod news;
pub mod password;
pub mod person;
pub mod poll;
pub mod session;
pub mod succession;
pub mod text;
pub mod user;
pub mod username;
pub mod vote;

use uuid::Uuid;

/// The id of a user: a random UUID.
pub type UserId = Uuid;

/// The id of an event: a random UUID, or one derived from the `Idempotency-Key` that it was made with.
pub type EventId = Uuid;
