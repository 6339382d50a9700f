//! The harness of the tests: a service of their own for each, with its own empty database and its own clock.
//!
//! Every response that passes through here is held to what all responses promise: the common headers, and the JSON Schema
//! of its body.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::missing_panics_doc,
    reason = "a test that cannot go on panics"
)]
#![allow(
    clippy::must_use_candidate,
    clippy::return_self_not_must_use,
    reason = "much is called to check, or to prepare"
)]

mod bodies;
mod elsewhere;
pub mod remote;
mod response;
pub mod runtime;
pub mod samples;
pub mod schema;
mod secrets;
mod service;
mod users;
pub mod wire;

pub use crate::bodies::{email_of, largest_draft, password_of, picnic, registration, vote};
pub use crate::elsewhere::Elsewhere;
pub use crate::response::Response;
pub use crate::service::{Service, token_in};
pub use crate::users::User;

/// The password of every user whom [`Service::user`] makes.
pub const PASSWORD: &str = "seldom guessed";

/// What they change it to.
pub const NEW_PASSWORD: &str = "battery staple";

/// A hash of [`PASSWORD`] as the service makes them.
pub const PASSWORD_HASH: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$MDEyMzQ1Njc4OWFiY2RlZg$QCJrYmg27EowvCz0ec9F8+iGCzxawbV4R8nu3ML+8H8";

/// A hash of [`PASSWORD`] from the days when less work was enough.
pub const OLD_HASH: &str =
    "$argon2id$v=19$m=64,t=1,p=1$MDEyMzQ1Njc4OWFiY2RlZg$e+WIuS+BmU5Rq3NBa/TT1pkAJlODLHFDq3T5LV/RTsI";

/// Says what a test went through, also in a run that captures what tests print.
pub fn report(line: &str) {
    // Where nobody reads it, nothing is lost.
    let _ = std::io::Write::write_all(&mut std::io::stderr(), format!("{line}\n").as_bytes());
}
